"""What a person sees when the node fails: words, and a way to ask again."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.api.viewer.looking import WAIT_MS, middle_of, panel_words
from tests.api.viewer.roads import ROADS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

READY = "() => window.roadcomb?.map?.loaded()"
REFUSAL = '{"detail": "the node is resting"}'


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    made = context.new_page()
    made.set_default_timeout(WAIT_MS)
    yield made
    context.close()


def refuse(route: "Route") -> None:
    route.fulfill(status=503, content_type="application/problem+json", body=REFUSAL)


def test_a_map_that_cannot_be_shown_says_so_and_is_there_when_asked_again(
    page: "Page", addresses: dict[str, str]
) -> None:
    page.route("**/v1/node", lambda route: route.abort())
    page.goto(addresses["open"])
    page.wait_for_selector("#notice h2")
    assert "The node does not answer" in page.inner_text("#notice")
    page.unroute("**/v1/node")
    page.click("#notice button")
    page.wait_for_function(READY)
    page.wait_for_selector("#notice", state="hidden")


def test_a_hexagon_that_the_node_cannot_tell_says_its_words_and_is_asked_again(
    page: "Page", addresses: dict[str, str]
) -> None:
    page.goto(addresses["open"])
    page.wait_for_function(READY)
    page.route("**/v1/cells/*", refuse)
    _, x, y = middle_of(page, ROADS[0])
    page.mouse.click(x, y)
    assert "the node is resting" in panel_words(page)
    page.unroute("**/v1/cells/*")
    page.click("#panel .action")
    page.wait_for_selector("#panel .grade")
    assert "Last seen today" in panel_words(page)
