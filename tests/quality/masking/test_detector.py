"""The real network finds drawn cars and people; what cannot see is never given out."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from quality.masking.agreement import overlap
from quality.masking.anchors import ANCHORS, MAPS
from quality.masking.blurring import padded
from quality.masking.drives import Sight, masks_of_drive
from quality.masking.finder import Finder
from quality.masking.network import LiteRt
from quality.masking.objectron import Objectron
from quality.masking.opening import open_detector, self_test
from quality.masking.plates import PlateFinder
from quality.masking.regions import Detector, Kind, Picture, Region, covered
from quality.masking.settings import MaskingSettings
from quality.masking.street import FACE, PLATE, drawn_street
from quality.masking.weights import WEIGHTS, weights_in
from quality.masking.weights.plates import PLATE_WEIGHTS, plate_weights_in
from roadcomb.errors import IntegrityError, UsageError
from tests.quality.masking.opencv import OpenCv
from tests.quality.masking.scenes import Scene, scenes


@pytest.fixture(scope="module")
def detector() -> Detector:
    if not (WEIGHTS.is_file() and PLATE_WEIGHTS.is_file()):
        pytest.skip("the networks are not installed: python -m api.vendor")
    return open_detector()


@pytest.fixture(scope="module")
def plates(detector: Detector) -> PlateFinder:
    return PlateFinder(plate_weights_in(PLATE_WEIGHTS))


class Blind:
    """A plate network of which nothing comes, as of an engine that loses its answers."""

    def find(self, picture: Picture, line: float) -> tuple[Region, ...]:
        return ()


def test_the_anchors_are_as_many_as_the_networks_answers() -> None:
    assert ANCHORS.shape == (sum(cells * cells * count for cells, count in MAPS), 4)
    assert len(ANCHORS) == 1917


def test_the_drawn_plate_and_the_drawn_face_are_destroyed(detector: Detector) -> None:
    assert _covered(detector, drawn_street(), [PLATE, FACE]) == [True, True]


def test_the_same_network_under_another_engine_sees_the_same(
    detector: Detector, plates: PlateFinder
) -> None:
    other = Finder(Objectron(OpenCv(WEIGHTS)), plates)
    self_test(other)
    for ours, theirs in zip(detector.find(drawn_street()), other.find(drawn_street()), strict=True):
        assert overlap(ours, theirs) > 0.95
        assert abs(ours.score - theirs.score) < 1e-3


def test_an_engine_that_reorders_the_boxes_fails_the_self_test(plates: PlateFinder) -> None:
    with pytest.raises(IntegrityError, match="self-test"):
        self_test(Finder(Objectron(OpenCv(WEIGHTS, in_order=False)), plates))


def test_a_detector_that_is_blind_to_plates_fails_the_self_test(detector: Detector) -> None:
    with pytest.raises(IntegrityError, match="missed: plate;"):
        self_test(Finder(Objectron(LiteRt(weights_in(WEIGHTS))), Blind()))


@pytest.mark.parametrize("network", ["weights", "plates"])
def test_without_weights_the_set_up_is_named(
    network: str, tmp_path: Path, detector: Detector
) -> None:
    with pytest.raises(UsageError, match=r"api\.vendor"):
        open_detector(MaskingSettings(**{network: tmp_path / "none"}))


@pytest.mark.parametrize(("network", "file"), [("weights", WEIGHTS), ("plates", PLATE_WEIGHTS)])
def test_other_weights_are_never_opened(
    network: str, file: Path, tmp_path: Path, detector: Detector
) -> None:
    other = bytearray(file.read_bytes())
    other[len(other) // 2] ^= 1
    copy = tmp_path / file.name
    copy.write_bytes(other)
    with pytest.raises(IntegrityError, match="not the network"):
        open_detector(MaskingSettings(**{network: copy}))


def test_a_near_plate_is_found_though_no_vehicle_is(plates: PlateFinder) -> None:
    """The drawn car without wheels, windows and lamps is a rectangle with a plate."""
    picture = np.full_like(drawn_street(), 120)
    car = slice(PLATE.y0 - 20, PLATE.y1 + 20), slice(PLATE.x0 - 30, PLATE.x1 + 30)
    picture[car] = drawn_street()[car]
    [found] = [box for box in plates.find(picture, 0.55) if box.score >= 0.4]
    assert overlap(found, PLATE) > 0.6
    assert _masked(picture, (found,), [PLATE]) == [True]


def test_a_plate_is_found_at_any_resolution(plates: PlateFinder) -> None:
    for scale in (0.75, 1.5, 3.0):
        picture = cv2.resize(drawn_street(), None, fx=scale, fy=scale).astype(np.uint8, copy=False)
        found = plates.find(picture, 0.55)[0]
        x0, y0, x1, y1 = (round(scale * n) for n in (PLATE.x0, PLATE.y0, PLATE.x1, PLATE.y1))
        assert overlap(found, Region(x0, y0, x1, y1, PLATE.kind, 1.0)) > 0.6


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4000, 3), (4000, 1, 3), (40, 30, 3)])
def test_a_picture_of_any_shape_is_looked_at(
    shape: tuple[int, int, int], plates: PlateFinder
) -> None:
    height, width, _ = shape
    for box in plates.find(np.full(shape, 90, np.uint8), 0.6):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height


def test_a_picture_gives_the_same_boxes_twice(detector: Detector) -> None:
    assert detector.find(drawn_street()) == detector.find(drawn_street())


NEAR_PX = 60
"""A plate of a twentieth of the picture's width."""


