"""From raw frames to published pictures: only what is VERIFIED is shown, the originals go."""

import itertools
from typing import Any

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from ingest.stored import load_manifest, received
from quality.deleting import delete_drive
from quality.judge import judge_pending
from quality.masking.regions import Picture
from quality.publishing import originals, publications, record
from quality.publishing.composing import picture_at
from quality.publishing.discarding import purge
from quality.publishing.entering import enter
from quality.publishing.fates import Fate
from quality.publishing.proof import MOST_DETAIL, detail
from quality.publishing.publications import Draft, Publication
from quality.publishing.publisher import Publisher
from quality.publishing.settings import PublishSettings
from roadcomb.catalog.tables import discards, drives
from roadcomb.catalog.tables import publications as rows
from roadcomb.clock import FileClock
from roadcomb.engine import Engine, InlineEngine, ProcessEngine
from roadcomb.epochs import DAY_MS
from roadcomb.errors import NotFound
from roadcomb.jpeg import canonical_jpeg
from roadcomb.node import Node
from tests.drives import contributor
from tests.quality.deliveries import deliver
from tests.quality.pictures import decoded, drawn_frames
from tests.quality.publishing.detectors import BOX, Opens

KEPT = PublishSettings(retention_days=30)


def accepted(node: Node, count: int = 3, number: int = 1) -> str:
    """An accepted drive of drawn frames."""
    drive_id = deliver(node, contributor(number), drawn_frames()[:count])
    judge_pending(node, InlineEngine())
    return drive_id


def publish(
    node: Node,
    kind: str = "plate",
    settings: PublishSettings | None = None,
    engine: Engine | None = None,
) -> Publisher:
    publisher = Publisher(node, engine or InlineEngine(), settings, Opens(kind))
    publisher.publish_pending()
    return publisher


def shown(node: Node, drive_id: str) -> Publication | None:
    with node.catalog.reading() as connection:
        return publications.newest(connection, drive_id)


def frames_of(node: Node, drive_id: str) -> tuple[record.FrameRecord, ...]:
    publication = shown(node, drive_id)
    assert publication is not None
    return record.load(node.blobs, drive_id, publication.masks)


def picture(node: Node, frame: record.FrameRecord) -> Picture:
    assert frame.full is not None
    return decoded(picture_at(node.blobs, frame.full))


def in_box(image: Picture) -> Picture:
    height, width = image.shape[:2]
    x0, y0, x1, y1 = BOX
    return image[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)]


def clear_bytes(node: Node) -> list[bytes]:
    """Everything that lies in the blob store."""
    return [node.blobs.get(key) for key in node.blobs.keys("")]


