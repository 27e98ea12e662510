"""What a picture file holds: its canonical JPEG and image id, read once and remembered.

Law: a file is read again only when its size or time of change differ, and what is sent is checked
against the id that was promised.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.lanes import in_lanes
from ingest.localstate import LocalState
from ingest.planning import Shot
from roadcomb.errors import NotAJpeg
from roadcomb.jpeg import canonical_jpeg, identify, image_id
from roadcomb.records import Frame

__all__ = ["ChangedMeanwhile", "Hashed", "batches", "hash_pictures", "read_promised"]

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


def hash_pictures(
    shots: Sequence[Shot], state: LocalState, frame_bytes: int, lanes: int
) -> Iterator[tuple[Shot, Hashed | str]]:
    """Each shot with the frame of its picture, or with the reason why there is none.

    A picture of more than `frame_bytes` is `too-large`. Files are read by `lanes` threads; the
    state is asked and told by the caller's thread alone.
    """
    asked = ((shot, state.image_of(shot.path, shot.file_size, shot.mtime_ns)) for shot in shots)
    for (shot, known), found in in_lanes(_image_of, asked, lanes):
        if isinstance(found, str):
            yield shot, found
            continue
        if known is None:
            state.remember_file(shot.path, shot.file_size, shot.mtime_ns, *found)
        yield shot, "too-large" if found[1] > frame_bytes else Hashed(shot, shot.frame(*found))


def read_promised(hashed: Hashed) -> bytes:
    """The canonical JPEG. Raises ChangedMeanwhile when it is not the promised one."""
    try:
        canonical = canonical_jpeg(hashed.shot.read())
    except (NotAJpeg, OSError) as error:
        raise ChangedMeanwhile(hashed.shot.path) from error
    if image_id(canonical) != hashed.frame.image_id:
        raise ChangedMeanwhile(hashed.shot.path)
    return canonical


def _image_of(asked: tuple[Shot, tuple[str, int] | None]) -> tuple[str, int] | str:
    """(image id, canonical size), read from the file where it is not known; else a reason."""
    shot, known = asked
    if known is not None:
        return known
    try:
        return identify(shot.read())
    except NotAJpeg:
        return "not-a-jpeg"
    except OSError:
        return "unreadable"


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
