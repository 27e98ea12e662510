"""Frames of a manifest whose receiver is slower than the camera, placed between its fixes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingest.heldfix import spread_frames
from ingest.screening import screen, screen_drives
from roadcomb.records import Frame
from tests.ingest.test_screening import METRE_DEG, SETTINGS, frame, walked, walks

HELD_S = 10.0


def staircase(seconds: int, held: int, mps: float | None = 8) -> list[Frame]:
    """One frame a second at 8 m/s, under one fix in `held` seconds."""
    return [frame(n, n // held * held * 8, mps) for n in range(seconds)]


def test_a_foreign_clients_staircase_is_kept_whole() -> None:
    frames = staircase(61, held=5)
    assert Counter(one.reason for one in screen(frames, SETTINGS)[1]) == {"too-close": 48}
    spread = spread_frames(frames, HELD_S)
    assert screen(spread, SETTINGS) == (spread, [])
    for n, one in enumerate(spread):
        assert abs((one.lat_e7 / 1e7 - 0.5) / METRE_DEG - 8 * n) < 0.02


def test_what_stands_or_is_held_too_long_stays_where_it_is() -> None:
    assert spread_frames(staircase(20, 5, mps=0.3), HELD_S) == staircase(20, 5, mps=0.3)
    assert spread_frames(staircase(40, 11), HELD_S) == staircase(40, 11)


@given(walks.map(walked), st.integers(1, 4))
def test_a_node_moves_no_frame_of_a_screened_drive(frames: list[Frame], held_s: int) -> None:
    for drive in screen_drives(frames, SETTINGS)[0]:
        assert spread_frames(drive, 100.0 * held_s) == drive


@given(walks.map(walked))
def test_spreading_makes_no_way_that_was_not_driven(frames: list[Frame]) -> None:
    """A client gains no frames by repeating places: it could have sent the places between."""
    spread = spread_frames(frames, HELD_S)
    assert [one.image_id for one in spread] == [one.image_id for one in frames]
    span = sorted(one.lat_e7 for one in frames)
    assert all(span[0] <= one.lat_e7 <= span[-1] for one in spread)
