"""Which pieces of road were seen: drives' ways laid on the network by distance and heading; pure.

The law: a place on a drive's way belongs to the nearest piece no further than REACH_M whose
heading differs by at most TURN_DEG, and to none when there is no such piece. So neither the other
carriageway nor a parallel street in the same cell is taken for the one that was driven.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tiles.lines import FINE, Lines
from tiles.roads import Network
from tiles.webmercator import degrees

__all__ = ["NEVER", "REACH_M", "TURN_DEG", "Places", "places_of", "seen_days"]

REACH_M = 15.0
"""Half a wide street and a receiver's error among houses."""
TURN_DEG = 40.0
_EVERY_M = 8.0
"""So that a piece of 20 m is not missed between two places."""
_STILL_M = 1.0
"""Shorter steps have no heading."""
NEVER = -1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Places:
    """n places along drives' ways in the network's plane (n, 2), headings, day numbers."""

    metres: Floats
    heading_deg: Floats
    day: NDArray[np.int64]


def places_of(lines: Lines, network: Network) -> Places:
    """A place every few metres along every step of the lines."""
    metres = network.plane(*degrees(lines.x / FINE, lines.y / FINE))
    last = np.zeros(len(lines.x), np.bool_)
    last[lines.starts[1:] - 1] = True
    first = np.flatnonzero(~last)
    step = metres[first + 1] - metres[first]
    length = np.hypot(step[:, 0], step[:, 1])
    moving = length >= _STILL_M
    first, step, length = first[moving], step[moving], length[moving]
    counts = np.ceil(length / _EVERY_M).astype(np.int64)
    owner = np.repeat(np.arange(len(first)), counts)
    part = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5
    piece = np.searchsorted(lines.starts, first, "right") - 1
    return Places(
        metres[first][owner] + step[owner] * (part / counts[owner])[:, None],
        (np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360)[owner],
        lines.day[lines.drives[piece]][owner],
    )


def seen_days(network: Network, places: Places) -> NDArray[np.int64]:
    """The newest day on which each of p pieces was seen, NEVER where it was not."""
    days = np.full(len(network.lines), NEVER, np.int64)
    points = np.asarray(shapely.points(places.metres), np.object_)
    place, piece = shapely.STRtree(network.lines).query(points, "dwithin", distance=REACH_M)
    turn = (network.heading_deg[piece] - places.heading_deg[place] + 180) % 360 - 180
    kept = np.abs(turn) <= TURN_DEG
    place, piece = place[kept], piece[kept]
    far = shapely.distance(points[place], network.lines[piece])
    order = np.lexsort((far, place))
    nearest = order[np.append(True, np.diff(place[order]) > 0)[: len(order)]]
    np.maximum.at(days, piece[nearest], places.day[place[nearest]])
    return days
