"""Panoramax's vector layers: `grid` (zoom 0-6), `sequences` (from 7), `pictures` (15); pure.

The law: they show published pictures only, under the ids that the STAC documents have, with no more
than those tell. Layers and fields are those that Panoramax's viewer 4.3 reads; what it does not
need is left out.
"""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roadcomb.epochs import date_of, instant_text
from tiles import features as mvt
from tiles import varints
from tiles.drivelayer import ways
from tiles.lines import FINE, Lines
from tiles.stac.album import Album, picture_id
from tiles.webmercator import Tile

__all__ = ["FIELDS", "LAST_ZOOM", "encode", "style"]

LAST_ZOOM = 15
FIELDS = {
    "grid": ("nb_pictures", "nb_flat_pictures", "coef", "coef_flat_pictures"),
    "sequences": ("id", "type", "date", "grade"),
    "pictures": ("id", "type", "ts", "grade", "heading", "sequences", "first_sequence"),
}
_FIRST_LINES = 7
_GRID_BITS = 6
"""A tile's side is so many times halved: 64 points along it."""
_BUFFER = 64
_MOST = 4_000
"""Pictures in a tile; where more lie, those of the best grade."""
_FINE_BITS = FINE.bit_length() - 1
_EXTENT_BITS = mvt.EXTENT.bit_length() - 1
_VALUE, _DOUBLE = 0x22, 0x19
_FLAT = "flat"
_COLOUR = "#ff6f00"

Ints = NDArray[np.int64]


def encode(album: Album, lines: Lines, tile: Tile) -> bytes:
    """The bytes of a tile; none when nothing is there."""
    if tile.z < _FIRST_LINES:
        return _grid(album, tile)
    pictures = _pictures(album, tile) if tile.z == LAST_ZOOM else b""
    return _sequences(album, lines, tile) + pictures


