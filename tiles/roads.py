"""The road network of an OpenStreetMap file: which streets there are, and which way they go.

An edge is a way from one junction to the next (or to its end); each of its directions that traffic
may take counts for itself. It is cut into pieces of at most PIECE_M, each with a heading.
Source of the tags: the OpenStreetMap wiki, "Key:highway" and "Key:oneway".
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import osmium.osm
import shapely
from numpy.typing import NDArray

from roadcomb.errors import InvalidInput, NotFound

__all__ = ["DRIVEN", "PIECE_M", "Edge", "Network", "network_of", "read_edges"]

PIECE_M = 20.0
DRIVEN = frozenset(
    kind + end
    for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for end in ("", "_link")
) | {"unclassified", "residential", "living_street", "service", "road"}
"""Values of `highway` that cars drive on."""
_EARTH_M = 6_371_008.8
"""Mean radius (IUGG)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """A street between two junctions: its nodes (lon, lat) in degrees, and whether traffic may
    go along them and against them."""

    way: int
    nodes: tuple[tuple[float, float], ...]
    along: bool
    against: bool


@dataclass(frozen=True, slots=True)
class Network:
    """p pieces, one for each direction: lines in metres of a plane around `origin` (lon, lat),
    heading in degrees, length in m, and the directed edge that each belongs to."""

    origin: tuple[float, float]
    lines: NDArray[np.object_]
    heading_deg: Floats
    length_m: Floats
    edge: NDArray[np.int64]

    def plane(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Metres east and north of the origin, shape (n, 2); good to a few in a thousand."""
        return _plane(self.origin, np.stack((lon_deg, lat_deg), axis=-1))

    def degrees(self, metres: Floats) -> Floats:
        """Longitudes and latitudes of places in the plane, shape (n, 2)."""
        lat = metres[:, 1] / _EARTH_M + np.radians(self.origin[1])
        lon = metres[:, 0] / _EARTH_M / np.cos(lat)
        return np.stack((np.degrees(lon) + self.origin[0], np.degrees(lat)), axis=1)


def read_edges(path: Path) -> list[Edge]:
    """The driven edges of an .osm or .osm.pbf file. Raises NotFound, or InvalidInput when it is
    none."""
    if not path.exists():
        raise NotFound(f"there is no {path}")
    try:
        ways = list(_ways(path))
    except (RuntimeError, OSError) as error:
        raise InvalidInput(f"{path} is no OpenStreetMap file: {error}") from error
    uses = Counter(node for _, nodes, _ in ways for node, _ in nodes)
    return [edge for way in ways for edge in _edges(*way, uses)]


def network_of(edges: Iterable[Edge]) -> Network:
    """The pieces of some edges. Raises InvalidInput when there is none."""
    lines, owners, number = [], [], 0
    for edge in edges:
        for open_, nodes in ((edge.along, edge.nodes), (edge.against, edge.nodes[::-1])):
            if open_:
                lines.append(nodes)
                owners.append(number)
                number += 1
    if not lines:
        raise InvalidInput("there is no street in it that cars drive on")
    origin = lines[0][0]
    steps = [_cut(_plane(origin, np.array(nodes))) for nodes in lines]
    ends = np.concatenate(steps)
    east, north = (ends[:, 1] - ends[:, 0]).T
    return Network(
        origin,
        np.asarray(shapely.linestrings(ends), np.object_),
        np.degrees(np.arctan2(east, north)) % 360,
        np.hypot(east, north),
        np.repeat(owners, [len(part) for part in steps]),
    )


_Node = tuple[int, tuple[float, float]]


def _ways(path: Path) -> Iterable[tuple[int, list[_Node], dict[str, str]]]:
    """Id, nodes and tags of the driven ways; a node that the file does not hold is left out."""
    roads = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(path)).with_locations().with_filter(roads):
        if not isinstance(way, osmium.osm.Way) or way.tags.get("highway") not in DRIVEN:
            continue
        nodes = [(n.ref, (n.lon, n.lat)) for n in way.nodes if n.location.valid()]
        yield way.id, nodes, dict(way.tags)


def _edges(
    way: int, nodes: list[_Node], tags: dict[str, str], uses: Counter[int]
) -> Iterable[Edge]:
    along, against = _directions(tags)
    start = 0
    for end in range(1, len(nodes)):
        if uses[nodes[end][0]] > 1 or end == len(nodes) - 1:
            places = tuple(place for _, place in nodes[start : end + 1])
            yield Edge(way, places, along, against)
            start = end


def _directions(tags: dict[str, str]) -> tuple[bool, bool]:
    oneway = tags.get("oneway")
    if oneway in ("-1", "reverse"):
        return False, True
    implied = tags.get("junction") == "roundabout" or tags["highway"].startswith("motorway")
    return True, not (oneway in ("yes", "true", "1") or (implied and oneway != "no"))


def _cut(nodes: Floats) -> Floats:
    """Steps of at most PIECE_M between nodes in metres, (k, 2, 2); those of no length left out."""
    pieces = [np.zeros((0, 2, 2))]
    for first, last in pairwise(nodes):
        length = float(np.hypot(*(last - first)))
        if length > 0:
            count = int(np.ceil(length / PIECE_M))
            places = first + (last - first) * np.linspace(0, 1, count + 1)[:, None]
            pieces.append(np.stack((places[:-1], places[1:]), axis=1))
    return np.concatenate(pieces)


def _plane(origin: tuple[float, float], places: Floats) -> Floats:
    lon, lat = np.radians(places[..., 0] - origin[0]), np.radians(places[..., 1])
    north = lat - np.radians(origin[1])
    east = lon * np.cos(lat)
    return np.stack((east, north), axis=-1) * _EARTH_M
