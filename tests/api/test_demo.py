"""The demo gives the same money on any date and any machine, and says why."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from api.demo.people import Person
from api.demo.play import play
from api.demo.stage import PUBLISHED_EVERY
from quality.masking.settings import MaskingSettings
from roadcomb.errors import UsageError

DRAWN = Path(__file__).parents[2] / "sample_data" / "drive"
ROOT = "0xfdf1c053306af9af806d58c01a0c11ac69357c067ef61bd2d782c5a952e64b18"
"""Of the claim tree after Ann's drive; a change of rules changes it, a machine never does."""


def small_city(folder: Path) -> Path:
    """Ann sends the small drawn drive; Mallory sends it again, re-encoded, a day later."""
    copies = folder / "mallory"
    copies.mkdir(parents=True)
    with (DRAWN / "frames.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        picture = cv2.imread(str(DRAWN / row["file"]))
        assert picture is not None
        cv2.imwrite(str(copies / row["file"]), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])
        row["t_unix"] = str(float(row["t_unix"]) + 86_400)
    with (copies / "frames.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    uploads = [
        {"contributor": "ann", "day": "2026-01-05", "folder": str(DRAWN), "note": "honest"},
        {"contributor": "mallory", "day": "2026-01-06", "folder": "mallory", "note": "a replay"},
    ]
    (folder / "manifest.json").write_text(json.dumps(uploads))
    return folder


@pytest.mark.sqlite("the demo's node is a folder of its own, whatever the machine is set to")
def test_the_demo_pays_the_honest_slashes_the_replayer_and_always_ends_in_the_same_root(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    play(small_city(tmp_path / "city"), tmp_path / "demo", 0, said.append, None)
    told = capsys.readouterr().out + "\n".join(said)
    assert "mallory earned 0 tokens" in told
    assert "pictures of another drive again; a person looks." in told
    why = "it seems to show pictures of another drive again; a person looked, and rejected it"
    assert f"24 frames: {why}" in told
    assert ROOT in told, told
    assert "mallory reads: 100 tokens were slashed on 2026-01-21" in told
    assert "no appeal is granted" in told
    assert told.count(": equal, root ") == 4
    assert "nights more, each equal" in told
    assert "20458/allocation.json" in told[told.index("In a copy of the books") :]
    assert "Mapmakers Ltd opens" in told
    shown = published(tmp_path / "demo" / "node" / "catalog.sqlite")
    assert shown == (24 // PUBLISHED_EVERY if MaskingSettings().weights.is_file() else 0)


def published(catalog: Path) -> int:
    with closing(sqlite3.connect(catalog)) as opened:
        [count] = opened.execute("SELECT COALESCE(SUM(published), 0) FROM publications").fetchone()
        return int(count)


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "mine" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("years of work")
    with pytest.raises(UsageError, match="not empty"):
        play(small_city(tmp_path / "city"), kept.parent, 0, print, None)
    assert kept.read_text() == "years of work"


def test_a_city_that_is_not_drawn_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="python -m sample_data"):
        play(tmp_path / "nowhere", tmp_path / "demo", 0, print, None)


def test_keys_come_from_names_and_differ(tmp_path: Path) -> None:
    ann, bob = Person("ann", tmp_path), Person("bob", tmp_path)
    assert ann.key.public == Person("ann", tmp_path / "elsewhere").key.public
    assert len({ann.key.public, bob.key.public, ann.payout, bob.payout}) == 4
