"""Reports of pictures: kept, said once, closed with a note; never lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quality.report_commands import list_reports
from quality.reports import close, listed, report
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.node import Node
from tests.tiles.worlds import a_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = a_node(tmp_path)
    yield opened
    opened.catalog.close()


def test_the_same_trouble_said_twice_is_one_open_report(node: Node) -> None:
    for _ in range(2):
        assert report(node, "drive", 3, "blur", "a plate") == "open"
    report(node, "drive", 3, "private", "")
    report(node, "drive", 4, "blur", "")
    assert [(one.n, one.kind) for one in listed(node)] == [
        (3, "blur"),
        (3, "private"),
        (4, "blur"),
    ]


def test_a_closed_report_is_kept_with_its_note_and_may_be_said_again(node: Node) -> None:
    report(node, "drive", 3, "blur", "a plate")
    (first,) = listed(node)
    closed = close(node, first.id, "masked")
    assert (closed.status, closed.note) == ("closed", "masked")
    assert listed(node) == []
    assert listed(node, closed=True) == [closed]
    report(node, "drive", 3, "blur", "still there")
    assert [one.words for one in listed(node)] == ["still there"]


def test_a_report_is_closed_once(node: Node) -> None:
    report(node, "drive", 3, "other", "")
    (one,) = listed(node)
    close(node, one.id, "done")
    with pytest.raises(Conflict, match="done"):
        close(node, one.id, "again")
    with pytest.raises(NotFound):
        close(node, one.id + 1, "none")


def test_a_note_that_says_nothing_closes_nothing(node: Node) -> None:
    report(node, "drive", 3, "other", "")
    (one,) = listed(node)
    with pytest.raises(UsageError, match="what was done"):
        close(node, one.id, " ")
    assert listed(node) == [one]


def test_the_list_names_a_picture_whole_however_narrow_the_terminal(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    picture = "0787e385-3377-4509-b2b5-c38acb6e9324"
    report(node, picture, 12, "wrong-place", "this is another street " * 5)
    monkeypatch.setattr("roadcomb.node.open_existing", lambda data: node)
    list_reports()
    assert f"{picture}/12 " in capsys.readouterr().out
