"""Judging a node here and now, and what was decided."""

from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from quality.judge import judge_pending
from quality.judgement import load
from roadcomb.catalog.tables import decisions, drives
from roadcomb.engine import InlineEngine
from roadcomb.node import Node

__all__ = ["decision", "judge", "reasons", "rows"]


def judge(node: Node) -> int:
    """How many drives were decided."""
    return judge_pending(node, InlineEngine())


def decision(node: Node, drive_id: str) -> Any:
    """The row of a drive's newest decision."""
    query = sa.select(decisions).join(drives, drives.c.decision == decisions.c.id)
    with node.catalog.reading() as connection:
        return connection.execute(query.where(drives.c.drive_id == drive_id)).one()


def rows(node: Node, drive_id: str) -> pa.Table:
    """Its judgement."""
    return load(node.blobs, decision(node, drive_id).judgement)


def reasons(node: Node, drive_id: str) -> list[str | None]:
    """Why each frame was not accepted."""
    found: list[str | None] = rows(node, drive_id)["reason"].to_pylist()
    return found
