"""Who claims another hour lights the wrong side of the street, if others know its walls."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.evidence.combined import HOLD_AT
from quality.evidence.light import UNLIT, Brightness
from quality.evidence.meetings import Course, course_of
from quality.evidence.neighbours import Question
from quality.evidence.shade import shade, side_of
from quality.evidence.signals import Signal
from quality.evidence.sun import Sun, sun_at
from tests.quality.deliveries import METRE_E7

HOUR_MS = 3_600_000
NOON_MS = 1_768_478_400_000
"""2026-01-15, 12:00 UTC, when the sun stands south of 48 degrees north, 2 degrees east."""
MORNING_MS, AFTERNOON_MS = NOON_MS - 3 * HOUR_MS, NOON_MS + 3 * HOUR_MS


def northwards(name: str, t_ms: int, count: int = 24) -> Course:
    lat = [480_000_000 + round(8 * n * METRE_E7) for n in range(count)]
    times = [t_ms + 800 * n for n in range(count)]
    return course_of(name, name, range(count), lat, [20_000_000] * count, times)


class Town:
    """Pictures of walls under the sun of an hour: sunlight 0.3, the left wall painted `paint`
    brighter than the right one."""

    def __init__(self, paint: float = 0.0, **taken_ms: int) -> None:
        self._paint = paint
        self._sides = {name: self._side(t_ms) for name, t_ms in taken_ms.items()}
        self.asked: list[Question] = []

    def light(self, n: int) -> Brightness:
        return Brightness(150.0, 100.0 * 2.718 ** (self._paint + self._sides["own"]), 100.0, 90.0)

    def sides(self, questions: Sequence[Question]) -> list[float | None]:
        self.asked += questions
        return [self._sides[one.drive_id] - self._sides[one.other_id] for one in questions]

    def _side(self, t_ms: int) -> float:
        return 0.3 * side_of(sun_at(t_ms, 48.0, 2.0), 0.0)


def told(own_ms: int, town: Town, **others_ms: int) -> Signal:
    others = [northwards(name, t_ms) for name, t_ms in others_ms.items()]
    return shade(northwards("own", own_ms), others, town.light, town.sides)


def test_a_morning_that_is_claimed_to_be_an_afternoon_is_held() -> None:
    others = {"ann": MORNING_MS, "bob": AFTERNOON_MS}
    town = Town(own=MORNING_MS, **others)
    assert told(AFTERNOON_MS, town, **others).strength <= HOLD_AT
    assert told(AFTERNOON_MS, town, **others).facts["walls_per_mille"] < 0


def test_the_true_hour_costs_no_comparison() -> None:
    others = {"ann": MORNING_MS, "bob": AFTERNOON_MS}
    town = Town(own=MORNING_MS, **others)
    assert told(MORNING_MS, town, **others).strength == 0
    assert not town.asked


@pytest.mark.parametrize(("paint", "asks"), [(0.26, False), (0.18, True)])
def test_walls_that_could_hold_nobody_cost_no_comparison(paint: float, asks: bool) -> None:
    others = {"ann": MORNING_MS, "bob": AFTERNOON_MS}
    town = Town(-paint * side_of(sun_at(MORNING_MS, 48.0, 2.0), 0.0), own=MORNING_MS, **others)
    told(AFTERNOON_MS, town, **others)
    assert bool(town.asked) == asks


@given(st.floats(-1.5, 1.5), st.permutations([MORNING_MS, AFTERNOON_MS, NOON_MS]))
def test_a_white_wall_on_the_dark_side_is_no_sun_to_those_who_know_it(
    paint: float, hours_ms: list[int]
) -> None:
    others = {"ann": hours_ms[0], "bob": hours_ms[1]}
    town = Town(paint, own=hours_ms[2], **others)
    assert told(hours_ms[2], town, **others).strength == 0


def test_nobody_is_believed_alone() -> None:
    town = Town(own=MORNING_MS, ann=AFTERNOON_MS)
    assert told(AFTERNOON_MS, town, ann=AFTERNOON_MS).strength == 0


def test_one_other_whose_clock_is_wrong_holds_nobody() -> None:
    town = Town(-0.5, own=MORNING_MS, ann=AFTERNOON_MS, bob=MORNING_MS, cat=AFTERNOON_MS)
    others = {"ann": MORNING_MS, "bob": MORNING_MS, "cat": AFTERNOON_MS}
    assert told(MORNING_MS, town, **others).strength > HOLD_AT


def test_streets_that_the_sun_shines_along_say_nothing() -> None:
    others = {"ann": NOON_MS, "bob": NOON_MS}
    town = Town(-0.5, own=NOON_MS, **others)
    assert told(NOON_MS, town, **others).strength == 0
    assert not town.asked


def test_pictures_that_show_nothing_say_nothing() -> None:
    course = northwards("own", MORNING_MS)
    assert shade(course, [], lambda n: UNLIT, lambda asked: [None] * len(asked)).strength == 0


@pytest.mark.parametrize(("azimuth_deg", "side"), [(90.0, 1), (270.0, -1), (0.0, 0), (180.0, 0)])
def test_the_sun_on_the_right_lights_the_left(azimuth_deg: float, side: int) -> None:
    assert side_of(Sun(20.0, azimuth_deg), 0.0) == pytest.approx(side, abs=0.05)
    assert side_of(Sun(-1.0, azimuth_deg), 0.0) == 0


def test_of_a_long_street_a_few_frames_are_looked_at() -> None:
    looked: list[int] = []

    def dark(n: int) -> Brightness:
        looked.append(n)
        return UNLIT

    shade(northwards("own", MORNING_MS, 400), [], dark, lambda asked: [None] * len(asked))
    assert looked[0] == 0
    assert looked[-1] == 399
    assert len(looked) == 24
