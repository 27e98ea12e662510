"""What scan, upload and status say: for people through rich, for machines as JSON.

`*_json` functions are pure. Names of files and words of nodes are strangers' text: printed never as
markup, and without what a terminal would obey.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.blurred import WAITS
from ingest.client import Outcome
from ingest.planning import FAULTS, Plan, Shot
from ingest.screening import Rejected
from ingest.video.refusals import REASONS as VIDEO_WORDS
from roadcomb.canonical import Json
from roadcomb.epochs import to_datetime
from roadcomb.geo import distance_m
from roadcomb.printable import printable
from roadcomb.records import degrees

__all__ = [
    "faults",
    "folder_json",
    "model_of",
    "outcome_json",
    "plans_json",
    "print_outcome",
    "print_payouts",
    "print_plans",
    "print_rejected",
    "print_states",
    "print_troubles",
    "way_m",
]

_NAMED = 3
"""Files named for each reason; `--json` names all."""

WORDS: Mapping[str, str] = {
    **VIDEO_WORDS,
    "changed-meanwhile": "changed while it was sent",
    "drive-too-short": "too few frames in a row for a drive",
    "duplicate-picture": "the same picture as another one",
    "few-satellites": "its receiver saw too few satellites",
    "framekm-damaged": "the FrameKM does not add up: copy it from the camera again",
    "no-3d-fix": "its receiver had a fix in two dimensions only",
    "no-fix": "no GPS position in the file, its name or beside it",
    "no-time": "no time of recording",
    "not-a-jpeg": "not a whole JPEG: copy it from the camera again",
    "not-a-number": "its GPS position is no number",
    "not-on-earth": "its GPS position is not on earth",
    "null-island": "its GPS position is 0, 0: the receiver had no fix",
    "poor-hdop": "its satellites stood badly for a good position",
    "poor-position": "its receiver took its position for too inexact",
    "stationary": "the car did not move",
    "privacy-zone": "in one of your privacy zones",
    "time-backwards": "its time goes back against the frames around it",
    "too-close": "too close to the frame before",
    "too-fast": "further from the frames around it than a car drives",
    "too-large": "larger than a node takes",
    "trip-end": "near where the trip began or ended",
    "unreadable": "cannot be read: check the card and its permissions",
    "zig-zag": "its position jumped away and came back",
}


def way_m(drive: Sequence[Shot]) -> float:
    """Metres from frame to frame."""
    places = [(degrees(shot.lat_e7), degrees(shot.lon_e7)) for shot in drive]
    return sum(distance_m(*a, *b) for a, b in pairwise(places))


def model_of(plans: Sequence[Plan]) -> str:
    """The camera that most of the pictures name."""
    drives = [drive for plan in plans for drive in plan.drives]
    models = Counter(shot.model for drive in drives for shot in drive if shot.model)
    return models.most_common(1)[0][0] if models else "unknown"


def faults(rejected: Iterable[Rejected[Path]]) -> int:
    """How many rejections speak of broken files."""
    return sum(rejection.reason in FAULTS for rejection in rejected)


def plans_json(plans: Sequence[Plan]) -> Json:
    """What `scan --json` prints."""
    rejected = [rejection for plan in plans for rejection in plan.rejected]
    return {
        "offered": sum(plan.offered for plan in plans),
        "kept": sum(len(drive) for plan in plans for drive in plan.drives),
        "rejected": _counts(rejected),
        "folders": [
            {
                "folder": str(plan.folder),
                "drives": [_drive_json(drive) for drive in plan.drives],
                "rejected": _rejected_json(plan.rejected),
                "troubles": list(plan.troubles),
                "without_time_zone": plan.unzoned,
                "notes": list(plan.notes),
            }
            for plan in plans
        ],
    }


def folder_json(plan: Plan) -> dict[str, Json]:
    """What `upload --json` tells of a folder before it sends; `scan --json` names the frames."""
    drives: Json = [
        {
            "started_ms": drive[0].t_ms,
            "frames": len(drive),
            "bytes": sum(shot.file_size for shot in drive),
            "metres": round(way_m(drive), 1),
        }
        for drive in plan.drives
    ]
    return {
        "folder": str(plan.folder),
        "offered": plan.offered,
        "drives": drives,
        "rejected": _counts(plan.rejected),
        "troubles": list(plan.troubles),
        "notes": list(plan.notes),
    }


def outcome_json(outcome: Outcome) -> dict[str, Json]:
    """The last line of `upload --json`."""
    return {
        "offered": outcome.offered,
        "sent": outcome.sent,
        "already_sent": outcome.already,
        "failed": outcome.failed,
        "would_send": outcome.planned,
        "rejected": _counts(outcome.rejected),
        "files": _rejected_json(outcome.rejected),
        "drives": [drive.to_json() for drive in outcome.delivered],
        "troubles": list(outcome.troubles),
        "stopped": None if outcome.stopped is None else str(outcome.stopped),
    }


def print_plans(console: Console, plans: Sequence[Plan]) -> None:
    """What would leave this machine, and what not."""
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
        console.print(table)
    kept, offered = sum(len(drive) for _, drive in drives), sum(plan.offered for plan in plans)
    noun = "drive" if len(drives) == 1 else "drives"
    _say(console, f"{kept} of {offered} pictures make {len(drives)} {noun}")
    print_rejected(console, [rejection for plan in plans for rejection in plan.rejected])
    for plan in plans:
        for note in plan.notes:
            _say(console, f"{plan.folder.name}: {note}")
    unzoned = sum(plan.unzoned for plan in plans)
    if unzoned:
        _say(
            console,
            f"{unzoned} pictures state no time zone and are taken as UTC: "
            "set ROADCOMB_READ_CLOCK_OFFSET_MIN to the camera's minutes east of it",
        )


def print_rejected(console: Console, rejected: Sequence[Rejected[Path]]) -> None:
    """Each reason, how often, in words, and some of the files."""
    for reason, count in sorted(Counter(r.reason for r in rejected).items()):
        names = [r.item.name for r in rejected if r.reason == reason][:_NAMED]
        more = ", ..." if count > _NAMED else ""
        words = WORDS.get(reason, reason)
        _say(console, f"  not sent, {reason}: {count} ({words}): {', '.join(names)}{more}")


def print_troubles(console: Console, troubles: Iterable[str]) -> None:
    """What went wrong, a line each."""
    for trouble in troubles:
        _say(console, f"roadcomb: {trouble}")


def print_outcome(console: Console, outcome: Outcome, told: int) -> None:
    """What became of everything offered; the first `told` of the rejected were told before."""
    if outcome.planned:
        _say(console, f"{outcome.planned} would be sent")
    for drive in outcome.delivered:
        _say(console, f"drive {drive.drive_id[:12]}: {drive.frames} frames, {drive.size:,} bytes")
        _say(console, f"  receipt verified and kept: {drive.receipt}")
    _say(
        console,
        f"{outcome.offered} pictures: {outcome.sent} sent, {outcome.already} sent before, "
        f"{len(outcome.rejected)} not for sending, {outcome.failed} failed",
    )
    print_rejected(console, outcome.rejected[told:])


def print_states(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line a drive with state, counts and level, then the reasons of each that has some."""
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
    console.print(table)
    for row in rows:
        reasons = [f"{name}: {count}" for name, count in row["reasons"].items()]
        whole = row["reason"] if row["reason"] not in row["reasons"] else None
        why = ", ".join(filter(None, (whole, *reasons)))
        if why:
            _say(console, f"{row['drive_id'][:12]}: {why}")
        if row.get("pictures") is not None:
            _say(console, f"{row['drive_id'][:12]}: {_shown(row['pictures'])}")
        for doubt in row.get("doubts") or ():
            _say(console, f"  {doubt}")
        if row["held"]:
            asked = row.get("appeals")
            heard = "your words are with them" if asked else "`roadcomb appeal` tells them why"
            _say(console, f"  a person will look at it: {heard}")


