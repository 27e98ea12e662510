"""Is every slash founded on a rejected drive? Against the transparency log, when it is audited.

The law: a slash names a receipt of the log, and by the end of the slash's day its drive was
rejected, or decided on that same day: then an appeal may have changed it again, in sight of all.
"""

from rewards.accounted import Accounting, parse_log
from rewards.differences import Difference
from rewards.events import parse_events
from rewards.folders import Folder
from rewards.slashing import receipt_of
from roadcomb.records import SLASH, Verdict

__all__ = ["refuse_unfounded"]


def refuse_unfounded(folder: Folder, accounting: Accounting) -> None:
    """Raise Difference at the first slash of an epoch that is not; accounting: up to that epoch."""
    decided = folder.read("log.json", parse_log).decided
    for event in folder.read("events.json", parse_events):
        if event.kind != SLASH:
            continue
        receipt = receipt_of(event)
        state = accounting.state(receipt)
        if state != Verdict.REJECTED and receipt not in decided:
            field = f"event {event.number}, receipt {receipt}"
            raise Difference(folder.name("events.json"), field, "a rejected drive's", state)
