"""Who drives where, when, with what: the three demo days, as data.

Alice and Bob are honest and their ways overlap; Carol's lens is dirty and her exposure wrong;
Mallory re-sends Alice's pictures as his own; Alice comes back on the third day. Each honest
drive has a few frames that screening must reject: standing at a light, and one without a fix.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sample_data.conditions import Device, Light
from sample_data.route import Route

DAYS = ("2026-01-05", "2026-01-06", "2026-01-07")
"""The demo days, UTC: a Monday, a Tuesday, a Wednesday."""

SPACING_M = 8.15


@dataclass(frozen=True, slots=True)
class Drive:
    """One upload.

    `layout` says how frames carry time and place: "exif", "bee" (in the file's name), "gpx" (time
    in EXIF, track beside), "csv" (a table beside). `stop_after` is the frame after which the car
    stands and takes three more; `fault_after` the one after which a frame without a fix follows,
    of the kind `fault`: "zero" (0, 0) or "none". `first` is that of the copied frames.
    """

    contributor: str
    day: str
    start: str
    layout: str
    frames: int
    route: Route
    device: Device
    light: Light
    make: str
    model: str
    note: str
    day_seed: int
    stop_after: int | None = None
    fault_after: int | None = None
    fault: str = "none"
    utc_offset_h: int = 0
    jpeg_quality: int = 85
    copies: str | None = None
    first: int = 0

    @property
    def name(self) -> str:
        """Its folder below drives/."""
        return f"{self.contributor}/{self.day}"

    @property
    def start_ms(self) -> int:
        """When the drive begins, in milliseconds since 1970 UTC."""
        moment = datetime.fromisoformat(f"{self.day}T{self.start}").replace(tzinfo=UTC)
        return int(moment.timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Scenario:
    """A city's seed and the drives through it."""

    seed: int
    drives: tuple[Drive, ...] = field(default_factory=tuple)


ALICE_ROUTE = Route(((1.7, -180.0), (1.7, 94.3), (260.0, 94.3)))

ALICE = Drive(
    contributor="alice", day=DAYS[0], start="10:40:12.000", layout="exif", frames=64,
    route=ALICE_ROUTE, device=Device(), light=Light(112.0, 38.0, 40, 6),
    make="Roadcomb", model="Drawn One",
    note="honest; one turn; stands at a light; one frame at (0, 0)",
    day_seed=1, stop_after=24, fault_after=50, fault="zero", utc_offset_h=-2,
)  # fmt: skip

BOB = Drive(
    contributor="bob", day=DAYS[0], start="16:05:47.000", layout="bee", frames=64,
    route=Route(((1.1, -32.0), (1.1, 94.9), (197.2, 94.9), (197.2, 300.0)), 11.0),
    device=Device(focal_share=0.66, horizon_share=0.53, mount_m=1.22, exposure=96),
    light=Light(246.0, 40.0, 70, 14), make="Roadcomb", model="Drawn Bee",
    note="honest; over half of alice's streets, another camera, hour and parked cars",
    day_seed=2, stop_after=12, fault_after=40, fault="zero",
)  # fmt: skip

CAROL = Drive(
    contributor="carol", day=DAYS[1], start="17:20:05.000", layout="gpx", frames=54,
    route=Route(((1.6, 18.0), (1.6, 202.4), (290.0, 202.4))),
    device=Device(focal_share=0.6, horizon_share=0.5, mount_m=1.7, exposure=185, contrast=130,
                  dirt=85, dirt_seed=3),
    light=Light(258.0, 24.0, 55, 18), make="Roadcomb", model="Drawn Old",
    note="honest, but a dirty lens and a wrong exposure; mostly streets of her own",
    day_seed=3, stop_after=30, fault_after=-1, utc_offset_h=-2,
)  # fmt: skip

MALLORY = Drive(
    contributor="mallory", day=DAYS[1], start="11:15:30.000", layout="csv", frames=40,
    route=ALICE_ROUTE, device=Device(), light=Light(), make="", model="",
    note="replays alice's pictures of the first day, re-encoded, under his own times",
    day_seed=1, jpeg_quality=60, copies=ALICE.name, first=8,
)  # fmt: skip

ALICE_AGAIN = Drive(
    contributor="alice", day=DAYS[2], start="12:02:31.000", layout="exif", frames=40,
    route=Route(((44.0, 94.3), (194.3, 94.3), (194.3, -90.0))), device=Device(),
    light=Light(160.0, 62.0, 25, 2), make="Roadcomb", model="Drawn One",
    note="honest; half over her streets of two days before, half new",
    day_seed=4, stop_after=28, fault_after=8, fault="none", utc_offset_h=-2,
)  # fmt: skip

SMALL = Drive(
    contributor="sample", day=DAYS[0], start="09:30:00.000", layout="table", frames=24,
    route=Route(((309.7, 20.0), (309.7, 298.3))), device=Device(width=576, height=324, grain=35),
    light=Light(100.0, 36.0, 45, 6), make="Roadcomb", model="Drawn One",
    note="the small drive that lies in git", day_seed=5, jpeg_quality=50,
)  # fmt: skip


def demo(seed: int) -> Scenario:
    """The demo of three days in the city of a seed."""
    return Scenario(seed, (ALICE, BOB, CAROL, MALLORY, ALICE_AGAIN))


def small() -> Scenario:
    """The drive kept in git."""
    return Scenario(7, (SMALL,))
