"""The viewer: from opening it to hexagons on the screen, and from a click to its thumbnail.

In headless Chromium with software rendering, on loopback; medians of RUNS, each in a new, empty
browser context. A click's time begins when the button goes down and ends when the browser has
decoded the picture in the panel: once without any warning, as a tap comes, and once by a pointer
that rested on the hexagon for REST_MS.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.api.viewer.browser import ARGUMENTS, chromium, serving
from tests.api.viewer.looking import WAIT_MS, middle_of
from tests.api.viewer.roads import ROADS, node_with_roads

RUNS = 5
REST_MS = 300

_FIRST_HEXES = """() => {
  const map = window.roadcomb?.map;
  if (!map?.getLayer("cells-fill")) return 0;
  return map.queryRenderedFeatures({ layers: ["cells-fill"] }).length ? performance.now() : 0;
}"""
_CLICK = """([x, y]) => new Promise((done) => {
  const canvas = roadcomb.map.getCanvas();
  const began = performance.now();
  const look = () => {
    const image = document.querySelector("#panel img.picture");
    if (image?.complete && image.naturalWidth) done(performance.now() - began);
    else setTimeout(look, 1);
  };
  const at = { clientX: x, clientY: y, bubbles: true, button: 0 };
  canvas.dispatchEvent(new PointerEvent("pointerdown", at));
  for (const kind of ["mousedown", "mouseup", "click"]) {
    canvas.dispatchEvent(new MouseEvent(kind, at));
  }
  look();
})"""


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with serving(node_with_roads(Path(folder) / "node", shown=True)) as url:
            measured = [_run(browser, url) for _ in range(RUNS)]
        browser.close()
    hexes, taps, clicks = (statistics.median(times) for times in zip(*measured, strict=True))
    print(f"first hexagons on the screen: {hexes:.0f} ms (goal 2,000)")
    print(f"tap to thumbnail, nothing known before: {taps:.0f} ms (goal 150)")
    print(f"click to thumbnail, after {REST_MS} ms over the hexagon: {clicks:.0f} ms (goal 150)")


def _run(browser: Browser, url: str) -> tuple[float, float, float]:
    """Milliseconds to the first hexagons, from a tap and from a click to the picture."""
    with _page(browser, url) as page:
        hexes = float(page.wait_for_function(_FIRST_HEXES, polling=10).json_value())
        tap = _choose(page, rest=False)
    with _page(browser, url) as page:
        click = _choose(page, rest=True)
    return hexes, tap, click


@contextmanager
def _page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    yield page
    context.close()


def _choose(page: Page, rest: bool) -> float:
    """Milliseconds from the button's going down to the picture, on a map that is drawn."""
    page.wait_for_function("() => window.roadcomb?.map.loaded()")
    _, x, y = middle_of(page, ROADS[0])
    if rest:
        page.mouse.move(x, y)
    page.wait_for_timeout(REST_MS)
    return float(page.evaluate(_CLICK, [x, y]))


if __name__ == "__main__":
    main()
