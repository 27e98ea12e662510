"""The live map: each accepted drive is on it exactly once, from its verdict on."""

import threading
from pathlib import Path

import pytest

from roadcomb.cells import cell_of
from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.node import Node
from tests.tiles.driven import judged, published
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import (
    AT_SEA,
    MONDAY_MS,
    Drive,
    a_node,
    commit_epoch,
    coverage_at,
    decide,
    scattered,
)
from tiles.fold import merge
from tiles.live import LiveMap
from tiles.pictures import best, newest
from tiles.snapshot import write

HOME = tile_around(AT_SEA, 16)
ALICE, BOB = Drive("one"), Drive("two", "bob", t_ms=MONDAY_MS + 9 * 3_600_000)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return a_node(tmp_path)


def passes_on(live: LiveMap) -> int:
    return sum(live.state.table(12)["passes"].to_pylist())


def test_an_accepted_drive_is_on_the_map_at_the_next_refresh(node: Node) -> None:
    live = LiveMap(node)
    assert live.tile(HOME)[1]() == b""
    judged(node, ALICE)
    assert live.refresh()
    assert live.state.table(12).equals(published(node, ALICE))
    assert live.tile(HOME)[1]() != b""
    assert not live.refresh()


def test_a_catalog_of_either_kind_is_followed(tmp_path: Path, catalog_url: str) -> None:
    node = a_node(tmp_path, catalog=catalog_url)
    live = LiveMap(node)
    judged(node, ALICE)
    judged(node, BOB, "held")
    assert live.refresh()
    assert live.state.table(12).equals(published(node, ALICE))
    commit_epoch(node, 20_458, write(node.blobs, published(node, ALICE)), [ALICE])
    decide(node, BOB)
    assert live.refresh()
    assert live.state.table(12).equals(published(node, ALICE, BOB))
    assert len(live.state.overlay[12]) == len(published(node, BOB))
    node.catalog.close()


@pytest.mark.parametrize("verdict", ["held", "rejected"])
def test_a_held_or_rejected_drive_is_not_on_the_map(node: Node, verdict: str) -> None:
    judged(node, ALICE, verdict)
    live = LiveMap(node)
    assert passes_on(live) == 0
    assert live.state.drives == {}
    assert len(live.state.pictures) == 0


def test_a_held_drive_that_a_person_accepts_comes_onto_the_map(node: Node) -> None:
    judged(node, ALICE, "held")
    live = LiveMap(node)
    decide(node, ALICE, "accepted")
    live.refresh()
    assert live.state.table(12).equals(published(node, ALICE))


def test_a_drive_that_is_rejected_later_takes_its_pictures_away(node: Node) -> None:
    judged(node, ALICE)
    judged(node, BOB)
    live = LiveMap(node)
    decide(node, ALICE, "rejected")
    live.refresh()
    assert live.state.table(12).equals(published(node, BOB))
    assert set(live.state.pictures["public_id"].to_pylist()) == {"public-two"}


def test_a_drive_moves_from_the_overlay_to_the_snapshot_and_counts_once(node: Node) -> None:
    judged(node, ALICE)
    judged(node, BOB)
    live = LiveMap(node)
    before = live.state.table(12)
    today = epoch_of(node.clock.now_ms())
    commit_epoch(node, today, write(node.blobs, published(node, ALICE)), [ALICE])
    assert live.refresh()
    assert live.state.snapshot.count(12) == len(published(node, ALICE))
    assert live.state.table(12).equals(before)
    assert LiveMap(node).state.table(12).equals(before)
    assert LiveMap(node).etag == live.etag


def test_night_after_night_each_drive_counts_once(node: Node) -> None:
    live, today, drives = LiveMap(node), epoch_of(node.clock.now_ms()), [ALICE, BOB]
    for drive in drives:
        judged(node, drive)
    for night in (1, 2):
        counted = drives[:night]
        root = write(node.blobs, published(node, *counted))
        commit_epoch(node, today + night, root, counted[-1:])
        live.refresh()
        assert live.state.table(12).equals(published(node, ALICE, BOB))
    assert len(live.state.overlay[12]) == 0


def test_the_map_of_a_node_that_starts_is_the_map_it_had(node: Node) -> None:
    live = LiveMap(node)
    for drive in (ALICE, BOB):
        judged(node, drive)
        live.refresh()
    again = LiveMap(node)
    assert again.state.pictures.equals(live.state.pictures)
    assert (again.etag, again.tile(HOME)[1]()) == (live.etag, live.tile(HOME)[1]())