def test_a_published_picture_is_unreadable_where_the_detector_saw_something(node: Node) -> None:
    drive = accepted(node)
    publish(node)
    for frame, raw in zip(frames_of(node, drive), drawn_frames(), strict=False):
        image, before = picture(node, frame), decoded(raw)
        assert image.shape == before.shape
        assert detail(in_box(image)) <= MOST_DETAIL
        outside = image[: image.shape[0] // 3].astype(int) - before[: image.shape[0] // 3]
        assert np.abs(outside).mean() < 4
        assert (frame.detector, frame.version, len(frame.zones)) == ("fake", "1", 1)


def test_published_bytes_carry_no_metadata_and_thumbnails_are_masked_too(node: Node) -> None:
    drive = accepted(node)
    publish(node)
    for frame in frames_of(node, drive):
        assert frame.full is not None
        assert frame.thumbnail is not None
        for place in (frame.full, frame.thumbnail):
            data = picture_at(node.blobs, place)
            assert canonical_jpeg(data) == data
        small = decoded(picture_at(node.blobs, frame.thumbnail))
        assert max(small.shape) == 320
        assert detail(in_box(small)) <= MOST_DETAIL


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_published_upright(orientation: int) -> None:
    from quality.shapes import upright

    marked = np.zeros((40, 60, 3), np.uint8)
    marked[:10, :20] = 255
    exif = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    turned = upright(marked, orientation)
    bottom, right = exif[orientation]
    assert turned.shape[:2] == ((40, 60) if orientation < 5 else (60, 40))
    assert turned[-1 if bottom else 0, -1 if right else 0].tolist() == [255] * 3
    assert (turned > 0).mean() == (marked > 0).mean()


WAITING = {
    "raises": "blur-failed",
    "crowd": "blur-too-large",
}


@pytest.mark.parametrize("kind", WAITING)
def test_a_frame_that_cannot_be_masked_waits_with_its_reason(node: Node, kind: str) -> None:
    drive = accepted(node)
    publish(node, kind)
    publication = shown(node, drive)
    assert publication is not None
    assert (publication.published, publication.waiting) == (0, 3)
    assert publication.reasons == {WAITING[kind]: 3}
    with node.catalog.reading() as connection:
        assert len(received(connection, drive)) == 3, "what waits keeps its original"
        assert publications.waiting_by_reason(connection) == (0, {WAITING[kind]: 3})


@pytest.mark.parametrize("kind", ["dies", "hangs"])
def test_a_worker_that_dies_or_hangs_leaves_its_frame_waiting(node: Node, kind: str) -> None:
    drive = accepted(node, count=3)
    engine = ProcessEngine(1)
    try:
        publish(node, kind, PublishSettings(seconds=1, every=3), engine)
    finally:
        engine.close()
    publication = shown(node, drive)
    assert publication is not None
    assert publication.reasons == {"blur-lost": 1}


@pytest.mark.parametrize("kind", ["missing", "blind"])
def test_without_a_detector_that_sees_nothing_is_published_and_it_is_said(
    node: Node, kind: str
) -> None:
    drive = accepted(node)
    publisher = publish(node, kind)
    assert shown(node, drive) is None
    assert publisher.trouble is not None
    assert ("weights" in publisher.trouble) or ("self-test" in publisher.trouble)


def test_originals_are_destroyed_once_their_pictures_are_published(node: Node) -> None:
    drive = accepted(node)
    publish(node)
    kept = clear_bytes(node)
    for frame in drawn_frames()[:3]:
        assert not any(frame in data for data in kept)
    with node.catalog.reading() as connection:
        assert received(connection, drive) == {}
        assert connection.execute(sa.select(discards)).all() == []
    assert load_manifest(node, drive).frames


def test_a_retention_keeps_originals_encrypted_and_then_lets_them_go(node: Node) -> None:
    drive = accepted(node)
    publish(node, settings=KEPT)
    for frame in drawn_frames()[:3]:
        assert not any(frame in data for data in clear_bytes(node))
    read = [data for _, _, data in originals.read(node, drive, {0, 1, 2})]
    assert read == list(drawn_frames()[:3])
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(node.clock.now_ms() + 31 * DAY_MS)
    publish(node, settings=KEPT)
    assert list(originals.read(node, drive, {0, 1, 2})) == []
    assert list(node.blobs.keys("originals")) == []


def test_of_a_drive_in_which_some_frames_wait_only_these_keep_their_originals(node: Node) -> None:
    drive = accepted(node)
    publish(node, "raises", PublishSettings(every=2))
    kept = clear_bytes(node)
    there = [any(frame in data for data in kept) for frame in drawn_frames()[:3]]
    assert there == [True, False, True]
    assert [one.fate for one in frames_of(node, drive)] == [Fate.WAITING, Fate.SPARED, Fate.WAITING]


def test_what_waited_is_published_when_it_is_tried_again(node: Node) -> None:
    drive = accepted(node)
    publish(node, "raises")
    publisher = Publisher(node, InlineEngine(), None, Opens("plate"))
    workers = publisher.workers()
    assert workers is not None
    assert publisher.publish(workers, drive)
    publication = shown(node, drive)
    assert publication is not None
    assert (publication.published, publication.waiting) == (3, 0)
    with node.catalog.reading() as connection:
        assert received(connection, drive) == {}


def test_publishing_twice_publishes_once(node: Node) -> None:
    drive = accepted(node)
    publish(node)
    first = shown(node, drive)
    assert publish(node).publish_pending() == 0
    assert shown(node, drive) == first


def test_only_the_first_of_two_publishers_is_shown_and_nothing_is_left_of_the_other(
    node: Node,
) -> None:
    drive = accepted(node)
    slow = Publisher(node, InlineEngine(), None, Opens("more"))
    workers = slow.workers()
    assert workers is not None
    draft = slow.draft(workers, drive, "published", None, False)
    publish(node)
    assert not enter(node, PublishSettings(), draft, None)
    publication = shown(node, drive)
    assert publication is not None
    assert set(node.blobs.keys(record.folder_of(drive))) == publication.keys


def test_a_drive_that_is_deleted_meanwhile_is_not_shown(node: Node) -> None:
    drive = accepted(node)
    publisher = Publisher(node, InlineEngine(), None, Opens())
    workers = publisher.workers()
    assert workers is not None
    draft = publisher.draft(workers, drive, "published", None, False)
    delete_drive(node, drive, contributor(1).public)
    assert not enter(node, PublishSettings(), draft, None)
    assert list(node.blobs.keys(record.folder_of(drive))) == []


@pytest.mark.parametrize("again", [False, True])
def test_what_was_stored_of_a_drive_that_is_deleted_meanwhile_is_given_up(
    node: Node, again: bool
) -> None:
    drive = accepted(node)
    if again:  # its packs will be the same, and those of the publication before
        publish(node)

    class Overtaken(Publisher):
        def draft(self, *arguments: Any) -> Draft:
            draft = super().draft(*arguments)
            stored = {key: node.blobs.get(key) for key in draft.keys}
            delete_drive(node, drive, contributor(1).public)
            for key, data in stored.items():
                node.blobs.put(key, data)
            if again:
                return draft
            raise NotFound("the originals are gone")

    publisher = Overtaken(node, InlineEngine(), None, Opens())
    workers = publisher.workers()
    assert workers is not None
    assert not publisher.publish(workers, drive, shown_too=again)
    purge(node)
    assert list(node.blobs.keys(record.folder_of(drive))) == []


def test_held_and_rejected_drives_are_not_published(node: Node) -> None:
    accepted(node)
    deliver(node, contributor(2), drawn_frames()[:3], model="other")
    judge_pending(node, InlineEngine())
    publish(node)
    with node.catalog.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(drives)) == 2
        assert connection.scalar(sa.select(sa.func.count()).select_from(rows)) == 1


