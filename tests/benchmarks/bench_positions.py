"""How far off a frame's position is, placed between two fixes of a receiver of 1 Hz.

`python -m tests.benchmarks.bench_positions`: comma2k19's minute in San Francisco (29..72 km/h), in
ROADCOMB_REAL_DATA. Its u-blox receiver of 10 Hz is thinned to 1 Hz in all ten ways, and at each
20 Hz pose that counts as truth the position is what `Track.at` says (linear), and what two finer
methods would say. The rule: a finer method is kept if it gains 10 %.
"""

import csv
import math
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ingest.tracks import Track, make_track
from roadcomb.geo import EARTH_RADIUS_M, distance_m
from roadcomb.records import Fix

TRACE = "traces/comma2k19_sf_60s"
THINNED = 10
GAIN = 0.10
GAP_S = 10.0

Place = tuple[float, float]
"""Latitude and longitude, degrees."""
Method = Callable[[Track, int], Place]


def main() -> None:
    """Print the table; without the trace say so."""
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"), TRACE)
    if not folder.is_dir():
        Console().print(f"no trace in {folder}: ROADCOMB_REAL_DATA names no folder with it")
        return
    receiver, truth = read_trace(folder)
    own = errors_m(linear, [receiver], truth)
    found = {name: errors_m(method, thinned(receiver), truth) for name, method in METHODS.items()}
    table = Table("method", "median m", "gain", "95 % m", "gain", box=None)
    table.add_row("the receiver's own 10 Hz, linear", *_columns(own, None))
    for name, errors in found.items():
        table.add_row(f"1 Hz, {name}", *_columns(errors, found["linear"]))
    Console().print(table)
    Console().print(f"a finer method is kept if it gains {GAIN:.0%} in both")


def read_trace(folder: Path) -> tuple[Track, list[Fix]]:
    """(the receiver's track at 10 Hz, true poses at 20 Hz), on one clock."""
    return _receiver(folder), _truth(folder)


def thinned(track: Track) -> list[Track]:
    """The ten tracks of 1 Hz that are in one of 10 Hz."""
    return [make_track(track.fixes[phase::THINNED]) for phase in range(THINNED)]


def errors_m(method: Method, tracks: Sequence[Track], truth: Sequence[Fix]) -> np.ndarray:
    """Distances to the truth wherever a track reaches."""
    return np.array([error for track in tracks for error in _errors(method, track, truth)])


def linear(track: Track, t_ms: int) -> Place:
    """What frames are given."""
    fix = track.at(t_ms, GAP_S)
    return (math.nan, math.nan) if fix is None else (fix.lat_deg, fix.lon_deg)


def hermite(track: Track, t_ms: int) -> Place:
    """A cubic through the fixes with the receiver's own speed and course in them."""
    return _cubic(track, t_ms, lambda n: _velocity(track.fixes[n]))


def catmull_rom(track: Track, t_ms: int) -> Place:
    """A cubic through the fixes whose slope is that from the neighbour before to the one after."""
    return _cubic(track, t_ms, lambda n: _slope(track, n))


METHODS: dict[str, Method] = {
    "linear": linear,
    "Hermite with speed and course": hermite,
    "Catmull-Rom": catmull_rom,
}


def _errors(method: Method, track: Track, truth: Sequence[Fix]) -> Iterator[float]:
    for pose in truth:
        if track.times_ms[0] <= pose.t_ms < track.times_ms[-1]:
            yield distance_m(*method(track, pose.t_ms), pose.lat_deg, pose.lon_deg)


def _cubic(track: Track, t_ms: int, velocity: Callable[[int], Place]) -> Place:
    """The cubic Hermite spline; `velocity` in degrees a second."""
    n = bisect_right(track.times_ms, t_ms) - 1
    a, b = track.fixes[n], track.fixes[n + 1]
    span_s = (b.t_ms - a.t_ms) / 1000
    s = (t_ms - a.t_ms) / 1000 / span_s
    ways = zip((a.lat_deg, a.lon_deg), (b.lat_deg, b.lon_deg), strict=True)
    slopes = zip(velocity(n), velocity(n + 1), strict=True)
    lat, lon = (
        (2 * s**3 - 3 * s**2 + 1) * from_
        + (s**3 - 2 * s**2 + s) * span_s * out
        + (3 * s**2 - 2 * s**3) * to
        + (s**3 - s**2) * span_s * into
        for (from_, to), (out, into) in zip(ways, slopes, strict=True)
    )
    return lat, lon


def _velocity(fix: Fix) -> Place:
    speed, course = fix.speed_mps or 0.0, math.radians(fix.heading_deg or 0.0)
    degree_m = math.radians(1) * EARTH_RADIUS_M
    east_m = degree_m * math.cos(math.radians(fix.lat_deg))
    return speed * math.cos(course) / degree_m, speed * math.sin(course) / east_m


def _slope(track: Track, n: int) -> Place:
    a, b = track.fixes[max(0, n - 1)], track.fixes[min(len(track.fixes) - 1, n + 1)]
    span_s = (b.t_ms - a.t_ms) / 1000
    return (b.lat_deg - a.lat_deg) / span_s, (b.lon_deg - a.lon_deg) / span_s


def _columns(errors: np.ndarray, against: np.ndarray | None) -> list[str]:
    columns: list[str] = []
    for share in (50, 95):
        error = float(np.percentile(errors, share))
        base = None if against is None or errors is against else np.percentile(against, share)
        columns += [f"{error:.2f}", "" if base is None else f"{1 - error / base:+.1%}"]
    return columns


def _receiver(folder: Path) -> Track:
    return make_track(
        Fix(
            _ms(row),
            float(row["lat"]),
            float(row["lon"]),
            speed_mps=float(row["speed_mps"]),
            heading_deg=float(row["bearing_deg"]),
        )
        for row in _rows(folder / "gnss_ublox.csv")
    )


def _truth(folder: Path) -> list[Fix]:
    rows = _rows(folder / "pose_truth_20hz.csv")
    return [Fix(_ms(row), float(row["lat"]), float(row["lon"])) for row in rows]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def _ms(row: dict[str, str]) -> int:
    """Both were stamped by the phone's clock since boot."""
    return round(float(row["t_boot_s"]) * 1000)


if __name__ == "__main__":
    main()
