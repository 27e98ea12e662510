"""Reading folders: one folder is one recording, its pictures in the order they were taken.

Law: every JPEG found is a still or rejected with a reason; a broken file never stops the others.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.allowance import allowance
from ingest.clockshift import suggest
from ingest.readers import read_sidecar, sidecar_paths
from ingest.screening import Rejected, increasing
from ingest.settings import ReadSettings
from ingest.sidecars import CsvRow
from ingest.stills import Beside, Still, read_still
from ingest.tracks import make_track
from roadcomb.errors import InvalidInput, NotFound
from roadcomb.records import Fix

__all__ = ["Recording", "read_recordings", "recording_order"]

_JPEG = {".jpg", ".jpeg"}
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder's pictures; `troubles` names other files and folders that could not be used, `notes`
    what is worth telling though it stopped nothing. `by_distance`: the pictures were taken by the
    wanted spacing, not by time or by hand."""

    folder: Path
    stills: tuple[Still, ...] = ()
    rejected: tuple[Rejected[Path], ...] = ()
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    by_distance: bool = False


Containers = Callable[[Path, Sequence[Path], Callable[[], Beside]], Iterable[Recording]]
"""Reads those of a folder's files that hold many pictures each, with what lies beside them."""


def _none(*_: object) -> Iterable[Recording]:
    return ()


def read_recordings(
    path: Path, settings: ReadSettings, containers: Containers = _none
) -> Iterator[Recording]:
    """Recordings of a folder and the folders in it, or of one file. Raises NotFound.

    `containers` reads what holds many pictures in one file; see ingest.containers.
    """
    if path.is_file():
        inside = list(containers(path.parent, [path], partial(_sidecars, path.parent, settings)))
        yield from inside or [_read(path.parent, [path], settings)]
        return
    if not path.is_dir():
        raise NotFound(f"{path} is no folder and no picture")
    unread: list[OSError] = []
    found = False
    for folder, names, files in os.walk(path, onerror=unread.append):
        names[:] = sorted(name for name in names if not name.startswith("."))
        pictures = [Path(folder, name) for name in files if _is_picture(name)]
        if pictures:
            found = True
            yield _read(Path(folder), pictures, settings)
        others = [Path(folder, name) for name in files]
        for recording in containers(
            Path(folder), others, partial(_sidecars, Path(folder), settings)
        ):
            found = True
            yield recording
    if unread:
        yield Recording(path, troubles=tuple(f"{e.filename}: {e.strerror}" for e in unread))
    elif not found:
        raise NotFound(f"there is no JPEG, video or FrameKM under {path}: name a folder of them")


def recording_order(stills: Sequence[Still], settings: ReadSettings) -> list[Still]:
    """By name where nearly all times follow the names (so that a wild clock shows), else by time.

    Names alone are no order: counters start again at 0001.
    """
    named = sorted(stills, key=lambda still: _natural(still.path.name))
    times = [still.t_ms for still in named if still.t_ms is not None]
    if sum(increasing(times)) >= settings.in_order * len(times):
        return named
    return sorted(named, key=lambda still: still.t_ms or 0)


def _read(folder: Path, pictures: Sequence[Path], settings: ReadSettings) -> Recording:
    beside = _sidecars(folder, settings)
    allowed = allowance(settings)
    read = [read_still(path, beside, settings, allowed) for path in pictures]
    stills = [still for still in read if isinstance(still, Still)]
    rejected = tuple(still for still in read if isinstance(still, Rejected))
    ordered = tuple(recording_order(stills, settings))
    notes = (*beside.notes, *_clock_note(stills, beside, settings))
    return Recording(folder, ordered, rejected, beside.troubles, notes)


def _clock_note(stills: Sequence[Still], beside: Beside, settings: ReadSettings) -> list[str]:
    """Asked where half of the pictures got no place from anything."""
    lost = [still.t_ms for still in stills if still.fix is None and still.t_ms is not None]
    few = 2 * len(lost) < len(stills)
    found = None if few else suggest(lost, beside.track, settings.track_gap_s)
    return [] if found is None else [found.words()]


def _sidecars(folder: Path, settings: ReadSettings) -> Beside:
    rows: dict[str, CsvRow] = {}
    fixes: list[Fix] = []
    troubles: list[str] = []
    notes: list[str] = []
    allowed = allowance(settings)
    for path in sidecar_paths(folder):
        try:
            with allowed.spent_on(path.stat().st_size):
                sidecar = read_sidecar(path, folder)
        except InvalidInput as error:
            troubles.append(f"{path} is not used: {error}")
        except OSError as error:
            troubles.append(f"{path} is not used: {error.strerror}")
        else:
            rows.update(sidecar.rows)
            fixes.extend(sidecar.fixes)
            notes.extend(sidecar.notes)
    return Beside(rows, make_track(fixes), tuple(troubles), tuple(notes))


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in _JPEG


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key under which frame 10 comes after frame 9."""
    parts = _NUMBERS.split(name.lower())
    return [(int(part), "") if index % 2 else (0, part) for index, part in enumerate(parts)]
