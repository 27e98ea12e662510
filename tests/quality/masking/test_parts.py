"""A piece of a vehicle needs no zone; a vehicle that stands before another does."""

from hypothesis import given
from hypothesis import strategies as st

from quality.masking.parts import parts_of
from quality.masking.regions import Region
from tests.quality.masking.boxes import REGIONS, person, vehicle

BUS = vehicle(700, 400, 1000, 700)


def test_a_box_inside_a_surer_one_that_ends_no_lower_is_a_part_of_it() -> None:
    boot = vehicle(800, 500, 950, 700, 0.8)
    assert parts_of([BUS, boot], [BUS, boot]) == {boot}


def test_a_car_that_ends_lower_stands_before_the_bus_and_is_no_part_of_it() -> None:
    car = vehicle(800, 500, 950, 701, 0.8)
    assert parts_of([BUS, car], [BUS, car]) == frozenset()


def test_a_surer_box_is_no_part_of_a_doubtful_one() -> None:
    car = vehicle(800, 500, 950, 690, 0.95)
    assert parts_of([BUS, car], [BUS, car]) == frozenset()


def test_what_reaches_out_of_a_vehicle_is_no_part_of_it() -> None:
    other = vehicle(900, 500, 1100, 690, 0.8)
    assert parts_of([BUS, other], [BUS, other]) == frozenset()


def test_a_person_before_a_bus_is_no_part_of_it_and_a_person_has_no_parts() -> None:
    walker, bag = person(800, 500, 850, 650), vehicle(805, 550, 845, 640, 0.5)
    assert parts_of([BUS, walker], [BUS, walker]) == frozenset()
    assert parts_of([walker, bag], [walker]) == frozenset()


def test_what_lies_in_a_part_alone_keeps_its_zone_as_the_part_has_none() -> None:
    boot, lamp = vehicle(760, 500, 1060, 690, 0.8), vehicle(950, 600, 1050, 680, 0.7)
    assert parts_of([boot, lamp], [boot, lamp]) == {lamp}
    assert parts_of([BUS, boot, lamp], [BUS, boot, lamp]) == {boot}


def test_nothing_is_a_part_of_what_nobody_is_sure_of() -> None:
    boot = vehicle(800, 500, 950, 700, 0.8)
    assert parts_of([BUS, boot], [boot]) == frozenset()


@given(st.lists(REGIONS, max_size=8))
def test_a_part_lies_in_a_vehicle_that_is_masked_as_a_whole(boxes: list[Region]) -> None:
    parts = parts_of(boxes, boxes)
    for part in parts:
        assert any(
            box not in parts
            and box.kind is part.kind
            and box.y1 >= part.y1
            and box.area > part.area
            for box in boxes
        )
