"""Where a plate or face can be on a box, and where it cannot."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from quality.masking.regions import Region
from quality.masking.zones import zone_of
from tests.quality.masking.boxes import HEIGHT, REGIONS, WIDTH, person, vehicle

LINE = 0.5
NEAR = vehicle(1100, 500, 1500, 900)
BESIDE = vehicle(1100, 500, 1700, 800)


def zone(box: Region, line: float | None = LINE) -> Region:
    return zone_of(box, WIDTH, HEIGHT, line)


def inside(inner: Region, outer: Region) -> bool:
    return (
        outer.x0 <= inner.x0
        and outer.y0 <= inner.y0
        and inner.x1 <= outer.x1
        and inner.y1 <= outer.y1
    )


@given(REGIONS, st.floats(0.3, 0.75))
def test_to_know_the_horizon_never_makes_a_zone_larger(box: Region, line: float) -> None:
    known = zone(box, line)
    assert inside(known, zone(box, None))
    assert known.x0 <= known.x1
    assert known.y0 <= known.y1


def test_the_nearer_a_vehicle_the_more_road_and_glass_stay_visible() -> None:
    shares = []
    for side in (100, 150, 300):
        near = zone(vehicle(700, 400, 700 + side, 400 + side))
        shares.append((near.y1 - near.y0) / side)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[2] > 0.4


def test_the_road_before_a_near_vehicle_stays_visible_up_to_25_cm_below_its_plate() -> None:
    """At the vehicle's foot, 900 - 540 pixels below the horizon are the camera's 1.4 m."""
    per_m = (NEAR.y1 - LINE * HEIGHT) / 1.4
    shown_m = (NEAR.y1 - zone(NEAR).y1) / per_m
    assert 0.2 < shown_m < 0.26


def test_the_foot_of_a_far_vehicle_is_not_trusted() -> None:
    far = vehicle(1100, 500, 1200, 600)
    assert zone(far).y1 == far.y1


def test_a_vehicle_whose_foot_is_above_the_horizon_is_masked_to_its_foot() -> None:
    assert zone(NEAR, 0.9).y1 == NEAR.y1


def test_the_inner_flank_of_a_vehicle_beside_our_lane_stays_visible() -> None:
    right, left = zone(BESIDE), zone(replace(BESIDE, x0=220, x1=820))
    assert right.x0 - BESIDE.x0 == 240
    assert right.x1 > BESIDE.x1
    assert 820 - left.x1 == 240
    assert left.x0 < 220


def test_the_plate_of_a_car_parked_at_the_kerb_is_in_its_zone() -> None:
    """4 m ahead, 1.8 to 3.6 m to the right, 4 m long, under a camera at 1.4 m of 90 degrees."""
    box = vehicle(_column(1.8, 8), _row(1.45, 4), _column(3.6, 4), _row(0, 4))
    plate = vehicle(_column(2.44, 4), _row(0.64, 4), _column(2.96, 4), _row(0.52, 4))
    assert inside(plate, zone(box))
    assert zone(box).area < 0.6 * zone(box, None).area


def test_both_ends_stay_masked_of_what_is_before_us_or_seen_all_around() -> None:
    ahead = vehicle(900, 500, 1500, 800)
    assert zone(ahead).x0 < 900
    wide = zone_of(BESIDE, WIDTH, WIDTH // 2, LINE)
    assert wide.x0 < BESIDE.x0


def test_a_car_cut_by_the_pictures_edge_is_masked_up_to_the_edge() -> None:
    left, right = vehicle(30, 500, 400, 700), vehicle(1500, 500, 1890, 700)
    assert zone(left).x0 == 0
    assert zone(right).x1 == WIDTH
    assert zone(vehicle(100, 500, 470, 700)).x0 > 0


def test_a_head_is_looked_for_no_wider_than_its_person() -> None:
    walker = person(490, 520, 550, 680)
    assert (zone(walker).x0, zone(walker).x1) == (490, 550)
    assert zone(walker).y0 < 520


def _column(right_m: float, ahead_m: float) -> int:
    return round(WIDTH / 2 * (1 + right_m / ahead_m))


def _row(up_m: float, ahead_m: float) -> int:
    return round(LINE * HEIGHT + WIDTH / 2 * (1.4 - up_m) / ahead_m)
