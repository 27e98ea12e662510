"""Looking at a page as a person does: what is drawn where, in which colour, in which words."""

from typing import TYPE_CHECKING, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import centres, format_cell
from tests.api.viewer.roads import Road

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = [
    "EXACT",
    "WAIT_MS",
    "Look",
    "Scheme",
    "colour_at",
    "drawn_cells",
    "middle_of",
    "open_panel",
    "panel_words",
    "rgb",
]

Scheme = Literal["light", "dark"]

WAIT_MS = 30_000
"""Rendering is by software here, on machines that are shared."""
EXACT = 3
"""Largest difference of a channel that is still the same colour."""


class Look(Protocol):
    """Opens a node's map and waits until it is drawn."""

    def __call__(
        self, node: str = "open", hash_: str = "", scheme: Scheme = "light", width: int = 1100
    ) -> "Page": ...


def drawn_cells(page: "Page") -> set[str]:
    return set(
        page.evaluate(
            "() => roadcomb.map.queryRenderedFeatures({layers: ['cells-fill']})"
            ".map((feature) => feature.properties.cell)"
        )
    )


def middle_of(page: "Page", road: Road) -> tuple[str, float, float]:
    """A cell of a road, and where on the page its centre is."""
    cell = sorted(road.cells())[len(road.cells()) // 2]
    lat, lon = centres(np.array([cell], np.uint64))
    at = page.evaluate("(place) => roadcomb.map.project(place)", [float(lon[0]), float(lat[0])])
    return format_cell(cell), at["x"], at["y"]


def colour_at(page: "Page", x: float, y: float) -> NDArray[np.int64]:
    """RGB of a pixel as a person sees it."""
    shot = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert shot is not None
    return shot[round(y), round(x), ::-1].astype(np.int64)


def rgb(text: str) -> NDArray[np.int64]:
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)])


def open_panel(page: "Page", road: Road) -> str:
    """Click on a road; answers the panel's words of it, not of what was clicked before."""
    cell, x, y = middle_of(page, road)
    page.mouse.click(x, y)
    page.wait_for_selector(f"#panel .cell-name:text('{cell}')")
    return panel_words(page)


def panel_words(page: "Page") -> str:
    """What the panel says once the node has answered."""
    page.wait_for_selector("#panel .grade, #panel [role=alert]")
    return page.inner_text("#panel")
