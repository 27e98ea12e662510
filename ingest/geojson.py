"""Tracks in GeoJSON (RFC 7946): lines with a time for each vertex, points with a time each. Pure.

::

    LineString, MultiLineString   properties.coordinateProperties.times, .coordTimes or .times: a
                                  list as long as the coordinates (a list of lists for a Multi...)
    Point                         properties.time, .timestamp, .datetime, .t_unix or .t_ms, and
                                  where known .speed (m/s), .heading or .course, .hdop, .satellites

A time is a text of ISO 8601 (UTC where it says no zone) or a number: seconds since 1970, or
milliseconds from 10**11 on (which as seconds would be the year 5138). Coordinates are longitude,
latitude and altitude.

Law: what has no readable time or place is no fix; nothing in a document is an exception but
InvalidInput for what is no GeoJSON.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["finite", "geojson_fixes"]

_TIMES = ("times", "coordTimes", "timestamps")
_TIME = ("time", "timestamp", "datetime", "t_unix", "t_ms")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = 10**11
_LAST_MS = 2**48
_LINES = ("LineString", "MultiLineString")


def geojson_fixes(text: str) -> tuple[list[Fix], int]:
    """(fixes of a document, vertices and points without a time). Raises InvalidInput."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"no readable JSON: {str(error)[:100]}") from error
    fixes, timeless = [], 0
    for feature in _features(document):
        for fix in _of_feature(feature):
            if fix is None:
                timeless += 1
            else:
                fixes.append(fix)
    return fixes, timeless


def finite(value: object) -> float | None:
    """A finite number; JSON's are as long as their writer liked."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _features(document: object) -> Sequence[Mapping[str, Any]]:
    top = _object(document)
    features = top.get("features") if top.get("type") == "FeatureCollection" else [top]
    if not isinstance(features, list) or top.get("type") not in ("FeatureCollection", "Feature"):
        raise InvalidInput("no GeoJSON FeatureCollection or Feature")
    return [_object(feature) for feature in features]


def _of_feature(feature: Mapping[str, Any]) -> Iterator[Fix | None]:
    geometry, said = _object(feature.get("geometry")), _object(feature.get("properties"))
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        yield _fix(coordinates, next((said[name] for name in _TIME if name in said), None), said)
    elif geometry.get("type") in _LINES:
        deep = geometry.get("type") == "MultiLineString"
        times = _times(said)
        for vertex, time in zip_longest(*(_flat(list_, deep) for list_ in (coordinates, times))):
            if vertex is not None:
                yield _fix(vertex, time, {})


def _times(said: Mapping[str, Any]) -> object:
    places = (_object(said.get("coordinateProperties")), said)
    return next((place[name] for place in places for name in _TIMES if name in place), None)


def _flat(items: object, deep: bool) -> list[Any]:
    if not isinstance(items, list):
        return []
    return [part for item in items for part in _flat(item, deep=False)] if deep else items


def _fix(vertex: object, time: object, said: Mapping[str, Any]) -> Fix | None:
    t_ms = _instant_ms(time)
    if t_ms is None or not isinstance(vertex, list) or len(vertex) < 2:
        return None
    lon, lat, alt, *_ = [*map(finite, vertex), None]
    if lon is None or lat is None:
        return None
    heading = finite(said.get("heading", said.get("course")))
    satellites = finite(said.get("satellites"))
    return Fix(
        t_ms,
        lat,
        lon,
        alt,
        finite(said.get("speed")),
        None if heading is None else heading % 360,
        finite(said.get("hdop")),
        None if satellites is None else int(satellites),
    )


def _instant_ms(time: object) -> int | None:
    number = finite(time)
    if number is not None:
        milliseconds = number if abs(number) >= _FIRST_MS else number * 1000
        return round(milliseconds) if abs(milliseconds) <= _LAST_MS else None
    try:
        instant = datetime.fromisoformat(time) if isinstance(time, str) else None
    except ValueError:
        return None
    if instant is None:
        return None
    since = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - _EPOCH
    return round(since.total_seconds() * 1000)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
