"""Law 4: no picture leaves that has not passed what the node requires."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from roadcomb.errors import NotFound
from roadcomb.node import Node
from roadcomb.settings import ImageryRequires, NodeSettings
from tests.tiles.worlds import Drive, a_node, a_picture, decide, seal
from tiles.accepted import Decided
from tiles.imagery import WaitsForBlur, full_picture, thumbnail, waits_for
from tiles.live import LiveMap

PICTURES = [a_picture(seed) for seed in range(3)]
DRIVE = Drive("seen", verdicts=("accepted", "rejected", "accepted"), pictures=PICTURES)
READERS: list[Callable[[Node, Decided, int], bytes]] = [full_picture, thumbnail]


def on_the_map(folder: Path, requires: ImageryRequires) -> tuple[Node, Decided]:
    node = a_node(folder, requires)
    seal(node, DRIVE)
    decide(node, DRIVE)
    return node, LiveMap(node).state.drives["public-seen"]


@pytest.mark.parametrize("read", READERS)
def test_an_unblurred_picture_is_never_served_under_the_default_setting(
    tmp_path: Path, read: Callable[[Node, Decided, int], bytes]
) -> None:
    node, drive = on_the_map(tmp_path, NodeSettings(data=tmp_path).imagery_requires)
    for n in range(4):
        with pytest.raises(WaitsForBlur):
            read(node, drive, n)


def test_only_the_setting_that_names_nothing_lets_pictures_go() -> None:
    free = [requires for requires in ImageryRequires if waits_for(requires) is None]
    assert free == [ImageryRequires.NOTHING]


@pytest.mark.parametrize("read", READERS)
def test_accepted_frames_of_the_drawn_city_are_served_as_stored(
    tmp_path: Path, read: Callable[[Node, Decided, int], bytes]
) -> None:
    node, drive = on_the_map(tmp_path, ImageryRequires.NOTHING)
    assert read(node, drive, 0) == PICTURES[0]
    assert read(node, drive, 2) == PICTURES[2]
    for n in (1, 3, -1):
        with pytest.raises(NotFound):
            read(node, drive, n)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("verdict", ["held", "rejected"])
def test_a_drive_that_is_not_accepted_shows_nothing(
    tmp_path: Path, read: Callable[[Node, Decided, int], bytes], verdict: str
) -> None:
    node, drive = on_the_map(tmp_path, ImageryRequires.NOTHING)
    with pytest.raises(NotFound):
        read(node, replace(drive, verdict=verdict), 0)


def test_thumbnails_are_found_in_several_packs(tmp_path: Path) -> None:
    from quality.thumbnails import ThumbnailWriter

    node, drive = on_the_map(tmp_path, ImageryRequires.NOTHING)
    writer = ThumbnailWriter(node.blobs, pack_bytes=1)
    for picture in PICTURES:
        writer.add(picture)
    several = replace(drive, thumbnails=writer.close())
    assert thumbnail(node, several, 2) == PICTURES[2]


def test_a_drive_without_thumbnails_has_none_to_serve(tmp_path: Path) -> None:
    node = a_node(tmp_path, ImageryRequires.NOTHING)
    bare = Drive("bare")
    seal(node, bare)
    decide(node, bare)
    drive = LiveMap(node).state.drives["public-bare"]
    for read in READERS:
        with pytest.raises(NotFound):
            read(node, drive, 0)