def test_packs_are_split_and_every_picture_is_found_again(node: Node) -> None:
    from quality.publishing.storing import PackWriter

    writer = PackWriter(node.blobs, "ab" * 32, pack_bytes=100)
    pictures = [bytes([n]) * 40 for n in range(7)]
    for data in pictures:
        writer.add(data)
    places = writer.close()
    assert [picture_at(node.blobs, place) for place in places] == pictures
    assert len(writer.keys) == 4


def test_a_blur_that_did_nothing_is_not_proved() -> None:
    from quality.masking.regions import Kind, Region
    from quality.publishing.pixels import encoded
    from quality.publishing.proof import is_proved

    image = decoded(drawn_frames()[0])
    height, width = image.shape[:2]
    whole = Region(0, 0, width, height, Kind.PLATE, 1.0)
    assert not is_proved(encoded(image, 85), width, height, [whole])
    flat = cv2.resize(cv2.resize(image, (6, 4)), (width, height)).astype(np.uint8)
    assert is_proved(encoded(flat, 85), width, height, [whole])
    assert not is_proved(encoded(flat, 85), width + 1, height, [whole])
    assert not is_proved(encoded(flat, 85) + b"tail", width, height, [whole])
    assert not is_proved(b"no JPEG", width, height, [])


def test_neighbours_keep_their_numbers_when_frames_are_spared(node: Node) -> None:
    drive = accepted(node, count=5)
    publish(node, settings=PublishSettings(every=2))
    found = frames_of(node, drive)
    assert [one.n for one in found] == list(range(5))
    fates = [one.fate for one in found]
    assert fates == list(itertools.islice(itertools.cycle([Fate.PUBLISHED, Fate.SPARED]), 5))
