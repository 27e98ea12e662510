"""What the devices of each account have earned in an epoch, before any factor; pure.

The law: the first of three passes. A shard holds whole cells and gives sums by account and device;
sums add up, so any sharding by cells and any order of rows give the same. A cell that a device
passes several times in one visit counts as passed once, so cutting a drive in pieces adds nothing.

What nobody vouches for is one device an account, whatever its camera calls itself. Under a policy
that asks nothing of devices all of an account is that one, so nothing is published of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rewards.weights import runs_of
from roadcomb.canonical import digest_of_bytes

__all__ = [
    "HARDWARE",
    "LEVELS",
    "NONE",
    "SOFTWARE",
    "UNVOUCHED",
    "Device",
    "Earned",
    "Raw",
    "device_of",
    "earned_of",
    "joined",
]

LEVELS = NONE, SOFTWARE, HARDWARE = "none", "software-key", "hardware-key"
"""Rising, as the registry of devices (ingest/devices.py) tells them; `none`: nobody vouches."""

UNVOUCHED = "unvouched"
"""The name of all that an account has without a device of a level."""

_TAG = b"roadcomb device v1\0"
_PSEUDONYM = 32


@dataclass(frozen=True, slots=True)
class Device:
    """Of a drive: its account, and what vouches for it. name: within the account, a pseudonym."""

    account: str
    name: str = UNVOUCHED
    level: str = NONE


@dataclass(frozen=True, slots=True)
class Raw:
    """Of a device in an epoch. passes: of cells, one a visit; weight: of its rows together."""

    level: str
    passes: int
    weight: int

    def __add__(self, other: "Raw") -> "Raw":
        """Together; of two levels the lower one counts."""
        level = min(self.level, other.level, key=LEVELS.index)
        return Raw(level, self.passes + other.passes, self.weight + other.weight)


Earned = Mapping[str, Mapping[str, Raw]]
"""By account and device, both in order."""


def device_of(account: str, device: str | None, level: str | None) -> Device:
    """Of a drive that this device (SHA-256 of its public key, hex) signed for, at this level.

    The pseudonym is half of a SHA-256 over account and device: nobody guesses a device's key, its
    owner finds it again, and nothing tells that two accounts ever used the same one.
    """
    if device is None or level is None or level == NONE:
        return Device(account)
    name = digest_of_bytes(_TAG + bytes.fromhex(account) + bytes.fromhex(device))
    return Device(account, name[:_PSEUDONYM], level)


def earned_of(
    rows: pa.Table, drive_of_row: NDArray[np.uint32], devices: Sequence[Device], passes: bool
) -> Earned:
    """Of a shard's rows (BOOK_ROWS, sorted); devices: of each drive; passes: whether they count.

    Summed in 64 bits: a row weighs at most 1e6 x days, so it takes over 1e9 rows to overflow
    even at the longest refill that a policy may name.
    """
    weights = np.zeros(len(devices), np.uint64)
    np.add.at(weights, drive_of_row, rows["weight"].to_numpy())
    names = sorted({(device.account, device.name) for device in devices})
    number = {name: index for index, name in enumerate(names)}
    of_drive = np.array([number[device.account, device.name] for device in devices], np.int64)
    counted = _passes(rows, of_drive[drive_of_row], len(names)) if passes else [0] * len(names)
    sums = [Raw(LEVELS[-1], count, 0) for count in counted]
    for device, index, weight in zip(devices, of_drive.tolist(), weights.tolist(), strict=True):
        sums[index] += Raw(device.level, 0, weight)
    return _by_account(dict(zip(names, sums, strict=True)))


def joined(shards: Iterable[Earned]) -> Earned:
    """The second pass: what shards of different cells have earned together."""
    return reduce(_joined, shards, {})


def _joined(one: Earned, other: Earned) -> Earned:
    sums = {(account, name): raw for account in one for name, raw in one[account].items()}
    for account, devices in other.items():
        for name, raw in devices.items():
            before = sums.get((account, name))
            sums[account, name] = raw if before is None else before + raw
    return _by_account(sums)


def _passes(rows: pa.Table, device: NDArray[np.int64], devices: int) -> list[int]:
    """How many visits of cells each device took part in."""
    if not len(rows):
        return [0] * devices
    visit = runs_of(rows["cell"].to_numpy(), rows["visit"].to_numpy()).of_row
    keys = np.sort(visit * devices + device, kind="stable")  # sorted by visit already: cheap
    distinct = keys[np.append(True, keys[1:] != keys[:-1])]
    counts: list[int] = np.bincount(distinct % devices, minlength=devices).tolist()
    return counts


def _by_account(sums: Mapping[tuple[str, str], Raw]) -> Earned:
    earned: dict[str, dict[str, Raw]] = {}
    for account, name in sorted(sums):
        earned.setdefault(account, {})[name] = sums[account, name]
    return earned
