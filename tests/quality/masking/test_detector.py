"""The real network finds drawn cars and people; what cannot see is never given out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from quality.masking.agreement import overlap
from quality.masking.anchors import ANCHORS, MAPS
from quality.masking.blurring import padded
from quality.masking.drives import Sight, masks_of_drive
from quality.masking.objectron import Objectron
from quality.masking.opening import open_detector, self_test
from quality.masking.regions import Detector, Picture, Region, covered
from quality.masking.settings import MaskingSettings
from quality.masking.street import FACE, PLATE, drawn_street
from quality.masking.weights import WEIGHTS
from roadcomb.errors import IntegrityError, UsageError
from tests.quality.masking.opencv import OpenCv
from tests.quality.masking.scenes import scenes


@pytest.fixture(scope="module")
def detector() -> Detector:
    if not WEIGHTS.is_file():
        pytest.skip("the network is not installed: python -m api.vendor")
    return open_detector()


def test_the_anchors_are_as_many_as_the_networks_answers() -> None:
    assert ANCHORS.shape == (sum(cells * cells * count for cells, count in MAPS), 4)
    assert len(ANCHORS) == 1917


def test_the_drawn_plate_and_the_drawn_face_are_destroyed(detector: Detector) -> None:
    assert _covered(detector, drawn_street(), [PLATE, FACE]) == [True, True]


def test_the_same_network_under_another_engine_sees_the_same(detector: Detector) -> None:
    other = Objectron(OpenCv(WEIGHTS))
    self_test(other)
    for ours, theirs in zip(detector.find(drawn_street()), other.find(drawn_street()), strict=True):
        assert overlap(ours, theirs) > 0.95
        assert abs(ours.score - theirs.score) < 1e-3


def test_an_engine_that_reorders_the_boxes_fails_the_self_test(detector: Detector) -> None:
    with pytest.raises(IntegrityError, match="self-test"):
        self_test(Objectron(OpenCv(WEIGHTS, in_order=False)))


def test_without_weights_the_set_up_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"api\.vendor"):
        open_detector(MaskingSettings(weights=tmp_path / "none.tflite"))


def test_other_weights_are_never_opened(tmp_path: Path, detector: Detector) -> None:
    other = bytearray(WEIGHTS.read_bytes())
    other[5_000_000] ^= 1
    file = tmp_path / "other.tflite"
    file.write_bytes(other)
    with pytest.raises(IntegrityError, match="not the network"):
        open_detector(MaskingSettings(weights=file))


def test_a_picture_gives_the_same_boxes_twice(detector: Detector) -> None:
    assert detector.find(drawn_street()) == detector.find(drawn_street())


def test_plates_and_faces_of_a_drawn_drive_are_destroyed_and_signs_stay(
    detector: Detector,
) -> None:
    """Frames that nobody tuned on; docs/blurring.md has the figures of many more."""
    hidden, signs = [], []
    drive = list(scenes(0, 5, every=9, first=3))
    sights = [Sight(1280, 720, detector.find(scene.picture)) for scene in drive]
    for scene, masks in zip(drive, masks_of_drive(sights), strict=True):
        mask = covered(1280, 720, [padded(zone, 1280, 720) for zone in masks.zones])
        assert mask.mean() < 0.25
        hidden += [_share(mask, box) >= 0.8 for box in (*scene.plates, *scene.faces)]
        signs += [_share(mask, box) >= 0.5 for box in scene.signs]
    assert len(hidden) >= 20
    assert sum(hidden) >= 0.9 * len(hidden)
    assert sum(signs) <= 0.5 * len(signs)


def _covered(detector: Detector, picture: Picture, boxes: list[Region]) -> list[bool]:
    height, width = picture.shape[:2]
    masks = masks_of_drive([Sight(width, height, detector.find(picture))])[0]
    mask = covered(width, height, [padded(zone, width, height) for zone in masks.zones])
    return [_share(mask, box) == 1.0 for box in boxes]


def _share(mask: NDArray[np.bool_], box: Region) -> float:
    return float(mask[box.y0 : box.y1, box.x0 : box.x1].mean())
