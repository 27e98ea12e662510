"""Which reader a file beside the pictures belongs to, by its name.

A name that promises a track (`.gpx`, `.nmea`, ...) and holds none is told; `.log` and `.txt` may be
about anything and are not.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from ingest.geojson import geojson_fixes
from ingest.mapillary import FILE_NAME, read_description
from ingest.receiverlog import read_log, read_receiver
from ingest.sidecars import Sidecar, contents, read_csv
from roadcomb.errors import InvalidInput

__all__ = ["SIDECARS", "read_geojson", "read_sidecar", "sidecar_paths"]

MAX_GEOJSON_BYTES = 64 * 2**20
"""A 1 Hz track of ten days; as Python objects it is ten times as large."""


def sidecar_paths(folder: Path) -> list[Path]:
    """The files of a folder, and mapillary's description of a card in the folder above."""
    above = folder.absolute().parent / FILE_NAME
    return [*([above] if above.is_file() else []), *sorted(folder.iterdir())]


def read_sidecar(path: Path, folder: Path) -> Sidecar:
    """What a file says of a folder's pictures or of a track, nothing for others.

    Raises InvalidInput.
    """
    if path.name.startswith("."):
        return Sidecar()
    if path.name.lower() == FILE_NAME:
        return read_description(path, folder)
    reader = _READERS.get(path.suffix.lower())
    return Sidecar() if reader is None else reader(path)


def read_geojson(path: Path) -> Sidecar:
    """Fixes of a GeoJSON file. Raises InvalidInput saying what is wrong with it."""
    try:
        text = contents(path, MAX_GEOJSON_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("not in UTF-8") from error
    fixes, timeless = geojson_fixes(text)
    if not fixes:
        raise InvalidInput("it holds no place with a time")
    note = f"{path.name}: {timeless} places have no time"
    return Sidecar(fixes=tuple(fixes), notes=(note,) if timeless else ())


def _read_gpx(path: Path) -> Sidecar:
    """XML libraries are dear to load, and most folders hold no GPX."""
    from ingest.gpx import read_gpx

    return read_gpx(path)


_READERS: Mapping[str, Callable[[Path], Sidecar]] = MappingProxyType(
    {
        ".csv": read_csv,
        ".gpx": _read_gpx,
        ".geojson": read_geojson,
        ".nmea": read_receiver,
        ".ubx": read_receiver,
        ".gps": read_receiver,
        ".log": read_log,
        ".txt": read_log,
    }
)

SIDECARS = frozenset({*_READERS, Path(FILE_NAME).suffix})
"""Endings of the names of files that may say something of the pictures beside them."""
