"""COVERAGE as GeoJSON features, hexagon by hexagon; pure.

The law: rings are closed and anticlockwise (RFC 7946); one that crosses the antimeridian goes on
past 180 degrees instead of round the world, so that no client draws a band across the map.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from roadcomb.cells import boundaries, format_cell
from roadcomb.epochs import date_of
from tiles import sketch

__all__ = ["features_of"]

_DIGITS = 7


def features_of(coverage: pa.Table) -> list[dict[str, Any]]:
    """A Feature for each row, in order; its id is the cell's text."""
    points, offsets = boundaries(coverage["cell"].to_numpy())
    contributors = sketch.estimate(coverage["contributors"].to_numpy())
    return [
        {
            "type": "Feature",
            "id": format_cell(row["cell"]),
            "geometry": {"type": "Polygon", "coordinates": [_ring(points[start:end])]},
            "properties": _properties(row, int(people)),
        }
        for row, people, start, end in zip(
            coverage.to_pylist(), contributors, offsets[:-1], offsets[1:], strict=True
        )
    ]


def _properties(row: dict[str, int], people: int) -> dict[str, Any]:
    return {
        "cell": format_cell(row["cell"]),
        "passes": row["passes"],
        "frames": row["frames"],
        "contributors": people,
        "first_seen": date_of(row["first_day"]).isoformat(),
        "last_seen": date_of(row["last_day"]).isoformat(),
        "best_grade": row["best_grade"],
        "mean_grade": row["grade_sum"] // row["frames"],
        "sectors": row["sectors"],
    }


def _ring(corners: np.ndarray[Any, np.dtype[np.float64]]) -> list[list[float]]:
    lon = corners[0, 0] + (corners[:, 0] - corners[0, 0] + 180) % 360 - 180
    ring = np.column_stack((lon, corners[:, 1])).round(_DIGITS).tolist()
    return [*ring, ring[0]]
