"""Who shows another place than others show there is held, if those others can be believed."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.evidence.combined import HOLD_AT
from quality.evidence.landmarks import SAME_PLACE
from quality.evidence.meetings import Course, course_of, meetings
from quality.evidence.neighbours import STRETCH, Compare, Question, neighbours
from tests.quality.deliveries import METRE_E7

ELM, OAK = "Elm Street", "Oak Street"


def along(name: str, count: int = 24, first: int = 0, aside_m: float = 0, step: int = 8) -> Course:
    """Frames that go north every 8 m, from the first-th place on."""
    noise = random.Random(name)
    lat = [
        480_000_000 + round(((first + n) * step + noise.gauss(0, 1)) * METRE_E7)
        for n in range(count)
    ]
    lon = [20_000_000 + round((aside_m + noise.gauss(0, 1)) * METRE_E7 * 1.5) for _ in range(count)]
    return course_of(name, f"who drove {name}", range(count), lat, lon)


class Streets:
    """Which street each drive's pictures show; what does not show one place agrees by chance."""

    def __init__(self, shows: dict[str, str], missed: float = 0.15) -> None:
        self._shows = shows
        self._missed = missed
        self.asked: list[Question] = []

    def __call__(self, questions: Sequence[Question]) -> list[int | None]:
        self.asked += questions
        return [self._points(one) for one in questions]

    def _points(self, one: Question) -> int:
        luck = random.Random(str(one)).random()
        if self._shows[one.drive_id] != self._shows[one.other_id]:
            return SAME_PLACE if luck < 0.01 else 3
        return 4 if luck < self._missed else SAME_PLACE


def strength(own: Course, others: Sequence[Course], compare: Compare) -> int:
    return neighbours(own, others, compare).strength


ANN, BOB, CAT = along("ann"), along("bob"), along("cat", first=4)


def test_pictures_that_show_what_others_show_are_praised_after_four_comparisons() -> None:
    streets = Streets({"own": ELM, "ann": ELM, "bob": ELM}, missed=0)
    assert strength(along("own"), [ANN, BOB], streets) > 0
    assert len(streets.asked) == 4


def test_pictures_of_another_street_are_held_by_two_who_bear_each_other_out() -> None:
    streets = Streets({"own": OAK, "ann": ELM, "bob": ELM})
    told = neighbours(along("own"), [ANN, BOB], streets)
    assert told.strength <= HOLD_AT
    assert told.facts["witnesses"] == 2


def test_two_who_do_not_agree_with_each_other_hold_nobody() -> None:
    streets = Streets({"own": ELM, "ann": OAK, "bob": "Ash Street"})
    assert strength(along("own"), [ANN, BOB], streets) == 0


def test_pictures_of_another_street_are_held_by_one_whom_two_others_bear_out_further_on() -> None:
    ann, bob, cat = along("ann", count=36), along("bob", first=24), along("cat", first=26)
    streets = Streets({"own": OAK, "ann": ELM, "bob": ELM, "cat": ELM})
    told = neighbours(along("own", count=22), [ann, bob, cat], streets)
    assert told.strength <= HOLD_AT
    assert told.facts["witnesses"] == 1


def test_one_whom_one_other_bears_out_counts_by_half() -> None:
    ann, bob, cat = along("ann", count=36), along("bob", first=24), along("cat", first=26)
    streets = Streets({"own": OAK, "ann": ELM, "bob": ELM, "cat": ELM}, missed=0)
    by_two = strength(along("own", count=8), [ann, bob, cat], streets)
    assert strength(along("own", count=8), [ann, bob], streets) == by_two / 2 < 0


def test_a_witness_who_was_asked_little_is_asked_again() -> None:
    crowd = [along(f"who {n}", aside_m=-4) for n in range(5)]
    ann, bob = along("ann", count=48, aside_m=4), along("bob", count=24, first=24)
    streets = Streets(
        {"own": OAK, "ann": ELM, "bob": ELM, **{w.drive_id: w.drive_id for w in crowd}}, missed=0
    )
    strength(along("own"), [*crowd, ann, bob], streets)
    asked = [one for one in streets.asked if (one.drive_id, one.other_id) == ("own", "ann")]
    assert len(asked) == len(set(asked)) >= 8


