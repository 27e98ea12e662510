"""Honest drives pass, each lie is held by the signal that is there for it, and none is rejected."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.evidence.combined import doubt, evidence_of, signals_of, suspicious
from quality.evidence.light import UNLIT
from quality.evidence.motion import UNSEEN
from quality.evidence.signals import Signal
from quality.evidence.watching import Seen
from quality.evidence.words import WORDS, sentences
from roadcomb.records import Frame
from tests.quality.evidence.drives import NOON_MS, clear, drive, seen_of

CORNER = [*[0.0] * 10, 30.0, 30.0, 30.0, *[0.0] * 10]
STRAIGHT = [0.0] * 23
RECEIVED_MS = NOON_MS + 3_600_000
HOUR_MS = 3_600_000
NAMES = st.sampled_from(sorted(WORDS))
SIGNAL = st.builds(Signal, NAMES, st.integers(-2000, 500), st.just({}), st.booleans())
SIGNALS = st.lists(SIGNAL)


def against(frames: list[Frame], seen: Seen) -> set[str]:
    """Names of the signals that speak against a drive, which is held."""
    signals = signals_of(frames, seen, RECEIVED_MS)
    assert suspicious(signals), [(one.name, one.strength) for one in signals]
    return {signal.name for signal in signals if signal.strength < -100}


@pytest.mark.parametrize("turns", [CORNER, STRAIGHT, [-t for t in CORNER], [4.0] * 23])
@pytest.mark.parametrize("seed", range(5))
def test_an_honest_drive_is_not_held(turns: list[float], seed: int) -> None:
    signals = signals_of(drive(turns, seed=seed), seen_of(turns), RECEIVED_MS)
    assert not suspicious(signals), [(one.name, one.strength) for one in signals]


def test_a_receiver_that_is_a_second_late_is_believed() -> None:
    late = [*CORNER[1:], 0.0]
    assert not suspicious(signals_of(drive(late), seen_of(CORNER), RECEIVED_MS))


def test_a_lens_that_scales_turns_is_believed() -> None:
    narrow = [0.7 * turn for turn in CORNER]
    assert not suspicious(signals_of(drive(CORNER), seen_of(narrow), RECEIVED_MS))


def test_a_corner_too_sharp_to_be_seen_is_believed() -> None:
    seen = seen_of(STRAIGHT, hidden=(10, 11, 12))
    assert not suspicious(signals_of(drive(CORNER), seen, RECEIVED_MS))


def test_a_turn_of_the_pictures_that_the_track_lacks_is_held() -> None:
    assert against(drive(STRAIGHT), seen_of(CORNER)) == {"turns"}


def test_a_turn_of_the_track_that_the_pictures_lack_is_held() -> None:
    assert against(drive(CORNER), seen_of(STRAIGHT)) == {"turns"}


def test_a_turn_to_the_other_side_is_held() -> None:
    assert "turns" in against(drive(CORNER), seen_of([-turn for turn in CORNER]))


def test_one_picture_along_a_moving_trace_is_held() -> None:
    seen = seen_of(STRAIGHT)
    same = replace(clear(), still=118, growth=0.0)
    assert "still" in against(drive(STRAIGHT), replace(seen, sights=(same,) * 23))


def test_pictures_that_run_backwards_are_held() -> None:
    back = (clear(growth=-0.7),) * 23
    assert against(drive(STRAIGHT), replace(seen_of(STRAIGHT), sights=back)) == {"forwards"}


def test_pictures_without_any_order_are_held() -> None:
    mixed = tuple(clear() if n % 4 == 0 else replace(clear(), agreeing=8) for n in range(23))
    assert against(drive(STRAIGHT), replace(seen_of(STRAIGHT), sights=mixed)) == {"order"}


def test_a_drawn_line_at_one_speed_is_held() -> None:
    first = drive(STRAIGHT)[0]
    line = [
        replace(first, t_ms=first.t_ms + 800 * n, lat_e7=first.lat_e7 + 720 * n, speed_cmps=1000)
        for n in range(24)
    ]
    assert "drawn" in against(line, seen_of(STRAIGHT))


def test_a_jump_that_the_pictures_do_not_make_is_held() -> None:
    frames = drive(STRAIGHT)
    jumped = [*frames[:12], *(replace(f, lat_e7=f.lat_e7 + 180_000) for f in frames[12:])]
    assert against(jumped, seen_of(STRAIGHT)) == {"jumps"}


def test_a_jump_of_two_kilometres_is_held_where_the_pictures_show_too_little() -> None:
    frames = drive(STRAIGHT)
    jumped = [*frames[:12], *(replace(f, lat_e7=f.lat_e7 + 180_000) for f in frames[12:])]
    hidden = seen_of(STRAIGHT, hidden=[11])
    assert "jumps" in against(jumped, hidden)
    assert suspicious(signals_of(jumped, hidden, RECEIVED_MS))
    at_its_end = [*frames[:22], *(replace(f, lat_e7=f.lat_e7 + 180_000) for f in frames[22:])]
    assert not suspicious(signals_of(at_its_end, seen_of(STRAIGHT, hidden=[21]), RECEIVED_MS))


def test_one_fix_that_flies_off_and_returns_is_no_jump() -> None:
    frames = drive(STRAIGHT)
    frames[12] = replace(frames[12], lat_e7=frames[12].lat_e7 + 180_000)
    signals = signals_of(frames, seen_of(STRAIGHT), RECEIVED_MS)
    assert next(one for one in signals if one.name == "jumps").strength == 0


def test_bright_day_at_midnight_is_held() -> None:
    night = [replace(frame, t_ms=frame.t_ms - 12 * HOUR_MS) for frame in drive(STRAIGHT)]
    assert against(night, seen_of(STRAIGHT)) == {"sun-height"}


def test_a_dark_lens_makes_no_night_where_the_sky_outshines_the_road() -> None:
    night = [replace(frame, t_ms=frame.t_ms - 12 * HOUR_MS) for frame in drive(STRAIGHT)]
    assert against(night, seen_of(STRAIGHT, upper=78.0)) == {"sun-height"}
    assert not suspicious(signals_of(night, seen_of(STRAIGHT, upper=74.0), RECEIVED_MS))


def test_a_dark_night_at_midnight_is_believed() -> None:
    night = [replace(frame, t_ms=frame.t_ms - 12 * HOUR_MS) for frame in drive(STRAIGHT)]
    assert not suspicious(signals_of(night, seen_of(STRAIGHT, upper=20.0), RECEIVED_MS))


def test_frames_from_after_their_arrival_are_held() -> None:
    late = [replace(frame, t_ms=frame.t_ms + 12 * 24 * HOUR_MS) for frame in drive(STRAIGHT)]
    assert against(late, seen_of(STRAIGHT)) == {"future"}


def test_a_clock_that_runs_fast_is_told() -> None:
    frames = drive(STRAIGHT)
    fast = [replace(f, t_ms=f.t_ms + (f.t_ms - frames[0].t_ms) // 2) for f in frames]
    signals = signals_of(fast, seen_of(STRAIGHT), RECEIVED_MS)
    assert next(one for one in signals if one.name == "clock").strength < -200


def test_frames_without_pixels_say_nothing() -> None:
    blind = Seen((UNSEEN,) * 23, (UNLIT,) * 24)
    signals = signals_of(drive(STRAIGHT), blind, RECEIVED_MS)
    assert not {one.name for one in signals if one.strength < 0}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_drive_of_few_frames_is_no_crash(count: int) -> None:
    frames = drive(STRAIGHT)[:count]
    seen = seen_of(STRAIGHT[: max(0, count - 1)]) if count else Seen()
    assert not suspicious(signals_of(frames, seen, RECEIVED_MS))


@given(SIGNALS, SIGNALS)
def test_praise_pays_for_no_doubt_and_advice_for_nothing(
    some: list[Signal], more: list[Signal]
) -> None:
    assert doubt(some) <= 0
    assert doubt([*some, *more]) == doubt(some) + doubt(more)
    assert doubt([one for one in some if one.strength < 0 and not one.advisory]) == doubt(some)


@given(SIGNALS)
def test_every_counted_doubt_is_told_in_words(signals: list[Signal]) -> None:
    told = sentences(evidence_of(signals))
    assert len(told) == sum(one.strength < 0 for one in signals)
    assert bool(told) >= suspicious(signals)
