"""What the demo tells at its end: for each contributor what came in, what was paid, and why."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from api.demo.stage import PUBLISHED_EVERY
from rewards.tokens import in_tokens

__all__ = ["Told", "print_report"]

WIDTH = 100
_FIRST, _LAST = 3, 2
_FIGURES = re.compile(r"\d+(?= (of|%))")


@dataclass(frozen=True, slots=True)
class Told:
    """`uploads`: `roadcomb upload --json`; `statement`: `roadcomb rewards --json`."""

    name: str
    uploads: Sequence[Mapping[str, Any]]
    statement: Mapping[str, Any]

    @property
    def drives(self) -> Sequence[Mapping[str, Any]]:
        """The drives of the statement."""
        found: Sequence[Mapping[str, Any]] = self.statement["drives"]
        return found

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The paid rows of all epochs."""
        return [row for epoch in self.statement["epochs"] for row in epoch["rows"]]

    @property
    def earned(self) -> int:
        """Base units of all epochs, for driving and of customers."""
        paid = (*self.statement["epochs"], *self.statement["demand"])
        return sum(int(night["amount"]) for night in paid)

    def frames(self, what: str) -> int:
        """Frames of all drives in one state."""
        return sum(drive[what] for drive in self.drives)


def print_report(told: Iterable[Told], audit: str, say: Callable[[str], None]) -> None:
    """One line of counts for each contributor, then why, then what the audit found."""
    console = Console(highlight=False, soft_wrap=True, width=WIDTH)
    told = list(told)
    console.print()
    console.print(_counts(told))
    for one in told:
        console.print(f"\n[bold]{one.name}[/bold] earned {in_tokens(one.earned)} tokens:")
        for sentence in _why(one):
            console.print(f"  - {sentence}")
    say(f"\nAudit of the published files, offline:\n{_shortened(audit.strip().splitlines())}")
    say(f"\nEvery {PUBLISHED_EVERY}th accepted picture is blurred and shown, as on any node.")


def _shortened(lines: Sequence[str]) -> str:
    """The first nights, and the last with what follows; all of them say the same."""
    left = lines[_FIRST:-_LAST]
    more = [f".. and {len(left)} nights more, each equal"] if left else []
    return "\n".join([*lines[:_FIRST], *more, *lines[max(_FIRST, len(lines) - _LAST) :]])


def _counts(told: Iterable[Told]) -> Table:
    right = ("recorded", "not sent", "offered", "accepted", "held", "rejected", "cells", "tokens")
    table = Table("contributor", box=None)
    for name in right:
        table.add_column(name, justify="right")
    for one in told:
        sent = one.frames("offered")
        recorded = sum(upload["offered"] for upload in one.uploads)
        table.add_row(
            one.name,
            *(str(n) for n in (recorded, recorded - sent, sent)),
            *(str(one.frames(what)) for what in ("accepted", "held", "rejected")),
            str(len({row["cell"] for row in one.rows})),
            in_tokens(one.earned),
        )
    return table


def _why(one: Told) -> list[str]:
    screened = Counter[str]()
    for upload in one.uploads:
        screened.update(upload["rejected"])
    return [
        *(f"{n} frames not sent: {reason}" for reason, n in screened.most_common()),
        *(sentence for drive in one.drives for sentence in _of_drive(drive)),
        *(f"{epoch['day']}: {_epoch(epoch)}" for epoch in one.statement["epochs"]),
        *(f"{night['day']}: {_demand(night)}" for night in one.statement["demand"]),
    ]


def _of_drive(drive: Mapping[str, Any]) -> list[str]:
    whole = [f"{drive['held'] + drive['rejected']} frames: {drive['why']}"] if drive["why"] else []
    rejected = [
        f"{item['frames']} frames rejected: {item['words']}" for item in drive["rejections"]
    ]
    graded = [f"{item['frames']} frames graded lower: {item['words']}" for item in drive["grades"]]
    return whole + rejected + graded


def _demand(night: Mapping[str, Any]) -> str:
    cells = len({row["cell"] for row in night["rows"]})
    return f"{in_tokens(int(night['amount']))} tokens because a customer opened {cells} cells"


def _epoch(epoch: Mapping[str, Any]) -> str:
    rows = epoch["rows"]
    if not rows:
        return "nothing was paid"
    reasons = Counter(_FIGURES.sub("..", reason) for row in rows for reason in row["why"])
    counted = "".join(f"; {count} of them: {reason}" for reason, count in reasons.most_common())
    return (
        f"{in_tokens(int(epoch['amount']))} tokens for {len(rows)} cells ({epoch['why']}){counted}"
    )
