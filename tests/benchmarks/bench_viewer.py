"""The viewer: from opening it to hexagons on the screen, and from a click to its thumbnail.

In headless Chromium with software rendering, on loopback; medians of RUNS, each in a new, empty
browser context. A click's time ends when the browser has decoded the picture.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.api.viewer.browser import ARGUMENTS, chromium, serving
from tests.api.viewer.looking import WAIT_MS, middle_of
from tests.api.viewer.roads import ROADS, node_with_roads

RUNS = 5

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
  for (const kind of ["mousedown", "mouseup", "click"]) {
    canvas.dispatchEvent(new MouseEvent(kind, at));
  }
  look();
})"""


def main() -> None:
    """Print both medians."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with serving(node_with_roads(Path(folder) / "node", shown=True)) as url:
            measured = [_run(browser, url) for _ in range(RUNS)]
        browser.close()
    hexes, clicks = zip(*measured, strict=True)
    print(f"first hexagons on the screen: {statistics.median(hexes):.0f} ms (goal 2,000)")
    print(f"click to thumbnail: {statistics.median(clicks):.0f} ms (goal 150)")


def _run(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds to the first hexagons, and from a click to its picture."""
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    hexes = float(page.wait_for_function(_FIRST_HEXES, polling=10).json_value())
    page.wait_for_function("() => roadcomb.map.loaded()")
    _, x, y = middle_of(page, ROADS[0])
    click = float(page.evaluate(_CLICK, [x, y]))
    context.close()
    return hexes, click


if __name__ == "__main__":
    main()
