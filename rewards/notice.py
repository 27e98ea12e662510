"""By which policy must an epoch pay? As the one before it, or by the one announced for it; pure.

The law: an announced policy stands, with its text, in the signed inputs of at least NOTICE_EPOCHS
epochs before the first one that pays by it, and of each until then; then it is paid by. So nobody's
next drive is paid by rules that could not be read a week before, and none is drawn by the promise
of rules that never come. The first epoch of a chain pays by any.
"""

from collections.abc import Iterable
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
    """Raises IntegrityError unless the epoch pays by this policy as it must.

    current: the policy of the epoch before; before: what its inputs showed.
    """
    due = None if current is None else due_policy(before, current, epoch)
    if policy == (current if due is None else due.policy) or current is None:
        return
    if due is not None:
        raise IntegrityError(f"epoch {epoch} does not pay by {due.policy[:16]}.., announced for it")
    raise IntegrityError(
        f"epoch {epoch} pays by a policy that was not announced {NOTICE_EPOCHS} epochs before"
    )


def refuse_misdated(epoch: int, shown: Iterable[Announced], before: Iterable[Announced]) -> None:
    """Raises IntegrityError unless each announcement is new in this epoch or stood there before,
    and each that stood there and is still to come stands there yet."""
    known = {(each.policy, each.effective): each.since for each in before}
    for each in shown:
        if each.since != known.pop((each.policy, each.effective), epoch):
            raise IntegrityError(f"epoch {epoch}: policy {each.policy[:16]}.. is misdated")
        if each.effective < each.since + NOTICE_EPOCHS:
            raise IntegrityError(f"epoch {epoch}: policy {each.policy[:16]}.. comes too soon")
    for policy, effective in known:
        if effective > epoch:
            raise IntegrityError(f"epoch {epoch}: policy {policy[:16]}.. was announced and is gone")


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
