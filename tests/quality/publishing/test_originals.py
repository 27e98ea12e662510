"""Originals of published drives go, whatever stands in the way, and are read without waste."""

from dataclasses import replace

from obstore.store import LocalStore

from ingest.intake import add_frames, open_drive, seal
from ingest.manifest import Device, Manifest, sign_manifest
from quality.judge import judge_pending
from quality.publishing import originals
from quality.publishing.publisher import Publisher
from roadcomb.blobs import Blobs
from roadcomb.engine import InlineEngine
from roadcomb.errors import Unreachable
from roadcomb.node import Node
from tests.drives import contributor
from tests.quality.deliveries import LIMITS, along, deliver, frames_at
from tests.quality.pictures import drawn_frames
from tests.quality.publishing.detectors import Opens
from tests.quality.publishing.test_publisher import KEPT, accepted, clear_bytes


class Counting(Blobs):
    """The node's folder, and how many bytes of packs were read of it."""

    read = 0

    def get(self, key: str) -> bytes:
        data = super().get(key)
        self.read += len(data) if key.startswith("packs/") else 0
        return data

    def get_range(self, key: str, start: int, length: int) -> bytes:
        self.read += length if key.startswith("packs/") else 0
        return super().get_range(key, start, length)


def test_frames_that_were_sent_in_wild_order_are_read_no_oftener_than_others(node: Node) -> None:
    """Each second of a manifest's frames in another pack: no pack is read for each of them."""
    frames = drawn_frames()[:8]
    key, listed = contributor(1), frames_at(frames, along(8))
    signed = sign_manifest(Manifest(key.public, Device("tests"), listed), key)
    open_drive(node, signed, LIMITS)
    for some in (frames[::2], frames[1::2]):
        add_frames(node, signed.drive_id, some, LIMITS)
    seal(node, signed.drive_id)
    root = node.blobs.local_path("")
    assert root is not None
    blobs = Counting(LocalStore(root), root)
    read = originals.read(replace(node, blobs=blobs), signed.drive_id, set(range(8)))
    assert [data for _, _, data in read] == list(frames)
    assert blobs.read == sum(map(len, frames))


class Faltering(Blobs):
    """The node's folder, but while it is away no original can be kept."""

    away = True

    def put(self, key: str, data: bytes) -> None:
        if self.away and key.startswith("originals/"):
            raise Unreachable("the blob store does not answer")
        super().put(key, data)


def test_originals_that_cannot_go_when_their_drive_is_shown_go_at_the_next_turn(
    node: Node,
) -> None:
    drive = accepted(node)
    root = node.blobs.local_path("")
    assert root is not None
    blobs = Faltering(LocalStore(root), root)
    publisher = Publisher(replace(node, blobs=blobs), InlineEngine(), KEPT, Opens())
    assert publisher.publish_pending() == 1
    assert any(drawn_frames()[0] in data for data in clear_bytes(node))
    blobs.away = False
    publisher.publish_pending()
    assert not any(drawn_frames()[0] in data for data in clear_bytes(node))
    assert len(list(originals.read(node, drive, {0, 1, 2}))) == 3


def test_a_drive_that_is_accepted_after_an_idle_turn_is_published(node: Node) -> None:
    publisher = Publisher(node, InlineEngine(), None, Opens())
    assert publisher.publish_pending() == 0
    accepted(node)
    assert publisher.publish_pending() == 1
    assert publisher.publish_pending() == 0
    deliver(node, contributor(2), drawn_frames()[8:12])
    judge_pending(node, InlineEngine())
    assert publisher.publish_pending() == 1
