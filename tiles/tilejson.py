"""TileJSON 3.0 of the layers: where the tiles are, how deep they go, what their fields mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tiles import drivelayer, framelayer, mvt
from tiles.state import MapState
from tiles.webmercator import MAX_ZOOM

__all__ = ["FIELDS", "Terms", "licence_address", "tilejson", "vector_layers"]

FIELDS = {
    mvt.LAYER: {
        "cell": "H3 index, 15 hex digits",
        "last_seen": "newest day of capture, days since 1970-01-01 UTC",
        "first_seen": "oldest day of capture, days since 1970-01-01 UTC",
        "best_grade": "grade of the best frame, 0 to 1000",
        "passes": "drives through the cells of resolution 12 inside, added up",
        "contributors": "estimated number of contributors; 20 means 20 or more",
        "sectors": "headings driven: 1 north, 2 north-east, 4 east ... 128 north-west, added up",
    },
    drivelayer.LAYER: {
        "drive": "public id, random",
        "day": "day of capture, days since 1970-01-01 UTC",
        "grade": "mean grade of its frames, 0 to 1000",
        "frames": "number of its frames",
    },
    framelayer.LAYER: {
        "drive": "public id of its drive, random",
        "n": "its number in the drive: with the drive's id, the picture's id",
        "day": "day of capture, days since 1970-01-01 UTC",
        "grade": "0 to 1000",
        "heading": "degrees clockwise from north, where it is known",
    },
}
_FIRST_ZOOM = {
    mvt.LAYER: 0,
    drivelayer.LAYER: drivelayer.MIN_ZOOM,
    framelayer.LAYER: framelayer.MIN_ZOOM,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom a map names, and the SPDX id of what it may be used under."""

    attribution: str
    licence: str


def licence_address(licence: str) -> str:
    """Where the words of a licence stand, by its SPDX id."""
    return f"https://spdx.org/licenses/{licence}.html"


def tilejson(
    state: MapState, base_url: str, terms: Terms, layers: Sequence[str] = (mvt.LAYER,)
) -> dict[str, Any]:
    """The document. base_url: of the node, ending in "/". Without any cell it has no bounds."""
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": f"Roadcomb {', '.join(layers)}",
        "description": "Which piece of road was seen when, how often and how well.",
        "attribution": f"{terms.attribution} ({terms.licence})",
        "roadcomb:licence": terms.licence,
        "scheme": "xyz",
        "tiles": [f"{base_url}tiles/{','.join(layers)}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": min(_FIRST_ZOOM[name] for name in layers),
        "maxzoom": MAX_ZOOM,
        "vector_layers": vector_layers(layers),
        "roadcomb:cells": state.cells,
        "roadcomb:pictures": len(state.pictures),
    }
    return document if state.bounds is None else {**document, "bounds": list(state.bounds)}


def vector_layers(layers: Sequence[str], last_zoom: int = MAX_ZOOM) -> list[dict[str, Any]]:
    """The layers that have tiles up to a zoom, as TileJSON describes them."""
    return [
        {"id": name, "minzoom": _FIRST_ZOOM[name], "maxzoom": last_zoom, "fields": FIELDS[name]}
        for name in layers
        if _FIRST_ZOOM[name] <= last_zoom
    ]
