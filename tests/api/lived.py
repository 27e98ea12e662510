"""A node with a life behind it: drives uploaded, judged and paid, so that it keeps all it can."""

from pathlib import Path

from ingest.intake import add_frames, open_drive
from quality.judge import judge_pending
from quality.publishing.publisher import Publisher
from quality.publishing.settings import PublishSettings
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.blobs import SUMS
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import DAY_MS
from roadcomb.node import Node
from tests.databases import copied_folder
from tests.drives import contributor, drive_of, make_node, pictures
from tests.quality.deliveries import LIMITS, deliver
from tests.quality.pictures import drawn_frames
from tests.quality.publishing.detectors import Opens

__all__ = ["copy_of", "kept_files", "lived_in_node", "place_of"]

FOLDERS = ("blobs", "published")
RETAINED = PublishSettings(retention_days=30)


def lived_in_node(folder: Path) -> Node:
    """Three judged drives of two contributors, one of them published and its originals kept, two
    closed epochs, and a drive still open."""
    node = make_node(folder)
    frames = list(drawn_frames())
    deliver(node, contributor(1), frames[:8])
    deliver(node, contributor(2), frames[8:14])
    _end_day(node)
    Publisher(node, InlineEngine(), RETAINED, Opens()).publish_pending(most=1)
    deliver(node, contributor(1), frames[14:20])
    _end_day(node)
    waiting = pictures(4)
    signed = drive_of(waiting, contributor(2))
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, waiting[:2], LIMITS)
    return node


def copy_of(node: Node, folder: Path) -> Node:
    """The same node again, in a folder that a test may damage."""
    copied_folder(node.settings.data, folder)
    now_ms = node.clock.now_ms()
    return make_node(folder, now_ms=now_ms)


def kept_files(node: Node) -> list[Path]:
    """Every file that the node keeps beside its catalog."""
    found = (node.settings.data / folder for folder in FOLDERS)
    return sorted(path for folder in found for path in folder.rglob("*") if path.is_file())


def place_of(node: Node, path: Path) -> str:
    """How fsck names a file; a checksum goes by what it is the sum of."""
    name = path.relative_to(node.settings.data).as_posix()
    return name.removeprefix("blobs/").removeprefix(f"{SUMS}/")


def _end_day(node: Node) -> None:
    """Judge, let the day pass, and pay."""
    judge_pending(node, InlineEngine())
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(node.clock.now_ms() + DAY_MS)
    nightly(node, read_policy())
