"""Panoramax's own viewer, unmodified, and a page that shows a node with it.

`python -m tests.api.panoramax` brings it from npm into vendor/, which is not in git.
"""

from pathlib import Path

from api.vendor import Vendored

__all__ = ["VIEWER", "page"]

VIEWER = Vendored(
    Path(__file__).parent,
    "@panoramax/web-viewer",
    {"build/index.js": "index.js", "build/index.css": "index.css", "LICENSE": "LICENSE"},
)
_STYLE = (
    '{"version":8,"sources":{},"layers":[{"id":"ground","type":"background",'
    '"paint":{"background-color":"#ffffff"}}]}'
)
"""Instead of the map that the viewer would fetch from elsewhere."""


def page(endpoint: str, picture: str) -> str:
    """HTML that shows a picture of a node; endpoint: of its STAC API."""
    return (
        '<!doctype html><meta charset="utf-8"><title>Panoramax</title>'
        '<script defer src="index.js"></script><link rel="stylesheet" href="index.css">'
        "<style>html,body{margin:0;height:100%}pnx-viewer{position:fixed;inset:0}</style>"
        f'<pnx-viewer id="viewer" endpoint="{endpoint}" map-style=\'{_STYLE}\' '
        f'picture="{picture}" url-parameters="false"></pnx-viewer>'
    )
