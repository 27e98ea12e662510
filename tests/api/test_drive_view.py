"""The reasons that a contributor reads count exactly the rejected frames."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from api.drive_view import reasons_of
from roadcomb.records import Verdict

OWN = [(Verdict.ACCEPTED, None), (Verdict.REJECTED, "too-dark"), (Verdict.REJECTED, "too-close")]
frames = st.lists(st.sampled_from(OWN), min_size=1, max_size=30)


def judgement(of_frames: list[tuple[Verdict, str | None]]) -> pa.Table:
    verdicts, reasons = zip(*of_frames, strict=True)
    return pa.table(
        {
            "verdict": pa.array([verdict.value for verdict in verdicts], pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
    )


@given(frames, st.sampled_from([Verdict.ACCEPTED, Verdict.HELD]))
def test_frames_of_a_drive_that_stands_or_is_held_have_their_own_reasons(
    of_frames: list[tuple[Verdict, str | None]], verdict: Verdict
) -> None:
    counts = reasons_of(judgement(of_frames), verdict, None)
    for reason in ("too-dark", "too-close"):
        own = of_frames.count((Verdict.REJECTED, reason))
        assert counts.get(reason, 0) == own
    assert sum(counts.values()) == sum(verdict == Verdict.REJECTED for verdict, _ in of_frames)


@given(frames)
def test_a_rejected_drive_gives_its_reason_to_all_frames_without_one(
    of_frames: list[tuple[Verdict, str | None]],
) -> None:
    counts = reasons_of(judgement(of_frames), Verdict.REJECTED, "already-sent")
    assert sum(counts.values()) == len(of_frames)
    assert counts.get("already-sent", 0) == of_frames.count((Verdict.ACCEPTED, None))
