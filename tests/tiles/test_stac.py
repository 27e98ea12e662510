"""Laws of the album, the search and its cursors."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from roadcomb.records import E7
from tests.tiles.worlds import Drive
from tiles.pictures import index_of, pictures_of
from tiles.stac.album import Album, album_of, parse_id, picture_id
from tiles.stac.asked import Search, of_body
from tiles.stac.cursor import read_cursor, write_cursor
from tiles.stac.found import matched, page_of
from tiles.stac.refusals import BadCursor, BadSearch

STARTS = ((0.5, -25.0), (0.5, 179.9999), (-89.9, 0.0), (89.9, -180.0), (0.501, -25.0), (0.0, 180.0))
DRIVES = [Drive(f"{n}", start=start, grades=range(n, 9 + n)) for n, start in enumerate(STARTS)]
ODD = np.arange(1, 9, 2, dtype=np.int32)
SECRET = bytes(32)
LON, LAT = st.floats(-180, 180), st.floats(-90, 90)


def album(drives: list[Drive], shown: NDArray[np.int32] = ODD) -> Album:
    return album_of(
        index_of([pictures_of(one.name, one.judgement()) for one in drives]), lambda name: shown
    )


ALBUM = album(DRIVES)


@given(st.permutations(DRIVES))
def test_the_album_does_not_depend_on_the_order_in_which_drives_came(drives: list[Drive]) -> None:
    other = album(drives)
    assert [other.key(row) for row in range(len(other))] == [
        ALBUM.key(row) for row in range(len(ALBUM))
    ]
    assert other.lat_e7.tolist() == ALBUM.lat_e7.tolist()


def test_only_published_pictures_are_in_it_and_a_drive_without_any_is_not() -> None:
    assert {n for _, n in map(ALBUM.key, range(len(ALBUM)))} == set(ODD.tolist())
    assert album(DRIVES, np.zeros(0, np.int32)).names == ()
    assert len(album([])) == 0
    assert matched(album([]), Search()).tolist() == []


@given(st.tuples(LON, LAT, LON, LAT))
def test_a_box_finds_exactly_the_points_in_it(bounds: tuple[float, float, float, float]) -> None:
    west, one, east, other = (round(bound * E7) / E7 for bound in bounds)
    south, north = sorted((one, other))
    wanted = []
    for row in range(len(ALBUM)):
        lon, lat = ALBUM.lon_e7[row] / E7, ALBUM.lat_e7[row] / E7
        same = {lon} if abs(lon) < 180 else {-180.0, 180.0}
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        if south <= lat <= north and any(a <= x <= b for x in same for a, b in spans):
            wanted.append(row)
    assert matched(ALBUM, Search(bbox=(west, south, east, north))).tolist() == wanted


@given(st.integers(1, 9), st.integers(0, 5), st.data())
def test_pages_leave_out_and_repeat_nothing_while_drives_come(
    limit: int, missing: int, data: st.DataObject
) -> None:
    """Whatever comes between two pages, all that was there from the start is seen once."""
    first = [one for n, one in enumerate(DRIVES) if n != missing]
    comes_at = data.draw(st.integers(0, 8))
    now, seen, after, page = album(first), list[str](), None, 0
    there = {picture_id(now.key(row)) for row in range(len(now))}
    while True:
        now = ALBUM if page == comes_at else now
        rows, more = page_of(now, Search(limit=limit), after)
        seen += [picture_id(now.key(int(row))) for row in rows]
        if not more:
            break
        after, page = now.key(int(rows[-1])), page + 1
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@given(st.text(), st.integers(0, 2**31 - 1))
def test_a_pictures_name_leads_back_to_it(drive: str, n: int) -> None:
    named = parse_id(picture_id((drive, n)))
    assert named == ((drive, n) if drive else None)


@given(st.text(max_size=40), st.integers(0, 2**31 - 1), st.text(), st.data())
def test_a_cursor_serves_its_own_question_only(
    drive: str, n: int, question: str, data: st.DataObject
) -> None:
    cursor = write_cursor(SECRET, question, (drive, n))
    assert read_cursor(SECRET, question, cursor) == (drive, n)
    at = data.draw(st.integers(0, len(cursor) - 2))
    other = "A" if cursor[at] != "A" else "B"
    for secret, asked, token in (
        (bytes([1]) * 32, question, cursor),
        (SECRET, question + "?", cursor),
        (SECRET, question, cursor[:at] + other + cursor[at + 1 :]),
    ):
        with pytest.raises(BadCursor):
            read_cursor(secret, asked, token)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometries"]), inner)
    ),
    max_leaves=12,
)
GEOMETRY = st.fixed_dictionaries(
    {"type": st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "Feature"])},
    optional={"coordinates": ANYTHING, "geometries": ANYTHING},
)
WORDS = dict.fromkeys(
    ("ids", "collections", "bbox", "datetime", "query", "limit", "token"), ANYTHING
)


@given(st.fixed_dictionaries({}, optional={**WORDS, "intersects": GEOMETRY | ANYTHING}))
def test_any_body_is_a_search_or_is_refused(body: dict[str, object]) -> None:
    try:
        asked = of_body(body)
    except BadSearch:
        return
    assert json.loads(asked.question)
    matched(ALBUM, asked)
