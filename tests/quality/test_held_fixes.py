"""Slow receivers must not lose frames, whatever client sent them (mapillary_tools #380)."""

from ingest.intake import drive_state
from quality.judge import judge_pending
from quality.judgement import load
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from tests.drives import contributor
from tests.quality.deliveries import METRE_E7, along, deliver
from tests.quality.pictures import drawn_frames

STEP = 8 * METRE_E7


def test_frames_under_one_fix_are_judged_where_they_were_between_the_fixes(node: Node) -> None:
    first = along(1)[0]
    held = [first + n // 4 * 4 * STEP for n in range(9)]
    drive = deliver(node, contributor(1), drawn_frames()[:9], held)
    judge_pending(node, InlineEngine())
    state = drive_state(node, drive)
    assert (state.accepted, state.rejected) == (9, 0)
    judgement = load(node.blobs, state.judgement or "")
    assert judgement["lat_e7"].to_pylist() == [first + n * STEP for n in range(9)]
    assert len(set(judgement["cell"].to_pylist())) >= 3


def test_frames_after_the_last_fix_are_still_too_close(node: Node) -> None:
    first = along(1)[0]
    held = [*(first + n * STEP for n in range(5)), *[first + 5 * STEP] * 4]
    drive = deliver(node, contributor(1), drawn_frames()[:9], held)
    judge_pending(node, InlineEngine())
    judgement = load(node.blobs, drive_state(node, drive).judgement or "")
    assert judgement["reason"].to_pylist() == [None] * 6 + ["too-close"] * 3
