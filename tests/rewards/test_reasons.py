"""Every reason that any room gives has words, so that nothing is refused without saying why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.planning import FAULTS
from ingest.report import WORDS as SENDING
from ingest.video.refusals import REASONS as VIDEOS
from quality.reasons import WORDS as JUDGING
from rewards.reasons import WORDS, in_words, of_drive

ROOT = Path(__file__).parents[2]
REASONED = {"DriveVerdict", "Refused", "Rejected", "_reject"}
"""Calls that take a reason code as one of their arguments."""
TOLD = {"_reason", "_refusal", "_refused", "_weakness"}
"""Functions that answer one."""
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+|unreadable|stationary|blurred|undecodable|truncated")


def codes_in(path: Path) -> Iterator[str]:
    """Reason codes that a module writes down, by the calls and functions above."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in REASONED:
            yield from _texts([*node.args, *(keyword.value for keyword in node.keywords)])
        elif isinstance(node, ast.FunctionDef) and node.name in TOLD:
            answers = (one for one in ast.walk(node) if isinstance(one, ast.Return))
            yield from _texts([one.value for one in answers if one.value is not None])


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts(expressions: list[ast.expr]) -> Iterator[str]:
    for expression in expressions:
        for node in ast.walk(expression):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and CODE.fullmatch(value):
                yield value


def test_every_reason_of_every_room_has_words() -> None:
    written = {
        code
        for room in ("ingest", "quality")
        for path in sorted((ROOT / room).rglob("*.py"))
        for code in codes_in(path)
    }
    assert {"video-no-gps", "framekm-damaged", "zig-zag", "replay-suspected"} <= written
    assert sorted((written | FAULTS) - WORDS.keys()) == []
    for table in (SENDING, VIDEOS, JUDGING):
        assert sorted(table.keys() - WORDS.keys()) == []


def test_words_are_a_line_that_differs_from_its_code() -> None:
    for code in WORDS:
        words = in_words(code)
        assert words.isprintable()
        assert words not in (code, code.replace("-", " "))
        assert len(words.split()) >= 4


def test_a_suspicion_says_whether_a_person_still_looks_or_has() -> None:
    assert of_drive("replay-suspected", "held").endswith("again; a person looks")
    assert of_drive("replay-suspected", "rejected").endswith("a person looked, and rejected it")
    assert of_drive("already-sent", "rejected") == in_words("already-sent")
    assert of_drive("replay-suspected", None) == in_words("replay-suspected")
