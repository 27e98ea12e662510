"""TileJSON 3.0 of the cells: where the tiles are, how deep they go, what their fields mean."""

from typing import Any

from tiles.mvt import LAYER
from tiles.state import MapState
from tiles.webmercator import MAX_ZOOM

__all__ = ["FIELDS", "tilejson"]

FIELDS = {
    "cell": "H3 index, 15 hex digits",
    "last_seen": "newest day of capture, days since 1970-01-01 UTC",
    "first_seen": "oldest day of capture, days since 1970-01-01 UTC",
    "best_grade": "grade of the best frame, 0 to 1000",
    "passes": "drives through the cells of resolution 12 inside, added up",
    "contributors": "estimated number of contributors; 20 means 20 or more",
}


def tilejson(state: MapState, base_url: str) -> dict[str, Any]:
    """The document. base_url: of the node, ending in "/". Without any cell it has no bounds."""
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": "Roadcomb cells",
        "description": "What is known of each H3 cell: when it was seen, how often and how well.",
        "scheme": "xyz",
        "tiles": [f"{base_url}tiles/cells/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "vector_layers": [{"id": LAYER, "minzoom": 0, "maxzoom": MAX_ZOOM, "fields": FIELDS}],
        "roadcomb:cells": state.cells,
        "roadcomb:pictures": len(state.pictures),
    }
    return document if state.bounds is None else {**document, "bounds": list(state.bounds)}
