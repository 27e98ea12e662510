"""The laws of verdicts, for any frames: nothing vanishes, and each rejection has one reason."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.settings import ScreenSettings
from quality.duplicates import Candidate, duplicates
from quality.examine import Examined, refused
from quality.fingerprint import distance
from quality.grade import grade
from quality.measures import Measures
from quality.reasons import WORDS
from quality.replays import Pair, in_order
from quality.search import FrameIndex
from quality.settings import QualitySettings
from quality.verdicts import counts_of, judge_drive, judgement_of
from roadcomb.records import Frame, Verdict

SETTINGS, SCREENING = QualitySettings(), ScreenSettings()
MEASURES = st.builds(
    Measures, st.integers(0, 400), st.integers(0, 255), st.integers(0, 999), st.integers(0, 255)
)
MARKS = st.sampled_from([bytes(32), b"\x01" * 32, b"\xff" * 32, bytes(range(32)), b"\x0f" * 32])
SEEN = st.one_of(
    st.sampled_from(["undecodable", "too-large"]).map(refused),
    st.builds(lambda m, mark: Examined(640, 480, grade(m), mark, b""), MEASURES, MARKS),
)
STEPS = st.integers(0, 20)
DRIVES = st.lists(st.tuples(SEEN, STEPS), min_size=1, max_size=25)
SCREENED = {"too-close", "too-fast", "drive-too-short", "null-island", "time-backwards"} | {
    "few-satellites",
    "poor-hdop",
    "stationary",
    "zig-zag",
}


def _drive(drawn: list[tuple[Examined, int]]) -> list[tuple[Frame, Examined]]:
    frames, lat_e7 = [], 480_000_000
    for n, (seen, step_m) in enumerate(drawn):
        lat_e7 += step_m * 90
        frames.append((Frame(f"{n:064x}", 100, 1_000 * n, lat_e7, 0), seen))
    return frames


@given(DRIVES)
def test_every_frame_is_accepted_held_or_rejected_with_one_reason(
    drawn: list[tuple[Examined, int]],
) -> None:
    frames = _drive(drawn)
    verdict = judge_drive(frames, FrameIndex(), "drive", "somebody", SETTINGS, SCREENING)
    counts = counts_of(verdict.verdict, len(frames), len(frames) - len(verdict.reasons))
    assert counts.accepted + counts.held + counts.rejected == len(frames)
    assert set(verdict.reasons) <= set(range(len(frames)))
    assert set(verdict.reasons.values()) <= WORDS.keys() | SCREENED
    assert (verdict.verdict is Verdict.ACCEPTED) == (counts.accepted > 0)
    judgement = judgement_of(frames, verdict.reasons)
    assert judgement["n"].to_pylist() == list(range(len(frames)))
    assert judgement["reason"].to_pylist() == [verdict.reasons.get(n) for n in range(len(frames))]


@given(DRIVES)
def test_accepted_frames_are_usable_and_different(drawn: list[tuple[Examined, int]]) -> None:
    frames = _drive(drawn)
    verdict = judge_drive(frames, FrameIndex(), "drive", "somebody", SETTINGS, SCREENING)
    good = [seen for n, (_, seen) in enumerate(frames) if n not in verdict.reasons]
    assert all(seen.grade.rejected_for is None for seen in good)
    marks = [seen.fingerprint or b"" for seen in good if seen.grade.contrast >= 100]
    pairs = [(a, b) for i, a in enumerate(marks) for b in marks[:i]]
    assert all(distance(a, b) > SETTINGS.fingerprint_distance for a, b in pairs)


@given(st.lists(MARKS, max_size=12))
def test_the_first_of_each_view_is_kept(marks: list[bytes]) -> None:
    frames = [Candidate(n, b"", 0, mark) for n, mark in enumerate(marks)]
    repeated = duplicates(frames, SETTINGS.fingerprint_distance)
    kept = [mark for n, mark in enumerate(marks) if n not in repeated]
    assert len(kept) == len(set(marks))


def test_flat_pictures_are_never_called_copies() -> None:
    frames = [Candidate(n, b"", 0, None) for n in range(5)]
    assert duplicates(frames, SETTINGS.fingerprint_distance) == {}


@given(st.permutations(range(8)))
def test_order_counts_forwards_and_backwards_alike(others: list[int]) -> None:
    pairs = [Pair(n, other, 0) for n, other in enumerate(others)]
    reverse = [Pair(n, other, 0) for n, other in enumerate(others[::-1])]
    assert in_order(pairs) == in_order(reverse)
    assert 3 <= in_order(pairs) <= 8  # Erdos and Szekeres: 8 numbers hold a run of 3


def test_one_place_seen_again_and_again_is_no_order() -> None:
    assert in_order([Pair(n, 4, 0) for n in range(6)]) == 1
