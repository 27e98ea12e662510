"""Arithmetic of rates: Decimal at a fixed precision, so that any machine gets the same digits.

The law: a rate is a Decimal of `DIGITS` significant digits, rounded half to even at each step; an
amount is an integer of base units and is only ever floored.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["DIGITS", "ceil_places", "exactly", "floor_int", "half_even_places"]

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

DIGITS = 60
"""Enough for the product of two amounts of 28 digits, as `rust_decimal` has, without rounding."""

_RATES = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)


def exactly(formula: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """A formula whose operators work at `DIGITS`, whatever context its caller's thread has."""

    @wraps(formula)
    def at_fixed_precision(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        with localcontext(_RATES):
            return formula(*args, **kwargs)

    return at_fixed_precision


def floor_int(value: Decimal) -> int:
    """The largest integer that is not more than a value."""
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def ceil_places(value: Decimal, places: int) -> Decimal:
    """Raised to so many decimal places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_CEILING, context=_RATES)


def half_even_places(value: Decimal, places: int) -> Decimal:
    """Rounded half to even to so many decimal places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_RATES)
