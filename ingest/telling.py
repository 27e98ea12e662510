"""What scan, upload and status say to people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.blurred import WAITS
from ingest.outcome import Outcome
from ingest.planning import Plan
from ingest.report import WORDS, way_m
from ingest.screening import Rejected
from ingest.voice import Voice
from roadcomb.epochs import to_datetime
from roadcomb.printable import printable

__all__ = [
    "print_outcome",
    "print_payouts",
    "print_plans",
    "print_rejected",
    "print_stakes",
    "print_states",
    "print_troubles",
]

_NAMED = 3
"""Files named for each reason; `--json` names all."""


def print_plans(voice: Voice, plans: Sequence[Plan]) -> None:
    """What would leave this machine, and what not."""
    from rich.table import Table
    from rich.text import Text

    table = Table("folder", "drive begins (UTC)", box=None, pad_edge=False)
    for name in ("frames", "km", "MB"):
        table.add_column(name, justify="right")
    drives = [(plan, drive) for plan in plans for drive in plan.drives]
    for plan, drive in drives:
        table.add_row(
            Text(printable(plan.folder.name)),
            f"{to_datetime(drive[0].t_ms):%Y-%m-%d %H:%M:%S}",
            str(len(drive)),
            f"{way_m(drive) / 1000:.2f}",
            f"{sum(shot.file_size for shot in drive) / 1e6:.1f}",
        )
    if drives:
        voice.show(table)
    kept, offered = sum(len(drive) for _, drive in drives), sum(plan.offered for plan in plans)
    noun = "drive" if len(drives) == 1 else "drives"
    voice.say(f"{kept} of {offered} pictures make {len(drives)} {noun}")
    print_rejected(voice, [rejection for plan in plans for rejection in plan.rejected])
    for plan in plans:
        for note in plan.notes:
            voice.say(f"{plan.folder.name}: {note}")
    unzoned = sum(plan.unzoned for plan in plans)
    if unzoned:
        voice.say(
            f"{unzoned} pictures state no time zone and are taken as UTC: "
            "set ROADCOMB_READ_CLOCK_OFFSET_MIN to the camera's minutes east of it",
        )


def print_rejected(voice: Voice, rejected: Sequence[Rejected[Path]]) -> None:
    """Each reason, how often, in words, and some of the files."""
    for reason, count in sorted(Counter(r.reason for r in rejected).items()):
        names = [r.item.name for r in rejected if r.reason == reason][:_NAMED]
        more = ", ..." if count > _NAMED else ""
        words = WORDS.get(reason, reason)
        voice.say(f"  not sent, {reason}: {count} ({words}): {', '.join(names)}{more}")


def print_troubles(voice: Voice, troubles: Iterable[str]) -> None:
    """What went wrong, a line each."""
    for trouble in troubles:
        voice.say(f"roadcomb: {trouble}")


def print_outcome(voice: Voice, outcome: Outcome, told: int) -> None:
    """What became of everything offered; the first `told` of the rejected were told before."""
    for drive in outcome.delivered:
        voice.say(f"drive {drive.drive_id[:12]}: {drive.frames} frames, {drive.size:,} bytes")
        voice.say(f"  receipt verified and kept: {drive.receipt}")
    sent = f"{outcome.planned} would be sent" if outcome.planned else f"{outcome.sent} sent"
    voice.say(
        f"{outcome.offered} pictures: {sent}, {outcome.already} sent before, "
        f"{len(outcome.rejected)} not for sending, {outcome.failed} failed",
    )
    print_rejected(voice, outcome.rejected[told:])


def print_states(voice: Voice, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line a drive with state, counts and level, then the reasons of each that has some."""
    from rich.table import Table
    from rich.text import Text

    counts = ("offered", "pending", "held", "accepted", "rejected")
    table = Table("drive", "begins (UTC)", "state", box=None, pad_edge=False)
    for name in counts:
        table.add_column(name, justify="right")
    table.add_column("device")
    for row in rows:
        begins = f"{to_datetime(row['started_ms']):%Y-%m-%d %H:%M}"
        numbers = [str(row[name]) for name in counts]
        level = Text(printable(row.get("level") or ""))
        state = Text(printable(row["state"]))
        table.add_row(row["drive_id"][:12], begins, state, *numbers, level)
    voice.show(table)
    for row in rows:
        reasons = [f"{name}: {count}" for name, count in row["reasons"].items()]
        whole = row["reason"] if row["reason"] not in row["reasons"] else None
        why = ", ".join(filter(None, (whole, *reasons)))
        if why:
            voice.say(f"{row['drive_id'][:12]}: {why}")
        if row.get("pictures") is not None:
            voice.say(f"{row['drive_id'][:12]}: {_shown(row['pictures'])}")
        for doubt in row.get("doubts") or ():
            voice.say(f"  {doubt}")
        if row["held"]:
            asked = row.get("appeals")
            heard = "your words are with them" if asked else "`roadcomb appeal` tells them why"
            voice.say(f"  a person will look at it: {heard}")


def _shown(pictures: Mapping[str, Any]) -> str:
    """How many pictures the node shows, and which wait for their blur and why."""
    count = pictures["published"]
    shown = f"{count} {'picture is' if count == 1 else 'pictures are'} published"
    waits = [f"{n} wait: {WAITS.get(why, why)}" for why, n in pictures["waiting"].items()]
    return ", ".join([shown, *waits])


def print_stakes(voice: Voice, stakes: Iterable[Mapping[str, Any]]) -> None:
    """What each node says of one's stake, and until when a slash of it can be appealed."""
    for stake in stakes:
        for sentence in stake["words"]:
            voice.say(f"{stake['node']}: {sentence}")


def print_payouts(voice: Voice, payouts: Iterable[Mapping[str, Any]]) -> None:
    """Where each node pays, and from when on it will pay elsewhere."""
    for payout in payouts:
        if payout["address"] is not None:
            voice.say(f"{payout['node']} pays to {payout['address']}")
        if payout["following"] is not None and payout["from_ms"] is not None:
            day = f"{to_datetime(payout['from_ms']):%Y-%m-%d %H:%M} UTC"
            voice.say(f"  from {day} on to {payout['following']}")
            voice.say("  (not you? `roadcomb key rotate`, then bind your own address again)")
