"""Recording what a transaction did on the chain: somebody saw it confirmed, and it counts once."""

import re
from collections.abc import Mapping

from rewards.recorded import record
from roadcomb.canonical import Json
from roadcomb.errors import UsageError
from roadcomb.node import Node

__all__ = ["record_confirmed"]

_TRANSACTION = re.compile(r"0x[0-9a-fA-F]{64}(:\d{1,6})?", re.ASCII)
_LONGEST_NAME = 100


def record_confirmed(
    node: Node, kind: str, body: Mapping[str, Json], transaction: str, by: str
) -> None:
    """Record it as an event; the same again changes nothing. Raises UsageError, Conflict.

    transaction: its hash, and `:n` for one of several transfers in it; by: who saw it confirmed.
    """
    if not _TRANSACTION.fullmatch(transaction):
        raise UsageError(f"{transaction[:80]!r} is no transaction: 0x and 64 hex digits, or :n too")
    if not by.strip() or len(by) > _LONGEST_NAME:
        raise UsageError("a transaction needs the name of who saw it confirmed (--by)")
    named = transaction.lower()
    record(node, kind, named, {**body, "transaction": named}, by)
