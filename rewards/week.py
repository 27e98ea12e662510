"""A week's counters of devices, which outlive its epochs; pure.

The law: a week is Monday to Sunday UTC. With its first epoch the counters of the one before become
`before`, and those of the week before that are forgotten: of no device is more kept than two weeks
of sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from roadcomb.epochs import week_of

__all__ = ["NOT_SEEN", "NO_WEEK", "Driven", "Week", "turned"]


@dataclass(frozen=True, slots=True)
class Driven:
    """passes: of cells this week; weight: that counted at its level; before: last week's passes."""

    passes: int = 0
    weight: int = 0
    before: int = 0

    def and_of(self, passes: int, weight: int) -> "Driven":
        """With an epoch's."""
        return replace(self, passes=self.passes + passes, weight=self.weight + weight)


NOT_SEEN = Driven()


@dataclass(frozen=True, slots=True)
class Week:
    """number: Mondays since 1969-12-29. devices: by account and device, both in order."""

    number: int
    devices: Mapping[str, Mapping[str, Driven]]

    def of(self, account: str, device: str) -> Driven:
        """A device's counters."""
        return self.devices.get(account, {}).get(device, NOT_SEEN)

    def tidy(self) -> "Week":
        """In order, without those that were not seen in two weeks."""
        seen = {
            account: {name: devices[name] for name in sorted(devices) if devices[name] != NOT_SEEN}
            for account, devices in sorted(self.devices.items())
        }
        return Week(self.number, {account: kept for account, kept in seen.items() if kept})


NO_WEEK = Week(0, {})
"""Before the first epoch."""


def turned(week: Week, epoch: int) -> Week:
    """The counters at the start of an epoch, given those after an earlier one."""
    number = week_of(epoch)
    if number == week.number:
        return week
    last = number == week.number + 1
    devices = {
        account: {
            name: Driven(before=driven.passes if last else 0) for name, driven in devices.items()
        }
        for account, devices in week.devices.items()
    }
    return Week(number, devices).tidy()
