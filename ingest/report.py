"""What scan and upload say to machines, and the words for why a picture is not sent; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from ingest.outcome import Outcome
from ingest.planning import FAULTS, Plan, Shot
from ingest.screening import Rejected
from ingest.video.refusals import REASONS as VIDEO_WORDS
from roadcomb.canonical import Json
from roadcomb.geo import distance_m
from roadcomb.records import degrees

__all__ = [
    "WORDS",
    "faults",
    "folder_json",
    "model_of",
    "outcome_json",
    "plans_json",
    "way_m",
]

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
    "too-much": "reading it takes more time or memory than a picture's may",
    "trip-end": "near where the trip began or ended; where nobody lives: --no-trim",
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
