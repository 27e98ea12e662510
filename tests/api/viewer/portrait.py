"""Makes the README's picture of the map: `python -m tests.api.viewer.portrait URL docs/map.png`.

URL is a running demo's map with the view and the chosen hexagon in its hash.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.api.viewer.browser import ARGUMENTS, chromium

WIDTH, HEIGHT = 1200, 710
LARGEST_BYTES = 300_000


def portrait(url: str) -> bytes:
    """PNG of the drawn map, in the dark scheme."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="dark",
            reduced_motion="reduce",
        )
        page.goto(url)
        page.wait_for_selector("#counts dd")
        page.wait_for_selector("#panel .facts")
        page.wait_for_load_state("networkidle")
        shot = page.screenshot()
        browser.close()
    return shot


def smallest(png: bytes) -> bytes:
    """The same picture but for the two lowest bits, which no eye sees and which fill the file."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").point(lambda value: value & ~3 | 2)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    picture = smallest(portrait(sys.argv[1]))
    if len(picture) > LARGEST_BYTES:
        sys.exit(f"the picture has {len(picture)} bytes, at most {LARGEST_BYTES} are wanted")
    Path(sys.argv[2]).write_bytes(picture)
