"""The map at one moment: snapshot, overlay and pictures; immutable, so that a reader sees one.

The law: a drive is drawn from the snapshot or from the overlay, never from both; and the tag
changes whenever anything drawn may have changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.canonical import digest_of_json
from roadcomb.cells import PAID_RESOLUTION, centres, parents, resolution
from tiles import drivelayer, framelayer, raster
from tiles.accepted import Decided, Position
from tiles.cover import ancestors
from tiles.fold import coarsen, fold, merge
from tiles.lines import NO_LINES, Lines
from tiles.mvt import LAYER, encode_outlines
from tiles.polygons import Outlines, outlines_of
from tiles.shards import SHARD_RESOLUTION
from tiles.snapshot import Snapshot, rows_of, slice_of, slices_of
from tiles.webmercator import Tile, resolution_at

__all__ = ["LAYERS", "MAX_CELLS", "Bounds", "MapState", "overlay_of"]

LAYERS = (LAYER, drivelayer.LAYER, framelayer.LAYER)
"""In the order in which they stand in a tile."""
MAX_CELLS = 5_000
"""More outlines than these in one tile and it is drawn one resolution coarser: near the
icosahedron's corners, where H3's cells are two thirds of their average size, it could hold 6,000.
"""
_ENOUGH_CELLS = 200_000
"""Bounds are taken from the finest resolution with no more cells than this."""
_FORMAT = 4
"""Part of the tag: raise it when the same state is encoded to other bytes."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class MapState:
    """overlay: COVERAGE of resolutions 0..12. pictures: tiles/pictures.py. drives: accepted ones
    by public id. unread: digests of judgements that could not be read, so are not drawn.
    lines: of the same drives."""

    position: Position
    snapshot: Snapshot
    overlay: tuple[pa.Table, ...]
    pictures: pa.Table
    drives: Mapping[str, Decided]
    unread: frozenset[str] = frozenset()
    lines: Lines = NO_LINES

    @cached_property
    def tag(self) -> str:
        """Names this state of the map for caches, without quotes."""
        without = digest_of_json(sorted(self.unread))[:8] if self.unread else "all"
        return f"{_FORMAT}-{self.snapshot.digest[:20]}-{self.position.decision}-{without}"

    def cell(self, cell: int) -> pa.Table:
        """COVERAGE of one cell: one row, or none."""
        res = resolution(cell)
        return merge([self.snapshot.get(cell), slice_of(self.overlay[res], cell, res)])

    def table(self, res: int) -> pa.Table:
        """COVERAGE of all cells of a resolution."""
        return merge([self.snapshot.table(res), self.overlay[res]])

    def tile(self, tile: Tile, layers: Sequence[str] = (LAYER,)) -> bytes:
        """The encoded layers of a tile (of LAYERS), no bytes when nothing is there."""
        return b"".join(self._layer(name, tile) for name in layers)

    def picture(self, tile: Tile, today: int) -> bytes:
        """The tile as a PNG of freshness on a day, no bytes when no cell is there."""
        return raster.paint(*self.outlines(tile), today)

    def outlines(self, tile: Tile) -> tuple[pa.Table, Outlines]:
        """COVERAGE around the tile, and its outlines in it: at most MAX_CELLS of them."""
        res = resolution_at(tile.z)
        cells, drawn = self._around(tile, res)
        while len(drawn) > MAX_CELLS:
            res -= 1
            cells, drawn = self._around(tile, res)
        return cells, drawn

    def _layer(self, name: str, tile: Tile) -> bytes:
        match name:
            case drivelayer.LAYER:
                return drivelayer.encode(self.lines, tile)
            case framelayer.LAYER if tile.z < framelayer.MIN_ZOOM:
                return b""
            case framelayer.LAYER:
                return framelayer.encode(self.pictures, tile, self._pictures_around(tile))
        return encode_outlines(*self.outlines(tile))

    def _pictures_around(self, tile: Tile) -> NDArray[np.int64]:
        """Rows of the pictures in the cells that cover a tile."""
        covering = ancestors(tile, resolution_at(tile.z))
        return rows_of(self.pictures, covering, PAID_RESOLUTION)

    @cached_property
    def cells(self) -> int:
        """How many cells of the paid resolution are known."""
        fresh = self.overlay[PAID_RESOLUTION]["cell"].to_numpy()
        shards = np.unique(parents(fresh, SHARD_RESOLUTION)) if len(fresh) else fresh
        known = [self.snapshot.slice(int(shard), PAID_RESOLUTION)["cell"] for shard in shards]
        both = sum(np.isin(fresh, cells.to_numpy()).sum() for cells in known)
        return self.snapshot.count(PAID_RESOLUTION) + len(fresh) - int(both)

    @cached_property
    def bounds(self) -> Bounds | None:
        """The box around the middles of the cells; None when there is none."""
        res = PAID_RESOLUTION
        while self.snapshot.count(res) + len(self.overlay[res]) > _ENOUGH_CELLS:
            res -= 1
        tables = (self.snapshot.table(res), self.overlay[res])
        lat, lon = centres(np.concatenate([table["cell"].to_numpy() for table in tables]))
        if not len(lat):
            return None
        return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def _around(self, tile: Tile, res: int) -> tuple[pa.Table, Outlines]:
        """COVERAGE of the cells below those that cover a tile, and which of them touch it."""
        table = self.under(ancestors(tile, res), res)
        return table, outlines_of(table["cell"].to_numpy(), tile)

    def under(self, cells: tuple[int, ...], res: int) -> pa.Table:
        """COVERAGE of the descendants of some cells; of all cells when there are none."""
        overlay = self.overlay[res]
        if not cells:
            return self.table(res)
        fresh, known = slices_of(overlay, cells, res), self.snapshot.under(cells, res)
        return merge([known, fresh]) if len(fresh) else known


def overlay_of(rows: Sequence[pa.Table]) -> tuple[pa.Table, ...]:
    """COVERAGE by resolution 0..12 of rows that no snapshot holds yet (see tiles.fold.fold)."""
    tables = [merge([fold(None, part) for part in rows])]
    for res in range(PAID_RESOLUTION - 1, -1, -1):
        tables.append(coarsen(tables[-1], res))
    return tuple(reversed(tables))