def _shown(pictures: Mapping[str, Any]) -> str:
    """How many pictures the node shows, and which wait for their blur and why."""
    count = pictures["published"]
    shown = f"{count} {'picture is' if count == 1 else 'pictures are'} published"
    waits = [f"{n} wait: {WAITS.get(why, why)}" for why, n in pictures["waiting"].items()]
    return ", ".join([shown, *waits])


def print_payouts(console: Console, payouts: Iterable[Mapping[str, Any]]) -> None:
    """Where each node pays, and from when on it will pay elsewhere."""
    for payout in payouts:
        if payout["address"] is not None:
            _say(console, f"{payout['node']} pays to {payout['address']}")
        if payout["following"] is not None and payout["from_ms"] is not None:
            day = f"{to_datetime(payout['from_ms']):%Y-%m-%d %H:%M} UTC"
            _say(console, f"  from {day} on to {payout['following']}")
            _say(console, "  (not you? `roadcomb key rotate`, then bind your own address again)")


def _say(console: Console, line: str) -> None:
    console.print(printable(line), markup=False, soft_wrap=True)


def _counts(rejected: Iterable[Rejected[Path]]) -> Json:
    return dict(sorted(Counter(rejection.reason for rejection in rejected).items()))


def _rejected_json(rejected: Iterable[Rejected[Path]]) -> Json:
    return [{"file": str(r.item), "reason": r.reason} for r in rejected]


def _drive_json(drive: Sequence[Shot]) -> Json:
    frames: Json = [
        {
            "file": str(shot.path),
            "t_ms": shot.t_ms,
            "lat": degrees(shot.lat_e7),
            "lon": degrees(shot.lon_e7),
            "heading": None if shot.heading_cdeg is None else shot.heading_cdeg / 100,
        }
        for shot in drive
    ]
    return {"frames": frames, "metres": round(way_m(drive), 1)}
