"""Base units as tokens, for people to read."""

__all__ = ["BASE_UNITS", "DECIMALS", "in_tokens"]

DECIMALS = 9
BASE_UNITS = 10**DECIMALS
"""In one token."""


def in_tokens(base_units: int) -> str:
    """Exact tokens: `1.5`, `-0.000000001`, `1,000`."""
    whole, rest = divmod(abs(base_units), BASE_UNITS)
    fraction = f"{rest:0{DECIMALS}d}".rstrip("0")
    sign = "-" if base_units < 0 else ""
    return f"{sign}{whole:,}{'.' if fraction else ''}{fraction}"
