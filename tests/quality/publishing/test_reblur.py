"""More masks on what is published; and of what was shown before nothing is left."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.main import build
from api.upkeep.fsck import fsck
from quality.deleting import delete_drive
from quality.masking.regions import covered
from quality.publishing import publications, record
from quality.publishing.discarding import (
    discard_later,
    keep_after_all,
    nothing_destroyed,
    purge,
)
from quality.publishing.proof import MOST_DETAIL, detail
from quality.publishing.publisher import Publisher
from quality.publishing.reblur import add_mask, published_drives
from quality.publishing.settings import PublishSettings
from roadcomb.catalog.tables import discards
from roadcomb.engine import InlineEngine
from roadcomb.errors import NotFound, UsageError
from roadcomb.node import Node
from tests.drives import contributor, make_node
from tests.quality.publishing.detectors import Opens
from tests.quality.publishing.test_publisher import (
    KEPT,
    accepted,
    frames_of,
    picture,
    publish,
    shown,
)

SEEN = (10, 20, 90, 60)


def again(node: Node, drive: str, settings: PublishSettings, kind: str) -> None:
    publisher = Publisher(node, InlineEngine(), settings, Opens(kind, version="2"))
    workers = publisher.workers()
    assert workers is not None
    publisher.publish(workers, drive, "reblurred", shown_too=True, wait=True)


def keys_of(node: Node, drive: str) -> set[str]:
    return set(node.blobs.keys(record.folder_of(drive)))


@pytest.mark.parametrize("settings", [PublishSettings(), KEPT])
def test_a_mask_that_a_person_adds_is_there_and_the_old_bytes_are_gone(
    node: Node, settings: PublishSettings
) -> None:
    drive = accepted(node)
    publish(node, settings=settings)
    before = {key: node.blobs.get(key) for key in keys_of(node, drive)}
    untouched = [picture(node, frame) for frame in frames_of(node, drive)]
    add_mask(node, settings, drive, 1, SEEN)
    publication = shown(node, drive)
    assert publication is not None
    assert keys_of(node, drive) == publication.keys
    assert not (set(before) & keys_of(node, drive)), "every pack held the picture, or its record"
    after = frames_of(node, drive)
    x0, y0, x1, y1 = SEEN
    assert detail(picture(node, after[1])[y0:y1, x0:x1]) <= MOST_DETAIL
    assert detail(untouched[1][y0:y1, x0:x1]) > MOST_DETAIL
    assert (picture(node, after[0]) == untouched[0]).all()
    assert len(after[1].added) == 1
    assert fsck(node).damages == ()


@pytest.mark.parametrize("settings", [PublishSettings(), KEPT])
@pytest.mark.parametrize("kind", ["more", "nothing", "raises"])
def test_blurring_again_never_unmasks_what_is_no_longer_kept_nor_what_a_person_masked(
    node: Node, settings: PublishSettings, kind: str
) -> None:
    drive = accepted(node)
    publish(node, settings=settings)
    add_mask(node, settings, drive, 0, SEEN)
    before = frames_of(node, drive)
    again(node, drive, settings, kind)
    after = frames_of(node, drive)
    x0, y0, x1, y1 = SEEN
    assert detail(picture(node, after[0])[y0:y1, x0:x1]) <= MOST_DETAIL
    assert [frame.added for frame in after] == [frame.added for frame in before]
    if not settings.retention_days or kind == "raises":
        for old, new in zip(before, after, strict=True):
            size = (old.width, old.height)
            assert (covered(*size, new.zones) >= covered(*size, old.zones)).all()
    if kind == "more":
        assert all(len(frame.zones) > 1 for frame in after)
        assert {frame.version for frame in after} == {"2"}
    publication = shown(node, drive)
    assert publication is not None
    assert (publication.published, keys_of(node, drive)) == (3, publication.keys)


def test_what_is_shown_again_while_a_backup_holds_back_its_destruction_stays(node: Node) -> None:
    drive = accepted(node)
    publish(node, settings=KEPT)
    first = shown(node, drive)
    with nothing_destroyed(node.settings.data):
        for kind in ("more", "plate"):
            publisher = Publisher(node, InlineEngine(), KEPT, Opens(kind))
            workers = publisher.workers()
            assert workers is not None
            assert publisher.publish(workers, drive, "reblurred", shown_too=True)
    purge(node)
    last = shown(node, drive)
    assert first is not None
    assert last is not None
    assert last.packs == first.packs
    assert keys_of(node, drive) == last.keys
    assert fsck(node).damages == ()


def test_more_keys_are_destroyed_at_once_than_a_statement_takes(node: Node) -> None:
    keys = [f"blurred/00/{n:06}" for n in range(40_000)]
    with node.catalog.writing() as connection:
        discard_later(connection, keys)
        discard_later(connection, keys[:10])
        assert connection.scalar(sa.select(sa.func.count()).select_from(discards)) == len(keys)
        keep_after_all(connection, keys)
        assert connection.scalar(sa.select(sa.func.count()).select_from(discards)) == 0


def test_blurring_again_without_news_leaves_every_byte_as_it_is(node: Node) -> None:
    drive = accepted(node)
    publish(node)
    first = shown(node, drive)
    again(node, drive, PublishSettings(), "plate")
    second = shown(node, drive)
    assert first is not None
    assert second is not None
    assert (second.packs, second.thumbnails) == (first.packs, first.thumbnails)


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (0, 0, 100_000, 10), (9, 9, 3, 20)])
def test_a_box_outside_the_picture_is_refused(node: Node, box: tuple[int, int, int, int]) -> None:
    drive = accepted(node)
    publish(node)
    with pytest.raises(UsageError, match="does not lie"):
        add_mask(node, PublishSettings(), drive, 0, box)


def test_what_is_not_published_is_named(node: Node) -> None:
    drive = accepted(node)
    with pytest.raises(NotFound, match="not published"):
        add_mask(node, PublishSettings(), drive, 0, SEEN)
    with pytest.raises(NotFound, match="no published drive"):
        published_drives(node, drive[:8])
    publish(node)
    assert published_drives(node, drive[:8]) == published_drives(node) == [drive]
    with pytest.raises(NotFound, match="picture 7"):
        add_mask(node, PublishSettings(), drive, 7, SEEN)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--all", "--drive", "abcdef"],
        ["--frame", "abcdef/1"],
        ["--frame", "abcdef/1", "--add", "1,2,3"],
    ],
)
def test_half_a_request_is_refused(words: list[str]) -> None:
    ended = CliRunner().invoke(build(), ["reblur", *words])
    assert isinstance(ended.exception, UsageError | NotFound)


def test_it_is_the_same_on_postgresql(tmp_path: Path, catalog_url: str) -> None:
    node = make_node(tmp_path / "node", catalog_url)
    drive = accepted(node)
    publish(node, settings=KEPT)
    add_mask(node, KEPT, drive, 0, SEEN)
    again(node, drive, KEPT, "more")
    publication = shown(node, drive)
    assert publication is not None
    assert (publication.cause, publication.published) == ("reblurred", 3)
    assert keys_of(node, drive) == publication.keys
    with node.catalog.reading() as connection:
        assert publications.waiting_by_reason(connection) == (3, {})
        assert publications.with_waiting(connection) == []
    assert fsck(node).damages == ()
    delete_drive(node, drive, contributor(1).public)
    assert keys_of(node, drive) == set()
    assert list(node.blobs.keys("originals")) == []
    node.catalog.close()