def test_a_liar_who_was_there_first_holds_nobody() -> None:
    streets = Streets({"own": ELM, "ann": OAK})
    assert strength(along("own"), [ANN], streets) == 0


def test_who_agrees_with_one_of_many_is_not_held() -> None:
    streets = Streets({"own": ELM, "ann": OAK, "bob": OAK, "cat": ELM})
    assert strength(along("own"), [ANN, BOB, CAT], streets) > HOLD_AT


@pytest.mark.parametrize("crowd", [4, 6])
def test_one_who_told_the_truth_outweighs_a_crowd_that_stood_nearer(crowd: int) -> None:
    liars = [along(f"liar {n}") for n in range(crowd)]
    truthful = along("cat", aside_m=4)
    streets = Streets({"own": ELM, "cat": ELM, **{one.drive_id: OAK for one in liars}}, missed=0)
    assert strength(along("own"), [*liars, truthful], streets) == 0
    assert sum(question.other_id == "cat" for question in streets.asked) >= 2


def test_two_drives_of_one_contributor_are_one_witness() -> None:
    twice = [along("ann"), course_of_same("ann", along("ann again"))]
    streets = Streets({"own": OAK, "ann": ELM, "ann again": ELM})
    assert strength(along("own"), twice, streets) == 0


def course_of_same(contributor: str, course: Course) -> Course:
    lat, lon = (degrees * 1e7 for degrees in (course.lat_deg, course.lon_deg))
    same = course_of(course.drive_id, f"who drove {contributor}", course.numbers, lat, lon)
    assert same.contributor == ANN.contributor
    return same


@pytest.mark.parametrize("shows", [ELM, OAK])
def test_where_nobody_else_was_nothing_is_said(shows: str) -> None:
    elsewhere = along("ann", aside_m=40), along("bob", aside_m=40)
    streets = Streets({"own": shows, "ann": ELM, "bob": ELM})
    assert strength(along("own"), elsewhere, streets) == 0
    assert not streets.asked


def test_three_places_are_too_few_to_hold() -> None:
    streets = Streets({"own": OAK, "ann": ELM, "bob": ELM, "cat": ELM})
    assert strength(along("own", count=3), [ANN, BOB, CAT], streets) == 0


def test_pictures_that_are_gone_say_nothing() -> None:
    assert strength(along("own"), [ANN, BOB], lambda asked: [None] * len(asked)) == 0


def test_a_stretch_that_lies_is_found_in_a_long_drive() -> None:
    long = 4 * STRETCH
    others = [along("ann", count=long), along("bob", count=long)]
    lies = range(2 * STRETCH, 3 * STRETCH)

    def compare(questions: Sequence[Question]) -> list[int | None]:
        mixed = [one.drive_id == "own" and one.n in lies for one in questions]
        return [2 if lie else SAME_PLACE + 5 for lie in mixed]

    assert strength(along("own", count=long), others, compare) <= HOLD_AT


def test_who_drives_the_other_way_is_not_met() -> None:
    back = course_of("ann", "ann", range(24), ANN.lat_deg[::-1] * 1e7, ANN.lon_deg * 1e7)
    assert not meetings(along("own"), [back])


def test_the_nearest_of_each_contributor_is_met() -> None:
    met = meetings(along("own"), [ANN, BOB])
    assert len(met) == 24
    assert all(len({one.contributor for one in place}) == len(place) for place in met)
    assert all(place == sorted(place, key=lambda one: one.metres) for place in met)


@given(st.lists(st.sampled_from([ELM, OAK]), min_size=0, max_size=5), st.integers(0, 40))
def test_whoever_else_was_there_an_honest_drive_is_not_held_where_others_told_the_truth(
    lies: list[str], count: int
) -> None:
    shows = {f"liar {n}": street for n, street in enumerate(lies)}
    others = [along(name) for name in shows] + [ANN, BOB]
    streets = Streets({"own": ELM, "ann": ELM, "bob": ELM, **shows}, missed=0)
    assert strength(along("own", count=count), others, streets) > HOLD_AT
