"""What is masked in a drive: sure things, what neighbours confirm, never the own car."""

from dataclasses import replace
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from quality.masking.drives import Sight, masks_of_drive
from quality.masking.parts import parts_of
from quality.masking.regions import Kind, Region, masked_share
from quality.masking.tiles import eye_line
from quality.masking.zones import zone_of
from tests.quality.masking.boxes import HEIGHT, REGIONS, WIDTH, person, sight, vehicle

TRUCK = vehicle(900, 500, 1100, 700)
BONNET = vehicle(0, 780, 900, 1080, 0.8)
DRIVES = st.lists(st.builds(lambda boxes: sight(*boxes), st.lists(REGIONS, max_size=4)), max_size=4)


def zone_in(sights: list[Sight], box: Region) -> Region:
    """The zone of a box in a drive, whose horizon all its frames tell."""
    line = median(eye_line(one.regions, WIDTH, HEIGHT) for one in sights)
    return zone_of(box, WIDTH, HEIGHT, line)


def masked(sights: list[Sight], n: int, box: Region) -> bool:
    zone = zone_in(sights, box)
    return any(
        (z.x0, z.y0, z.x1, z.y1) == (zone.x0, zone.y0, zone.x1, zone.y1)
        for z in masks_of_drive(sights)[n].zones
    )


def test_a_drive_without_frames_has_no_masks() -> None:
    assert masks_of_drive([]) == ()


@settings(max_examples=50)
@given(DRIVES)
def test_every_zone_lies_in_its_picture_and_each_frame_has_masks(sights: list[Sight]) -> None:
    masks = masks_of_drive(sights)
    assert len(masks) == len(sights)
    for zone in (zone for one in masks for zone in one.zones):
        assert 0 <= zone.x0 <= zone.x1 <= WIDTH
        assert 0 <= zone.y0 <= zone.y1 <= HEIGHT


@settings(max_examples=50)
@given(DRIVES)
def test_no_clear_box_is_neither_masked_nor_told(sights: list[Sight]) -> None:
    """Under five frames nothing is the own car, so what is seen clearly is a zone, a doubt or a
    part of a vehicle."""
    for one, masks in zip(sights, masks_of_drive(sights), strict=True):
        parts = parts_of(one.regions, one.regions)
        for box in one.regions:
            if box.score >= 0.3 and box.width >= 40 and box not in parts:
                assert box in masks.doubts or masked(sights, sights.index(one), box)


def test_a_plate_stands_in_the_zone_of_its_vehicle_and_a_face_in_that_of_its_person() -> None:
    plate, face = vehicle(975, 610, 1025, 625), person(510, 525, 530, 550)
    masks = masks_of_drive([sight(TRUCK, person(490, 520, 550, 680))])[0]
    for box in (plate, face):
        assert any(
            z.x0 <= box.x0 and z.y0 <= box.y0 and box.x1 <= z.x1 and box.y1 <= z.y1
            for z in masks.zones
        )


def test_windows_legs_and_road_stay_visible() -> None:
    masks = masks_of_drive([sight(TRUCK, person(490, 520, 550, 680))])[0]
    assert masked_share(WIDTH, HEIGHT, masks.zones) < 0.02


def test_what_stands_with_its_feet_above_the_horizon_is_a_lamp_and_no_person() -> None:
    street = [vehicle(60 * k, 620, 60 * k + 50, 660, 0.5) for k in range(8)]
    lamp, walker = person(1000, 420, 1060, 580, 0.5), person(1200, 520, 1260, 680, 0.5)
    masks = masks_of_drive([sight(*street, lamp, walker)])[0]
    assert zone_of(walker, WIDTH, HEIGHT) in masks.zones
    assert zone_of(lamp, WIDTH, HEIGHT) not in masks.zones
    assert masks.doubts == (lamp,)


def test_a_plate_is_masked_where_no_vehicle_is_seen_and_never_spares_its_vehicles_zone() -> None:
    plate = Region(960, 610, 1040, 630, Kind.PLATE, 0.1)
    alone, inside = (masks_of_drive([sight(*boxes)])[0] for boxes in ((plate,), (plate, TRUCK)))
    assert len(alone.zones) == 1
    assert set(inside.zones) == {*alone.zones, zone_in([sight(plate, TRUCK)], TRUCK)}


def test_what_is_as_large_as_a_wall_is_no_plate() -> None:
    wall = Region(300, 500, 1500, 800, Kind.PLATE, 0.5)
    masks = masks_of_drive([sight(wall)])[0]
    assert masks.zones == ()
    assert masks.doubts == (wall,)


def test_a_part_of_a_masked_vehicle_has_no_zone_of_its_own_and_is_no_doubt() -> None:
    bus, boot = vehicle(700, 400, 1000, 700), vehicle(800, 500, 950, 690, 0.7)
    masks = masks_of_drive([sight(bus, boot)])[0]
    assert masks.zones == (zone_in([sight(bus, boot)], bus),)
    assert masks.doubts == ()


def test_a_part_of_a_vehicle_that_is_not_masked_keeps_its_zone() -> None:
    wall, car = vehicle(300, 100, 1300, 900, 0.3), vehicle(800, 550, 1000, 750, 0.29)
    masks = masks_of_drive([sight(wall, car)])[0]
    assert masks.zones == (zone_in([sight(wall, car)], car),)
    assert masks.doubts == (wall,)


def test_the_own_car_is_never_masked_and_no_doubt() -> None:
    drive = [sight(replace(BONNET, x1=900 + n % 3), TRUCK) for n in range(8)]
    for n, masks in enumerate(masks_of_drive(drive)):
        assert masks.doubts == ()
        assert masked(drive, n, TRUCK)
        assert len(masks.zones) == 1


def test_a_car_that_passes_at_the_lower_edge_is_masked() -> None:
    drive = [sight() for _ in range(8)]
    drive[3] = sight(BONNET)
    assert masked(drive, 3, BONNET)


def test_a_truck_followed_at_one_distance_is_not_the_own_car() -> None:
    drive = [sight(TRUCK) for _ in range(20)]
    assert all(masked(drive, n, TRUCK) for n in range(20))


def test_a_single_miss_between_two_sightings_is_filled() -> None:
    drive = [sight(TRUCK), sight(), sight(replace(TRUCK, x0=910, x1=1110))]
    assert masked(drive, 1, replace(TRUCK, x0=905, x1=1105))


def test_a_weak_box_is_masked_when_the_next_frame_is_sure_of_it() -> None:
    weak = replace(TRUCK, score=0.16)
    assert not masked([sight(weak)], 0, weak)
    assert masked([sight(weak), sight(TRUCK)], 0, weak)


def test_the_larger_a_box_the_surer_it_must_be() -> None:
    small, large = vehicle(900, 600, 960, 640, 0.16), vehicle(300, 300, 1300, 900, 0.3)
    assert masked([sight(small)], 0, small)
    masks = masks_of_drive([sight(large)])[0]
    assert masks.zones == ()
    assert masks.doubts == (large,)


@settings(max_examples=15)
@given(DRIVES, st.integers(0, 3))
def test_neighbours_only_add(sights: list[Sight], n: int) -> None:
    """With one horizon, a frame's masks in a drive hold those that it has alone."""
    level = [vehicle(60 * k, 600, 60 * k + 50, 640, 0.5) for k in range(30)]
    drive = [Sight(one.width, one.height, (*one.regions, *level)) for one in sights]
    if n < len(drive):
        alone = set(masks_of_drive([drive[n]])[0].zones)
        assert alone <= set(masks_of_drive(drive)[n].zones)
