"""What a video says of its way, whichever camera wrote it. Pure.

Law: `fixes` count time from the video's first picture (t_ms = 0), strictly increasing, and each
is a place on earth; when the video began is said once, by `start_ms`, so that a stamp that is late
or coarse moves no picture along the road.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from statistics import median_low
from typing import Any

from ingest.tracks import make_track
from roadcomb.records import Fix

__all__ = ["Sample", "Telemetry", "telemetry_from_json", "telemetry_of", "telemetry_to_json"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One fix at `video_ms` of the video; utc_ms is what it says of the time, if anything."""

    video_ms: int
    utc_ms: int | None
    fix: Fix


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The way of a video. start_ms: UTC at its first picture, None where nothing says so.

    `zoned` is False where start_ms is the camera's local time read as if it were UTC.
    """

    kind: str
    fixes: tuple[Fix, ...] = ()
    start_ms: int | None = None
    zoned: bool = True
    model: str = ""


def telemetry_of(
    kind: str, samples: Iterable[Sample], model: str = "", zoned: bool = True
) -> Telemetry:
    """Telemetry of samples in any order; the start is the median of what the samples say of it.

    GoPro stamps all samples of a second alike, so the first one of each stamp counts.
    """
    ordered = sorted(samples, key=lambda sample: sample.video_ms)
    starts: dict[int, int] = {}
    for sample in ordered:
        if sample.utc_ms is not None:
            starts.setdefault(sample.utc_ms, sample.utc_ms - sample.video_ms)
    track = make_track(
        replace(sample.fix, t_ms=sample.video_ms)
        for sample in ordered
        if (sample.fix.lat_deg, sample.fix.lon_deg) != (0, 0)  # how receivers say: nowhere
    )
    start_ms = median_low(starts.values()) if starts else None
    return Telemetry(kind, track.fixes, start_ms, zoned, model.strip()[:200])


def telemetry_to_json(telemetry: Telemetry) -> dict[str, Any]:
    """As it travels from the process that parses."""
    return {
        "kind": telemetry.kind,
        "fixes": [astuple(fix) for fix in telemetry.fixes],
        "start_ms": telemetry.start_ms,
        "zoned": telemetry.zoned,
        "model": telemetry.model,
    }


def telemetry_from_json(value: Mapping[str, Any]) -> Telemetry:
    """The same again."""
    return Telemetry(**{**value, "fixes": tuple(Fix(*fields) for fields in value["fixes"])})
