"""Panoramax's own viewer, unmodified, and a page that shows a node with it.

`python -m tests.api.panoramax` brings it from npm into vendor/, which is not in git.
"""

import json
from pathlib import Path

from api.vendor import Vendored

__all__ = ["VIEWER", "page"]

VIEWER = Vendored(
    Path(__file__).parent,
    "@panoramax/web-viewer",
    {"build/index.js": "index.js", "build/index.css": "index.css", "LICENSE": "LICENSE"},
)


def page(node: str, drive: str, picture: str) -> str:
    """HTML that shows a picture of the node at this address, over the node's own map."""
    return (
        '<!doctype html><meta charset="utf-8"><title>Panoramax</title>'
        '<script defer src="index.js"></script><link rel="stylesheet" href="index.css">'
        "<style>html,body{margin:0;height:100%}pnx-viewer{position:fixed;inset:0}</style>"
        f"<pnx-viewer id='viewer' endpoint='{node}/api' map-style='{_style(node)}' "
        f"sequence='{drive}' picture='{picture}' focus='pic' url-parameters='false'></pnx-viewer>"
    )


def _style(node: str) -> str:
    """In place of a map from elsewhere: the viewer waits for the tiles of one."""
    cells = {
        "type": "vector",
        "tiles": [f"{node}/tiles/cells/{{z}}/{{x}}/{{y}}.mvt"],
        "maxzoom": 16,
    }
    paint = {"fill-color": "#dddddd"}
    drawn = {"id": "cells", "type": "fill", "source": "cells", "source-layer": "cells"}
    layers = [{**drawn, "paint": paint}]
    return json.dumps({"version": 8, "sources": {"cells": cells}, "layers": layers})
