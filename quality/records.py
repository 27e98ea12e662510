"""What the catalog records of contributors: reputations, and accepted drives to look at again.

The law: a reputation is the fold (quality/reputation.py) of a contributor's decisions as they
stand, so two nodes with the same decisions know the same. Which accepted drives are looked at is
decided by a keyed hash of their id, so that nobody can tell beforehand.
"""

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from quality.reputation import Decided, audit_per_mille, fold
from roadcomb.catalog.tables import decisions, drives
from roadcomb.epochs import epoch_of
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["reputations", "reputations_at", "to_look_at"]

_AT_ONCE = 500
"""Contributors of one query: keys are free, and databases bound a statement's parameters."""

_RECORD = (drives.c.contributor, decisions.c.epoch, decisions.c.verdict, decisions.c.reason)
"""What `_values` takes, column by column."""


def reputations(node: Node, contributors: Collection[str]) -> dict[str, int]:
    """The value of each contributor now, by their key."""
    rows: list[Any] = []
    with node.catalog.reading() as connection:
        for some in _runs(contributors):
            query = _newest().where(drives.c.contributor.in_(some))
            rows += connection.execute(query.with_only_columns(*_RECORD)).all()
    return _values(rows, contributors, epoch_of(node.clock.now_ms()))


def reputations_at(
    connection: sa.Connection, contributors: Collection[str], epoch: int
) -> dict[str, int]:
    """The value of each contributor at an epoch, by the decisions that carry it or an earlier one.

    Later decisions do not change it, so an epoch that is closed late reads the same.
    """
    rows: list[sa.Row[Any]] = []
    for some in _runs(contributors):
        rows += connection.execute(_standing_at(epoch, some)).all()
    return _values(rows, contributors, epoch)


def to_look_at(node: Node, epoch: int) -> list[str]:
    """Ids of the drives accepted without a person in an epoch that one should look at."""
    query = _newest().where(decisions.c.epoch == epoch, decisions.c.decided_by == "judge")
    with node.catalog.reading() as connection:
        rows = connection.execute(query.where(decisions.c.verdict == Verdict.ACCEPTED.value)).all()
    values = reputations(node, {row.contributor for row in rows})
    secret = node.key.derive("spot checks")
    return [
        row.drive_id
        for row in rows
        if _drawn(secret, row.drive_id) < audit_per_mille(values[row.contributor])
    ]


def _newest() -> sa.Select[Any]:
    """Newest decisions with their drives' contributors, in the order they were made."""
    query = sa.select(*_RECORD, drives.c.drive_id)
    return query.join(drives, drives.c.decision == decisions.c.id).order_by(decisions.c.id)


def _standing_at(epoch: int, contributors: Collection[str]) -> sa.Select[Any]:
    """The decisions that stood at an epoch, in the order they were made."""
    others = decisions.alias("others")
    newest = (
        sa.select(sa.func.max(others.c.id))
        .where(others.c.drive_id == drives.c.drive_id, others.c.epoch <= epoch)
        .correlate(drives)
        .scalar_subquery()
    )
    return (
        sa.select(*_RECORD)
        .select_from(drives)
        .join(decisions, decisions.c.id == newest)
        .where(drives.c.contributor.in_(contributors))
        .order_by(decisions.c.id)
    )


def _runs(contributors: Collection[str]) -> Iterator[list[str]]:
    asked = sorted(contributors)
    for start in range(0, len(asked), _AT_ONCE):
        yield asked[start : start + _AT_ONCE]


def _values(rows: Iterable[Any], contributors: Iterable[str], epoch: int) -> dict[str, int]:
    """What is decided alike is worth alike: of a day's thousands most have the same few records."""
    made: dict[str, list[tuple[int, str, str | None]]] = defaultdict(list)
    for contributor, at, verdict, reason in rows:
        made[contributor].append((at, verdict, reason))
    worth: dict[tuple[tuple[int, str, str | None], ...], int] = {}
    values = {}
    for key in contributors:
        record = tuple(made[key])
        if record not in worth:
            decided = [Decided(at, Verdict(verdict), reason) for at, verdict, reason in record]
            worth[record] = fold(decided, epoch).value
        values[key] = worth[record]
    return values


def _drawn(secret: bytes, drive_id: str) -> int:
    """0..999 by chance that only the node can know."""
    return int.from_bytes(hmac.digest(secret, drive_id.encode(), "sha256")[:8], "big") % 1000
