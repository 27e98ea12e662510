"""Law 4: no pixel leaves before its publication; and of accepted drives only accepted frames."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from roadcomb.errors import NotFound
from roadcomb.node import Node
from tests.quality.publishing.showing import show
from tests.tiles.worlds import Drive, a_node, a_picture, decide, seal
from tiles.accepted import Decided
from tiles.imagery import WaitsForBlur, full_picture, thumbnail
from tiles.live import LiveMap
from tiles.pictures import newest

PICTURES = [a_picture(seed) for seed in range(3)]
DRIVE = Drive("seen", verdicts=("accepted", "rejected", "accepted"), pictures=PICTURES)
Read = Callable[[Node, Decided, int], bytes]
READERS: list[Read] = [full_picture, thumbnail]


def on_the_map(folder: Path, shown: tuple[int, ...] = ()) -> tuple[Node, Decided]:
    node = a_node(folder)
    seal(node, DRIVE)
    decide(node, DRIVE)
    if shown:
        show(node, DRIVE.drive_id, {n: PICTURES[n] for n in shown})
    return node, LiveMap(node).state.drives["public-seen"]


@pytest.mark.parametrize("read", READERS)
def test_an_accepted_picture_without_a_publication_waits(tmp_path: Path, read: Read) -> None:
    node, drive = on_the_map(tmp_path)
    for n in (0, 2):
        with pytest.raises(WaitsForBlur):
            read(node, drive, n)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("shown", [(), (0, 2)])
def test_what_was_not_accepted_is_not_there(
    tmp_path: Path, read: Read, shown: tuple[int, ...]
) -> None:
    node, drive = on_the_map(tmp_path, shown)
    for n in (1, 3, -1):
        with pytest.raises(NotFound):
            read(node, drive, n)


@pytest.mark.parametrize("read", READERS)
def test_published_frames_are_served_as_they_were_published(tmp_path: Path, read: Read) -> None:
    node, drive = on_the_map(tmp_path, (0, 2))
    assert read(node, drive, 0) == PICTURES[0]
    assert read(node, drive, 2) == PICTURES[2]


@pytest.mark.parametrize("read", READERS)
def test_a_frame_that_waits_in_a_published_drive_says_why(tmp_path: Path, read: Read) -> None:
    node, drive = on_the_map(tmp_path, (0,))
    assert read(node, drive, 0) == PICTURES[0]
    with pytest.raises(WaitsForBlur, match="cannot be decoded"):
        read(node, drive, 2)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("verdict", ["held", "rejected"])
def test_a_drive_that_is_not_accepted_shows_nothing(
    tmp_path: Path, read: Read, verdict: str
) -> None:
    node, drive = on_the_map(tmp_path, (0, 2))
    with pytest.raises(NotFound):
        read(node, replace(drive, verdict=verdict), 0)


def test_the_map_tells_which_pictures_are_published_and_follows(tmp_path: Path) -> None:
    node, _ = on_the_map(tmp_path)
    live = LiveMap(node)
    cells = set(live.state.pictures["cell"].to_pylist())
    pictures = [picture for cell in cells for picture in newest(live.state.pictures, cell, 9)]
    assert [live.is_shown(picture) for picture in pictures] == [False, False]
    show(node, DRIVE.drive_id, {2: PICTURES[2]})
    live.refresh()
    assert {picture.n: live.is_shown(picture) for picture in pictures} == {0: False, 2: True}