@pytest.fixture(scope="module")
def drive(detector: Detector) -> list[tuple[Scene, Sight]]:
    """Frames that nobody tuned on; docs/blurring.md has the figures of many more."""
    return [
        (scene, Sight(1280, 720, detector.find(scene.picture)))
        for scene in scenes(0, 4, first=27, seed=41)
    ]


def test_plates_and_faces_of_a_drawn_drive_are_destroyed_and_signs_stay(
    drive: list[tuple[Scene, Sight]],
) -> None:
    hidden, signs = [], []
    for (scene, _), mask in zip(drive, _masks([sight for _, sight in drive]), strict=True):
        assert mask.mean() < 0.25
        hidden += [_share(mask, box) >= 0.8 for box in (*scene.plates, *scene.faces)]
        signs += [_share(mask, box) >= 0.5 for box in scene.signs]
    assert len(hidden) >= 15
    assert len(signs) >= 3
    assert sum(hidden) >= 0.9 * len(hidden)
    assert sum(signs) <= 0.5 * len(signs)


def test_near_plates_of_cars_that_no_one_takes_for_vehicles_are_destroyed(
    drive: list[tuple[Scene, Sight]],
) -> None:
    sights = [sight for _, sight in drive]
    things = [
        replace(one, regions=tuple(box for box in one.regions if box.kind is not Kind.PLATE))
        for one in sights
    ]
    near = [[box for box in scene.plates if box.width >= NEAR_PX] for scene, _ in drive]
    with_plates, without = (
        [
            _share(mask, box) >= 0.8
            for mask, boxes in zip(_masks(seen), near, strict=True)
            for box in boxes
        ]
        for seen in (sights, things)
    )
    assert all(with_plates)
    assert without.count(False) >= 2


def _masks(sights: list[Sight]) -> list[NDArray[np.bool_]]:
    return [
        covered(1280, 720, [padded(zone, 1280, 720) for zone in masks.zones])
        for masks in masks_of_drive(sights)
    ]


def _covered(detector: Detector, picture: Picture, boxes: list[Region]) -> list[bool]:
    return _masked(picture, detector.find(picture), boxes)


def _masked(picture: Picture, seen: tuple[Region, ...], boxes: list[Region]) -> list[bool]:
    height, width = picture.shape[:2]
    masks = masks_of_drive([Sight(width, height, seen)])[0]
    mask = covered(width, height, [padded(zone, width, height) for zone in masks.zones])
    return [_share(mask, box) == 1.0 for box in boxes]


def _share(mask: NDArray[np.bool_], box: Region) -> float:
    return float(mask[box.y0 : box.y1, box.x0 : box.x1].mean())
