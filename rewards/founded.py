"""Is every slash founded on a rejected drive, and every transfer another one? When it is audited.

The law: a slash names a receipt of the transparency log, and by the end of the slash's day its
drive was rejected, or decided on that same day: then an appeal may have changed it again, in sight
of all. A burn or a deposit names its transfer, which anybody can look up, and none counts twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewards.accounted import Accounting, parse_log
from rewards.differences import Difference
from rewards.events import Event, parse_events
from rewards.folders import Folder
from rewards.slashing import receipt_of
from rewards.transfers import TRANSFERS, clash
from roadcomb.records import SLASH, Verdict

__all__ = ["Founded"]


@dataclass(slots=True)
class Founded:
    """What epochs so far have shown. transfers: those counted, by the hash of their transaction."""

    transfers: dict[str, list[str]] = field(default_factory=dict)

    def add(self, folder: Folder, accounting: Accounting) -> None:
        """Take in an epoch; accounting: up to it. Raises Difference at the first that is not."""
        events = folder.read("events.json", parse_events)
        _refuse_unfounded(folder, [each for each in events if each.kind == SLASH], accounting)
        for event in events:
            if event.kind in TRANSFERS:
                self._count(folder, event)

    def _count(self, folder: Folder, event: Event) -> None:
        transfer = str(event.body.get("transaction"))
        counted = self.transfers.setdefault(transfer.partition(":")[0], [])
        if clash(transfer, counted):
            name, field_name = folder.name("events.json"), f"event {event.number}"
            raise Difference(name, field_name, "a new transaction", transfer)
        counted.append(transfer)


def _refuse_unfounded(folder: Folder, slashes: Sequence[Event], accounting: Accounting) -> None:
    decided = folder.read("log.json", parse_log).decided if slashes else {}
    for event in slashes:
        receipt = receipt_of(event)
        state = accounting.state(receipt)
        if state != Verdict.REJECTED and receipt not in decided:
            name = f"event {event.number}, receipt {receipt}"
            raise Difference(folder.name("events.json"), name, "a rejected drive's", state)
