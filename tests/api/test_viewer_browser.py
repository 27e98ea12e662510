"""What a person sees on the map: a headless Chromium draws it, and the pixels are looked at."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from api.vendor import MAP_LIBRARY
from roadcomb.cells import centres, format_cell
from roadcomb.epochs import date_of, epoch_of
from tests.api.viewer.browser import ARGUMENTS, chromium, serving
from tests.api.viewer.roads import ROADS, Road, empty_node, node_with_roads
from tests.drives import NOW_MS
from tiles.style import FRESHNESS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

Scheme = Literal["light", "dark"]

WAIT_MS = 30_000
"""Rendering is by software here, on machines that are shared."""

DRAWN = """() =>
  window.roadcomb && roadcomb.map.loaded() && !document.querySelector("#counts").hidden"""
EXACT = 3
"""Largest difference of a channel that is still the same colour."""


class Look(Protocol):
    """Opens a node's map and waits until it is drawn."""

    def __call__(
        self, node: str = "open", hash_: str = "", scheme: Scheme = "light", width: int = 1100
    ) -> "Page": ...


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = chromium()
    if not all((MAP_LIBRARY.folder / name).is_file() for name in MAP_LIBRARY.files.values()):
        pytest.skip("the viewer's map library is not there: run python -m api.vendor")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def addresses(
    browser: "Browser", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Nodes by name: one shows its pictures, one lets them wait, one has nothing."""
    folder: Path = tmp_path_factory.mktemp("nodes")
    nodes = {
        "open": node_with_roads(folder / "open", shown=True),
        "waiting": node_with_roads(folder / "waiting", shown=False),
        "empty": empty_node(folder / "empty"),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving(node)) for name, node in nodes.items()}


@pytest.fixture
def look(browser: "Browser", addresses: dict[str, str]) -> Iterator[Look]:
    """Fails the test when a page complained or asked anybody but its node."""
    complaints: list[str] = []
    asked: list[str] = []
    with ExitStack() as stack:

        def look(
            node: str = "open", hash_: str = "", scheme: Scheme = "light", width: int = 1100
        ) -> "Page":
            context = browser.new_context(
                viewport={"width": width, "height": 760}, color_scheme=scheme
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(WAIT_MS)
            page.on("console", lambda said: complaints.extend(errors_in(said)))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(addresses[node] + hash_)
            page.wait_for_function(DRAWN)
            return page

        yield look
    assert not complaints
    own = (*addresses.values(), "blob:", "data:")
    assert not [url for url in asked if not url.startswith(own)]


def errors_in(said: "ConsoleMessage") -> list[str]:
    return [said.text] if said.type == "error" else []


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


def freshness(age_days: int) -> str:
    return [colour for first, colour in FRESHNESS if age_days >= first][-1]


def open_panel(page: "Page", road: Road) -> str:
    """Click on a road; answers the panel's words."""
    _, x, y = middle_of(page, road)
    page.mouse.click(x, y)
    return panel_words(page)


def panel_words(page: "Page") -> str:
    """What the panel says once the node has answered."""
    page.wait_for_selector("#panel .grade, #panel [role=alert]")
    return page.inner_text("#panel")


def test_the_map_draws_exactly_the_cells_that_were_driven(look: Look) -> None:
    assert drawn_cells(look()) == {format_cell(cell) for road in ROADS for cell in road.cells()}


def test_each_hexagon_has_the_colour_of_its_freshness(look: Look) -> None:
    page = look()
    for road in ROADS:
        _, x, y = middle_of(page, road)
        assert abs(colour_at(page, x, y) - rgb(freshness(road.age_days))).max() <= EXACT


def test_in_the_dark_the_freshest_is_the_brightest_on_a_dark_ground(look: Look) -> None:
    page = look(scheme="dark")
    shades = [colour_at(page, *middle_of(page, road)[1:]).sum() for road in ROADS]
    ground = colour_at(page, 550, 740).sum()
    assert [*shades, ground] == sorted([*shades, ground], reverse=True)
    assert len({*shades, ground}) == len(ROADS) + 1


def test_a_click_shows_the_newest_picture_its_date_and_its_grade(look: Look) -> None:
    page = look()
    for road in ROADS:
        words = open_panel(page, road)
        day = date_of(epoch_of(road.t_ms))
        assert f"{day:%a}, {day.day} {day:%b %Y}" in words
        assert f"{road.grade} of 1,000" in words
        page.wait_for_function("() => document.querySelector('#panel .picture').naturalWidth > 0")


def test_a_picture_that_waits_for_its_blur_is_not_shown_but_said(look: Look) -> None:
    page = look("waiting")
    words = open_panel(page, ROADS[0])
    assert "Picture waits for its blur" in words
    assert f"{ROADS[0].grade} of 1,000" in words
    assert page.locator("#panel img").count() == 0


def test_the_address_brings_back_the_chosen_hexagon_and_the_view(look: Look) -> None:
    page = look()
    cell, *_ = middle_of(page, ROADS[1])
    open_panel(page, ROADS[1])
    page.evaluate("() => roadcomb.map.jumpTo({zoom: 18})")
    page.wait_for_function("() => location.hash.includes('map=18')")
    again = look(hash_=page.evaluate("() => location.hash"))
    assert cell in panel_words(again)
    assert again.evaluate("() => roadcomb.map.getZoom()") == 18


def test_the_keyboard_alone_opens_and_closes_a_hexagon(look: Look) -> None:
    page = look()
    page.evaluate("(place) => roadcomb.map.jumpTo({center: place})", [*ROADS[0].place(5)][::-1])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "Last seen today" in panel_words(page)
    page.wait_for_function("() => document.activeElement.id === 'panel'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    assert "cell=" not in page.evaluate("() => location.hash")


def test_a_page_360_pixels_wide_holds_everything(look: Look) -> None:
    page = look(width=360)
    open_panel(page, ROADS[0])
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    for name in (".masthead", "#panel", "#panel .facts"):
        box = page.locator(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_a_node_without_a_drive_says_how_to_send_one(look: Look) -> None:
    assert "roadcomb upload" in look("empty").inner_text("#notice")


def test_the_counts_are_those_of_the_cells_in_view(look: Look) -> None:
    page = look()
    cells = {cell for road in ROADS for cell in road.cells()}
    figures = page.locator("#counts dd").all_inner_texts()
    recent = {cell for road in ROADS if road.age_days < 7 for cell in road.cells()}
    passes = sum(len(road.cells()) for road in ROADS)
    share = f"{100 * len(recent) / len(cells):.0f} %"
    assert figures == [str(len(cells)), str(passes), share]


def test_today_is_the_nodes_day_not_the_browsers(look: Look) -> None:
    page = look()
    assert page.evaluate("() => roadcomb.today") == epoch_of(NOW_MS)
    assert "Last seen today" in open_panel(page, ROADS[0])
