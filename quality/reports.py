"""Reports: what people who look at the map say of a picture, until the operator closes them.

The laws: a report names a picture and holds the person's words, nothing of who they are; the same
kind of trouble with the same picture is one open report, however often it is said; at most
MOST_OPEN are open at once, so that nobody fills the catalog; none vanishes, a closed one keeps the
operator's note.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa

from roadcomb.catalog.tables import reports
from roadcomb.errors import Conflict, NotFound, QuotaExceeded, UsageError
from roadcomb.node import Node

__all__ = ["KINDS", "MOST_OPEN", "MOST_WORDS", "Kind", "Report", "close", "listed", "report"]

Kind = Literal["blur", "private", "wrong-place", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_OPEN = 10_000
MOST_WORDS = 500
_OPEN, _CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the n-th picture of a drive; status: open or closed."""

    id: int
    public_id: str
    n: int
    kind: str
    words: str
    status: str
    reported_ms: int
    closed_ms: int | None
    note: str | None


def report(node: Node, public_id: str, n: int, kind: Kind, words: str) -> str:
    """Keep a report durably; answers its status. Raises QuotaExceeded when too many are open."""
    of_it = (reports.c.public_id == public_id) & (reports.c.n == n) & (reports.c.kind == kind)
    with node.catalog.writing() as connection:
        same = sa.select(reports.c.id).where(of_it, reports.c.status == _OPEN)
        if connection.execute(same).first() is not None:
            return _OPEN
        counted = sa.select(sa.func.count()).select_from(reports).where(reports.c.status == _OPEN)
        if connection.execute(counted).scalar_one() >= MOST_OPEN:
            raise QuotaExceeded("too many reports wait for the operator: try again another day")
        values = {"public_id": public_id, "n": n, "kind": kind, "words": words, "status": _OPEN}
        connection.execute(sa.insert(reports).values(**values, reported_ms=node.clock.now_ms()))
    return _OPEN


def listed(node: Node, closed: bool = False) -> list[Report]:
    """The open reports, or the closed ones, the oldest first."""
    wanted = reports.c.status == (_CLOSED if closed else _OPEN)
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(reports).where(wanted).order_by(reports.c.id))
        return [_report(row) for row in found]


def close(node: Node, report_id: int, note: str) -> Report:
    """Close a report with what was done. Raises UsageError for an empty note, NotFound, or
    Conflict for a closed one."""
    if not note.strip():
        raise UsageError("a note says what was done: an empty one says nothing")
    own = reports.c.id == report_id
    with node.catalog.writing() as connection:
        row = connection.execute(sa.select(reports).where(own)).first()
        if row is None:
            raise NotFound(f"there is no report {report_id}: `roadcomb reports list` names them")
        if row.status == _CLOSED:
            raise Conflict(f"report {report_id} is closed already: {row.note}")
        closing = {"status": _CLOSED, "closed_ms": node.clock.now_ms(), "note": note}
        connection.execute(sa.update(reports).where(own).values(**closing))
        return _report(connection.execute(sa.select(reports).where(own)).one())


def _report(row: Any) -> Report:
    return Report(**row._mapping)
