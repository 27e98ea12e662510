"""Is every slash founded on a rejected drive, and every deposit another one? When it is audited.

The law: a slash names a receipt of the transparency log, and by the end of the slash's day its
drive was rejected, or decided on that same day: then an appeal may have changed it again, in sight
of all. A deposit names its transaction, which anybody can look up, and no two name the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewards.accounted import Accounting, parse_log
from rewards.differences import Difference
from rewards.events import Event, parse_events
from rewards.folders import Folder
from rewards.slashing import receipt_of
from rewards.staking import DEPOSIT
from roadcomb.records import SLASH, Verdict

__all__ = ["Founded"]


@dataclass(slots=True)
class Founded:
    """What epochs so far have shown. transactions: of deposits."""

    transactions: set[str] = field(default_factory=set)

    def add(self, folder: Folder, accounting: Accounting) -> None:
        """Take in an epoch; accounting: up to it. Raises Difference at the first that is not."""
        events = folder.read("events.json", parse_events)
        _refuse_unfounded(folder, [each for each in events if each.kind == SLASH], accounting)
        for event in events:
            if event.kind == DEPOSIT:
                transaction = str(event.body.get("transaction"))
                if transaction in self.transactions:
                    name, field_name = folder.name("events.json"), f"event {event.number}"
                    raise Difference(name, field_name, "a new transaction", transaction)
                self.transactions.add(transaction)


def _refuse_unfounded(folder: Folder, slashes: Sequence[Event], accounting: Accounting) -> None:
    decided = folder.read("log.json", parse_log).decided if slashes else {}
    for event in slashes:
        receipt = receipt_of(event)
        state = accounting.state(receipt)
        if state != Verdict.REJECTED and receipt not in decided:
            name = f"event {event.number}, receipt {receipt}"
            raise Difference(folder.name("events.json"), name, "a rejected drive's", state)