def test_the_tag_changes_with_a_verdict_and_with_an_epoch(node: Node) -> None:
    live = LiveMap(node)
    tags = [live.etag]
    judged(node, ALICE)
    live.refresh()
    tags.append(live.etag)
    commit_epoch(node, 20_458, write(node.blobs, published(node, ALICE)), [ALICE])
    live.refresh()
    tags.append(live.etag)
    assert len(set(tags)) == 3


def test_verdict_by_verdict_the_map_is_the_one_of_a_node_that_starts(node: Node) -> None:
    live = LiveMap(node)
    drives = [Drive(f"d{n}", start=(0.5 + n % 3 / 9_000, -25.0)) for n in range(6)]
    for drive in drives:
        judged(node, drive)
        live.refresh()
    commit_epoch(node, 20_458, write(node.blobs, published(node, *drives[:3])), drives[:3])
    live.refresh()
    decide(node, drives[4], "rejected")
    live.refresh()
    judged(node, Drive("late"))
    live.refresh()
    fresh = published(node, drives[3], drives[5], Drive("late"))
    assert live.state.overlay[12].equals(fresh)
    again = LiveMap(node).state
    assert again.pictures.equals(live.state.pictures)
    for res in range(13):
        assert again.table(res).equals(live.state.table(res))


def test_readers_see_whole_states_while_the_map_is_refreshed(node: Node) -> None:
    live, wrong, stop = LiveMap(node), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            state = live.state
            if sum(state.table(12)["frames"].to_pylist()) != len(state.pictures):
                wrong.append(state)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(8):
        judged(node, Drive(f"drive-{number}", start=(0.5 + number / 100, -25.0)))
        live.refresh()
    stop.set()
    reader.join()
    assert wrong == []
    assert len(live.state.drives) == 8


def test_tiles_are_encoded_once_in_a_state(node: Node) -> None:
    judged(node, ALICE)
    live = LiveMap(node)
    assert live.tile(HOME)[1]() is live.tile(HOME)[1]()


def test_snapshot_and_overlay_are_counted_as_one_set_of_cells(node: Node) -> None:
    counted = merge([coverage_at(scattered(500)), published(node, ALICE)])
    commit_epoch(node, 20_457, write(node.blobs, counted), [])
    north = Drive("north", start=(0.9, -25.0))
    judged(node, ALICE)
    judged(node, north)
    state = LiveMap(node).state
    assert state.cells == len(state.table(12)) == len(counted) + len(published(node, north))
    west, south, east, far_north = state.bounds or (0, 0, 0, 0)
    assert west < -25.0 + 1e-3
    assert south == pytest.approx(0.5, abs=1e-2)
    assert far_north >= 0.9
    assert east > -24.6


def test_an_empty_map_has_no_bounds_and_no_cells(node: Node) -> None:
    assert (LiveMap(node).state.bounds, LiveMap(node).state.cells) == (None, 0)


def test_pictures_of_a_cell_are_the_newest_first_and_within_a_day_the_best(node: Node) -> None:
    days = [0, 2, 1]
    drives = [Drive(f"d{day}", t_ms=MONDAY_MS + day * DAY_MS, grades=(300, 900)) for day in days]
    for drive in drives:
        judged(node, drive)
    cell = cell_of(*AT_SEA, 8)
    found = newest(LiveMap(node).state.pictures, cell, 4)
    assert [(p.day - 20_458, p.grade) for p in found] == [(2, 900), (2, 300), (1, 900), (1, 300)]
    assert (found[0].public_id, found[0].n, found[0].heading_deg) == ("public-d2", 1, 0.0)
    assert newest(LiveMap(node).state.pictures, cell_of(-40, 100, 8), 4) == []


def test_the_best_picture_of_a_cell_has_its_best_grade_and_of_equal_ones_the_newest_wins(
    node: Node,
) -> None:
    for day, grades in enumerate([(900, 300), (300, 900), (800, 899)]):
        judged(node, Drive(f"d{day}", t_ms=MONDAY_MS + day * DAY_MS, grades=grades))
    state, cell = LiveMap(node).state, cell_of(*AT_SEA, 8)
    found = best(state.pictures, cell)
    assert found is not None
    assert (found.public_id, found.n, found.grade) == ("public-d1", 1, 900)
    assert state.cell(cell)["best_grade"].to_pylist() == [found.grade]
    assert best(state.pictures, cell_of(-40, 100, 8)) is None


def test_frames_that_are_rejected_are_no_pictures(node: Node) -> None:
    judged(node, Drive("part", verdicts=("accepted", "rejected", "accepted")))
    assert LiveMap(node).state.pictures["n"].to_pylist() == [0, 2]
