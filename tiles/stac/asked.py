"""A search as it was asked: from the words of a GET or the JSON of a POST to one value; pure.

The law: what is not understood is refused by name, never passed over, and every refusal is
BadSearch. Source: STAC API 1.0 item search, with the query extension for the grade; where only
days are told, an interval takes every day that it touches.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tiles.areas import MOST_CORNERS
from tiles.stac.refusals import BadBbox, BadDatetime, BadGeometry, BadSearch

__all__ = ["DEFAULT_LIMIT", "GRADE", "MOST_IDS", "MOST_ITEMS", "Search", "of_body", "of_words"]

GRADE = "roadcomb:grade"
DEFAULT_LIMIT = 100
MOST_ITEMS = 1_000
"""A client that asks for more in a page gets these, as the standard wants it."""
MOST_IDS = 1_000
_WORDS = ("ids", "collections", "bbox", "intersects", "datetime", "query", "limit", "token")
_LISTS = ("ids", "collections")
_OPERATORS = ("eq", "neq", "lt", "lte", "gt", "gte")
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_FIRST, _LAST = -(2**62), 2**62

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; None or () means all.

    bbox: west, south, east, north in degrees; one whose west is east of its east crosses 180.
    times: first and last instant, ms since 1970. grade: (operator, value) that must all hold.
    """

    ids: tuple[str, ...] | None = None
    collections: tuple[str, ...] | None = None
    bbox: Box | None = None
    shape: BaseGeometry | None = None
    times: tuple[int, int] | None = None
    grade: tuple[tuple[str, float], ...] = ()
    limit: int = DEFAULT_LIMIT
    token: str | None = None

    @property
    def question(self) -> str:
        """Names what is asked, whatever page of it."""
        form = None if self.shape is None else self.shape.wkt
        asked = (self.ids, self.collections, self.bbox, form, self.times, self.grade)
        return json.dumps(asked)


def of_words(words: Mapping[str, str]) -> Search:
    """The search of a query string."""
    body: dict[str, Any] = dict(words)
    for name in _LISTS:
        if name in words:
            body[name] = [part for part in words[name].split(",") if part]
    if "bbox" in words:
        body["bbox"] = [_number(part) for part in words["bbox"].split(",")]
    if "limit" in words:
        body["limit"] = _whole(words["limit"])
    for name, wrong in (("intersects", BadGeometry), ("query", BadSearch)):
        if name in words:
            body[name] = _json(words[name], name, wrong)
    return of_body(body)


def of_body(body: object) -> Search:
    """The search of a JSON body."""
    if not isinstance(body, dict):
        raise BadSearch("a JSON object is asked for")
    asked = {name: value for name, value in body.items() if value is not None}
    unknown = [str(name)[:40] for name in asked if name not in _WORDS]
    if unknown:
        raise BadSearch(f"{unknown[0]!r} is not known here: ask by {', '.join(_WORDS)}")
    if "bbox" in asked and "intersects" in asked:
        raise BadSearch("one of bbox and intersects is asked for")
    return Search(
        _texts(asked, "ids"),
        _texts(asked, "collections"),
        _box(asked["bbox"]) if "bbox" in asked else None,
        _shape(asked["intersects"]) if "intersects" in asked else None,
        _times(asked["datetime"]) if "datetime" in asked else None,
        _grade(asked.get("query", {})),
        _limit(asked.get("limit", DEFAULT_LIMIT)),
        _token(asked.get("token")),
    )


