"""What a picture file holds: its canonical JPEG and image id, read once and remembered.

Law: a file is read again only when its size or time of change differ, and what is sent is checked
against the id that was promised.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.localstate import LocalState
from ingest.planning import Shot
from roadcomb.errors import NotAJpeg
from roadcomb.jpeg import canonical_jpeg, image_id
from roadcomb.records import Frame

__all__ = ["ChangedMeanwhile", "Hashed", "batches", "hash_picture", "read_promised"]

_PREFIX_BYTES = 4
"""Each frame of a batch has its length before it (ingest/batches.py)."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A picture file and the frame that a manifest will name."""

    shot: Shot
    frame: Frame


class ChangedMeanwhile(Exception):
    """A file no longer holds the picture that the manifest promises."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} changed while it was sent: run the upload again")
        self.path = path


def hash_picture(shot: Shot, state: LocalState, frame_bytes: int) -> Hashed | str:
    """The frame of a picture of at most `frame_bytes`, or the reason why there is none."""
    known = state.image_of(shot.path, shot.file_size, shot.mtime_ns)
    if known is None:
        try:
            canonical = canonical_jpeg(shot.path.read_bytes())
        except NotAJpeg:
            return "not-a-jpeg"
        except OSError:
            return "unreadable"
        known = image_id(canonical), len(canonical)
        state.remember_file(shot.path, shot.file_size, shot.mtime_ns, *known)
    return "too-large" if known[1] > frame_bytes else Hashed(shot, shot.frame(*known))


def read_promised(hashed: Hashed) -> bytes:
    """The canonical JPEG. Raises ChangedMeanwhile when it is not the promised one."""
    try:
        canonical = canonical_jpeg(hashed.shot.path.read_bytes())
    except (NotAJpeg, OSError) as error:
        raise ChangedMeanwhile(hashed.shot.path) from error
    if image_id(canonical) != hashed.frame.image_id:
        raise ChangedMeanwhile(hashed.shot.path)
    return canonical


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
