"""Real drives, the whole way: files, upload, verdict, map, night, statement, audit."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from api.demo.people import Person, after_midnight_ms
from api.demo.play import wait_for_judging
from api.demo.stage import Stage
from roadcomb.cells import cell_of, disk, parse_cell
from roadcomb.epochs import epoch_of

NOW_MS = 1_767_833_448_046
"""An hour after the Bee's last frame, by its name: past midnight, so a day of its own."""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A node on the evening of the drive."""
    made = Stage(tmp_path)
    made.clock.set_ms(NOW_MS)
    return made


def test_the_bees_drive_through_tokyo_is_judged_drawn_paid_and_audited(
    stage: Stage, real_data: Path
) -> None:
    frames = real_data / "bee_tokyo" / "original_names"
    ann = Person("ann", stage.folder / "ann")
    ann.settle_in()
    stage.run("init", "--payout", ann.payout, environment=ann.environment)
    with stage.serving(0) as url:
        stage.run("upload", str(frames), "--to", url, "--no-trim", environment=ann.environment)
        wait_for_judging(stage, url, ann)
        status = json.loads(stage.run("status", "--json", environment=ann.environment))
        check_counts(status["drives"])
        stage.clock.set_ms(after_midnight_ms(epoch_of(NOW_MS)))
        stage.run("nightly", environment=stage.environment)
        words = ("rewards", "--to", url, "--json")
        statement = json.loads(stage.run(*words, environment=ann.environment))
    check_map(stage, places_of(frames))
    (epoch,) = statement["epochs"]
    assert int(epoch["amount"]) == int(epoch["rounding"]) + sum(
        int(row["amount"]) for row in epoch["rows"]
    )
    assert int(epoch["amount"]) > 0
    assert ": equal, root 0x" in stage.run("audit", str(stage.data / "published"), environment={})


def check_counts(drives: list[dict[str, Any]]) -> None:
    """Exactly two drives (a 247 s gap lies between them), every frame accepted."""
    assert sorted(drive["offered"] for drive in drives) == [13, 54]
    assert all(drive["accepted"] == drive["offered"] for drive in drives)


def places_of(frames: Path) -> list[tuple[float, float]]:
    """(lat, lon) that the names carry."""
    split = (path.stem.split("_") for path in frames.glob("*.jpg"))
    return [(float(lat), float(lon)) for _, lat, lon in split]


def check_map(stage: Stage, places: list[tuple[float, float]]) -> None:
    """The map has a cell where a frame was, and none where none was."""
    file = stage.folder / "cells.gpkg"
    stage.run("export", str(file), environment=stage.environment)
    drawn = {parse_cell(text) for text in gpd.read_file(file)["cell"]}
    assert drawn == {cell_of(lat, lon) for lat, lon in places}
    assert all(drawn & set(disk(cell, 1)) for cell in drawn)
