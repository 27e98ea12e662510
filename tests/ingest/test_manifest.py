"""A manifest is one value with one signature: whatever is not exactly that is refused by name."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.manifest import DOMAIN, Device, Manifest, parse_signed, sign_manifest
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import generate_key
from roadcomb.records import E7, Frame
from tests.drives import contributor, drive_of, pictures

ME, OTHER = contributor(1), contributor(2)
FRAME_FIELDS = [field.name for field in fields(Frame)]


def envelope() -> Any:
    """The JSON value of a good drive of three frames, to be spoilt."""
    return parse_json(canonical_json(drive_of(pictures(3), ME).to_json()))


def signed_anew(value: Any) -> Any:
    body = canonical_json(value["manifest"])
    return {"manifest": value["manifest"], "signature": ME.sign(DOMAIN, body)}


FRAMES = st.lists(
    st.builds(
        Frame,
        st.binary(min_size=32, max_size=32).map(bytes.hex),
        st.integers(1, 10**7),
        st.integers(0, 2**48),
        st.integers(-90 * E7, 90 * E7),
        st.integers(-180 * E7, 180 * E7),
        st.none() | st.integers(0, 35_999),
        orientation=st.integers(1, 8),
    ),
    min_size=1,
    max_size=5,
    unique_by=(lambda frame: frame.t_ms, lambda frame: frame.image_id),
)


@given(FRAMES, st.sampled_from(["", "Cam 7", "\u8eca\u8f09"]))
def test_what_was_signed_is_read_as_it_was(frames: list[Frame], model: str) -> None:
    ordered = tuple(sorted(frames, key=lambda frame: frame.t_ms))
    signed = sign_manifest(Manifest(ME.public, Device(model), ordered, {"too-close": 2}), ME)
    read = parse_signed(parse_json(canonical_json(signed.to_json())))
    assert read == signed
    assert read.drive_id == signed.drive_id


@given(FRAMES)
def test_the_bytes_of_a_signed_manifest_are_its_canonical_json(frames: list[Frame]) -> None:
    manifest = Manifest(ME.public, Device("Cam"), tuple(frames))
    rotated = generate_key(ME.public)
    for key in (ME, rotated):
        signed = sign_manifest(manifest, key)
        assert signed.to_bytes() == canonical_json(signed.to_json())


def test_a_signature_of_another_key_or_content_is_refused() -> None:
    foreign, changed = envelope(), envelope()
    foreign["signature"] = OTHER.sign(DOMAIN, canonical_json(foreign["manifest"]))
    changed["manifest"]["frames"][0][FRAME_FIELDS.index("lat_e7")] += 1
    for value in (foreign, changed):
        with pytest.raises(Unauthorised):
            parse_signed(value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_id", "A" * 64),
        ("image_id", "a" * 63),
        ("size", 0),
        ("size", True),
        ("size", 1.0),
        ("t_ms", -1),
        ("t_ms", None),
        ("lat_e7", 90 * E7 + 1),
        ("lon_e7", -180 * E7 - 1),
        ("heading_cdeg", 36_000),
        ("speed_cmps", "1"),
        ("alt_cm", 10**8),
        ("hdop_centi", -1),
        ("satellites", 1_001),
        ("orientation", 9),
        ("orientation", None),
    ],
)
def test_a_frames_value_out_of_its_range_is_named(field: str, value: object) -> None:
    spoilt = envelope()
    spoilt["manifest"]["frames"][1][FRAME_FIELDS.index(field)] = value
    with pytest.raises(InvalidInput, match=rf"frames\[1\]\.{field}"):
        parse_signed(signed_anew(spoilt))


@pytest.mark.parametrize(
    ("where", "value", "named"),
    [
        (("v",), 2, "manifest version"),
        (("contributor",), "00", "contributor"),
        (("device", "model"), "x" * 201, "device.model"),
        (("device", "model"), "a\0b", "device.model"),
        (("device", "model"), "\x1b[2J", "device.model"),
        (("device", "attestation"), "trust me", "device.attestation"),
        (("device", "serial"), "7", "device"),
        (("screened",), {"too-close": -1}, "screened"),
        (("screened",), {"a\nb": 1}, "screened"),
        (("screened",), {str(n): 1 for n in range(41)}, "screened"),
        (("frames",), [], "frames"),
        (("frames",), "frames", "frames"),
        (("more",), 1, "manifest"),
    ],
)
def test_any_other_value_that_makes_no_sense_is_named(
    where: tuple[str, ...], value: object, named: str
) -> None:
    spoilt = envelope()
    inner = spoilt["manifest"]
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = value
    with pytest.raises(InvalidInput, match=named):
        parse_signed(signed_anew(spoilt))


def test_frames_go_forward_in_time_and_stand_once() -> None:
    backwards, twice = envelope(), envelope()
    backwards["manifest"]["frames"].reverse()
    twice["manifest"]["frames"][2][0] = twice["manifest"]["frames"][0][0]
    with pytest.raises(InvalidInput, match="do not increase"):
        parse_signed(signed_anew(backwards))
    with pytest.raises(InvalidInput, match="stands twice"):
        parse_signed(signed_anew(twice))


@pytest.mark.parametrize("focal", [0, 2_001, 28.0, "28", None, True])
def test_a_lens_without_sense_is_refused(focal: object) -> None:
    spoilt = envelope()
    spoilt["manifest"]["device"]["focal_35mm"] = focal
    with pytest.raises(InvalidInput, match="focal_35mm"):
        parse_signed(signed_anew(spoilt))


def test_a_known_lens_is_said_and_an_unknown_one_is_not() -> None:
    frames = drive_of(pictures(3), ME).manifest.frames
    known = sign_manifest(Manifest(ME.public, Device("Cam 7", focal_35mm=28), frames), ME)
    assert parse_signed(known.to_json()).manifest.device.focal_35mm == 28
    assert "focal_35mm" not in envelope()["manifest"]["device"]
