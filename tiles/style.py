"""A MapLibre style on a neutral ground: cells coloured by freshness, which the client computes.

Freshness = the client's day - `last_seen`, so a tile says the same on every day and stays
cacheable. The day is the second element of `["let", "today", <day>, ...]` in the paint: a client
that stays open over midnight sets it there.
"""

from typing import Any

from tiles.mvt import LAYER

__all__ = ["FRESHNESS", "GROUND", "style"]

FRESHNESS = (
    (0, "#8f2d00"),
    (1, "#b65200"),
    (2, "#d67b0c"),
    (3, "#eaa33a"),
    (7, "#edc27a"),
    (14, "#e6d7b4"),
    (28, "#e2e5e9"),
)
"""First age in days and colour of each class: strictly lighter with age, so that the order
survives any colour vision. A cell earns fully again after 7 days; 14 is what Hivemapper's Scout
calls stale."""

GROUND = "#f3f5f8"
_EDGE = "#ffffff"


def style(base_url: str, today: int) -> dict[str, Any]:
    """The style document. base_url: of the node, ending in "/"; today: a day number."""
    return {
        "version": 8,
        "name": "Roadcomb: when was each street last seen?",
        "metadata": {"roadcomb:today": today, "roadcomb:freshness": [list(f) for f in FRESHNESS]},
        "sources": {
            LAYER: {
                "type": "vector",
                "url": f"{base_url}tiles/cells.json",
                "promoteId": {LAYER: "cell"},
            }
        },
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": GROUND}},
            _layer("cells-fill", "fill", {"fill-color": _colour(today), "fill-opacity": 0.9}),
            _layer("cells-edge", "line", {"line-color": _EDGE, "line-width": 0.6}),
        ],
    }


def _layer(name: str, kind: str, paint: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": kind, "source": LAYER, "source-layer": LAYER, "paint": paint}


def _colour(today: int) -> list[Any]:
    age = ["-", ["var", "today"], ["get", "last_seen"]]
    steps = [value for pair in FRESHNESS[1:] for value in pair]
    return ["let", "today", today, ["step", age, FRESHNESS[0][1], *steps]]
