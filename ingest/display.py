"""How an upload shows itself: a bar on a terminal, lines elsewhere, NDJSON events for programs.

Law: progress goes to stderr, results to stdout. With `--json` every line of stdout is one JSON
object with `event`: plan (one a folder), drive, batch, receipt, trouble, and the summary at last.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from ingest.outcome import Progress as Display
from ingest.voice import Voice
from roadcomb.canonical import Json

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["display", "tell_json"]

_QUIET_S = 10.0
"""Between two lines of progress where nobody watches a bar."""


@contextmanager
def display(
    errors: Voice, offered: int, as_json: bool, now_s: Callable[[], float]
) -> Iterator[Display]:
    """Shows pictures done of those offered, as long as the `with` lasts."""
    tell = tell_json if as_json else _silent
    if not errors.is_terminal:
        yield _Lines(errors, offered, tell, now_s)
        return
    from rich.progress import (  # dear to load, and there is no bar where nobody looks
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("pictures"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors.console(), transient=True) as bar:
        yield _Bar(bar, offered, tell)


def tell_json(event: str, facts: Mapping[str, Json]) -> None:
    """One event, one line, in ASCII: names of files may be no Unicode."""
    typer.echo(json.dumps({"event": event, **facts}))


def _silent(event: str, facts: Mapping[str, Json]) -> None:
    """People read the outcome at the end."""


class _Bar:
    def __init__(
        self, bar: "Progress", offered: int, tell: Callable[[str, Mapping[str, Json]], None]
    ) -> None:
        self._bar, self._task = bar, bar.add_task("", total=offered)
        self.tell = tell

    def at(self, frames: int) -> None:
        self._bar.update(self._task, completed=frames)


class _Lines:
    def __init__(
        self,
        errors: Voice,
        offered: int,
        tell: Callable[[str, Mapping[str, Json]], None],
        now_s: Callable[[], float],
    ) -> None:
        self._errors, self._offered, self._now_s = errors, offered, now_s
        self._told_s = now_s()
        self.tell = tell

    def at(self, frames: int) -> None:
        now_s = self._now_s()
        if now_s - self._told_s >= _QUIET_S:
            self._told_s = now_s
            self._errors.say(f"{frames} of {self._offered} pictures are done with")
