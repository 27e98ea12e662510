"""Observers see every frame of a drive once, in order and small; nothing keeps the pictures."""

import json

import cv2
import numpy as np
import sqlalchemy as sa

from quality.judge import judge_pending
from quality.looking import Grey, Looked, Observer, looking
from quality.overlapping import at_once
from quality.settings import QualitySettings
from roadcomb.catalog.tables import decisions
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from roadcomb.records import Frame
from tests.drives import contributor
from tests.quality.deliveries import deliver
from tests.quality.pictures import decoded, drawn_frames, jpeg, look_at


class Watching:
    """An observer that keeps what it is shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Frame, Grey | None]] = []
        self.ended_at = 0

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        self.seen.append((n, frame, small))

    def end(self) -> None:
        self.ended_at = len(self.seen)


def look(node: Node, drive: str, settings: QualitySettings, *observers: Observer) -> Looked:
    return at_once(looking(node, InlineEngine(), drive, settings, observers))


def test_an_observer_sees_each_frame_in_order_over_all_chunks(node: Node) -> None:
    pictures = [*drawn_frames()[:2], jpeg(np.zeros((1, 1, 3), np.uint8)), *drawn_frames()[3:5]]
    drive = deliver(node, contributor(1), pictures)
    watching = Watching()
    looked = look(node, drive, QualitySettings(chunk_frames=2), watching)
    assert [n for n, _, _ in watching.seen] == list(range(5))
    assert [frame for _, frame, _ in watching.seen] == [frame for frame, _ in looked.frames]
    assert [small is None for _, _, small in watching.seen] == [False, False, True, False, False]
    assert watching.ended_at == 5
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


def _under_a_cover(data: bytes) -> bytes:
    """A grey paper over a quarter of the view: one frame alone cannot know that it stays."""
    image = decoded(data)
    image[: image.shape[0] // 2, : image.shape[1] // 2] = (84, 86, 85)
    return jpeg(image, 85)


def test_what_stays_on_the_glass_costs_every_frame_and_is_told_with_the_decision(
    node: Node,
) -> None:
    drive = deliver(node, contributor(1), [_under_a_cover(data) for data in drawn_frames()[:10]])
    looked = look(node, drive, QualitySettings())
    assert all("view-covered" in seen.grade.reasons for _, seen in looked.frames)
    assert max(seen.grade.value for _, seen in looked.frames) < 500
    judge_pending(node, InlineEngine())
    query = sa.select(decisions.c.evidence).where(decisions.c.drive_id == drive)
    with node.catalog.reading() as connection:
        evidence = json.loads(connection.execute(query).scalar_one())
    assert evidence["view"][0]["words"].startswith("something hides the view in the upper left in")
    assert evidence["mount"]["rating"] in (3, 4)
