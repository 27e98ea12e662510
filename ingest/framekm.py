"""Hivemapper FrameKM: JPEGs one after the other in one file, and JSON that says where each lies.

Layout (Hivemapper/odc-api, src/util/framekm.ts, version 1.9): the file has no header and is named
`km_YYYYMMDD_HHMMSS_<frames>_<0>`; `<name>.json` holds `bundle` (name, numFrames, size, deviceType
...) and `frames`, each with its `bytes`, time `t` (ms since 1970 UTC), place, `speed` (km/h) and
the receiver's figures. Offsets are nowhere: they are sums of `bytes`. There is no digest either.

Law: every frame's bytes begin and end as a JPEG's do and together they are the file, or nothing of
the file is taken and the first frame that does not add up is named; a frame out of its place would
show another piece of road.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ingest.exif import exif_of
from ingest.geojson import finite
from ingest.screening import Rejected
from ingest.sources import Slice
from ingest.stills import Still
from roadcomb.canonical import parse_json
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["NAME", "Bundle", "bundle_of", "check_bytes", "is_framekm", "read_framekm"]

NAME = re.compile(r"km_\d{8}_\d{6}_(\d{1,5})_\d{1,5}")
METADATA_BYTES = 32 * 2**20
FRAME_BYTES = 2_000_000
"""Above it the firmware throws a frame away (odc-api, MAX_FRAME_SIZE)."""
_MODELS = {
    "hdc": "Hivemapper Dashcam",
    "hdc-s": "Hivemapper Dashcam S",
    "bee": "Hivemapper Bee",
}
_KMH_MPS = 1 / 3.6
_HEADER_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the JSON of a FrameKM says: the model, and the frames' bytes and fixes in order."""

    name: str
    model: str
    lengths: tuple[int, ...]
    fixes: tuple[Fix, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return sum(self.lengths)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each frame begins."""
        return tuple(accumulate(self.lengths[:-1], initial=0)) if self.lengths else ()


def is_framekm(path: Path) -> bool:
    """Whether a file is a FrameKM, by its name."""
    return NAME.fullmatch(path.name) is not None


def bundle_of(name: str, metadata: bytes) -> Bundle:
    """What the JSON of the FrameKM of that name says. Raises InvalidInput."""
    try:
        document = parse_json(metadata)
    except (InvalidInput, RecursionError) as error:
        raise InvalidInput(f"{name}.json is no JSON") from error
    if not isinstance(document, Mapping) or not isinstance(document.get("frames"), Sequence):
        raise InvalidInput(f"{name}.json names no frames")
    bundle: Any = document.get("bundle")
    if not isinstance(bundle, Mapping) or not str(bundle.get("version", "")).startswith("1."):
        raise InvalidInput(f"{name}.json is of no FrameKM version 1")
    frames: Any = document["frames"]
    parts = [_frame(name, number, frame) for number, frame in enumerate(frames)]
    told = NAME.fullmatch(name)
    if told is None or not len(parts) == int(told[1]) == bundle.get("numFrames"):
        raise InvalidInput(f"{name} should hold as many frames as its name says, not {len(parts)}")
    model = _MODELS.get(str(bundle.get("deviceType")), "Hivemapper")
    return Bundle(name, model, tuple(size for size, _ in parts), tuple(fix for _, fix in parts))


def check_bytes(bundle: Bundle, path: Path) -> None:
    """Raises InvalidInput naming the first frame of the file that does not add up; OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for number, (offset, length) in enumerate(zip(bundle.offsets, bundle.lengths, strict=True)):
            file.seek(offset)
            first = file.read(2)
            file.seek(max(offset, offset + length - 2))
            if offset + length > size or (first, file.read(2)) != (b"\xff\xd8", b"\xff\xd9"):
                raise InvalidInput(
                    f"{bundle.name}: frame {number} ({length} bytes from byte {offset}) is not "
                    "one whole JPEG: copy the FrameKM from the camera again"
                )
    if size != bundle.size:
        raise InvalidInput(
            f"{bundle.name}: {size - bundle.size} bytes lie after frame {len(bundle.lengths) - 1}, "
            "its last: copy the FrameKM from the camera again"
        )


def read_framekm(path: Path) -> Iterator[Still | Rejected[Path] | str]:
    """Its frames as stills; or, where it is refused, all as rejected and the reason in words.

    The JSON lies beside the file or in the folder `metadata` beside its own, as on the camera.
    """
    try:
        bundle = bundle_of(path.name, _metadata(path))
    except InvalidInput as error:
        yield Rejected(path, "framekm-damaged")
        yield str(error)
        return
    try:
        check_bytes(bundle, path)
    except InvalidInput as error:
        names = (_frame_path(path, number) for number in range(len(bundle.lengths)))
        yield from (Rejected(name, "framekm-damaged") for name in names)
        yield str(error)
        return
    mtime_ns = path.stat().st_mtime_ns
    places = zip(bundle.offsets, bundle.lengths, bundle.fixes, strict=True)
    for number, (offset, length, fix) in enumerate(places):
        yield Still(
            _frame_path(path, number),
            length,
            mtime_ns,
            fix.t_ms,
            fix,
            bundle.model,
            _orientation(path, offset),
            source=Slice(path, offset, length),
        )


def _orientation(path: Path, offset: int) -> int:
    """How the camera was mounted, as each frame's own EXIF says."""
    return exif_of(Slice(path, offset, _HEADER_BYTES).read()).orientation


def _frame_path(path: Path, number: int) -> Path:
    """A frame's name in reports; the bundle's name first, so that names give the order."""
    return path / f"{path.name}_{number:05d}.jpg"


def _metadata(path: Path) -> bytes:
    """Raises InvalidInput."""
    name = f"{path.name}.json"
    for candidate in (path.with_name(name), path.parent.parent / "metadata" / name):
        try:
            if candidate.stat().st_size > METADATA_BYTES:
                raise InvalidInput(f"{name} is larger than {METADATA_BYTES // 2**20} MB")
            return candidate.read_bytes()
        except OSError:
            continue
    raise InvalidInput(f"{name} is missing: without it nothing says where the frames lie")


def _frame(name: str, number: int, frame: Any) -> tuple[int, Fix]:
    size, t_ms = (frame.get(key) if isinstance(frame, Mapping) else None for key in ("bytes", "t"))
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size < FRAME_BYTES:
        raise InvalidInput(f"{name}.json: frame {number} has no possible size ({size})")
    instant = finite(t_ms)
    if instant is None:
        raise InvalidInput(f"{name}.json: frame {number} has no time")
    kmh = _number(frame, "speed")
    satellites = _number(frame, "satellites")
    return size, Fix(
        round(instant),
        _number(frame, "lat", math.nan),
        _number(frame, "lon", math.nan),
        alt_m=_number(frame, "alt"),
        speed_mps=None if kmh is None else kmh * _KMH_MPS,
        hdop=_number(frame, "hdop"),
        satellites=None if satellites is None else round(satellites),
        error_m=_number(frame, "eph"),
    )


def _number(frame: Mapping[str, Any], key: str, missing: Any = None) -> Any:
    value = finite(frame.get(key))
    return missing if value is None else value
