"""Amounts by a date and by an account, and what is taken from them and put back; pure.

The law: what is taken and what stays are what was there, to the last base unit, and putting back
what was taken gives what was there before. The latest dates give first, so taking twice is taking
the sum at once and nothing is rounded; oldest first where that is asked for.
"""

from collections.abc import Collection, Iterable, Mapping

__all__ = ["Dated", "Part", "Parts", "less", "only", "portion", "put_all", "sums", "total"]

Dated = Mapping[int, Mapping[str, int]]
"""Base units by epoch and account, both in order; no part is of nothing."""

Parts = Mapping[int, int]
"""One account's base units by epoch."""

Part = tuple[int, str, int]
"""(epoch, account, base units)."""


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


def only(dated: Dated, accounts: Collection[str]) -> Dated:
    """Of some accounts alone."""
    found = {
        date: {account: amounts[account] for account in sorted(accounts) if account in amounts}
        for date, amounts in dated.items()
    }
    return {date: amounts for date, amounts in found.items() if amounts}


def portion(dated: Dated, account: str, amount: int, oldest_first: bool = False) -> Parts:
    """At most `amount` of an account's, by date, the latest first or the oldest."""
    taken: dict[int, int] = {}
    missing = amount
    for date in sorted(dated, reverse=not oldest_first):
        part = min(dated[date].get(account, 0), missing)
        if part > 0:
            taken[date] = part
            missing -= part
    return taken


def put_all(dated: Dated, parts: Iterable[Part]) -> Dated:
    """With many parts added; dates that have none stay the objects that they were."""
    changed: dict[int, dict[str, int]] = {}
    for date, account, amount in parts:
        if date not in changed:
            changed[date] = dict(dated.get(date, {}))
        changed[date][account] = changed[date].get(account, 0) + amount
    after = {**dated, **{date: _some(amounts) for date, amounts in changed.items()}}
    return {date: after[date] for date in sorted(after) if after[date]}


def less(dated: Dated, parts: Iterable[Part]) -> Dated:
    """With many parts taken away."""
    return put_all(dated, ((date, account, -amount) for date, account, amount in parts))


def _some(amounts: Mapping[str, int]) -> dict[str, int]:
    return {account: amount for account, amount in sorted(amounts.items()) if amount}
