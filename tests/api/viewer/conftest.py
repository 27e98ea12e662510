"""A browser, and the nodes whose pages it opens."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.vendor import MAP_LIBRARY
from tests.api.viewer.browser import ARGUMENTS, chromium, serving
from tests.api.viewer.looking import WAIT_MS, Look, Scheme
from tests.api.viewer.roads import TWICE, empty_node, node_with_roads

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

DRAWN = """() =>
  window.roadcomb && roadcomb.map.loaded() && !document.querySelector("#counts").hidden"""


@pytest.fixture(scope="package")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = chromium()
    if not all((MAP_LIBRARY.folder / name).is_file() for name in MAP_LIBRARY.files.values()):
        pytest.skip("the viewer's map library is not there: run python -m api.vendor")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def addresses(
    browser: "Browser", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Nodes by name: one shows its pictures, one lets them wait, one has nothing."""
    folder: Path = tmp_path_factory.mktemp("nodes")
    nodes = {
        "open": node_with_roads(folder / "open", shown=True),
        "waiting": node_with_roads(folder / "waiting", shown=False),
        "twice": node_with_roads(folder / "twice", shown=True, roads=TWICE),
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
