"""Base units as tokens, for people to read and to write."""

import re

from roadcomb.errors import UsageError

__all__ = ["BASE_UNITS", "DECIMALS", "base_units_of", "in_tokens"]

DECIMALS = 9
BASE_UNITS: int = 10**DECIMALS
"""In one token."""

_MOST = 10**30
"""Base units; a policy's cap is no more (rewards/policy.py)."""


def in_tokens(base_units: int) -> str:
    """Exact tokens: `1.5`, `-0.000000001`, `1,000`."""
    whole, rest = divmod(abs(base_units), BASE_UNITS)
    fraction = f"{rest:0{DECIMALS}d}".rstrip("0")
    sign = "-" if base_units < 0 else ""
    return f"{sign}{whole:,}{'.' if fraction else ''}{fraction}"


def base_units_of(tokens: str) -> int:
    """Base units of an amount as `1.5` or `1,000`. Raises UsageError for none, for nothing, and
    for more than any policy makes."""
    found = re.fullmatch(rf"(\d[\d,]{{0,40}})(?:\.(\d{{1,{DECIMALS}}}))?", tokens, re.ASCII)
    if found is None:
        raise UsageError(f"{tokens[:40]!r} is no amount: tokens as 12 or 0.5 are asked for")
    whole, fraction = found[1].replace(",", ""), (found[2] or "").ljust(DECIMALS, "0")
    if not (amount := int(whole) * BASE_UNITS + int(fraction)):
        raise UsageError("0 tokens are nothing: name an amount")
    if amount > _MOST:
        raise UsageError(f"{tokens[:40]} tokens are more than any policy makes")
    return amount
