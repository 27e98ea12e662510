"""Each run begins before the one before it ends, and what happens to it is its own."""

from collections.abc import Generator

import pytest

from quality.overlapping import at_once, overlapping


class Diary:
    """Runs that write down what they do."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def run(self, name: str, breaks: str = "") -> Generator[None, None, str]:
        for step in ("begins", "sees", "ends"):
            self.lines.append(f"{name} {step}")
            if step == breaks:
                raise ValueError(name)
            if step != "ends":
                yield
        return name


def test_a_run_begins_while_the_one_before_it_has_its_end_under_way() -> None:
    diary = Diary()
    assert list(overlapping(map(diary.run, "abc"))) == ["a", "b", "c"]
    assert diary.lines == [
        *("a begins", "a sees"),
        *("b begins", "a ends", "b sees"),
        *("c begins", "b ends", "c sees", "c ends"),
    ]


@pytest.mark.parametrize("breaks", ["begins", "sees", "ends"])
def test_a_run_that_breaks_takes_no_result_from_the_one_before_it(breaks: str) -> None:
    diary = Diary()
    results = overlapping([diary.run("a"), diary.run("b", breaks), diary.run("c")])
    assert next(results) == "a"
    with pytest.raises(ValueError, match="b"):
        next(results)


def test_a_run_that_is_done_at_its_beginning_has_its_result() -> None:
    def short() -> Generator[None, None, int]:
        yield from ()
        return 7

    assert list(overlapping([short(), short()])) == [7, 7]
    assert at_once(short()) == 7


def test_no_runs_give_no_results() -> None:
    assert not list(overlapping([]))
