"""Command line verbs of a contributor: scan, upload, status; init and key from key_commands."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ingest import device_commands, key_commands, pull_commands, rights_commands

if TYPE_CHECKING:
    from ingest.planning import Plan
    from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
    from ingest.trimming import Privacy

__all__ = ["register"]

PARTLY = 4
_EPILOG = (
    "Exit codes: 0 done, 4 partly done (some file or drive had trouble, each named on stderr), "
    "others as `roadcomb --help` lists them."
)

FramesPath = Annotated[Path, typer.Argument(help="Folder of frames (one folder, one recording).")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
MinFrames = Annotated[
    int | None,
    typer.Option(min=1, help="Shortest drive to send. [env: ROADCOMB_SCREEN_MIN_FRAMES]"),
]
TimeOffset = Annotated[
    float | None,
    typer.Option(
        help="Seconds added to the times that the pictures state, where the camera's clock is off "
        "against the track. [env: ROADCOMB_READ_TIME_OFFSET_S]"
    ),
]
NoTrim = Annotated[
    bool,
    typer.Option(
        "--no-trim",
        help="Cut no trip ends: for drives that begin and end where nobody lives. Privacy zones "
        "hold all the same.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    key_commands.register(app)
    device_commands.register(app)
    pull_commands.register(app)
    rights_commands.register(app)
    app.command(epilog=_EPILOG)(scan)
    app.command(epilog=_EPILOG)(upload)
    app.command(epilog=_EPILOG)(status)


def scan(
    path: FramesPath,
    min_frames: MinFrames = None,
    time_offset: TimeOffset = None,
    no_trim: NoTrim = False,
    as_json: AsJson = False,
) -> None:
    """Say what would be sent of a folder and what not, and why. Nothing leaves this machine."""
    from ingest.report import faults, plans_json
    from ingest.telling import print_plans, print_troubles
    from ingest.voice import STDERR, STDOUT

    plans = _plans(path, _privacy(no_trim), _reading(time_offset), _screening(min_frames))
    if as_json:
        _print_json(plans_json(plans))
    else:
        print_plans(STDOUT, plans)
    troubles = [trouble for plan in plans for trouble in plan.troubles]
    print_troubles(STDERR, troubles)
    if troubles or any(faults(plan.rejected) for plan in plans):
        raise typer.Exit(PARTLY)


def upload(
    path: FramesPath,
    to: Annotated[str, typer.Option(help="Address of the node, http://host:port.")],
    device: Annotated[
        str | None, typer.Option(help="Name of the camera. Default: what its EXIF says.")
    ] = None,
    min_frames: MinFrames = None,
    time_offset: TimeOffset = None,
    no_trim: NoTrim = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent to the node; send nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: send what comes into the folder, until Ctrl-C.")
    ] = False,
    limit_rate: Annotated[
        str | None, typer.Option(help="Most bytes a second that leave, like 500k or 2M.")
    ] = None,
    connections: Annotated[
        int | None, typer.Option(min=1, max=32, help="Batches under way at once. Default: 4.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a folder's drives to a node. A second run sends nothing twice; a cut one goes on.

    What leaves this machine: the pictures without their metadata; each picture's time, position,
    direction, speed and orientation; the camera's name; counts of what was not sent; your consent
    and licence. Both ends of each trip, your privacy zones, names of files and folders, and
    everything else that EXIF holds, stay here.
    """
    from functools import partial

    from ingest.report import faults
    from ingest.uploading import Errand, deliver

    sending = _sending(limit_rate, connections)
    privacy = _privacy(no_trim)
    radius_m = privacy.settings.radius_m
    errand = Errand(to, _screening(min_frames), sending, device, dry_run, as_json, radius_m)
    planning = partial(_plans, path, privacy, _reading(time_offset))
    send = partial(deliver, errand, planning)
    if watch:
        _watch(path, send, sending.quiet_s)
    outcome = send()
    if outcome.troubles or faults(outcome.rejected):
        raise typer.Exit(PARTLY)