def style(base_url: str) -> dict[str, Any]:
    """A MapLibre style of the layers, with the fields that the viewer asks it for."""
    source = {
        "type": "vector",
        "tiles": [f"{base_url}api/map/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": 0,
        "maxzoom": LAST_ZOOM,
    }
    by_share = ["interpolate", ["linear"], ["get", "coef"], 0, "#ffa726", 1, "#3e2723"]
    return {
        "version": 8,
        "name": "Roadcomb",
        "metadata": {"panoramax:fields": {name: list(keys) for name, keys in FIELDS.items()}},
        "sources": {"geovisio": source},
        "layers": [
            _layer("grid", "circle", {"circle-color": by_share, "circle-radius": 4}),
            _layer("sequences", "line", {"line-color": _COLOUR, "line-width": 3}),
            _layer("pictures", "circle", {"circle-color": _COLOUR, "circle-radius": 6}),
        ],
    }


def _layer(name: str, kind: str, paint: dict[str, Any]) -> dict[str, Any]:
    layer = {"id": f"geovisio_{name}", "type": kind, "source": "geovisio", "source-layer": name}
    return {**layer, "paint": paint}


def _grid(album: Album, tile: Tile) -> bytes:
    """Points of a fixed grid with how many pictures are around them."""
    x, y = (values >> (_FINE_BITS - tile.z - _GRID_BITS) for values in album.world)
    own = (x >> _GRID_BITS == tile.x) & (y >> _GRID_BITS == tile.y)
    places, counts = np.unique(x[own] << 32 | y[own], return_counts=True)
    if not len(places):
        return b""
    step = 1 << (_EXTENT_BITS - _GRID_BITS)
    side = (1 << _GRID_BITS) - 1
    geometry = _points(
        ((places >> 32) & side) * step + step // 2, (places & side) * step + step // 2
    )
    found, at = mvt.distinct(counts.astype(np.int64))
    shares = np.log1p(found) / np.log1p(found.max())
    tags = mvt.tags_of([at, at, at + len(found), at + len(found)])
    values = mvt.integer_values(found) + b"".join(map(_share, shares.tolist()))
    features = mvt.encode_even(mvt.Shape.POINT, tags, geometry)
    return mvt.encode_layer("grid", features, FIELDS["grid"], values)


def _sequences(album: Album, lines: Lines, tile: Tile) -> bytes:
    """Lines of the drives that have published pictures."""
    drawn = ways(lines, tile)
    shown = np.array([name in album.places for name in lines.names], np.bool_)
    drawn = drawn.of(shown[drawn.drive])
    if not len(drawn.drive):
        return b""
    table = _Values()
    columns = [
        [table.text(lines.names[drive]) for drive in drawn.drive.tolist()],
        [table.text(_FLAT)] * len(drawn.drive),
        [table.text(_day(lines.day[drive])) for drive in drawn.drive.tolist()],
        [table.number(int(lines.grade[drive])) for drive in drawn.drive.tolist()],
    ]
    tags = mvt.tags_of([np.array(column, np.int64) for column in columns])
    features = mvt.encode_uneven(mvt.Shape.LINE, tags, drawn.geometry, drawn.lengths)
    return mvt.encode_layer("sequences", features, FIELDS["sequences"], table.encoded)


def _pictures(album: Album, tile: Tile) -> bytes:
    """Dots of the pictures in the tile and a little beyond its edge."""
    shift = _FINE_BITS - tile.z - _EXTENT_BITS
    x, y = (
        (values >> shift) - (corner << _EXTENT_BITS)
        for values, corner in zip(album.world, (tile.x, tile.y), strict=True)
    )
    near = (np.abs(2 * x - mvt.EXTENT) <= mvt.EXTENT + 2 * _BUFFER) & (
        np.abs(2 * y - mvt.EXTENT) <= mvt.EXTENT + 2 * _BUFFER
    )
    rows = np.flatnonzero(near)
    rows = np.sort(rows[np.argsort(-album.grade[rows], kind="stable")[:_MOST]])
    if not len(rows):
        return b""
    table = _Values()
    tags = np.array([_picture(album, row, table) for row in rows.tolist()], np.int64).T
    features = mvt.encode_even(mvt.Shape.POINT, mvt.tags_of(list(tags)), _points(x[rows], y[rows]))
    return mvt.encode_layer("pictures", features, FIELDS["pictures"], table.encoded)


def _picture(album: Album, row: int, table: "_Values") -> list[int]:
    """Where in the table the values of a picture stand, in the order of FIELDS."""
    name, n = album.key(row)
    heading = max(0, int(album.heading_cdeg[row]))  # north where it is not known
    return [
        table.text(picture_id((name, n))),
        table.text(_FLAT),
        table.text(_taken(album, row)),
        table.number(int(album.grade[row])),
        table.number((heading + 50) // 100 % 360),
        table.text(json.dumps([name])),
        table.text(name),
    ]


def _taken(album: Album, row: int) -> str:
    instant_ms = album.instant_ms(row)
    return _day(album.day[row]) if instant_ms is None else instant_text(instant_ms)


def _day(day: int) -> str:
    return date_of(int(day)).isoformat()


class _Values:
    """The different values of a layer, each with its place."""

    def __init__(self) -> None:
        self._places: dict[str | int, int] = {}

    def text(self, text: str) -> int:
        return self._places.setdefault(text, len(self._places))

    def number(self, number: int) -> int:
        return self._places.setdefault(number, len(self._places))

    @property
    def encoded(self) -> bytes:
        return b"".join(map(_encoded, self._places))


def _encoded(value: str | int) -> bytes:
    if isinstance(value, str):
        return mvt.text_value(value)
    return mvt.integer_values(np.array([value], np.int64))


def _share(value: float) -> bytes:
    """A value of 64 bits, little-endian (vector_tile.proto)."""
    body = struct.pack("<Bd", _DOUBLE, value)
    return bytes((_VALUE, len(body))) + body


def _points(x: Ints, y: Ints) -> Ints:
    moves = np.full_like(x, mvt.MOVE_TO | 1 << 3)
    return np.stack((moves, varints.zigzag(x), varints.zigzag(y)))
