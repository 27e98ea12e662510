"""Pictures in drives and pictures rejected are the pictures found; a node finds the same."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.folder import Recording, read_recordings
from ingest.manifest import Device, Manifest, parse_signed, sign_manifest
from ingest.planning import Plan, plan_recording
from ingest.screening import screen
from ingest.settings import ReadSettings, ScreenSettings
from ingest.stills import Still
from roadcomb.keys import key_from_seed
from roadcomb.records import Fix
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS

KEY = key_from_seed(b"p" * 32)


def plan_of(stills: list[Still]) -> Plan:
    recording = Recording(Path("drive"), tuple(stills))
    return plan_recording(recording, ScreenSettings(), ReadSettings())


def still(n: int, t_ms: int | None, fix: Fix | None) -> Still:
    return Still(Path(f"{n}.jpg"), 1, 1, t_ms, fix)


def northwards(count: int) -> list[Still]:
    times = [T0_MS + n * 800 for n in range(count)]
    fixes = [Fix(t, LAT + n * 8 * METRE_DEG, LON) for n, t in enumerate(times)]
    return [still(n, t, fix) for n, (t, fix) in enumerate(zip(times, fixes, strict=True))]


any_float = st.floats(allow_nan=True, allow_infinity=True)
maybe = st.one_of(st.none(), any_float)
fixes = st.builds(
    Fix, st.integers(-(2**70), 2**70), any_float, any_float, maybe, maybe, maybe, maybe,
    st.one_of(st.none(), st.integers(-5, 2**40)), st.one_of(st.none(), st.integers(-1, 4)), maybe,
)  # fmt: skip
near = st.builds(
    lambda t, m, v: Fix(T0_MS + t, LAT + m * METRE_DEG, LON, speed_mps=v),
    st.integers(0, 600_000),
    st.floats(0, 400),
    maybe,
)


@given(st.lists(st.one_of(st.none(), fixes, near, near), max_size=40))
def test_nothing_vanishes_and_the_node_finds_the_same(found: list[Fix | None]) -> None:
    stills = [still(n, None if fix is None else fix.t_ms, fix) for n, fix in enumerate(found)]
    plan = plan_of(stills)
    sent = [shot.path for drive in plan.drives for shot in drive]
    assert Counter([*sent, *(r.item for r in plan.rejected)]) == Counter(s.path for s in stills)
    assert plan.offered == len(stills)
    for drive in plan.drives:
        frames = tuple(shot.frame(f"{n:064x}", 1) for n, shot in enumerate(drive))
        signed = sign_manifest(Manifest(KEY.public, Device("x"), frames), KEY)
        assert parse_signed(signed.to_json()).manifest.frames == frames
        assert screen(frames, ScreenSettings()) == (list(frames), [])


def test_a_fix_that_is_weak_by_its_own_account_says_why_and_the_others_go_on() -> None:
    weak: list[dict[str, Any]] = [
        {"dimension": 2},
        {"dimension": 0},
        {"error_m": 15.1},
        {"hdop": 4.1},
        {"satellites": 3},
    ]
    sound: dict[str, Any] = {"dimension": 3, "error_m": 15.0, "hdop": 4.0, "satellites": 4}
    stills = [
        replace(s, fix=replace(s.fix, **(weak[n] if n < len(weak) else sound)))
        for n, s in enumerate(northwards(10))
        if s.fix
    ]
    plan = plan_of(stills)
    assert [len(drive) for drive in plan.drives] == [5]
    assert {r.item.name: r.reason for r in plan.rejected} == {
        "0.jpg": "no-3d-fix",
        "1.jpg": "no-fix",
        "2.jpg": "poor-position",
        "3.jpg": "poor-hdop",
        "4.jpg": "few-satellites",
    }


def test_what_cannot_be_placed_says_why() -> None:
    nan = float("nan")
    odd = [
        (None, None),
        (None, Fix(0, LAT, LON)),
        (T0_MS, None),
        (T0_MS, Fix(T0_MS, nan, LON)),
        (T0_MS, Fix(T0_MS, LAT, float("inf"))),
        (T0_MS, Fix(T0_MS, 91, LON)),
        (2**60, Fix(2**60, LAT, LON)),
        (T0_MS, Fix(T0_MS, 0, 0)),
    ]
    plan = plan_of([still(n, t_ms, fix) for n, (t_ms, fix) in enumerate(odd)])
    reasons = {r.item.stem: r.reason for r in plan.rejected}
    assert list(dict(sorted(reasons.items())).values()) == [
        "no-fix", "no-time", "no-fix", "not-a-number", "not-a-number", "not-on-earth", "no-time",
        "null-island",
    ]  # fmt: skip


def test_a_heading_nobody_measured_is_the_direction_of_travel() -> None:
    stills = northwards(4)
    measured = stills[1].fix
    assert measured is not None
    stills[1] = replace(stills[1], fix=replace(measured, heading_deg=359.999))
    assert [shot.heading_cdeg for shot in plan_of(stills).drives[0]] == [0, 0, 0, 0]
    stills[1] = replace(stills[1], fix=replace(measured, heading_deg=90.0))
    assert [shot.heading_cdeg for shot in plan_of(stills).drives[0]] == [0, 9000, 0, 0]


def test_a_receiver_slower_than_the_camera_loses_no_frames() -> None:
    """Two frames a second at 16 m/s under one fix in two seconds (mapillary_tools #380)."""
    stills = [
        still(n, T0_MS + n * 500, Fix(T0_MS, LAT + n // 4 * 32 * METRE_DEG, LON, speed_mps=16))
        for n in range(61)
    ]
    stills = [replace(s, fix=replace(s.fix, t_ms=s.t_ms)) for s in stills if s.fix and s.t_ms]
    assert [len(drive) for drive in plan_of(stills).drives] == [61]


def test_the_bee_in_tokyo_makes_exactly_two_drives_of_all_67_frames(real_data: Path) -> None:
    recordings = list(read_recordings(real_data / "bee_tokyo", ReadSettings()))
    plans = [plan_recording(r, ScreenSettings(), ReadSettings()) for r in recordings]
    assert [[len(drive) for drive in plan.drives] for plan in plans] == [[13, 54]]
    assert [plan.rejected for plan in plans] == [()]
    for shot in plans[0].drives[0]:
        t_ms, lat, lon = shot.path.stem.split("_")
        assert (shot.t_ms, shot.lat_e7) == (int(t_ms), round(float(lat) * 1e7))
        assert shot.lon_e7 == round(float(lon) * 1e7)


def test_the_sony_in_rennes_is_spaced_by_the_rule(real_data: Path) -> None:
    (recording,) = read_recordings(real_data / "seq_rennes_sony_road", ReadSettings())
    fix = recording.stills[0].fix
    assert fix is not None
    assert (fix.heading_deg, fix.alt_m) == (271.14, 34.3)
    assert fix.hdop is None  # the place is that of the track beside it, the DOP of EXIF is not
    assert recording.stills[0].t_ms == 1_666_166_194_000  # 07:56:34 by GPS, 08:56:34 local
    plan = plan_recording(recording, ScreenSettings(min_frames=1), ReadSettings())
    assert [[shot.path.name for shot in drive] for drive in plan.drives] == [["e1.jpg", "e4.jpg"]]
    assert {r.item.name: r.reason for r in plan.rejected} == dict.fromkeys(
        ("e2.jpg", "e3.jpg", "e5.jpg"), "too-close"
    )


def test_odd_pictures_get_a_reason_each(real_data: Path) -> None:
    (recording,) = read_recordings(real_data / "odd_images", ReadSettings())
    plan = plan_recording(recording, ScreenSettings(), ReadSettings())
    assert plan.drives == ()
    reasons = {r.item.name: r.reason for r in plan.rejected}
    assert len(reasons) == 15
    assert reasons["invalid_exif.jpg"] == "not-a-number"
    assert reasons["e1_without_exif.jpg"] == "no-fix"
    assert reasons["mapillary_corrupt_exif_wrong_type.jpg"] == "no-fix"
    assert reasons["mapillary_test_exif.jpg"] == "drive-too-short"
