"""Regions of a policy out of polygons, as text of its section ``[regional]`` (rewards/regional.py).

The law: a cell is the region's whose polygon holds its centre, so polygons that do not overlap
share no cell, whatever the resolution.
"""

import json
from collections.abc import Iterator

import geopandas
import shapely

from roadcomb.cells import cells_within, format_cell
from roadcomb.errors import InvalidInput
from roadcomb.printable import printable

__all__ = ["MOST", "region_blocks"]

MOST = 20_000
"""Cells of a region that a policy may name: its text is published with every epoch."""

_A_LINE = 5


def region_blocks(
    regions: geopandas.GeoDataFrame, weight: int, whole: int | None, res: int, most: int = MOST
) -> str:
    """[[regional.regions]] of polygons in WGS 84 with a column `name`; res: of their edges.

    Raises InvalidInput for a polygon without a cell, or with more than `most`.
    """
    named = zip(regions["name"], regions.geometry, strict=True)
    return "\n".join(
        "\n".join(_block(str(name), _cells(str(name), shape, res, most), weight, whole))
        for name, shape in named
    )


def _cells(name: str, shape: shapely.Geometry, res: int, most: int) -> list[str]:
    cells = cells_within(shapely.to_wkb(shape), res).tolist()
    if not cells:
        raise InvalidInput(f"{printable(name)} holds no cell's centre: --fine asks for finer ones")
    if len(cells) > most:
        raise InvalidInput(
            f"{printable(name)} is {len(cells):,} cells, more than the {most:,} a policy may name: "
            "--fine asks for coarser ones"
        )
    return [f'"{format_cell(cell)}"' for cell in cells]


def _block(name: str, cells: list[str], weight: int, whole: int | None) -> Iterator[str]:
    yield "[[regional.regions]]"
    yield f"name = {json.dumps(printable(name), ensure_ascii=False)}"
    yield f"weight = {weight}"
    if whole is not None:
        yield f"whole = {whole}"
    yield "cells = ["
    for start in range(0, len(cells), _A_LINE):
        yield f"    {', '.join(cells[start : start + _A_LINE])},"
    yield "]"
