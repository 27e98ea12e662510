"""Tiles follow the horizon, cover the whole width and scale with the picture."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quality.masking.plates import strip
from quality.masking.regions import Kind, Region
from quality.masking.tiles import COUNT, eye_line, rows, whole
from tests.quality.masking.boxes import HEIGHT, WIDTH, vehicle

SIZES = st.tuples(st.integers(320, 8000), st.integers(240, 6000))


@given(SIZES, st.floats(0.3, 0.75))
def test_tiles_lie_inside_the_picture_and_leave_no_column_out(
    size: tuple[int, int], line: float
) -> None:
    width, height = size
    tiles = list(rows(width, height, line))
    assert all(0 <= t.x0 < t.x1 <= width and 0 <= t.y0 < t.y1 <= height for t in tiles)
    for count in {COUNT, len(tiles) - COUNT} - {0}:
        row = [t for t in tiles if t.y0 == tiles[-1 if count != COUNT else 0].y0]
        assert row[0].x0 == 0
        assert max(t.x1 for t in row) == width
        assert all(right.x0 < left.x1 for left, right in pairwise(row))


@given(SIZES, st.floats(0.3, 0.75))
def test_the_strip_of_near_plates_lies_inside_the_picture_and_holds_the_horizon(
    size: tuple[int, int], line: float
) -> None:
    width, height = size
    tile = strip(width, height, line)
    assert 0 <= tile.y0 <= line * height < tile.y1 <= height
    assert (tile.x0, tile.x1) == (0, width)


def test_plates_do_not_tell_where_the_horizon_is() -> None:
    street = [vehicle(60 * k, 500, 60 * k + 50, 540) for k in range(8)]
    plates = [Region(100 * k, 900, 100 * k + 80, 920, Kind.PLATE, 0.9) for k in range(19)]
    assert eye_line([*street, *plates], WIDTH, HEIGHT) == eye_line(street, WIDTH, HEIGHT)


def test_a_picture_of_two_megapixels_is_looked_at_seven_times() -> None:
    assert len([whole(2028, 1024), *rows(2028, 1024, 0.59)]) == 7


def test_a_small_picture_gets_fewer_tiles_so_that_none_is_shown_enlarged() -> None:
    counts = [len(list(rows(width, width * 9 // 16, 0.5))) for width in (640, 960, 1280, 1920)]
    assert counts == [2, 3, 4, 6]
    for width in range(600, 2400, 40):
        assert all(tile.x1 - tile.x0 >= 300 for tile in rows(width, width * 9 // 16, 0.5))


def test_a_larger_picture_gets_finer_rows_so_that_faces_stay_large() -> None:
    heights = [tile.y1 - tile.y0 for tile in rows(5760, 2880, 0.5)]
    assert min(heights) <= 580
    assert max(heights) > 1000


def test_without_boxes_the_horizon_is_that_of_a_dashcam() -> None:
    assert 0.55 < eye_line([], WIDTH, HEIGHT) < 0.62


@given(st.integers(350, 750))
def test_small_boxes_tell_where_the_horizon_is(row: int) -> None:
    cars = [vehicle(100 * n, row - 20, 100 * n + 60, row + 20, 0.2) for n in range(15)]
    assert abs(eye_line(cars, WIDTH, HEIGHT) - row / HEIGHT) < 0.03


def test_a_large_box_tells_nothing_of_the_horizon() -> None:
    near = [vehicle(0, 0, 900, 1080)] * 20
    assert eye_line(near, WIDTH, HEIGHT) == eye_line([], WIDTH, HEIGHT)
