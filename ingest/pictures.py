"""What a picture file holds: its canonical JPEG and image id, read once and remembered.

Laws: a file is hashed again only when its size or time of change differ. What is sent is what was
hashed: either the file's seal says so, or it is hashed once more; and as a seal is the machine's
word only, the node checks each picture's id anyway: what it refuses is read again and named.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from ingest.lanes import in_lanes
from ingest.localstate import LocalState, ReadFile
from ingest.planning import Shot
from ingest.rested import Seal, read_by_seal, read_sealed
from roadcomb.errors import NotAJpeg
from roadcomb.jpeg import Runs, canonical_jpeg, identify, image_id
from roadcomb.records import Frame

__all__ = [
    "ChangedMeanwhile",
    "Hashed",
    "batches",
    "hash_pictures",
    "read_checked",
    "read_promised",
]

_PREFIX_BYTES = 4
"""Each frame of a batch has its length before it (ingest/batches.py)."""
_AT_ONCE = 16
"""Pictures handed to a thread together: a handover costs as much as a small picture."""
_REMEMBERED_AT_ONCE = 8 * _AT_ONCE
"""Pictures of one commit; a killed run hashes so many again at most."""
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Hashed:
    """A picture file and the frame that a manifest will name.

    seal, runs: where the canonical bytes stand in the file, as long as it is the sealed one.
    """

    shot: Shot
    frame: Frame
    seal: Seal | None = None
    runs: Runs = ()


class ChangedMeanwhile(Exception):
    """A file no longer holds the picture that the manifest promises."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} changed while it was sent: run the upload again")
        self.path = path


@dataclass(frozen=True, slots=True)
class _Asked:
    """A shot and what the state remembers of its file: (image id, canonical size)."""

    shot: Shot
    known: tuple[str, int] | None


def hash_pictures(
    shots: Iterable[Shot],
    state: LocalState,
    frame_bytes: int,
    lanes: int,
    now_ns: Clock = time.time_ns,
) -> Iterator[tuple[Shot, Hashed | str]]:
    """Each shot with the frame of its picture, or with the reason why there is none.

    A picture of more than `frame_bytes` is `too-large`. Files are read by `lanes` threads; the
    state is asked and told by the caller's thread alone.
    """
    asked = (_Asked(s, state.image_of(s.path, s.file_size, s.mtime_ns)) for s in shots)
    read: list[ReadFile] = []
    for ask, found in _in_groups(partial(_found, now_ns), asked, lanes):
        if isinstance(found, str):
            yield ask.shot, found
            continue
        if ask.known is None:
            read.append(_read_file(found))
        if len(read) >= _REMEMBERED_AT_ONCE:
            state.remember_files(read)
            read.clear()
        yield ask.shot, "too-large" if found.frame.size > frame_bytes else found
    state.remember_files(read)


def read_promised(hashed: Hashed) -> bytes:
    """The canonical JPEG, by its seal where it has one. Raises ChangedMeanwhile."""
    if hashed.seal is not None:
        try:
            canonical = read_by_seal(hashed.shot.path, hashed.seal, hashed.runs)
        except OSError as error:
            raise ChangedMeanwhile(hashed.shot.path) from error
        if canonical is not None:
            return canonical
    return read_checked(hashed)


def read_checked(hashed: Hashed) -> bytes:
    """The canonical JPEG, hashed again. Raises ChangedMeanwhile when it is not the promised one."""
    try:
        canonical = canonical_jpeg(hashed.shot.read())
    except (NotAJpeg, OSError) as error:
        raise ChangedMeanwhile(hashed.shot.path) from error
    if image_id(canonical) != hashed.frame.image_id:
        raise ChangedMeanwhile(hashed.shot.path)
    return canonical


def _in_groups(
    work: Callable[[_Asked], Hashed | str], asked: Iterable[_Asked], lanes: int
) -> Iterator[tuple[_Asked, Hashed | str]]:
    def all_of(group: Sequence[_Asked]) -> list[Hashed | str]:
        return [work(one) for one in group]

    for group, found in in_lanes(all_of, _groups(asked), lanes):
        yield from zip(group, found, strict=True)


def _groups(asked: Iterable[_Asked]) -> Iterator[list[_Asked]]:
    left = iter(asked)
    while group := list(islice(left, _AT_ONCE)):
        yield group


def _found(now_ns: Clock, ask: _Asked) -> Hashed | str:
    """The picture, hashed where it is not known; else a reason."""
    shot = ask.shot
    if ask.known is not None:
        return Hashed(shot, shot.frame(*ask.known))
    try:
        return _of_file(shot, now_ns) if shot.source is None else _hashed(shot, shot.read(), None)
    except NotAJpeg:
        return "not-a-jpeg"
    except OSError:
        return "unreadable"


def _of_file(shot: Shot, now_ns: Clock) -> Hashed | str:
    """`changed-meanwhile` where it is not the file whose time and place were read."""
    data, seal, firm = read_sealed(shot.path, now_ns)
    if (seal.size, seal.written_ns) != (shot.file_size, shot.mtime_ns):
        return "changed-meanwhile"
    return _hashed(shot, data, seal if firm else None)


def _hashed(shot: Shot, data: bytes, seal: Seal | None) -> Hashed:
    image, runs = identify(data)
    return Hashed(shot, shot.frame(image, sum(end - start for start, end in runs)), seal, runs)


def _read_file(hashed: Hashed) -> ReadFile:
    shot, frame = hashed.shot, hashed.frame
    return ReadFile(shot.path, shot.file_size, shot.mtime_ns, frame.image_id, frame.size)


def batches(drive: Sequence[Hashed], batch_bytes: int) -> Iterator[list[Hashed]]:
    """Runs of pictures that fit a body of `batch_bytes`, or of one larger picture."""
    batch: list[Hashed] = []
    size = 0
    for hashed in drive:
        length = hashed.frame.size + _PREFIX_BYTES
        if batch and size + length > batch_bytes:
            yield batch
            batch, size = [], 0
        batch.append(hashed)
        size += length
    if batch:
        yield batch
