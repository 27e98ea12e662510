"""What a node hides of drives: trip ends of foreign clients, the operator's zones of everyone."""

import json
from collections import Counter

import pytest

from ingest.intake import add_frames, drive_state, open_drive, seal
from ingest.manifest import Device, Manifest, sign_manifest
from ingest.settings import TrimSettings
from ingest.terms import Terms
from quality.judge import Judge
from quality.judgement import load
from roadcomb.engine import InlineEngine
from roadcomb.errors import InvalidInput
from roadcomb.node import Node
from roadcomb.records import degrees
from tests.drives import contributor
from tests.quality.deliveries import LIMITS, along, frames_at
from tests.quality.pictures import drawn_frames
from tiles.pictures import pictures_of

TRIM = TrimSettings(radius_m=40)
TERMS = Terms(1, 0, "CC0-1.0", 500)


def delivered(node: Node, terms: Terms | None, number: int = 1) -> str:
    key, data = contributor(number), list(drawn_frames())
    wobble = [20_000_000 + 40 * (n % 5) * (n % 3) for n in range(len(data))]
    frames = frames_at(data, along(len(data), jitter_m=0.4), lons_e7=wobble)  # as a receiver says
    manifest = Manifest(key.public, Device("x"), frames, terms=terms)
    signed = sign_manifest(manifest, key)
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, data, LIMITS)
    seal(node, signed.drive_id)
    return signed.drive_id


def reasons(node: Node, drive_id: str) -> Counter[str | None]:
    judgement = load(node.blobs, drive_state(node, drive_id).judgement or "")
    return Counter(judgement["reason"].to_pylist())


def judge(node: Node, trim: TrimSettings = TRIM) -> None:
    Judge(node, InlineEngine(), trimming=trim).judge_pending()


@pytest.mark.parametrize("terms", [None, Terms(1, 0, "CC0-1.0")])
def test_trip_ends_that_no_client_says_it_cut_are_rejected_and_named(
    node: Node, terms: Terms | None
) -> None:
    drive_id = delivered(node, terms)
    judge(node)
    found = reasons(node, drive_id)
    state = drive_state(node, drive_id)
    assert found["trip-end"] >= 2
    assert state.accepted == found[None] > 0
    assert state.rejected == found["trip-end"]
    judgement = load(node.blobs, state.judgement or "").to_pylist()
    assert judgement[0]["reason"] == judgement[-1]["reason"] == "trip-end"


@pytest.mark.parametrize("trimmed_m", [0, 500])
def test_what_a_client_has_trimmed_or_was_asked_not_to_is_not_trimmed_again(
    node: Node, trimmed_m: int
) -> None:
    drive_id = delivered(node, Terms(1, 0, "CC0-1.0", trimmed_m))
    judge(node)
    assert reasons(node, drive_id)["trip-end"] == 0


def test_the_operators_zones_hide_for_everyone(node: Node) -> None:
    lat = degrees(along(24)[12])
    zone = {"type": "Point", "coordinates": [2.0, lat]}
    feature = {"type": "Feature", "geometry": zone, "properties": {"margin_m": 10}}
    (node.settings.data / "privacy-zones.geojson").write_text(json.dumps(feature))
    drive_id = delivered(node, TERMS)
    judge(node)
    assert reasons(node, drive_id) == {None: 21, "privacy-zone": 3}


def test_zones_that_cannot_be_read_stop_judging(node: Node) -> None:
    (node.settings.data / "privacy-zones.geojson").write_text("{")
    with pytest.raises(InvalidInput, match=r"privacy-zones\.geojson"):
        Judge(node, InlineEngine())


def test_numbers_of_pictures_do_not_tell_how_many_were_cut(node: Node) -> None:
    drive_id = delivered(node, None)
    judge(node)
    judgement = load(node.blobs, drive_state(node, drive_id).judgement or "")
    shown = pictures_of("public", judgement)["n"].to_pylist()
    assert shown == list(range(len(shown)))
