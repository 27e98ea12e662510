"""devices.json: what devices earned, what of it counts, and the week's counters; pure.

The law: weights are decimal text. Under a policy without ``[factors]`` nothing is told of devices;
what accounts.json says is then what was earned.
"""

from collections.abc import Mapping
from typing import Any

from rewards.earned import LEVELS, NONE, UNVOUCHED, Earned, Raw
from rewards.factors import Counted
from rewards.week import Driven, Week
from roadcomb.canonical import Json
from roadcomb.errors import IntegrityError

__all__ = ["counted_in", "devices_content", "earned_in", "plain", "week_in"]

_MOST = 2**53


def devices_content(earned: Earned, counted: Counted, told: bool) -> dict[str, Json]:
    """What the file holds; told: whether the policy asks anything of devices."""
    by_account: dict[str, Json] = {
        account: {
            name: {
                "level": raw.level,
                "passes": raw.passes,
                "weight": str(raw.weight),
                "counted": str(counted.weights[account][name]),
            }
            for name, raw in devices.items()
        }
        for account, devices in (earned if told else {}).items()
    }
    week: dict[str, Json] = {
        account: {name: _driven(driven) for name, driven in devices.items()}
        for account, devices in counted.week.devices.items()
    }
    return {"earned": by_account, "week": {"number": counted.week.number, "devices": week}}


def plain(weights: Mapping[str, int]) -> Earned:
    """What was earned, where nothing is told of devices: weights by account."""
    return {account: {UNVOUCHED: Raw(NONE, 0, weights[account])} for account in sorted(weights)}


def earned_in(document: Json) -> Earned:
    """What was earned, out of devices.json. Raises IntegrityError for anything else."""
    return {
        account: {name: _raw(account, each) for name, each in devices.items()}
        for account, devices in _accounts(_of(document, "earned")).items()
    }


def counted_in(document: Json) -> dict[str, dict[str, int]]:
    """What counts of it, by account and device. Raises IntegrityError for anything else."""
    return {
        account: {name: _weight(account, each, "counted") for name, each in devices.items()}
        for account, devices in _accounts(_of(document, "earned")).items()
    }


def week_in(document: Json) -> Week:
    """The counters after the epoch. Raises IntegrityError for anything else."""
    match _of(document, "week"):
        case {"number": int(number), "devices": devices, **nothing} if not nothing:
            counters = {
                account: {name: _counters(account, each) for name, each in own.items()}
                for account, own in _accounts(devices).items()
            }
            return Week(number, counters)
    raise IntegrityError("devices.json holds no week")


def _of(document: Json, key: str) -> Json:
    return document.get(key) if isinstance(document, Mapping) else None


def _accounts(value: Json) -> Mapping[str, Mapping[str, Json]]:
    if not isinstance(value, Mapping) or not all(
        isinstance(devices, Mapping) for devices in value.values()
    ):
        raise IntegrityError("devices.json holds no devices by account")
    found: Any = value
    return {account: dict(devices) for account, devices in found.items()}


def _raw(account: str, value: Json) -> Raw:
    match value:
        case {"level": str(level), "passes": int(passes)} if (
            level in LEVELS and 0 <= passes < _MOST and type(passes) is int
        ):
            return Raw(level, passes, _weight(account, value, "weight"))
    raise IntegrityError(f"devices.json: {account[:16]}..: a level and passes are asked for")


def _weight(account: str, value: Json, key: str) -> int:
    weight = _of(value, key)
    if not isinstance(weight, str) or not (weight.isascii() and weight.isdecimal()):
        raise IntegrityError(f"devices.json: {account[:16]}..: {key} is no integer text")
    return int(weight)


def _driven(driven: Driven) -> Json:
    return {"passes": driven.passes, "weight": str(driven.weight), "before": driven.before}


def _counters(account: str, value: Json) -> Driven:
    match value:
        case {"passes": int(passes), "weight": str(), "before": int(before), **nothing} if (
            not nothing and passes >= 0 <= before
        ):
            return Driven(passes, _weight(account, value, "weight"), before)
    raise IntegrityError(f"devices.json: {account[:16]}..: the week's counters are none")
