"""Who rode in the same car? Noted and nothing else: it is allowed, and rewards are split by design.

Two accounts in one car have a camera each, so that no picture is another's copy; but where one was,
the other was at the same moment. The law: drives rode together when at least half of the judged
drive's frames, and five, have the other's track within NEAR_M at their time. A convoy looks the
same, so this is no suspicion; a cell's reward is split among visits (rewards/visits.py), and one
car's frames are one visit whoever sent them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from quality.columns import PLACE_RESOLUTION
from quality.judgement import DAMAGE, load
from quality.search import FrameIndex
from roadcomb.canonical import Json
from roadcomb.catalog.tables import decisions, drives
from roadcomb.cells import cells_of
from roadcomb.node import Node
from roadcomb.records import Frame, Verdict, degrees

__all__ = ["Track", "companions", "permille_together", "track_of"]

NEAR_M = 20.0
"""A car's length, and what two receivers in it differ by between houses."""
_GAP_MS = 10_000
_LEAST_FRAMES, _LEAST_PERMILLE = 5, 500
_COMPARED_DRIVES = 10
_METRES_A_DEGREE = 111_195.0
"""Of latitude, on the sphere of roadcomb/geo.py."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Track:
    """Frames in order of time: ms since 1970 and degrees, shape (n,) each."""

    t_ms: Floats
    lat: Floats
    lon: Floats


def track_of(frames: Sequence[Frame]) -> Track:
    """The track of a drive's frames."""
    rows = sorted((one.t_ms, degrees(one.lat_e7), degrees(one.lon_e7)) for one in frames)
    t_ms, lat, lon = np.array(rows, np.float64).reshape(-1, 3).T
    return Track(t_ms, lat, lon)


def permille_together(ours: Track, theirs: Track) -> int:
    """Of our frames those near their track at the time, per thousand; 0 for fewer than five."""
    if not len(theirs.t_ms) or not len(ours.t_ms):
        return 0
    after = np.searchsorted(theirs.t_ms, ours.t_ms).clip(1, max(1, len(theirs.t_ms) - 1))
    ends = (theirs.t_ms[after - 1], theirs.t_ms[np.minimum(after, len(theirs.t_ms) - 1)])
    covered = (ours.t_ms >= ends[0]) & (ours.t_ms <= ends[1]) & (ends[1] - ends[0] <= _GAP_MS)
    north = np.interp(ours.t_ms, theirs.t_ms, theirs.lat) - ours.lat
    east = (np.interp(ours.t_ms, theirs.t_ms, theirs.lon) - ours.lon) * np.cos(np.radians(ours.lat))
    near = covered & (np.hypot(north, east) * _METRES_A_DEGREE <= NEAR_M)
    together = int(near.sum())
    return 1000 * together // len(near) if together >= _LEAST_FRAMES else 0


def companions(
    node: Node, index: FrameIndex, drive_id: str, contributor: str, frames: Sequence[Frame]
) -> list[Json]:
    """Public ids of others' drives that rode together with this one, with the share per mille."""
    ours = track_of(frames)
    found: list[Json] = []
    for other in _candidates(index, drive_id, contributor, ours)[:_COMPARED_DRIVES]:
        share = permille_together(ours, _track_of_judged(node, other))
        if share >= _LEAST_PERMILLE:
            found.append({"drive": index.drives[other].public_id, "permille": share})
    return found


def _candidates(index: FrameIndex, drive_id: str, contributor: str, ours: Track) -> list[str]:
    """Others' drives of the same time around the same places."""
    if not len(ours.t_ms):
        return []
    places = np.unique(cells_of(ours.lat, ours.lon, PLACE_RESOLUTION)).tolist()
    nearby = index.table.drives_around(places) - {drive_id}
    return sorted(
        other
        for other in nearby
        if index.drives[other].contributor != contributor
        and index.drives[other].verdict is not Verdict.REJECTED
        and index.drives[other].started_ms <= ours.t_ms[-1]
        and index.drives[other].ended_ms >= ours.t_ms[0]
    )


def _track_of_judged(node: Node, drive_id: str) -> Track:
    query = sa.select(decisions.c.judgement).join(drives, drives.c.decision == decisions.c.id)
    with node.catalog.reading() as connection:
        digest = connection.execute(query.where(drives.c.drive_id == drive_id)).scalar_one()
    try:
        rows = load(node.blobs, digest, ["t_ms", "lat_e7", "lon_e7"]).sort_by("t_ms")
    except DAMAGE:
        return track_of(())
    t_ms, lat_e7, lon_e7 = (rows[name].to_numpy().astype(np.float64) for name in rows.column_names)
    return Track(t_ms, lat_e7 / 1e7, lon_e7 / 1e7)
