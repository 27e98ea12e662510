"""Takes the README's pictures of the viewer: `python -m tests.api.viewer.portrait URL`.

URL is a running demo's map: the drawn city, in which nobody lives.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.api.viewer.browser import ARGUMENTS, chromium
from tests.api.viewer.looking import Scheme

DOCS = Path(__file__).parents[3] / "docs"
LARGEST_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A page as it is opened, by its hash and size, and what must be there before it is taken."""

    file: str
    hash: str
    waits_for: str
    scheme: Scheme = "dark"
    width: int = 1200
    height: int = 710


def scenes(url: str) -> list[Scene]:
    """The map with a hexagon open, a drive that is driven along, and the grades on a phone."""
    west, south, east, north = httpx.get(f"{url}/tiles/cells.json").json()["bounds"]
    lat, lon = (south + north) / 2, (west + east) / 2
    box: dict[str, str | int] = {"bbox": f"{west},{south},{east},{north}", "limit": 10_000}
    found = httpx.get(f"{url}/v1/coverage", params=box).json()["features"]
    cells = [one["id"] for one in sorted(found, key=lambda one: -one["properties"]["passes"])]
    told = (httpx.get(f"{url}/v1/cells/{cell}").json() for cell in cells)
    cell = next(one for one in told if one["pictures"] and one["pictures"][0]["thumbnail"])
    picture = cell["pictures"][0]["id"]
    view = f"#map=16.6/{lat:.5f}/{lon:.5f}"
    loaded = "#{} img.picture"
    return [
        Scene("map.png", f"{view}&cell={cell['cell']}", loaded.format("panel")),
        Scene("driving.png", f"{view}&picture={picture}", loaded.format("player"), "light"),
        Scene("grades.png", f"{view}&colour=grade", "#legend li", "light", 400, 710),
    ]


def portrait(browser: Browser, url: str, scene: Scene) -> bytes:
    """PNG of a scene."""
    page = browser.new_page(
        viewport={"width": scene.width, "height": scene.height},
        color_scheme=scene.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{url}/{scene.hash}")
    page.wait_for_selector("#counts dd")
    page.wait_for_selector(scene.waits_for)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => roadcomb.map.loaded()")
    shot = page.screenshot()
    page.close()
    return shot


def smallest(png: bytes) -> bytes:
    """The same picture but for the two lowest bits, which no eye sees and which fill the file."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").point(lambda value: value & ~3 | 2)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main(url: str) -> None:
    """Take every scene into the docs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for scene in scenes(url):
            picture = smallest(portrait(browser, url, scene))
            if len(picture) > LARGEST_BYTES:
                sys.exit(f"{scene.file} has {len(picture)} bytes, at most {LARGEST_BYTES} go")
            (DOCS / scene.file).write_bytes(picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