def _texts(asked: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    texts = asked.get(name)
    if texts is None:
        return None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadSearch(f"{name}: a list of texts is asked for")
    if len(texts) > MOST_IDS:
        raise BadSearch(f"{name}: at most {MOST_IDS} at once")
    return tuple(texts)


def _box(numbers: object) -> Box:
    if not isinstance(numbers, list) or len(numbers) not in (4, 6):
        raise BadBbox("bbox: west,south,east,north in degrees is asked for")
    if not all(_is_number(number) for number in numbers):
        raise BadBbox("bbox: finite numbers are asked for")
    half = len(numbers) // 2
    west, south, east, north = *numbers[:2], *numbers[half : half + 2]
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBbox("bbox: longitudes within 180, latitudes within 90 and south first")
    return float(west), float(south), float(east), float(north)


def _shape(document: Any) -> BaseGeometry:
    try:
        corners = _corners(document)
        if corners > MOST_CORNERS:
            raise BadGeometry(f"intersects: {corners} corners, at most {MOST_CORNERS}: simplify it")
        found = shape(document)
        if found.is_empty or not found.is_valid:
            raise BadGeometry(f"intersects: {_why_invalid(found)}")
        west, south, east, north = found.bounds
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
            shapely.errors.ShapelyError) as error:  # fmt: skip
        raise BadGeometry("intersects: a GeoJSON geometry is asked for") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadGeometry("intersects: longitudes within 180 and latitudes within 90; cut it there")
    shapely.prepare(found)
    return found


def _corners(document: Any) -> int:
    """How many positions a geometry has, before anything is made of them."""
    count, open_ = 0, [document]
    while open_:
        part = open_.pop()
        if isinstance(part, dict):
            open_ += [part.get("coordinates"), *part.get("geometries", [])]
        elif isinstance(part, list):
            is_position = bool(part) and not isinstance(part[0], list)
            count += is_position
            open_ += [] if is_position else part
    return count


def _why_invalid(found: BaseGeometry) -> str:
    return "it is empty" if found.is_empty else str(shapely.is_valid_reason(found))


def _times(text: object) -> tuple[int, int]:
    if not isinstance(text, str):
        raise BadDatetime("datetime: an instant or an interval is asked for (RFC 3339)")
    first, slash, last = text.partition("/")
    if not slash:
        instant = _ms(first)
        return instant, instant
    start = _FIRST if first in ("", "..") else _ms(first)
    end = _LAST if last in ("", "..") else _ms(last)
    if (start, end) == (_FIRST, _LAST) or _is_backward(first, last):
        raise BadDatetime("datetime: an interval has one end at least, the earlier first")
    return start, end


def _is_backward(first: str, last: str) -> bool:
    """Whether both ends are told, and in the wrong order."""
    ends = [_instant(end) for end in (first, last) if end not in ("", "..")]
    return len(ends) == 2 and ends[0] > ends[1]


def _ms(text: str) -> int:
    return math.floor(_instant(text).timestamp() * 1000)


def _instant(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        day, time, fraction, zone = found.groups()
        written = f"{day}T{time}.{(fraction or '0')[:6]:0<6}{'+00:00' if zone in 'Zz' else zone}"
        return datetime.fromisoformat(written).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise BadDatetime(f"datetime: {text[:40]!r} is no instant of RFC 3339") from error


def _grade(query: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(query, dict) or not all(isinstance(one, dict) for one in query.values()):
        raise BadSearch(f'query: an object like {{"{GRADE}":{{"gte":500}}}} is asked for')
    for name in query:
        if name != GRADE:
            raise BadSearch(f"query: {str(name)[:40]!r} is not known here: ask by {GRADE}")
    wanted = {name: _read(value) for name, value in query.get(GRADE, {}).items()}
    kept = []
    for operator, value in sorted(wanted.items()):
        if operator not in _OPERATORS or not _is_number(value):
            raise BadSearch(f"query: {', '.join(_OPERATORS)} with a number is asked for")
        kept.append((operator, float(value)))
    return tuple(kept)


def _limit(limit: object) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise BadSearch("limit: a whole number from 1 is asked for")
    return min(limit, MOST_ITEMS)


def _token(token: object) -> str | None:
    if token is not None and not isinstance(token, str):
        raise BadSearch("token: a text is asked for")
    return token


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e15  # false of NaN, too


def _read(value: object) -> object:
    """A number that a client wrote as a text, as pystac-client does."""
    return _number(value) if isinstance(value, str) else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _json(text: str, name: str, wrong: type[BadSearch]) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong(f"{name}: JSON is asked for") from error
