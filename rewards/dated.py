"""Amounts by a date and by an account, and what is taken from them and put back; pure.

The law: what is taken and what stays are what was there, to the last base unit, and putting back
what was taken gives what was there before. The latest dates give first, so taking twice is taking
the sum at once and nothing is rounded; oldest first where that is asked for.
"""

from collections.abc import Iterable, Mapping

__all__ = ["Dated", "Parts", "put", "put_all", "sums", "take", "total"]

Dated = Mapping[int, Mapping[str, int]]
"""Base units by epoch and account, both in order; no part is of nothing."""

Parts = Mapping[int, int]
"""One account's base units by epoch."""


def total(dated: Dated, account: str) -> int:
    """All that an account has."""
    return sum(amounts.get(account, 0) for amounts in dated.values())


def sums(dated: Dated) -> dict[str, int]:
    """All that each account has."""
    whole: dict[str, int] = {}
    for amounts in dated.values():
        for account, amount in amounts.items():
            whole[account] = whole.get(account, 0) + amount
    return whole


def take(
    dated: Dated, account: str, amount: int, oldest_first: bool = False
) -> tuple[Parts, Dated]:
    """(at most `amount` of an account's, by date; what stays)."""
    taken: dict[int, int] = {}
    for date in sorted(dated, reverse=not oldest_first):
        part = min(dated[date].get(account, 0), amount - sum(taken.values()))
        if part > 0:
            taken[date] = part
    return taken, put(dated, account, {date: -part for date, part in taken.items()})


def put(dated: Dated, account: str, parts: Parts) -> Dated:
    """With an account's parts added, each at its date."""
    return put_all(dated, ((date, account, amount) for date, amount in parts.items()))


def put_all(dated: Dated, parts: Iterable[tuple[int, str, int]]) -> Dated:
    """With many parts added: (date, account, base units)."""
    after = {date: dict(amounts) for date, amounts in dated.items()}
    for date, account, amount in parts:
        amounts = after.setdefault(date, {})
        amounts[account] = amounts.get(account, 0) + amount
    return {date: kept for date in sorted(after) if (kept := _some(after[date]))}


def _some(amounts: Mapping[str, int]) -> dict[str, int]:
    return {account: amount for account, amount in sorted(amounts.items()) if amount}
