"""The contributor's wishes on the command line: consent, licence, trimming, zones, rights."""

import json
import stat
from pathlib import Path

import pytest

from ingest.privacy import load_terms, open_privacy, save_consent
from ingest.settings import TrimSettings
from ingest.terms import LICENCES, Terms, parse_terms
from roadcomb.canonical import Json
from roadcomb.errors import InvalidInput, NotFound, UsageError
from roadcomb.keys import generate_key, key_from_seed
from tests.ingest.fakenode import FakeNode
from tests.ingest.pictures import bee_folder
from tests.ingest.test_commands import json_of, machine, run

__all__ = ["machine"]

KEY = key_from_seed(b"p" * 32)


def test_nothing_is_sent_without_consent(
    machine: Path, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROADCOMB_CONSENT")
    bee_folder(machine / "in", range(0, 80, 8))
    assert "consent" in run("init").stdout
    with pytest.raises(UsageError, match="consent"):
        run("upload", machine / "in", "--to", node.url)
    assert not node.drives
    assert "nothing is sent" in run("init", "--no-consent").stdout
    run("init", "--consent", "--licence", "CC0-1.0")
    run("upload", machine / "in", "--to", node.url)
    (signed,) = node.drives.values()
    assert signed.manifest.terms is not None
    assert (signed.manifest.terms.licence, signed.manifest.terms.consent) == ("CC0-1.0", 1)


def test_an_unknown_licence_is_refused_before_anything_is_made(machine: Path) -> None:
    before = sorted(machine.rglob("*"))
    with pytest.raises(UsageError, match="no licence"):
        run("init", "--payout", f"0x{'1f' * 20}", "--consent", "--licence", "WTFPL")
    assert sorted(machine.rglob("*")) == before


@pytest.mark.parametrize(
    ("radius", "told"), [("1400", "about 1.5 km at each end"), ("0", "no trip ends are cut")]
)
def test_init_says_what_trip_ends_cost(
    machine: Path, monkeypatch: pytest.MonkeyPatch, radius: str, told: str
) -> None:
    monkeypatch.setenv("ROADCOMB_TRIM_RADIUS_M", radius)
    assert told in run("init").stdout


def test_an_agreed_text_that_changed_is_asked_for_again(tmp_path: Path) -> None:
    save_consent(tmp_path, LICENCES[0], 5)
    assert load_terms(tmp_path, 500.4) == Terms(1, 5, LICENCES[0], 500)
    agreed = json.loads((tmp_path / "consent.json").read_text())
    (tmp_path / "consent.json").write_text(json.dumps({**agreed, "consent": 0}))
    with pytest.raises(UsageError, match="changed"):
        load_terms(tmp_path, 0)


def test_trip_ends_stay_at_home_and_the_manifest_does_not_tell_how_many(
    machine: Path, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_TRIM_RADIUS_M", "100")
    bee_folder(machine / "in", range(0, 800, 8))
    run("init")
    assert "where nobody lives: --no-trim" in run("scan", machine / "in").stdout
    told = json_of(["scan", machine / "in"])
    cut = told["rejected"]["trip-end"]
    assert 2 <= cut < 100
    run("upload", machine / "in", "--to", node.url)
    (signed,) = node.drives.values()
    assert len(signed.manifest.frames) == 100 - cut
    assert "trip-end" not in signed.manifest.screened
    assert signed.manifest.terms is not None
    assert signed.manifest.terms.trimmed_m == 100
    whole = json_of(["scan", machine / "in", "--no-trim"])
    assert whole["kept"] == 100


def test_a_whole_trip_within_its_disc_is_not_sent(
    machine: Path, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROADCOMB_TRIM_RADIUS_M")
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url)
    assert not node.drives
    run("upload", machine / "in", "--to", node.url, "--no-trim")
    (signed,) = node.drives.values()
    assert signed.manifest.terms is not None
    assert signed.manifest.terms.trimmed_m == 0


def test_zones_hold_without_trimming_too(machine: Path) -> None:
    bee_folder(machine / "in", range(0, 800, 8))
    run("init")
    (place,) = json_of(["scan", machine / "in", "--no-trim"])["folders"][0]["drives"][0]["frames"][
        50:51
    ]
    zone = {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
    (machine / "config" / "privacy-zones.geojson").write_text(json.dumps(zone))
    assert json_of(["scan", machine / "in", "--no-trim"])["rejected"]["privacy-zone"] >= 9
    (machine / "config" / "privacy-zones.geojson").write_text("[]")
    with pytest.raises(InvalidInput, match="zones"):
        run("scan", machine / "in")


def test_the_secret_outlives_its_key_and_is_the_owners_alone(tmp_path: Path) -> None:
    settings = TrimSettings(radius_m=500)
    secret = open_privacy(tmp_path, KEY, settings).secret
    assert open_privacy(tmp_path, generate_key(), settings).secret == secret
    assert stat.S_IMODE((tmp_path / "trip-ends.secret").stat().st_mode) == 0o600
    restored = open_privacy(tmp_path / "another machine", KEY, settings).secret
    assert restored == secret
    (tmp_path / "trip-ends.secret").write_text("zz")
    with pytest.raises(InvalidInput, match="damaged"):
        open_privacy(tmp_path, KEY, settings)


@pytest.mark.parametrize(
    "change",
    [
        {"licence": "mine"},
        {"consent": 2},
        {"consent": True},
        {"trimmed_m": -1},
        {"trimmed_m": None},
        {"consented_ms": None},
        {"more": 1},
    ],
)
def test_terms_that_are_none_are_refused(change: dict[str, Json]) -> None:
    good: dict[str, Json] = {
        "consent": 1,
        "consented_ms": 5,
        "licence": "CC0-1.0",
        "trimmed_m": 500,
    }
    assert parse_terms(good).to_json() == good
    untold = {name: good[name] for name in good if name != "trimmed_m"}
    assert parse_terms(untold).to_json() == untold
    with pytest.raises(InvalidInput, match="terms"):
        parse_terms({**good, **change})


def test_delete_and_export_name_what_they_need(machine: Path) -> None:
    run("init")
    with pytest.raises(UsageError, match="too short"):
        run("delete", "abc", "--yes")
    with pytest.raises(NotFound, match="status"):
        run("delete", "abcdef", "--yes")
    with pytest.raises(UsageError, match="--to"):
        run("export-my-data", machine / "mine.tar")
    (machine / "mine.tar").touch()
    with pytest.raises(UsageError, match="exists"):
        run("export-my-data", machine / "mine.tar", "--to", "http://127.0.0.1:1")
