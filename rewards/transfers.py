"""Transfers of tokens outside that the books count: each once, for one thing; pure.

The law: a transfer is named by its transaction's hash, and `:n` when that made several; a hash
alone names all that the transaction did. So a burn is not a stake as well, and a hash that was
counted whole is not counted again by number.
"""

import re
from collections.abc import Iterable

from rewards.demand.market import BURN
from rewards.staking import DEPOSIT

__all__ = ["TRANSFERS", "clash", "is_transfer"]

TRANSFERS = (BURN, DEPOSIT)
"""Kinds of events that name one, as `transaction`."""

_NAME = re.compile(r"0x[0-9a-f]{64}(:(0|[1-9][0-9]{0,5}))?", re.ASCII)


def is_transfer(name: str) -> bool:
    """Whether it names a transfer, in lower case."""
    return _NAME.fullmatch(name) is not None


def clash(name: str, counted: Iterable[str]) -> str | None:
    """A transfer that was counted and is the same, or holds it, or is held by it; None: it is
    new."""
    whole, _, number = name.partition(":")
    for other in counted:
        its_whole, _, its_number = other.partition(":")
        if whole == its_whole and (number == its_number or not (number and its_number)):
            return other
    return None
