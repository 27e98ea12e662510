"""The laws of ingest/trimming.py: trip ends are hidden, always by the same disc, uniformly off."""

import math
import random
from itertools import pairwise
from statistics import mean, median

from hypothesis import given
from hypothesis import strategies as st

from ingest.screening import screen_drives
from ingest.settings import ScreenSettings, TrimSettings
from ingest.trimming import Privacy, contributor_secret, disc_of, keep_private
from roadcomb.geo import distance_m
from roadcomb.records import Frame, degrees
from tests.ingest.test_screening import METRE_DEG, drive, frame

SCREENING, TRIM = ScreenSettings(), TrimSettings(radius_m=500, lattice_m=1000)
LAT, LON = 0.5, -25.0


def privacy(number: int = 1, settings: TrimSettings = TRIM) -> Privacy:
    return Privacy(number.to_bytes(32, "big"), settings)


def placed(frame: Frame) -> tuple[float, float]:
    return degrees(frame.lat_e7), degrees(frame.lon_e7)


def metres(count: int, start: int = 0) -> list[Frame]:
    return drive(range(8 * start, 8 * (start + count), 8))


def test_both_ends_are_cut_where_the_track_crosses_its_disc() -> None:
    whole = metres(1000)
    (kept,), cut = keep_private([whole], privacy(), SCREENING)
    discs = [disc_of(*placed(end), privacy()) for end in (whole[0], whole[-1])]
    for frame_ in whole:
        hidden = any(disc.holds(*placed(frame_)) for disc in discs)
        assert (frame_ not in kept) == hidden
    assert {one.reason for one in cut} == {"trip-end"}
    assert len(kept) + len(cut) == len(whole)
    assert 100 / 8 <= whole.index(kept[0]) <= 900 / 8 + 1


def test_a_trip_that_never_leaves_its_disc_is_not_sent_at_all() -> None:
    kept, cut = keep_private([metres(10)], privacy(), SCREENING)
    assert kept == []
    assert len(cut) == 10


def test_a_trip_that_passes_its_beginning_once_more_shows_nothing_of_it() -> None:
    out = metres(300)
    back = [frame(240 + n / 1.25, 2400 - 8 * n, 10, east_m=9) for n in range(1, 600)]
    kept, _ = keep_private([[*out, *back]], privacy(), SCREENING)
    disc = disc_of(*placed(out[0]), privacy())
    assert not any(disc.holds(*placed(one)) for part in kept for one in part)
    assert all(screen_drives(part, SCREENING)[0] == [part] for part in kept)


def test_a_tunnel_and_the_longest_drive_are_no_ends_of_a_trip_but_a_pause_is() -> None:
    tunnel = drive([*range(0, 4000, 8), *range(4600, 9000, 8)])
    parts, _ = screen_drives(tunnel, SCREENING.model_copy(update={"max_frames": 300}))
    kept, cut = keep_private(parts, privacy(), SCREENING)
    assert len(parts) == 4
    assert all(
        one.item.lat_e7 < tunnel[130].lat_e7 or one.item.lat_e7 > tunnel[-130].lat_e7 for one in cut
    )
    later = [frame(900 + (m - 4000) / 10, m, 10) for m in range(4000, 8000, 8)]
    parked = [metres(500), later]
    kept, cut = keep_private(parked, privacy(), SCREENING)
    middle = [
        m
        for part in kept
        for one in part
        if abs((m := (one.lat_e7 / 1e7 - LAT) / METRE_DEG) - 4000) < 90
    ]
    assert not middle


def test_a_home_has_one_disc_however_the_car_is_parked() -> None:
    noise = random.Random(7)
    for number in range(50):
        discs = [
            disc_of(
                LAT + noise.gauss(0, 15) * METRE_DEG,
                LON + noise.gauss(0, 15) * METRE_DEG,
                privacy(number),
            )
            for _ in range(20)
        ]
        first = discs[0]
        offs = [distance_m(first.lat_deg, first.lon_deg, d.lat_deg, d.lon_deg) for d in discs]
        assert max(offs) < 150  # cars 80 m apart, and no more than as much again


def test_displacements_are_uniform_in_their_disc_over_all_secrets() -> None:
    offs, angles = [], []
    for number in range(3000):
        disc = disc_of(LAT, LON, privacy(number))
        offs.append(distance_m(LAT, LON, disc.lat_deg, disc.lon_deg))
        angles.append(math.atan2(disc.lat_deg - LAT, disc.lon_deg - LON))
    assert max(offs) <= 400.5
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        within = mean(off <= 400 * math.sqrt(share) for off in offs)
        assert abs(within - share) < 0.035
    assert abs(median(offs) - 400 / math.sqrt(2)) < 10
    assert abs(mean(map(math.cos, angles))) < 0.05
    assert abs(mean(map(math.sin, angles))) < 0.05


def test_places_far_apart_and_contributors_have_nothing_in_common() -> None:
    def off(lat: float, number: int) -> tuple[float, float]:
        disc = disc_of(lat, LON, privacy(number))
        return disc.lat_deg - lat, disc.lon_deg - LON

    here = [off(LAT, number) for number in range(800)]
    there = [off(LAT + 3000 * METRE_DEG, number) for number in range(800)]
    scale = mean(a * a for a, _ in here)
    assert abs(mean(a[0] * b[0] for a, b in zip(here, there, strict=True)) / scale) < 0.12
    assert abs(mean(a[0] * b[0] for a, b in pairwise(here)) / scale) < 0.12


@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.integers(0, 9))
def test_every_place_on_earth_lies_in_its_disc_at_least_100_m_deep(
    lat: float, lon: float, number: int
) -> None:
    disc = disc_of(lat, lon, privacy(number))
    assert distance_m(lat, lon, disc.lat_deg, disc.lon_deg) <= 401
    assert disc.holds(lat, lon)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(-300, 300)), max_size=60))
def test_nothing_vanishes(steps: list[tuple[int, int]]) -> None:
    frames, t_s, at_m = [], 0.0, 0.0
    for dt, dm in steps:
        t_s, at_m = t_s + dt, at_m + dm
        frames.append(frame(t_s, at_m))
    drives, _ = screen_drives(frames, SCREENING)
    kept, cut = keep_private(drives, privacy(), SCREENING)
    before = sorted(one.t_ms for part in drives for one in part)
    after = [one.t_ms for part in kept for one in part] + [one.item.t_ms for one in cut]
    assert sorted(after) == before


def test_zones_hide_wherever_they_are_met_and_radius_0_cuts_nothing_else() -> None:
    whole = metres(100)
    north = placed(whole[40])[0]
    wishes = Privacy(bytes(32), TrimSettings(radius_m=0), lambda lat, _: lat == north)
    kept, cut = keep_private([whole], wishes, SCREENING)
    assert [one.item for one in cut] == [whole[40]]
    assert cut[0].reason == "privacy-zone"
    assert [one for part in kept for one in part] == [one for one in whole if one is not whole[40]]
    assert keep_private([whole], privacy(settings=TrimSettings(radius_m=0)), SCREENING) == (
        [whole],
        [],
    )


def test_a_node_has_another_secret_for_each_contributor() -> None:
    secrets = {contributor_secret(b"n" * 32, f"{number:064x}") for number in range(20)}
    assert len(secrets) == 20
