"""What stood in a zone cannot be won back, and nothing else is touched."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.masking.blurring import BLOCKS, SMALLEST, blur, padded
from quality.masking.regions import Kind, Picture, Region, covered
from tests.quality.masking.boxes import HEIGHT, REGIONS, WIDTH


def noise(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def lettered(text: str) -> Picture:
    """A plate of 240 x 48 pixels on a grey ground."""
    picture = np.full((200, 400, 3), 90, np.uint8)
    picture[80:128, 80:320] = 240
    cv2.putText(picture, text, (90, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (20, 20, 20), 4)
    return picture


PLATE = Region(80, 80, 320, 128, Kind.PLATE, 1.0)


@settings(max_examples=8)
@given(st.lists(REGIONS, max_size=4))
def test_pixels_outside_the_padded_zones_stay_as_they_are(regions: list[Region]) -> None:
    picture = noise(1)
    outside = ~covered(WIDTH, HEIGHT, [padded(one, WIDTH, HEIGHT) for one in regions])
    assert (blur(picture, regions)[outside] == picture[outside]).all()


@settings(max_examples=20)
@given(REGIONS, st.integers(0, 100))
def test_a_zone_says_only_the_means_of_its_blocks(region: Region, seed: int) -> None:
    """Whatever is shuffled inside a block, the picture that goes out is the same to rounding."""
    zone = padded(region, WIDTH, HEIGHT)
    side = max(SMALLEST, -(-max(zone.width, zone.height) // BLOCKS))
    across, down = max(1, zone.width // side), max(1, zone.height // side)
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    part = picture[zone.y0 : zone.y1, zone.x0 : zone.x1]
    part[...] = noise(seed, zone.height, zone.width)
    shuffled = picture.copy()
    inner = shuffled[zone.y0 : zone.y1, zone.x0 : zone.x1]
    for y0, y1 in _cells(zone.height, down):
        for x0, x1 in _cells(zone.width, across):
            inner[y0:y1, x0:x1] = inner[y0:y1, x0:x1][::-1, ::-1]
    one, other = blur(picture, [region]), blur(shuffled, [region])
    difference = np.abs(one.astype(int) - other.astype(int))
    assert difference.max() <= 1 + 512 // side  # pixels that two blocks share


def _cells(length: int, count: int) -> list[tuple[int, int]]:
    """The pixels that belong to one block each, the shared ones left out."""
    edges = np.linspace(0, length, count + 1)
    return [(int(np.ceil(a)), int(np.floor(b))) for a, b in pairwise(edges)]


def test_two_plates_cannot_be_told_apart_by_their_letters() -> None:
    first, second = (blur(lettered(text), [PLATE]) for text in ("AB 12 345", "XK 98 760"))
    before = np.abs(lettered("AB 12 345").astype(int) - lettered("XK 98 760")).max()
    after = np.abs(first.astype(int) - second)[80:128, 80:320].max()
    assert before > 200
    assert after < 30


def test_no_edge_of_a_letter_is_left() -> None:
    hidden = blur(lettered("AB 12 345"), [PLATE])[84:124, 84:316].astype(int)
    assert np.abs(np.diff(hidden, axis=1)).max() <= 8


def test_a_plate_and_a_face_are_padded_by_a_share_of_their_size() -> None:
    assert padded(PLATE, 400, 200) == Region(44, 73, 356, 135, Kind.PLATE, 1.0)


@given(REGIONS)
def test_a_padded_zone_stays_inside_the_picture_and_holds_its_box(region: Region) -> None:
    zone = padded(region, WIDTH, HEIGHT)
    assert 0 <= zone.x0 <= region.x0 < region.x1 <= zone.x1 <= WIDTH
    assert 0 <= zone.y0 <= region.y0 < region.y1 <= zone.y1 <= HEIGHT


@pytest.mark.parametrize(
    "region",
    [
        Region(-50, -50, -10, -10, Kind.FACE, 1.0),
        Region(5000, 5000, 5010, 5010, Kind.FACE, 1.0),
        Region(10, 10, 10, 10, Kind.FACE, 1.0),
    ],
)
def test_a_box_beside_the_picture_or_without_pixels_is_no_crash(region: Region) -> None:
    assert blur(lettered("A"), [region]).shape == (200, 400, 3)


def test_two_runs_give_the_same_pixels_and_leave_the_original_alone() -> None:
    picture = lettered("AB 12 345")
    assert (blur(picture, [PLATE]) == blur(picture, [PLATE])).all()
    assert (picture == lettered("AB 12 345")).all()
