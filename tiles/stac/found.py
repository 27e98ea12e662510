"""Which pictures of an album a search finds: whole columns are compared at once; pure.

The law: boxes are closed, as everywhere in STAC, across 180 degrees too; a page is the next rows of
the album behind the last one's, so pages together are exactly what one answer would be.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.records import E7, e7
from tiles.stac.album import NOT_KNOWN, Album, Key, Rows, parse_id
from tiles.stac.asked import Box, Search

__all__ = ["matched", "page_of"]

Mask = NDArray[np.bool_]
_COMPARES: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_WHOLE_TURN = e7(180)


def page_of(album: Album, search: Search, after: Key | None) -> tuple[Rows, bool]:
    """Rows of the next page, and whether more follow."""
    rows = matched(album, search)
    if after is not None:
        rows = rows[np.searchsorted(rows, album.after(after)) :]
    return rows[: search.limit], len(rows) > search.limit


def matched(album: Album, search: Search) -> Rows:
    """All rows that a search finds, rising."""
    rows = _named(album, search)
    if search.bbox is not None:
        rows = rows[_in_box(album, rows, search.bbox)]
    if search.times is not None:
        rows = rows[_at(album, rows, *search.times)]
    for compare, value in search.grade:
        rows = rows[_COMPARES[compare](album.grade[rows], value)]
    if search.shape is not None:
        rows = rows[_in_box(album, rows, search.shape.bounds)]
        lon, lat = album.lon_e7[rows] / E7, album.lat_e7[rows] / E7
        rows = rows[shapely.intersects_xy(search.shape, lon, lat)]
    return rows


def _named(album: Album, search: Search) -> Rows:
    """Rows of the pictures and drives that are named; all of them where none is."""
    drives = None if search.collections is None else frozenset(search.collections)
    if search.ids is not None:
        keys = {key for text in search.ids if (key := parse_id(text)) is not None}
        found = [album.row(key) for key in keys if drives is None or key[0] in drives]
        return np.array(sorted(row for row in found if row is not None), np.int64)
    if drives is not None:
        parts = [album.of_drive(name) for name in sorted(drives)]
        runs = [np.arange(part.start, part.stop) for part in parts]
        return np.concatenate([np.zeros(0, np.int64), *runs])
    return np.arange(len(album))


def _at(album: Album, rows: Rows, first_ms: int, last_ms: int) -> Mask:
    """Which were taken then; of those whose day alone is told, all of the days that it touches."""
    days = album.day[rows].astype(np.int64)
    touched: Mask = (days >= epoch_of(first_ms)) & (days <= epoch_of(last_ms))
    if not album.exact:
        return touched
    ms = album.ms[rows]
    t_ms = days * DAY_MS + ms
    return np.where(ms == NOT_KNOWN, touched, (t_ms >= first_ms) & (t_ms <= last_ms))


def _in_box(album: Album, rows: Rows, box: Box) -> Mask:
    west, south, east, north = (e7(bound) for bound in box)
    lat, lon = album.lat_e7[rows], album.lon_e7[rows]
    inside: Mask = (lat >= south) & (lat <= north)
    if west > east:
        inside &= (lon >= west) | (lon <= east)
    elif _WHOLE_TURN in (-west, east):  # 180 degrees east and west are one line
        inside &= ((lon >= west) & (lon <= east)) | (np.abs(lon) == _WHOLE_TURN)
    else:
        inside &= (lon >= west) & (lon <= east)
    return inside
