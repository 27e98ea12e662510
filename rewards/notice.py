"""May an epoch pay by this policy? As the one before it did, or by one announced in time; pure.

The law: an announced policy stands, with its text, in the signed inputs of at least NOTICE_EPOCHS
epochs before the first one that pays by it, so nobody's next drive is paid by rules that could not
be read a week before. The first epoch of a chain pays by any.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roadcomb.canonical import Json, digest_of_bytes
from roadcomb.errors import IntegrityError

__all__ = [
    "NOTICE_EPOCHS",
    "Announced",
    "announced_of",
    "due_policy",
    "refuse_misdated",
    "refuse_unannounced",
]

NOTICE_EPOCHS = 7


@dataclass(frozen=True, slots=True)
class Announced:
    """since: the first epoch whose inputs showed it; effective: the first that is to pay by it."""

    policy: str
    text: str
    since: int
    effective: int

    def document(self) -> dict[str, Json]:
        """As it stands in inputs.json."""
        return {
            "policy": self.policy,
            "text": self.text,
            "since": self.since,
            "effective": self.effective,
        }


def announced_of(value: Json) -> tuple[Announced, ...]:
    """Announcements out of inputs.json. Raises IntegrityError for anything else."""
    if not isinstance(value, list):
        raise IntegrityError("inputs.json: announced is no list")
    return tuple(_announced(each) for each in value)


def due_policy(before: Iterable[Announced], current: str | None, epoch: int) -> Announced | None:
    """The announced policy that `epoch` begins to pay by; None: it pays as the epoch before did.

    before: what the inputs of the epoch before showed, in the order of their announcement; current:
    the policy that it paid by.
    """
    ripe = [each for each in before if each.effective <= epoch and _ripe(each, epoch)]
    newest = max(ripe, key=lambda each: each.effective, default=None)
    return None if newest is None or newest.policy == current else newest


def refuse_unannounced(
    epoch: int, policy: str, current: str | None, before: Iterable[Announced]
) -> None:
    """Raises IntegrityError unless the epoch may pay by this policy."""
    if current is None or policy == current:
        return
    if not any(each.policy == policy and _ripe(each, epoch) for each in before):
        raise IntegrityError(
            f"epoch {epoch} pays by a policy that was not announced {NOTICE_EPOCHS} epochs before"
        )


def refuse_misdated(epoch: int, shown: Iterable[Announced], before: Iterable[Announced]) -> None:
    """Raises IntegrityError unless each announcement is new in this epoch or stood there before."""
    known: Mapping[tuple[str, int], int] = {
        (each.policy, each.effective): each.since for each in before
    }
    for each in shown:
        if each.since != known.get((each.policy, each.effective), epoch):
            raise IntegrityError(f"epoch {epoch}: policy {each.policy[:16]}.. is misdated")
        if each.effective < each.since + NOTICE_EPOCHS:
            raise IntegrityError(f"epoch {epoch}: policy {each.policy[:16]}.. comes too soon")


def _ripe(announced: Announced, epoch: int) -> bool:
    return max(announced.effective, announced.since + NOTICE_EPOCHS) <= epoch


def _announced(value: Json) -> Announced:
    match value:
        case {
            "policy": str(policy),
            "text": str(text),
            "since": int(since),
            "effective": int(effective),
            **nothing,
        } if not nothing and digest_of_bytes(text.encode()) == policy:
            return Announced(policy, text, since, effective)
    raise IntegrityError("inputs.json: an announced policy is none, or not its own text")
