"""A drive's frames through the engine: each is decoded once, and memory stays bounded.

The law: every frame of the manifest comes back, in its order. A frame whose bytes kill each worker
that takes them is `undecodable`, not a reason to lose the others. A frame whose stored bytes are
damaged is our fault and not the contributor's: that is an IntegrityError and the drive stays
pending. Frames of a receiver slower than its camera come back where they were between its fixes
(ingest/heldfix.py), whatever client sent them, so that none is taken for a car that stands.

What only the drive as a whole tells (motion, dirt that stays put) is for observers: each is shown
every frame in its order with a small grey picture, which is forgotten with its chunk. Two look at
every drive: what stays put on the glass lowers its frames' grades, how the camera hangs is told.

Looking stops twice while workers have something to do, so that another drive can be looked at in
between (quality/overlapping.py): when its first frames are under way, and when the engine was asked
the last of it.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from ingest.heldfix import spread_frames
from ingest.settings import ReadSettings
from ingest.stored import read_frames
from quality.decode import Image
from quality.examine import Examined, FrameTask, examine, refused
from quality.grade import View, grade
from quality.mount import Mount, MountObserver, straight
from quality.settings import QualitySettings
from quality.thumbnails import ThumbnailWriter
from quality.view import Seen, ViewObserver
from roadcomb.engine import Engine, Lost
from roadcomb.node import Node
from roadcomb.records import Frame

__all__ = ["Grey", "Looked", "Observer", "Seeing", "looking"]

Asked = tuple[list[Frame], Iterator[Examined]]
"""Frames of a chunk, and what becomes of them."""

Grey = Image
"""Grey pixels of the upright frame, shape (h, w), at most 320 px on the longer side."""


class Seeing(Protocol):
    """Gathers what a drive's pictures tell together, and keeps little of each."""

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        """Frame n of the manifest, from 0 upwards without gaps; None where it has no pixels."""


class Observer(Seeing, Protocol):
    """One that asks an engine."""

    def end(self) -> None:
        """No frame follows: what is left to ask an engine is asked now."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Frames with what their pixels said (pictures taken out), and where the thumbnails are; what
    the drive as a whole showed of the glass and of the mount.
    """

    frames: tuple[tuple[Frame, Examined], ...]
    thumbnails: str | None
    seen: Seen
    mount: Mount


def looking(
    node: Node,
    engine: Engine,
    drive_id: str,
    settings: QualitySettings,
    observers: Sequence[Observer] = (),
) -> Generator[None, None, Looked]:
    """Examine a sealed drive. Raises NotFound, IntegrityError or DigestMismatch for damage."""
    frames: list[tuple[Frame, Examined]] = []
    writer = ThumbnailWriter(node.blobs, node.key)
    view, mount = ViewObserver(), MountObserver()
    seers: tuple[Seeing, ...] = (view, mount, *observers)
    chunks = _chunks(read_frames(node, drive_id), settings)
    under_way = _one_ahead(_asked(engine, chunk, settings) for chunk in chunks)
    first = next(under_way, ([], iter(())))
    yield
    for asked, results in chain([first], under_way):
        for frame, examined in zip(asked, results, strict=True):
            if examined.fingerprint is not None:
                writer.add(examined.thumbnail)
            for seer in seers:
                seer.see(len(frames), frame, examined.small)
            frames.append((frame, replace(examined, thumbnail=b"", small=None)))
    for observer in observers:
        observer.end()
    found = engine.map(straight, mount.pictures)
    yield
    seen = view.seen()
    graded = [(frame, _graded(examined, seen.view)) for frame, examined in frames]
    straights = [one for one in found if not isinstance(one, Lost)]
    return Looked(_placed(graded), writer.close(), seen, mount.mount(straights, seen.own_car))


def _graded(examined: Examined, view: View) -> Examined:
    """With the grade that the frame's own measures and the drive's view give it."""
    measures = examined.grade.measures
    return examined if measures is None else replace(examined, grade=grade(measures, view))


def _placed(frames: Sequence[tuple[Frame, Examined]]) -> tuple[tuple[Frame, Examined], ...]:
    spread = spread_frames([frame for frame, _ in frames], ReadSettings().held_fix_s)
    return tuple(zip(spread, (seen for _, seen in frames), strict=True))


def _asked(engine: Engine, chunk: list[tuple[Frame, bytes]], settings: QualitySettings) -> Asked:
    """Under way when this returns, as far as the engine can."""
    tasks = [FrameTask(data, frame.orientation, settings) for frame, data in chunk]
    results = engine.map(examine, tasks)
    seen = (refused("undecodable") if isinstance(one, Lost) else one for one in results)
    return [frame for frame, _ in chunk], seen


def _one_ahead(chunks: Iterable[Asked]) -> Iterator[Asked]:
    """Each chunk when the next one is under way, too: no worker waits while results are read."""
    last: Asked | None = None
    for chunk in chunks:
        if last is not None:
            yield last
        last = chunk
    if last is not None:
        yield last


def _chunks(
    frames: Iterable[tuple[Frame, bytes]], settings: QualitySettings
) -> Iterator[list[tuple[Frame, bytes]]]:
    """Runs of at most `chunk_frames` frames that end when `chunk_bytes` are reached."""
    chunk: list[tuple[Frame, bytes]] = []
    held = 0
    for frame, data in frames:
        chunk.append((frame, data))
        held += len(data)
        if len(chunk) == settings.chunk_frames or held >= settings.chunk_bytes:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk
