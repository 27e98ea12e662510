"""The section ``[emission]`` of a policy: a schedule by periods of some days; pure.

The law: a period's amount goes to its epochs in equal parts, floored; before `start` nothing is
emitted. What the schedules are, rewards/mechanisms/schedules.py says.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rewards.mechanisms.schedules import (
    ByProgress,
    Declining,
    Fixed,
    Halving,
    Schedule,
    Tabulated,
    WithBaseline,
)
from rewards.sections import Section

__all__ = ["Emission", "emission_of"]

_WHOLE = 1000
_MOST = 10**30


@dataclass(frozen=True, slots=True)
class Emission:
    """A schedule whose period 0 begins with the epoch `start`; each lasts some days."""

    schedule: Schedule
    start: int
    days: int

    def at(self, epoch: int) -> int:
        """Base units of an epoch: its period's amount in equal parts, floored."""
        period = (epoch - self.start) // self.days
        return self.schedule.at(period) // self.days if period >= 0 else 0


def emission_of(section: Section) -> Emission:
    """The emission of a policy's section. Raises InvalidInput naming what is wrong, and where."""
    schedules = {
        "fixed": _fixed,
        "halving": _halving,
        "declining": _declining,
        "baseline": _baseline,
        "table": _table,
        "progress": _progress,
    }
    schedule: Schedule = section.one_of("schedule", schedules)(section)
    start = section.integer("start", 0, 10**6, default=0)
    days = section.integer("days", 1, 3650, default=1)
    section.end()
    return Emission(schedule, start, days)


def _fixed(section: Section) -> Schedule:
    return Fixed(section.integer("amount", 1, _MOST))


def _halving(section: Section) -> Schedule:
    return Halving(section.integer("first", 1, _MOST), section.integer("periods", 1, 10**6))


def _declining(section: Section) -> Schedule:
    return Declining(
        section.integer("base", 1, _MOST),
        section.decimal("rate", Decimal(0), Decimal(1)),
        section.decimal("kept", Decimal(0), Decimal("0.999999999999")),
        section.integer("periods", 1, 10**6),
    )


def _table(section: Section) -> Schedule:
    return _steps(section, "steps")


def _steps(section: Section, name: str) -> Tabulated:
    steps = section.pairs(name)
    rising = all(before < after for (before, _), (after, _) in pairwise(steps))
    if not rising or any(not 0 <= amount <= _MOST for _, amount in steps):
        raise section.refused(name, "rising periods and no negative amount are asked for")
    return Tabulated(steps)


def _baseline(section: Section) -> Schedule:
    return WithBaseline(
        section.integer("simple", 0, _MOST),
        section.integer("paced", 1, _MOST),
        section.integer("half_life", 1, 10**6),
        section.integer("first", 1, _MOST),
        section.decimal("growth", Decimal(1), Decimal(2)),
        _steps(section, "power"),
    )


def _progress(section: Section) -> Schedule:
    reached = section.integer("progress", 0, _WHOLE)
    return ByProgress(section.integer("full", 1, _MOST), (reached,))
