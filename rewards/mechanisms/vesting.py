"""Vesting: an amount becomes free in steps, linearly over a period.

The law: at each step's end so much is free as amount * elapsed // period says, all of it when the
period is over; the parts add up to the amount, to the last base unit. `unlocked` pays what is
strictly due before `now`. Source: filecoin-project/builtin-actors `VestingFunds::add_locked_funds`
(delay, period, step and quantisation as there).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from roadcomb.errors import InvalidInput

__all__ = ["Part", "VestingSpec", "immediate", "locked_table", "unlocked"]


@dataclass(frozen=True, slots=True)
class VestingSpec:
    """In epochs: what passes before the first step, the whole, a step, and the grid of dates."""

    delay: int
    period: int
    step: int
    quantum: int = 1

    def __post_init__(self) -> None:
        if min(self.period, self.step, self.quantum) < 1 or self.delay < 0:
            raise InvalidInput("vesting: period, step and quantum are 1 or more, delay 0 or more")


@dataclass(frozen=True, slots=True)
class Part:
    """`amount` is free once `epoch` is over."""

    epoch: int
    amount: int


def immediate(amount: int, locked_numerator: int, locked_denominator: int) -> tuple[int, int]:
    """(free at once, locked); the locked share is floored. Filecoin locks 3/4."""
    locked = amount * locked_numerator // locked_denominator
    return amount - locked, locked


def locked_table(amount: int, now: int, spec: VestingSpec, offset: int = 0) -> list[Part]:
    """When each part of `amount`, locked now, is free; offset: of the grid that dates lie on."""
    begin = now + spec.delay
    parts: list[Part] = []
    vested, at = 0, begin
    while vested < amount:
        at += spec.step
        date = _on_grid(at, spec.quantum, offset)
        elapsed = min(date - begin, spec.period)
        due = amount * elapsed // spec.period
        if due > vested:
            parts.append(Part(date, due - vested))
        vested = due
    return parts


def unlocked(parts: Iterable[Part], now: int) -> int:
    """Base units that are free now."""
    return sum(part.amount for part in parts if part.epoch < now)


def _on_grid(epoch: int, quantum: int, offset: int) -> int:
    """The first date on the grid, offset + k * quantum, not before an epoch."""
    return epoch + (offset - epoch) % quantum
