"""Fleets: a part of what a driver earns goes to a manager, as both of them signed; pure.

The law: the manager's part and the driver's are the amount, to the last base unit: the manager has
floor(amount * share / 1000), the driver the rest. A driver has one manager at most, the one agreed
on last; a part is not split again, so a manager's own manager has nothing of it. An agreement, or
its end, counts from the epoch after the one that took it in, so what was driven before is paid as
it was agreed then.

=============  ================================================================================
``fleet``      event: `agreement` (digest of what both signed), `manager`, `driver`, `share`
``fleet-end``  event: `agreement`; an end of one that a newer one has replaced changes nothing
=============  ================================================================================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rewards.events import Event
from roadcomb.canonical import Json
from roadcomb.errors import IntegrityError

__all__ = [
    "FLEET",
    "FLEET_END",
    "Fleet",
    "Fleets",
    "Part",
    "Parts",
    "agreed",
    "fleets_content",
    "fleets_in",
    "parts_in",
    "parts_of",
    "split",
]

FLEET, FLEET_END = "fleet", "fleet-end"
_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Fleet:
    """agreement: its digest. manager: an account. share: per mille of what the driver earns."""

    agreement: str
    manager: str
    share: int


Fleets = Mapping[str, Fleet]
"""The agreement in force by the account of its driver, in order."""


@dataclass(frozen=True, slots=True)
class Part:
    """Base units of an epoch that a driver's manager has."""

    manager: str
    amount: int


Parts = Mapping[str, Part]
"""By the account of the driver, in order."""


def agreed(fleets: Fleets, events: Iterable[Event]) -> Fleets:
    """The agreements in force after some events, in their order. Raises IntegrityError for one of
    a kind of ours that says nothing.
    """
    standing = dict(fleets)
    for event in events:
        if event.kind == FLEET:
            driver, fleet = _fleet(event)
            standing[driver] = fleet
        elif event.kind == FLEET_END:
            ended = _ended(event)
            standing = {who: each for who, each in standing.items() if each.agreement != ended}
    return dict(sorted(standing.items()))


def parts_of(amounts: Mapping[str, int], fleets: Fleets) -> dict[str, Part]:
    """What managers have of amounts by account."""
    return {
        driver: Part(fleet.manager, amounts[driver] * fleet.share // _WHOLE)
        for driver, fleet in fleets.items()
        if driver in amounts
    }


def split(amounts: Mapping[str, int], parts: Parts) -> dict[str, int]:
    """The amounts after each part has gone to its manager, accounts in order."""
    after = dict(amounts)
    for driver, part in parts.items():
        after[driver] -= part.amount
        after[part.manager] = after.get(part.manager, 0) + part.amount
    return dict(sorted(after.items()))


def fleets_content(fleets: Fleets, parts: Parts) -> dict[str, Json]:
    """What fleets.json holds: the agreements after the epoch, and the parts of it."""
    agreements: dict[str, Json] = {
        driver: {"agreement": each.agreement, "manager": each.manager, "share": each.share}
        for driver, each in fleets.items()
    }
    told: dict[str, Json] = {
        driver: {"manager": part.manager, "amount": str(part.amount)}
        for driver, part in parts.items()
    }
    return {"agreements": agreements, "parts": told}


def fleets_in(document: Json) -> Fleets:
    """Agreements out of fleets.json. Raises IntegrityError for anything else."""
    match document:
        case {"agreements": Mapping() as agreements}:
            return {driver: _standing(driver, each) for driver, each in agreements.items()}
    raise IntegrityError("fleets.json holds no agreements")


def parts_in(document: Json) -> Parts:
    """Parts out of fleets.json. Raises IntegrityError for anything else."""
    match document:
        case {"parts": Mapping() as parts}:
            return {driver: _part(driver, each) for driver, each in parts.items()}
    raise IntegrityError("fleets.json holds no parts")


def _fleet(event: Event) -> tuple[str, Fleet]:
    match event.body:
        case {"driver": str(driver), **rest}:
            fleet = _standing(driver, rest)
            if fleet.manager != driver:
                return driver, fleet
    raise IntegrityError(f"event {event.number} is no agreement of a fleet")


def _ended(event: Event) -> str:
    match event.body:
        case {"agreement": str(agreement), **nothing} if not nothing:
            return agreement
    raise IntegrityError(f"event {event.number} ends no agreement of a fleet")


def _standing(driver: str, value: Json) -> Fleet:
    match value:
        case {
            "agreement": str(agreement),
            "manager": str(manager),
            "share": int(share),
            **nothing,
        } if not nothing and 0 <= share <= _WHOLE:
            return Fleet(agreement, manager, share)
    raise IntegrityError(f"the agreement of {driver[:16]}.. is none")


def _part(driver: str, value: Json) -> Part:
    match value:
        case {"manager": str(manager), "amount": str(amount), **nothing} if (
            not nothing and amount.isascii() and amount.isdecimal()
        ):
            return Part(manager, int(amount))
    raise IntegrityError(f"fleets.json: the part of {driver[:16]}.. is none")
