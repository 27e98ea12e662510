"""Work in steps, one run ahead: what waits for workers in one run is filled by the next.

The law: results come in the order of the runs, and a run's result or exception is its own, whatever
happens in others. Each run is a generator that stops twice, each time with work under way that it
will ask for; it begins before the run before it ends, and sees no other run between its second stop
and its end but that one's first step. So two runs are held at a time and never three.
"""

from collections.abc import Generator, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["at_once", "overlapping"]

Result = TypeVar("Result")


def overlapping(runs: Iterable[Generator[None, None, Result]]) -> Iterator[Result]:
    """The runs' results in their order; an exception is raised when its turn comes."""
    before: _Run[Result] | None = None
    for steps in runs:
        run = _Run(steps)
        run.step()
        if before is not None:
            yield before.result()
        run.step()
        before = run
    if before is not None:
        yield before.result()


def at_once(steps: Generator[None, None, Result]) -> Result:
    """The result of one run alone."""
    return _Run(steps).result()


class _Run(Generic[Result]):
    """One run, with its result or exception once it has one."""

    def __init__(self, steps: Generator[None, None, Result]) -> None:
        self._steps = steps
        self._results: list[Result] = []
        self._error: Exception | None = None

    def step(self) -> None:
        """On to the next stop, or to the end."""
        if self._ended():
            return
        try:
            next(self._steps)
        except StopIteration as end:
            self._results.append(end.value)
        except Exception as error:
            self._error = error

    def result(self) -> Result:
        """What it ends with."""
        while not self._ended():
            self.step()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _ended(self) -> bool:
        return bool(self._results) or self._error is not None
