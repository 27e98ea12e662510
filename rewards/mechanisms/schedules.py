"""Emission schedules: how much may be minted in period n, in base units.

The law: a schedule is a function of the period's number alone (0, 1, ..), never negative, and
`Capped` never lets the sum over all periods exceed the supply cap, whatever the schedule inside
says. Sources: Helium HIP-20 (halving every two years), io.net's token emission schedule (hourly
decay), Filecoin's simple and baseline minting (in its own integers: `filecoin`), Helium's on-chain
`emissions` table (a binary search by start), Hivemapper's Global Map Progress (a pool that follows
a map's progress; its formula is not published).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from rewards.mechanisms.exact import exactly, floor_int
from roadcomb.errors import InvalidInput

__all__ = [
    "ByProgress",
    "Declining",
    "Fixed",
    "Halving",
    "Schedule",
    "Tabulated",
    "WithBaseline",
    "within_cap",
]


class Schedule(Protocol):
    """What a period may mint."""

    def at(self, period: int) -> int:
        """Base units of a period, 0 or more."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same in each period."""

    amount: int

    def at(self, period: int) -> int:
        """The amount."""
        del period
        return self.amount


@dataclass(frozen=True, slots=True)
class Halving:
    """`first`, halved (floored) after every `periods` periods."""

    first: int
    periods: int

    def at(self, period: int) -> int:
        """The first amount, halved as often as whole intervals have passed."""
        return self.first >> (period // self.periods)


@dataclass(frozen=True, slots=True)
class Declining:
    """base x rate x kept^period: each period's rate is the one before times `kept`.

    base: base units; rate: of the first period; kept: 1 less the decline, each a Decimal. With
    hours as periods this is io.net's schedule.
    """

    base: int
    rate: Decimal
    kept: Decimal
    periods: int

    def at(self, period: int) -> int:
        """Floored; 0 after the last period."""
        if period >= self.periods:
            return 0
        return floor_int(self.exact(period))

    @exactly
    def exact(self, period: int) -> Decimal:
        """Before the floor."""
        return self.base * self.rate * self.kept**period

    @exactly
    def total(self) -> Decimal:
        """Of all periods before any floor: the sum of the geometric series."""
        return self.base * self.rate * (1 - self.kept**self.periods) / (1 - self.kept)


@dataclass(frozen=True, slots=True)
class Tabulated:
    """(first period, amount) in rising order; nothing before the first entry."""

    steps: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.steps]
        if starts != sorted(set(starts)) or any(amount < 0 for _, amount in self.steps):
            raise InvalidInput("emission: a table has rising periods and no negative amount")

    def at(self, period: int) -> int:
        """The amount of the newest entry that has begun."""
        found = bisect_right(self.steps, period, key=lambda step: step[0])
        return self.steps[found - 1][1] if found else 0


@dataclass(frozen=True, slots=True)
class WithBaseline:
    """Exponential decay: of `simple` with time, of `paced` with the network's growth.

    In `half_life` periods half of a part is minted. The paced part lives by the network's own time:
    that at which a baseline, `first` in period 0 and `growth` times more in each, sums up to what
    the network really had, which counts in no period for more than the baseline. Who keeps up with
    it mints as time does; who does not, later; the paced part never ends sooner.

    power: what the network had, in the baseline's unit, from a period on.
    """

    simple: int
    paced: int
    half_life: int
    first: int
    growth: Decimal
    power: Tabulated

    @exactly
    def at(self, period: int) -> int:
        """Of both parts together, floored."""
        before, after = self._network_times(period)
        by_time = self._released(Decimal(period), Decimal(period + 1))
        return floor_int(self.simple * by_time + self.paced * self._released(before, after))

    def _released(self, before: Decimal, after: Decimal) -> Decimal:
        """The share of a part that is minted between two times."""
        rate = -Decimal(2).ln() / self.half_life
        return (rate * before).exp() - (rate * after).exp()

    def _network_times(self, period: int) -> tuple[Decimal, Decimal]:
        """The network's time at a period's begin and end, linear within a period of the baseline.

        ahead: what the network had beyond the baseline's sum up to the period `reached`.
        """
        promised, baseline = Decimal(self.first), Decimal(self.first)
        reached, ahead, before, now = 0, Decimal(0), Decimal(0), Decimal(0)
        for each in range(period + 1):
            before = now
            ahead += min(Decimal(self.power.at(each)), promised)
            while ahead >= baseline:
                ahead, baseline, reached = ahead - baseline, baseline * self.growth, reached + 1
            now = reached + ahead / baseline
            promised *= self.growth
        return before, now


@dataclass(frozen=True, slots=True)
class ByProgress:
    """`full` at progress 1000 per mille, in proportion below; the progress comes from inputs."""

    full: int
    progress: Sequence[int]

    def at(self, period: int) -> int:
        """In proportion to the period's progress, 0..1000; the last known one holds on."""
        if not self.progress:
            return 0
        reached = self.progress[min(period, len(self.progress) - 1)]
        return self.full * min(1000, max(0, reached)) // 1000


def within_cap(amount: int, minted: int, cap: int) -> int:
    """What of an amount may be minted when `minted` base units exist; 0 once the cap is reached."""
    return max(0, min(amount, cap - minted))