def status(
    to: Annotated[
        str | None, typer.Option(help="Address of the node. Default: where the drives were sent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of each drive sent from this machine: state, counts and reasons."""
    from ingest.knownnodes import pinned
    from ingest.localstate import open_state
    from ingest.settings import UploadSettings
    from ingest.status import payouts, stakes, states
    from ingest.telling import print_payouts, print_stakes, print_states, print_troubles
    from ingest.voice import STDERR, STDOUT
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    key = load_key(ours.key_file)
    with open_state(ours.state) as state:
        drives, pin = state.drives(key.public), pinned(ours.state, state.node_at)
        rows = list(states(drives, to, UploadSettings(attempts=2), pin))
        asking = (drives, to, key, UploadSettings(attempts=1), pin)
        bound, staked = list(payouts(*asking)), list(stakes(*asking))
    if as_json:
        told = {"drives": rows, "payouts": bound, "stakes": staked}
        _print_json({"contributor": key.public, **told})
    elif rows:
        print_states(STDOUT, rows)
        print_payouts(STDOUT, bound)
        print_stakes(STDOUT, staked)
    else:
        typer.echo("nothing was sent from this machine yet: `roadcomb upload PATH --to URL`")
    troubles = {row["trouble"]: None for row in rows if row["trouble"]}
    print_troubles(STDERR, troubles)
    if troubles:
        raise typer.Exit(PARTLY)


def _screening(min_frames: int | None) -> "ScreenSettings":
    from ingest.settings import ScreenSettings

    return ScreenSettings() if min_frames is None else ScreenSettings(min_frames=min_frames)


def _sending(limit_rate: str | None, connections: int | None) -> "UploadSettings":
    from ingest.pace import parse_rate
    from ingest.settings import UploadSettings

    rate = None if limit_rate is None else parse_rate(limit_rate)
    given = {"bytes_per_s": rate, "connections": connections}
    return UploadSettings().model_copy(update={k: v for k, v in given.items() if v is not None})


def _privacy(no_trim: bool) -> "Privacy":
    from ingest.privacy import open_privacy
    from ingest.settings import TrimSettings
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    key = load_key(ours.key_file) if ours.key_file.exists() else None
    return open_privacy(ours.config, key, TrimSettings(radius_m=0) if no_trim else TrimSettings())


def _reading(time_offset: float | None) -> "ReadSettings":
    from ingest.settings import ReadSettings

    return ReadSettings() if time_offset is None else ReadSettings(time_offset_s=time_offset)


def _plans(
    path: Path, privacy: "Privacy", reading: "ReadSettings", screening: "ScreenSettings"
) -> "Sequence[Plan]":
    from ingest.containers import container_reader
    from ingest.folder import read_recordings
    from ingest.planning import plan_recording
    from roadcomb.settings import ClientSettings

    containers = container_reader(ClientSettings().state, screening, reading)
    recordings = read_recordings(path, reading, containers)
    return [plan_recording(one, screening, reading, privacy) for one in recordings]


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))  # in ASCII: names of files may be no Unicode


def _watch(path: Path, send: "Callable[[], object]", quiet_s: float) -> NoReturn:
    """Send whenever the folder has settled; a trouble is told and the next time tried again."""
    import time

    from ingest.telling import print_troubles
    from ingest.voice import STDERR
    from ingest.watching import listing, settled
    from roadcomb.errors import NotFound, RoadcombError

    if not path.is_dir():
        raise NotFound(f"{path} is no folder to watch")
    STDERR.say(f"watching {path}: Ctrl-C ends it")
    for _ in settled(lambda: listing(path), time.sleep, quiet_s):
        try:
            send()
        except RoadcombError as error:
            print_troubles(STDERR, [str(error)])
    raise AssertionError("a folder is watched until the end")
