"""`mapillary_image_description.json`, as `mapillary_tools process` writes it beside the pictures.

Each entry is checked by the schema that mapillary_tools ships; the entry of a picture that it
refused carries its error and no place. A picture is known by the last part of its name, since the
folder may have moved; where that is not enough, by its folder's name too, and always so in a
description that lies above the pictures' folder. Times are UTC. A video's track becomes fixes where
it has GPS times.

Law: an entry that breaks the schema says nothing and is told; the others count.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import Any

from ingest.geojson import finite
from ingest.sidecars import CsvRow, Sidecar, contents
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["FILE_NAME", "read_description"]

FILE_NAME = "mapillary_image_description.json"
MAX_BYTES = 64 * 2**20
"""100,000 pictures of 600 bytes each."""
_TIME = re.compile(r"(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d+)", re.ASCII)


def read_description(path: Path, folder: Path) -> Sidecar:
    """Rows of the pictures of a folder and fixes of videos.

    `path` lies in the folder or above it. Raises InvalidInput for what is no such file.
    """
    try:
        entries = json.loads(contents(path, MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"no readable JSON: {str(error)[:100]}") from error
    if not isinstance(entries, list):
        raise InvalidInput("no list of descriptions as mapillary_tools writes it")
    described: list[Mapping[str, Any]] = []
    fixes: list[Fix] = []
    notes: list[str] = []
    for entry in entries:
        problem = _problem(entry)
        if problem is not None:
            notes.append(f"{path.name}: {problem}")
        elif "MAPGPSTrack" in entry:
            fixes += [_track_fix(point) for point in entry["MAPGPSTrack"] if _timed(point)]
        else:
            described.append(entry)
    here = folder.absolute()
    if here != path.absolute().parent:
        return Sidecar(_rows(described, here.name, strict=True))
    return Sidecar(_rows(described, here.name, strict=False), tuple(fixes), tuple(notes))


def _rows(entries: Sequence[Mapping[str, Any]], folder: str, strict: bool) -> dict[str, CsvRow]:
    """Rows by the names of pictures; of one name in several folders only that of this folder."""
    paths = [PureWindowsPath(entry["filename"]) for entry in entries]
    often = Counter(path.name for path in paths)
    return {
        path.name: _row(entry)
        for path, entry in zip(paths, entries, strict=True)
        if path.parent.name == folder or (often[path.name] == 1 and not strict)
    }


def _problem(entry: object) -> str | None:
    """Why an entry is not used."""
    from mapillary_tools.serializer import description

    if not isinstance(entry, dict):
        return "an entry is no object"
    name = PureWindowsPath(str(entry.get("filename"))).name
    if "error" in entry:
        error = entry["error"]
        words = error.get("message") if isinstance(error, dict) else error
        return f"{name}: mapillary_tools says: {str(words)[:200]}"
    schema = (
        description.VideoDescriptionFileSchemaValidator
        if "MAPGPSTrack" in entry
        else description.ImageDescriptionFileSchemaValidator
    )
    broken = next(iter(schema.iter_errors(entry)), None)
    if broken is not None:
        return f"{name}: {broken.json_path}: {broken.message[:200]}"
    if "MAPGPSTrack" not in entry and _capture_ms(entry["MAPCaptureTime"]) is None:
        return f"{name}: there is no such time: {entry['MAPCaptureTime'][:40]}"
    return None


def _row(entry: Mapping[str, Any]) -> CsvRow:
    t_ms = _capture_ms(entry["MAPCaptureTime"]) or 0
    heading = entry.get("MAPCompassHeading", {}).get("TrueHeading")
    fix = Fix(
        t_ms,
        float(entry["MAPLatitude"]),
        float(entry["MAPLongitude"]),
        finite(entry.get("MAPAltitude")),
        heading_deg=None if heading is None else heading % 360,
        error_m=finite(entry.get("MAPGPSAccuracyMeters")),
    )
    names = (entry.get("MAPDeviceMake"), entry.get("MAPDeviceModel"))
    return CsvRow(t_ms, fix, " ".join(str(name) for name in names if name))


def _capture_ms(text: str) -> int | None:
    """Milliseconds since 1970; the last part is a fraction of a second in as many digits."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return round(instant.timestamp() * 1000) + round(float(f"0.{match[7]}") * 1000)


def _timed(point: list[Any]) -> bool:
    """Whether a track's point says its GPS time; most writers say only the video's."""
    return len(point) == 6 and isinstance(point[5], (int, float)) and 0 < point[5] < 2**38


def _track_fix(point: list[Any]) -> Fix:
    _, lon, lat, alt, angle, epoch_s = point
    heading = None if angle is None else angle % 360
    return Fix(round(epoch_s * 1000), lat, lon, finite(alt), heading_deg=heading)
