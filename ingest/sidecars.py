"""CSV files beside the pictures that say where they were. (A Bee's JSON is not read: it carries
wrong longitudes.)

::

    CSV  file,t_unix,lat,lon[,alt,speed,heading,hdop,satellites]   a row a picture, or
         t_unix,lat,lon[,...]                                      a row a fix: a track
         `t_unix` is seconds since 1970 UTC, `t_ms` (milliseconds) may stand for it, m, m/s, degrees

A value that is no number is NaN in the place or time of a row, and None elsewhere.
"""

import csv
import math
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path, PureWindowsPath

from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["CsvRow", "Sidecar", "contents", "read_csv", "text_of"]

MAX_BYTES = 256 * 2**20
"""A 1 Hz GPX of a whole week is 60 MB."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """What a CSV says of one picture; `t_ms` None: the picture's own time counts. model: of the
    camera, where the picture itself names none."""

    t_ms: int | None
    fix: Fix
    model: str = ""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Rows by the picture's file name, or fixes of a track; `notes`: what is worth telling."""

    rows: Mapping[str, CsvRow] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    notes: tuple[str, ...] = ()


def read_csv(path: Path) -> Sidecar:
    """Rows or fixes of a CSV file. Raises InvalidInput saying what is wrong with the file."""
    try:
        columns, rows = _table(text_of(path))
    except csv.Error as error:
        raise InvalidInput(f"no readable CSV: {error}") from error
    timed = columns & {"t_unix", "t_ms"}
    if not {"lat", "lon"} <= columns or not (timed or "file" in columns):
        raise InvalidInput(
            f"{path.name}: its first line must name file, t_unix (or t_ms), lat, lon"
        )
    if "file" in columns:
        return Sidecar(rows={PureWindowsPath(row["file"].strip()).name: _row(row) for row in rows})
    return Sidecar(fixes=tuple(_row(row).fix for row in rows if _time_ms(row) is not None))


def contents(path: Path, limit: int) -> bytes:
    """The bytes of a file of at most `limit`. Raises InvalidInput, OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe or a device would be read for ever
        raise InvalidInput("it is no file")
    if status.st_size > limit:
        raise InvalidInput(f"larger than {limit // 2**20} MB")
    return path.read_bytes()


def text_of(path: Path) -> str:
    """The text of a file of at most MAX_BYTES. Raises InvalidInput, OSError."""
    try:
        return contents(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("not in UTF-8") from error


def _table(text: str) -> tuple[set[str], list[dict[str, str]]]:
    """(names of the columns, rows); what a row has too much is dropped, too little is ''."""
    lines = text.splitlines()
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    header, *body = list(csv.reader(lines, delimiter=delimiter)) or [[]]
    names = [name.strip().lower() for name in header]
    rows = [dict(zip_longest(names, row[: len(names)], fillvalue="")) for row in body if row]
    return set(names), rows


def _row(row: Mapping[str, str]) -> CsvRow:
    t_ms = _time_ms(row)
    satellites = _optional(row, "satellites")
    fix = Fix(
        0 if t_ms is None else t_ms,
        _number(row, "lat"),
        _number(row, "lon"),
        _optional(row, "alt"),
        _optional(row, "speed"),
        _optional(row, "heading"),
        _optional(row, "hdop"),
        None if satellites is None else int(satellites),
    )
    return CsvRow(t_ms, fix)


def _time_ms(row: Mapping[str, str]) -> int | None:
    for column, factor in (("t_ms", 1), ("t_unix", 1000)):
        number = _number(row, column) * factor
        if math.isfinite(number):
            return round(number)
    return None


def _number(row: Mapping[str, str], column: str) -> float:
    try:
        return float(row.get(column, ""))
    except ValueError:
        return math.nan


def _optional(row: Mapping[str, str], column: str) -> float | None:
    number = _number(row, column)
    return number if math.isfinite(number) else None
