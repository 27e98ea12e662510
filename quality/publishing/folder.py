"""Blurring at home: a folder of pictures into a new one, before anything is sent.

Law: a picture stands in the new folder only with its zones destroyed and proved to be; one that
cannot be is named with its reason and not written. Files that say where and when pictures were
taken come along; videos do not, nothing here blurs them.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.blurred import FILE_NAME, Blurred, write_blurred
from ingest.exif import exif_of
from ingest.readers import SIDECARS
from quality.publishing.exif import with_exif_of
from quality.publishing.fates import Waits
from quality.publishing.passing import Raw, Workers, windows
from roadcomb.errors import NotFound, UsageError
from roadcomb.files import write_durably
from roadcomb.jpeg import image_id

__all__ = ["Left", "blur_folder", "pictures_in"]

_JPEG = {".jpg", ".jpeg"}
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Left:
    """A picture that was not written, and why (quality/publishing/fates.py)."""

    path: Path
    reason: str


def pictures_in(source: Path, into: Path) -> dict[Path, list[Path]]:
    """The JPEGs under a folder, by folder. Raises NotFound without any, UsageError for a target
    that is not empty or lies inside the source."""
    if into.resolve().is_relative_to(source.resolve()):
        raise UsageError(f"{into} lies in {source}: name a folder elsewhere")
    if into.exists() and any(into.iterdir()):
        raise UsageError(f"{into} is not empty: name a new folder")
    found = {
        Path(folder): sorted(Path(folder, name) for name in files if _is_picture(name))
        for folder, _, files in os.walk(source)
    }
    if not any(found.values()):
        raise NotFound(f"there is no JPEG under {source}")
    return found


def blur_folder(
    workers: Workers, source: Path, into: Path, found: dict[Path, list[Path]], tell: Tell
) -> Iterator[Left]:
    """Write the blurred twin of each folder; `tell` hears after each picture how many are done."""
    done = 0
    for folder, pictures in found.items():
        target = into / folder.relative_to(source)
        named = []
        for written in _blurred(workers, pictures, target):
            done += 1
            tell(done)
            if isinstance(written, Left):
                yield written
            else:
                named.append(written)
        if named:
            detector = workers.detector
            write_blurred(target, Blurred(detector.name, detector.version), named)
        _copy_sidecars(folder, target)


def _blurred(workers: Workers, pictures: Sequence[Path], target: Path) -> Iterator[Left | str]:
    """The image id of each picture that was written, or why it was not."""

    for window in windows(pictures):
        for frame, made in workers.masked(partial(_raw, window)):
            path = window[frame.n]
            if made is None:
                yield Left(path, frame.reason or Waits.FAILED)
                continue
            write_durably(target / path.name, with_exif_of(path.read_bytes(), made.full))
            yield image_id(made.full)


def _raw(pictures: Sequence[Path]) -> Iterator[Raw]:
    for n, path in enumerate(pictures):
        data = path.read_bytes()
        yield Raw(n, data, exif_of(data).orientation)


def _copy_sidecars(folder: Path, target: Path) -> None:
    """All but what an earlier blur said: it names other pictures."""
    for path in sorted(folder.iterdir()):
        if path.name != FILE_NAME and path.is_file() and path.suffix.lower() in SIDECARS:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / path.name)


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in _JPEG
