"""A town where others drove before: their courses, their pictures, and the map of its streets.

Whoever is judged meets one recording of each other scene, as if all of those had been accepted
before. One in `LIARS` of them lied and was not found: it claims another street than it shows.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from quality.evidence.landmarks import Landmarks, agreeing, brighter_left, landmarks_of, tells
from quality.evidence.light import Brightness
from quality.evidence.meetings import Course, course_of
from quality.evidence.neighbours import Question, neighbours
from quality.evidence.shade import shade
from quality.evidence.signals import Signal
from quality.evidence.streets import StreetMap, along_streets, street_map
from roadcomb.records import Frame
from sample_data.city import EASTWARD, NORTHWARD
from sample_data.dice import Dice
from sample_data.geodesy import degrees
from tests.benchmarks.fraud.attacks import another_trace
from tests.benchmarks.fraud.honest import RECORDERS, frames_of, honest
from tests.benchmarks.fraud.studio import Recording

__all__ = ["PLACES", "Town"]

PLACES = ("neighbours", "shade", "streets")
"""Signals that need others' drives, or a map."""
LIARS = 20
_BEYOND_M = 150.0
"""Drives may leave the city by that much."""
_JUDGED = "judged"


class Town:
    """What others' drives and the map say of a drive."""

    def __init__(self, made: Sequence[Recording]) -> None:
        self._made = made
        self._streets = _map()
        scenes = range(len(made) // RECORDERS)
        dice = Dice("who drove before")
        known = [RECORDERS * scene + dice.below(RECORDERS) for scene in scenes]
        self._courses = [_claimed(made[number].number, dice) for number in known]
        self._landmarks = lru_cache(maxsize=1 << 15)(self._seen)

    def signals(
        self, one: Recording, frames: Sequence[Frame], order: Sequence[int] | None
    ) -> list[Signal]:
        """Of pictures of a recording, in another order where one is given, claimed for frames."""
        own = _course(_JUDGED, _JUDGED, frames)
        scene = one.number // RECORDERS
        others = [course for course in self._courses if int(course.drive_id) // RECORDERS != scene]

        def picture(drive_id: str, n: int) -> Landmarks | None:
            if drive_id != _JUDGED:
                return self._landmarks(int(drive_id), n)
            return self._landmarks(one.number, n if order is None else order[n])

        def compare(questions: Sequence[Question]) -> list[int | None]:
            pairs = ((picture(q.drive_id, q.n), picture(q.other_id, q.other_n)) for q in questions)
            return [None if a is None or b is None else agreeing(a, b) for a, b in pairs]

        def sides(questions: Sequence[Question]) -> list[float | None]:
            pairs = ((picture(q.drive_id, q.n), picture(q.other_id, q.other_n)) for q in questions)
            return [None if a is None or b is None else brighter_left(a, b) for a, b in pairs]

        def light(n: int) -> Brightness:
            return one.light[n if order is None else order[n]]

        return [
            neighbours(own, others, compare),
            shade(own, others, light, sides),
            along_streets(own, self._streets),
        ]

    def _seen(self, number: int, n: int) -> Landmarks | None:
        data = np.frombuffer(self._made[number].thumbnails[n], np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        grey = picture.astype(np.uint8)
        return landmarks_of(grey) if tells(grey) else None


def _claimed(number: int, dice: Dice) -> Course:
    one = honest(number)
    lies = dice.below(LIARS) == 0
    frames = another_trace(one, dice).frames if lies else frames_of(one)
    return _course(str(number), one.drive.contributor, frames)


def _course(drive_id: str, contributor: str, frames: Sequence[Frame]) -> Course:
    lat, lon = [frame.lat_e7 for frame in frames], [frame.lon_e7 for frame in frames]
    times = [frame.t_ms for frame in frames]
    return course_of(drive_id, contributor, range(len(frames)), lat, lon, times)


def _map() -> StreetMap:
    west, east = NORTHWARD[0] - _BEYOND_M, NORTHWARD[-1] + _BEYOND_M
    south, north = EASTWARD[0] - _BEYOND_M, EASTWARD[-1] + _BEYOND_M
    lines = [((x, south), (x, north)) for x in NORTHWARD]
    lines += [((west, y), (east, y)) for y in EASTWARD]
    return street_map(np.array([degrees(*end)[::-1] for end in line]) for line in lines)
