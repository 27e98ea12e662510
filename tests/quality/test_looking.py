"""Observers see every frame of a drive once, in order and small; nothing keeps the pictures."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from quality.looking import Grey, look
from quality.settings import QualitySettings
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from roadcomb.records import Frame
from tests.drives import contributor, make_node
from tests.quality.deliveries import deliver
from tests.quality.pictures import decoded, drawn_frames, jpeg, look_at


class Watching:
    """An observer that keeps what it is shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Frame, Grey | None]] = []

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        self.seen.append((n, frame, small))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = make_node(tmp_path / "node")
    yield made
    made.catalog.close()


def test_an_observer_sees_each_frame_in_order_over_all_chunks(node: Node) -> None:
    pictures = [*drawn_frames()[:2], jpeg(np.zeros((1, 1, 3), np.uint8)), *drawn_frames()[3:5]]
    drive = deliver(node, contributor(1), pictures)
    watching = Watching()
    looked = look(node, InlineEngine(), drive, QualitySettings(chunk_frames=2), [watching])
    assert [n for n, _, _ in watching.seen] == list(range(5))
    assert [frame for _, frame, _ in watching.seen] == [frame for frame, _ in looked.frames]
    assert [small is None for _, _, small in watching.seen] == [False, False, True, False, False]
    assert all(examined.small is None for _, examined in looked.frames)


def test_the_small_picture_is_upright_and_the_frames_own_light() -> None:
    image = decoded(drawn_frames()[0])
    turned = cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE).astype(np.uint8)
    small, upright = look_at(jpeg(turned, 98), 6).small, look_at(jpeg(image, 98)).small
    assert small is not None
    assert upright is not None
    assert small.shape == upright.shape
    assert small.shape == (image.shape[0] // 2, image.shape[1] // 2)
    assert np.abs(small.astype(int) - upright).mean() < 2
