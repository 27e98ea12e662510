"""Factors: what is counted of what a device earned, by who vouches for it; pure.

The law: a weight counts at the factor of its device's level, but only for a device that has passed
`floor` cells in this week or the last, and only up to `ceiling` of weight in a week; everything
else counts at the factor of `none`, as if nobody vouched:

    counted = floor((none * weight + (level - none) * vouched) / 1000)
    vouched = min(weight, what the ceiling leaves of the week), or 0 below the floor of passes

So what a device is not counted for is never worth more in another account, where nobody vouches for
it either: splitting an account or a device over names that cost nothing never gains, but for the
dust of a day's floor, under one unit of weight. The ceiling is of weight and not of way, as the
week's sum then depends on no order, and a poor pass, kept back, would save nothing. The floor is of
way: one who drives the same streets daily drives, too.

A software key costs nothing, so a policy with a ceiling that pays it more than `none` is refused: a
second one would have a second ceiling. What the ceiling does not see is one phone with two attested
keys, or two phones: each is a device.

``[factors]``: `none`, `software_key`, `hardware_key` per mille, rising; `floor`: passes in a week;
`ceiling`: full cells at grade 1000 in a week, left out for none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rewards.earned import HARDWARE, NONE, SOFTWARE, UNVOUCHED, Earned, Raw
from rewards.sections import Section
from rewards.week import Driven, Week

__all__ = ["Counted", "Factors", "counted", "factors_of", "weights_of_accounts"]

_WHOLE = 1000
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Factors:
    """levels: per mille by level. ceiling: weight a week that counts at them; None: all of it."""

    levels: Mapping[str, int]
    floor: int
    ceiling: int | None

    def vouched(self, raw: Raw, driven: Driven) -> int:
        """How much of a weight counts at its level; driven: by the device in the week so far."""
        if max(driven.passes + raw.passes, driven.before) < self.floor:
            return 0
        return raw.weight if self.ceiling is None else min(raw.weight, self.ceiling - driven.weight)

    def counted(self, raw: Raw, vouched: int) -> int:
        """What counts of a weight, of which so much does at its level."""
        least = self.levels[NONE]
        return (least * raw.weight + (self.levels[raw.level] - least) * vouched) // _WHOLE


@dataclass(frozen=True, slots=True)
class Counted:
    """An epoch's weights by account and device, after factors; week: the counters after it."""

    weights: Mapping[str, Mapping[str, int]]
    week: Week


def factors_of(section: Section | None, full_cell: int) -> Factors | None:
    """Factors of a policy's section; full_cell: what a full cell of grade 1000 weighs."""
    if section is None:
        return None
    none = section.integer("none", 0, _WHOLE)
    software = section.integer("software_key", none, _WHOLE)
    hardware = section.integer("hardware_key", software, _WHOLE)
    floor = section.integer("floor", 0, _MOST, default=0)
    cells = section.integer("ceiling", 1, _MOST) if "ceiling" in section.entries else None
    if cells is not None and software != none:
        raise section.refused("ceiling", "a software key costs nothing: pay it as none with one")
    section.end()
    levels = {NONE: none, SOFTWARE: software, HARDWARE: hardware}
    return Factors(levels, floor, None if cells is None else cells * full_cell)


def counted(earned: Earned, factors: Factors | None, week: Week) -> Counted:
    """The third pass; week: the counters at the start of the epoch, of its own week."""
    if factors is None:
        plain = {
            account: {name: raw.weight for name, raw in devices.items()}
            for account, devices in earned.items()
        }
        return Counted(plain, Week(week.number, {}))
    weights: dict[str, dict[str, int]] = {}
    after = {account: dict(devices) for account, devices in week.devices.items()}
    for account, devices in earned.items():
        weights[account] = {}
        for name, raw in devices.items():
            driven = week.of(account, name)
            vouched = 0 if name == UNVOUCHED else factors.vouched(raw, driven)
            weights[account][name] = factors.counted(raw, vouched)
            if name != UNVOUCHED:
                after.setdefault(account, {})[name] = driven.and_of(raw.passes, vouched)
    return Counted(weights, Week(week.number, after).tidy())


def weights_of_accounts(counted: Counted) -> dict[str, int]:
    """What each account counts, in order."""
    return {account: sum(devices.values()) for account, devices in counted.weights.items()}
