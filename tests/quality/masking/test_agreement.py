"""Looks confirm each other; doubles are one thing."""

from hypothesis import given
from hypothesis import strategies as st

from quality.masking.agreement import Look, joined, overlap
from tests.quality.masking.boxes import REGIONS, person, vehicle

LOOKS = st.lists(st.builds(Look, st.integers(0, 6), REGIONS), max_size=12)


@given(LOOKS)
def test_joining_lowers_no_score_and_invents_no_box(looks: list[Look]) -> None:
    told = {(look.region.x0, look.region.y0, look.region.x1, look.region.y1) for look in looks}
    for region in joined(looks):
        assert (region.x0, region.y0, region.x1, region.y1) in told
        best = [look.region.score for look in looks if overlap(look.region, region) == 1.0]
        assert region.score >= min(best) - 1e-9


@given(LOOKS)
def test_no_two_boxes_of_a_kind_are_one_thing(looks: list[Look]) -> None:
    regions = joined(looks)
    for n, one in enumerate(regions):
        for other in regions[:n]:
            assert one.kind is not other.kind or overlap(one, other) <= 0.5


@given(LOOKS)
def test_every_look_is_near_a_box_that_is_at_least_as_sure(looks: list[Look]) -> None:
    regions = joined(looks)
    for look in looks:
        near = [
            region
            for region in regions
            if region.kind is look.region.kind
            and (overlap(region, look.region) > 0.5 or region.score == look.region.score)
        ]
        assert any(region.score >= look.region.score - 1e-9 for region in near)


def test_two_tiles_that_agree_are_surer_than_either() -> None:
    (region,) = joined(
        [Look(0, vehicle(100, 100, 300, 200, 0.17)), Look(1, vehicle(102, 98, 305, 202, 0.15))]
    )
    assert abs(region.score - (1 - 0.83 * 0.85)) < 1e-9


def test_a_tile_does_not_confirm_itself() -> None:
    (region,) = joined(
        [Look(0, vehicle(100, 100, 300, 200, 0.17)), Look(0, vehicle(102, 98, 305, 202, 0.15))]
    )
    assert region.score == 0.17 or abs(region.score - 0.17) < 1e-9


def test_a_person_before_a_car_stays_a_person_and_a_car() -> None:
    regions = joined([Look(0, vehicle(0, 0, 100, 100)), Look(0, person(0, 0, 100, 100))])
    assert len(regions) == 2
