"""FrameKMs from a dashcam into a folder, and off the dashcam once a node has given its receipt.

Laws: a FrameKM stands in the folder whole or not at all; one that is there whole is not asked for
again; nothing is deleted on the camera before every picture of it that is for sending stands under
a receipt of the node, so an upload that fails, or a FrameKM of which nothing was sent, stays.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.dashcam import Dashcam
from ingest.framekm import Bundle, bundle_of, check_bytes
from ingest.localstate import LocalState
from ingest.planning import FAULTS, Plan
from roadcomb.errors import InvalidInput, NotFound, RoadcombError, Unreachable

__all__ = ["Pulled", "delivered", "pull"]

_ATTEMPTS = 3
"""As the firmware itself, which checks the size up to three times."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """Names of what is in the folder now, of what came in this run, and what did not come."""

    whole: tuple[str, ...]
    fresh: tuple[str, ...]
    troubles: tuple[str, ...]


def pull(
    camera: Dashcam, folder: Path, tell: Callable[[str, int], None] = lambda name, size: None
) -> Pulled:
    """Copy what the folder lacks; `tell` hears each name and its bytes. Raises Unreachable."""
    folder.mkdir(parents=True, exist_ok=True)
    whole: list[str] = []
    fresh: list[str] = []
    troubles: list[str] = []
    for name in camera.names():
        try:
            if not _there(folder / name):
                size = _copy(camera, folder / name)
                tell(name, size)
                fresh.append(name)
            whole.append(name)
        except (InvalidInput, NotFound) as error:
            troubles.append(str(error))
    return Pulled(tuple(whole), tuple(fresh), tuple(troubles))


def delivered(
    names: Iterable[str], plans: Sequence[Plan], state: LocalState, node: str, contributor: str
) -> list[str]:
    """Those FrameKMs whose pictures for sending, at least one, all stand under receipts."""
    shots = [shot for plan in plans for drive in plan.drives for shot in drive]
    faulty = {r.item.parent.name for plan in plans for r in plan.rejected if r.reason in FAULTS}
    done = []
    for name in names:
        ours = [shot for shot in shots if shot.path.parent.name == name]
        known = [state.image_of(shot.path, shot.file_size, shot.mtime_ns) for shot in ours]
        ids = {image[0] for image in known if image is not None}
        whole = bool(ours) and None not in known and name not in faulty
        if whole and state.sent(node, contributor, ids) == ids:
            done.append(name)
    return done


def _there(path: Path) -> bool:
    """Whether a FrameKM is in the folder, whole."""
    try:
        check_bytes(bundle_of(path.name, path.with_name(f"{path.name}.json").read_bytes()), path)
    except (OSError, InvalidInput):
        return False
    return True


def _copy(camera: Dashcam, path: Path) -> int:
    """Bytes of a FrameKM that is now in the folder. Raises InvalidInput, NotFound, Unreachable."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            metadata = camera.metadata(path.name)
            bundle = bundle_of(path.name, metadata)
            _fetch(camera, bundle, path)
        except (InvalidInput, Unreachable) as error:
            if not left:
                raise _last(error) from error
        else:
            _write(path.with_name(f"{path.name}.json"), metadata)
            return bundle.size
    raise AssertionError("the last attempt answers or raises")


def _last(error: RoadcombError) -> RoadcombError:
    return type(error)(f"{error} (tried {_ATTEMPTS} times)")


def _fetch(camera: Dashcam, bundle: Bundle, path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as sink:
            camera.fetch(bundle.name, bundle.size, sink)
            sink.flush()
            os.fsync(sink.fileno())
        check_bytes(bundle, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
