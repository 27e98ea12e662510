"""GPX tracks, 1.0 or 1.1; speed and course also from extensions; no DTD (entity bombs)."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import gpxpy
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.sidecars import Sidecar, text_of
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["read_gpx"]

_COURSE = {"course", "heading", "bearing"}


def read_gpx(path: Path) -> Sidecar:
    """Fixes of a GPX file. Raises InvalidInput saying what is wrong with the file."""
    text = text_of(path)
    try:
        fromstring(text, forbid_dtd=True)
        gpx = gpxpy.parse(text)
    except (DefusedXmlException, ParseError, gpxpy.gpx.GPXException, ValueError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(f"no readable GPX: {problem[:200]}") from error
    points = [point for point, *_ in gpx.walk()]
    return Sidecar(fixes=tuple(_fix_of(point) for point in points if point.time is not None))


def _fix_of(point: Any) -> Fix:
    said = {_local_name(e): e.text for top in point.extensions for e in top.iter() if e.text}
    course = next((said[name] for name in sorted(_COURSE & said.keys())), "")
    return Fix(
        _instant_ms(point.time),
        point.latitude,
        point.longitude,
        point.elevation,
        point.speed if point.speed is not None else _number(said.get("speed")),
        point.course if point.course is not None else _number(course),
        point.horizontal_dilution,
        point.satellites,
    )


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _instant_ms(time: datetime) -> int:
    """GPX times are UTC, also where they do not say so."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
