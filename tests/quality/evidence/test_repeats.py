"""A track that is another's, fix by fix, on another day is held; two cameras in a car are not."""

from dataclasses import replace

import numpy as np
import pytest

from quality.evidence.combined import HOLD_AT
from quality.evidence.meetings import Course
from quality.evidence.repeats import repeated_track
from tests.quality.evidence.test_neighbours import along

DAY_MS = 86_400_000


def timed(course: Course, started_ms: int = 0) -> Course:
    return replace(course, t_ms=started_ms + 1000 * np.arange(len(course.numbers)))


ANN = timed(along("ann"))
AGAIN = replace(ANN, drive_id="again", contributor="thief", t_ms=ANN.t_ms + DAY_MS)


def test_anothers_track_on_another_day_is_held() -> None:
    assert repeated_track(AGAIN, [timed(along("bob")), ANN]).strength <= HOLD_AT


@pytest.mark.parametrize("later_ms", [0, 4_000, -20_000])
def test_two_cameras_beside_one_receiver_are_allowed(later_ms: int) -> None:
    beside = replace(AGAIN, t_ms=ANN.t_ms + later_ms)
    assert repeated_track(beside, [ANN]).strength == 0


def test_cameras_that_round_to_metres_are_believed() -> None:
    grid = 3e-5
    ann = replace(ANN, lat_deg=np.rint(ANN.lat_deg / grid) * grid, lon_deg=ANN.lon_deg * 0 + 2)
    later = replace(ann, drive_id="own", contributor="own", t_ms=ann.t_ms + DAY_MS)
    told = repeated_track(later, [ann])
    assert told.facts["repeated"] > 12
    assert told.strength == 0


def test_another_day_in_the_same_lane_is_no_repeat() -> None:
    own = timed(along("own"), DAY_MS)
    told = repeated_track(own, [ANN, timed(along("bob"))])
    assert (told.strength, told.facts["repeated"]) == (0, 0)


def test_a_part_of_anothers_track_is_a_doubt_and_half_of_it_holds() -> None:
    lat, far = AGAIN.lat_deg.copy(), along("own").lat_deg + 1
    told = []
    for own_frames in (0, 10, 22):
        lat[:own_frames] = far[:own_frames]
        told.append(repeated_track(replace(AGAIN, lat_deg=lat.copy()), [ANN]).strength)
    assert told[0] < told[1] <= HOLD_AT < told[2] == 0


def test_without_times_nothing_is_said() -> None:
    assert repeated_track(along("own"), [along("own")]).strength == 0
