"""What two pictures say of the way between them, on drawn pictures whose poses are known."""

from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.evidence.light import brightness_of
from quality.evidence.motion import UNSEEN, Grey, Sight, compare, features_of, sights_of
from quality.evidence.screens import filmed_screen, spectrum_of
from quality.evidence.sun import sun_at
from quality.evidence.turns import linked
from quality.evidence.watching import Watcher
from roadcomb.engine import InlineEngine
from roadcomb.records import Frame
from sample_data.camera import Pose
from sample_data.conditions import Conditions, Device
from sample_data.draw import draw
from sample_data.route import Route
from tests.quality.pictures import drawn_frames, grey_half

CORNER = Route(((1.7, 40.0), (1.7, 94.3), (160.0, 94.3)))
"""Straight on for 42 m, a right turn of 19 m, straight on."""


@lru_cache
def driven(metres: float) -> Grey:
    """What is seen after so many metres of the corner, grey, 320 x 180."""
    pose = CORNER.at(metres)
    device = Device(width=480, height=270)
    grey = cv2.cvtColor(draw(pose, Conditions(device=device)), cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (320, 180), interpolation=cv2.INTER_AREA).astype(np.uint8)


def between(first_m: float, second_m: float) -> Sight:
    return compare(features_of(driven(first_m)), features_of(driven(second_m)))


def test_straight_on_is_no_turn_and_forwards() -> None:
    sight = between(8, 16)
    assert linked(sight)
    assert abs(sight.turn_deg) < 3
    assert sight.growth > 0.5


def test_a_turn_to_the_right_is_seen_with_its_degrees() -> None:
    before, after = CORNER.at(46), CORNER.at(52)
    sight = between(46, 52)
    assert linked(sight)
    assert sight.turn_deg == pytest.approx(after.heading_deg - before.heading_deg, abs=5)


def test_backwards_is_seen_as_a_turn_to_the_other_side_that_shrinks() -> None:
    assert between(16, 8).growth < -0.5
    assert between(52, 46).turn_deg < -15


def test_a_mirrored_drive_turns_to_the_other_side() -> None:
    flipped = [features_of(cv2.flip(driven(m), 1).astype(np.uint8)) for m in (46, 52)]
    assert compare(*flipped).turn_deg == pytest.approx(-between(46, 52).turn_deg, abs=5)


@pytest.mark.parametrize("shift", [0, 5])
def test_the_same_picture_stands_still_shifted_or_not(shift: int) -> None:
    moved = np.roll(driven(8), shift, axis=1)
    sight = compare(features_of(driven(8)), features_of(moved))
    assert sight.still > 0.8 * sight.matched
    assert between(8, 16).still < 0.3 * between(8, 16).matched


def test_pictures_of_two_streets_are_not_linked() -> None:
    elsewhere = draw(Pose(304.0, 303.0, 90.0), Conditions(device=Device(width=480, height=270)))
    grey = cv2.cvtColor(elsewhere, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (320, 180), interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert not linked(compare(features_of(driven(8)), features_of(small)))


def test_neighbours_of_the_drawn_drive_all_run_forwards() -> None:
    pictures = [features_of(grey_half(data)) for data in drawn_frames()]
    sights = sights_of(pictures)
    assert all(map(linked, sights))
    assert all(sight.growth > 0 for sight in sights)
    assert max(abs(sight.turn_deg) for sight in sights) < 8


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_noise_and_flat_pictures_are_compared_without_a_crash(seed: int, level: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (90, 160), np.uint8)
    flat = np.full((90, 160), level, np.uint8)
    assert compare(features_of(flat), features_of(noise)) == UNSEEN
    assert not linked(compare(features_of(noise), features_of(driven(8))))


@pytest.mark.parametrize("count", [1, 2, 16, 17, 64, 65, 70])
def test_a_watcher_misses_no_pair_between_its_blocks(count: int) -> None:
    shown = [driven(8.0 * (n % 4)) if n % 7 else None for n in range(count)]
    watcher = Watcher(InlineEngine())
    for n, small in enumerate(shown):
        watcher.see(n, Frame(f"{n:064x}", 1, n, 0, 0), small)
    seen = watcher.seen()
    features = [None if small is None else features_of(small) for small in shown]
    assert list(seen.sights) == sights_of(features)
    assert len(seen.light) == count
    assert seen.pictures == sum(small is not None for small in shown)


def test_stripes_of_a_filmed_screen_stand_out_of_many_scenes() -> None:
    stripes = (30 * np.sin(2 * np.pi * 0.31 * np.arange(320)))[None, :]
    slant = np.sin(2 * np.pi * 0.12 * np.arange(180))[:, None]
    scenes = [driven(8.0 * n) for n in range(6)]
    filmed = [np.clip(scene + stripes * slant, 0, 255).astype(np.uint8) for scene in scenes]
    honest, lied = (
        np.mean([spectrum_of(one) for one in some], axis=0) for some in (scenes, filmed)
    )
    clean = filmed_screen(honest.astype(np.float32), 6)
    told = filmed_screen(lied.astype(np.float32), 6)
    assert told.strength < min(-300, clean.strength - 150)
    assert told.advisory


def test_left_and_right_walls_are_told_apart() -> None:
    picture = np.full((180, 320), 100, np.uint8)
    picture[:, :96] = 200
    light = brightness_of(picture)
    assert (light.left, light.right) == (200, 100)


@pytest.mark.parametrize(
    ("t_ms", "lat", "lon", "elevation", "azimuth"),
    [
        # NREL/TP-560-34302, the example of its appendix A.5
        (1_066_419_030_000, 39.742476, -105.1786, 39.88838, 194.34024),
    ],
)
def test_the_sun_stands_where_published_examples_have_it(
    t_ms: int, lat: float, lon: float, elevation: float, azimuth: float
) -> None:
    sun = sun_at(t_ms, lat, lon)
    assert sun.elevation_deg == pytest.approx(elevation, abs=0.05)
    assert sun.azimuth_deg == pytest.approx(azimuth, abs=0.05)


@given(st.integers(0, 2**41), st.floats(-90, 90), st.floats(-180, 180))
def test_the_sun_is_somewhere_at_any_time_and_place(t_ms: int, lat: float, lon: float) -> None:
    sun = sun_at(t_ms, lat, lon)
    assert -90 <= sun.elevation_deg <= 90
    assert 0 <= sun.azimuth_deg <= 360
