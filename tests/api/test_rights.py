"""A contributor's rights over a real socket: everything held about them, and being forgotten."""

import io
import json
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from api.drive_view import view_of
from api.upkeep.fsck import fsck
from ingest.intake import add_frames, drive_state, open_drive, seal
from ingest.requests import authorization
from ingest.stored import get_drive
from quality.deleting import delete_drive
from quality.judge import Judge, judge_pending
from quality.judgement import load
from quality.publishing.publisher import Publisher
from rewards.audit import audit
from rewards.chain import newest
from rewards.check import check_statement
from rewards.forgetting import forget_openings
from rewards.nightly import nightly
from rewards.openings import all_openings
from rewards.policy import read_policy
from roadcomb.blobs import Blobs
from roadcomb.catalog.tables import decisions, drives, publications
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import DAY_MS
from roadcomb.errors import Conflict, NotFound
from roadcomb.keys import Key
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.drives import NOW_MS, contributor, drive_of, make_node, pictures
from tests.ingest.test_commands import json_of, run
from tests.quality.deliveries import copied, deliver
from tests.quality.pictures import drawn_frames
from tests.quality.publishing.detectors import Opens
from tests.searching import files_holding
from tiles.live import LiveMap

ALICE, BOB = contributor(1), contributor(2)


def signed(node: Node, key: Key, method: str, path: str) -> dict[str, str]:
    return {"Authorization": authorization(key, method, path, node.clock.now_ms())}


@pytest.fixture
def paid(tmp_path: Path) -> Node:
    """Alice's drive of 10 pictures and her next one, which has 3 of them again; all paid."""
    node = make_node(tmp_path / "node")
    frames = list(drawn_frames())
    deliver(node, ALICE, frames[:10])
    deliver(node, ALICE, frames[7:16], start(400))
    deliver(node, BOB, frames[16:], start(900))
    judge_pending(node, InlineEngine())
    clock_at(node, NOW_MS + DAY_MS)
    nightly(node, read_policy())
    return node


def start(metres: int) -> list[int]:
    return [480_000_000 + 90 * (metres + 8 * n) for n in range(9)][: 9 if metres == 400 else 8]


def clock_at(node: Node, now_ms: int) -> None:
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(now_ms)


def drives_of(node: Node, key: Key) -> list[sa.Row[tuple[object, ...]]]:
    with node.catalog.reading() as connection:
        query = sa.select(drives).where(drives.c.contributor == key.public)
        return list(connection.execute(query.order_by(drives.c.log_index)))


def published(node: Node) -> dict[str, bytes]:
    folder = node.settings.published
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def delete(node: Node, key: Key, drive_id: str) -> httpx.Response:
    path = f"/v1/drives/{drive_id}"
    with serving(create_app(node, limits=LIMITS)) as client:
        return client.delete(path, headers=signed(node, key, "DELETE", path))


@pytest.mark.sqlite("its file holds the salt; of PostgreSQL's: test_forgotten_on_postgresql")
def test_a_deleted_drive_is_nowhere_in_the_store_and_the_books_stay(paid: Node) -> None:
    node, frames = paid, drawn_frames()
    first, second = drives_of(node, ALICE)
    books, salt, folder = published(node), first.salt, node.settings.data
    judged = before_deletion(node, first.drive_id)
    assert all(files_holding(folder, frame) for frame in frames[:10])
    assert files_holding(folder, salt)
    answer = delete(node, ALICE, first.drive_id)
    assert answer.json() == {"drive_id": first.drive_id, "pictures": 10}
    assert not [n for n, frame in enumerate(frames[:7]) if files_holding(folder, frame)]
    assert all(
        files_holding(folder, frame) for frame in frames[7:16]
    )  # the next drive has them too
    assert not files_holding(folder, salt)
    assert not [key for key in judged if node.blobs.exists(key)]
    assert published(node) == books
    assert check_folder(node)
    assert opened_by(node) == {second.drive_id, *(drive.drive_id for drive in drives_of(node, BOB))}
    assert forget_openings(node, first.drive_id) == 0


def opened_by(node: Node) -> set[str]:
    """Drives that the newest books' openings name."""
    last = newest(node)
    assert last is not None
    return set(all_openings(node.blobs, last.manifest["inputs"])["drive_id"].to_pylist())


@pytest.mark.parametrize("killed", [False, True])
def test_a_drive_deleted_while_a_night_stores_it_is_forgotten_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    node, frames = make_node(tmp_path / "node"), list(drawn_frames())
    gone = deliver(node, ALICE, frames[:10])
    stays = deliver(node, BOB, frames[16:], start(900))
    judge_pending(node, InlineEngine())
    clock_at(node, NOW_MS + DAY_MS)

    def reached(step: str) -> None:
        if step.startswith("stored"):
            delete_drive(node, gone, ALICE.public)
            assert forget_openings(node, gone) == 0  # it is in no epoch yet

    def kill(node: Node, epoch: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) if killed else nullcontext(), monkeypatch.context() as at:
        if killed:
            at.setattr("rewards.nightly.forget_deleted", kill)
        nightly(node, read_policy(), reached=reached)
    if killed:
        assert opened_by(node) == {gone, stays}
        nightly(node, read_policy())
    assert opened_by(node) == {stays}


def test_two_drives_deleted_at_once_bring_no_opening_back(paid: Node) -> None:
    first, second = drives_of(paid, ALICE)
    for drive in (first, second):
        delete_drive(paid, drive.drive_id, ALICE.public)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(forget_openings, paid), (first.drive_id, second.drive_id)))
    assert opened_by(paid) == {drive.drive_id for drive in drives_of(paid, BOB)}


def test_what_was_published_of_it_is_nowhere_either(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    Publisher(paid, InlineEngine(), None, Opens()).publish_pending()
    with paid.catalog.reading() as connection:
        query = sa.select(publications).where(publications.c.drive_id == first.drive_id)
        shown = connection.execute(query).one()
    keys = [*json.loads(shown.packs), *json.loads(shown.thumbnails)]
    packs = [paid.blobs.get(key) for key in keys]
    pieces = [data[len(data) * part // 7 :][:64] for data in packs for part in (2, 3, 4, 5)]
    assert len(pieces) >= 8
    assert all(files_holding(paid.settings.data, piece) for piece in pieces)
    delete(paid, ALICE, first.drive_id)
    assert not [piece for piece in pieces if files_holding(paid.settings.data, piece)]


def test_it_leaves_the_map_and_its_state_says_why(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    live = LiveMap(paid)
    before = live.state.cells
    delete(paid, ALICE, first.drive_id)
    assert live.refresh()
    assert live.state.cells < before
    assert first.public_id not in live.state.drives
    assert LiveMap(paid).state.table(12).equals(live.state.table(12))
    state = drive_state(paid, first.drive_id)
    assert (state.offered, state.rejected, state.reason) == (10, 10, "deleted")
    assert view_of(paid, state).reasons == {"deleted": 10}


def test_deleting_again_is_harmless_and_the_drive_is_not_taken_again(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    assert delete(paid, ALICE, first.drive_id).json() == delete(paid, ALICE, first.drive_id).json()
    with pytest.raises(Conflict, match="deleted"):
        deliver(paid, ALICE, list(drawn_frames()[:10]))


def test_pictures_of_a_deleted_drive_are_not_paid_a_second_time(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    delete(paid, ALICE, first.drive_id)
    again = deliver(paid, ALICE, list(drawn_frames()[:7]), model="another")
    judge_pending(paid, InlineEngine())
    assert drive_state(paid, again).accepted == 0
    judgement = load(paid.blobs, drive_state(paid, again).judgement or "")
    assert set(judgement["reason"].to_pylist()) == {"already-sent"}


def test_a_running_judge_forgets_as_well(paid: Node) -> None:
    judge = Judge(paid, InlineEngine())
    other = deliver(paid, BOB, list(drawn_frames()[20:]), start(900)[:4], model="b")
    judge.judge_pending()
    first, _ = drives_of(paid, ALICE)
    delete(paid, ALICE, first.drive_id)
    again = deliver(paid, ALICE, list(drawn_frames()[:7]), model="another")
    judge.judge_pending()
    assert drive_state(paid, again).accepted == 0
    assert drive_state(paid, other).state == "judged"


def test_a_pending_and_an_open_drive_can_be_deleted(paid: Node) -> None:
    pending = deliver(paid, BOB, list(drawn_frames()[:5]), start(2000)[:5])
    frames = pictures(4)
    opened = drive_of(frames, BOB)
    open_drive(paid, opened, LIMITS)
    add_frames(paid, opened.drive_id, frames[:3], LIMITS)
    assert delete(paid, BOB, pending).is_success
    assert delete(paid, BOB, opened.drive_id).is_success
    assert judge_pending(paid, InlineEngine()) == 0
    assert drive_state(paid, pending).reason == "deleted"
    assert not any(files_holding(paid.settings.data, frame) for frame in frames)
    open_drive(paid, opened, LIMITS)  # nothing was promised for it, so it may come anew


def test_a_drive_that_is_sealed_while_it_is_deleted_keeps_no_half(
    paid: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = pictures(4)
    opened = drive_of(frames, BOB)
    open_drive(paid, opened, LIMITS)
    add_frames(paid, opened.drive_id, frames, LIMITS)

    def sealed_first(connection: sa.Connection, drive_id: str) -> sa.Row[Any]:
        found = get_drive(connection, drive_id)
        monkeypatch.undo()
        seal(paid, drive_id)
        return found

    monkeypatch.setattr("quality.deleting.get_drive", sealed_first)
    assert delete_drive(paid, opened.drive_id, BOB.public) == 4
    assert drive_state(paid, opened.drive_id).reason == "deleted"
    assert not any(files_holding(paid.settings.data, frame) for frame in frames)
    assert fsck(paid).damages == ()


def test_frames_that_arrive_while_their_drive_is_deleted_leave_nothing(
    paid: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = pictures(4)
    opened = drive_of(frames, BOB)
    open_drive(paid, opened, LIMITS)
    put = type(paid.blobs).put

    def deleted_then(blobs: Blobs, key: str, data: bytes) -> None:
        monkeypatch.undo()
        delete_drive(paid, opened.drive_id, BOB.public)
        put(blobs, key, data)

    monkeypatch.setattr("roadcomb.blobs.Blobs.put", deleted_then)
    with pytest.raises(NotFound, match="deleted meanwhile"):
        add_frames(paid, opened.drive_id, frames, LIMITS)
    assert not any(files_holding(paid.settings.data, frame) for frame in frames)


def test_nights_after_a_deletion_go_on(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    waiting = deliver(paid, BOB, [copied(f) for f in drawn_frames()[:5]], start(2000)[:5])
    judge_pending(paid, InlineEngine())
    assert drive_state(paid, waiting).verdict == "held"
    delete(paid, BOB, waiting)
    delete(paid, ALICE, first.drive_id)
    clock_at(paid, NOW_MS + 2 * DAY_MS)
    nightly(paid, read_policy())
    assert check_folder(paid)
    path = "/v1/statements"
    with serving(create_app(paid, limits=LIMITS)) as client:
        statement = client.get(path, headers=signed(paid, ALICE, "GET", path)).json()
    check_statement(statement, ALICE.public)


def test_nobody_else_deletes_a_drive_or_reads_what_is_held(paid: Node) -> None:
    first, _ = drives_of(paid, ALICE)
    assert delete(paid, BOB, first.drive_id).status_code == 401
    path = f"/v1/contributors/{ALICE.public}/data"
    with serving(create_app(paid, limits=LIMITS)) as client:
        assert client.get(path).status_code == 401
        assert client.get(path, headers=signed(paid, BOB, "GET", path)).status_code == 401
        nobody = f"/v1/contributors/{contributor(77).public}/data"
        answer = client.get(nobody, headers=signed(paid, contributor(77), "GET", nobody))
        assert answer.status_code == 404
    assert drive_state(paid, first.drive_id).verdict == "accepted"


def test_everything_held_comes_in_one_archive(paid: Node) -> None:
    first, second = drives_of(paid, ALICE)
    delete(paid, ALICE, second.drive_id)
    Publisher(paid, InlineEngine(), None, Opens()).publish_pending()
    path = f"/v1/contributors/{ALICE.public}/data"
    with serving(create_app(paid, limits=LIMITS)) as client:
        answer = client.get(path, headers=signed(paid, ALICE, "GET", path))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        held = {m.name: archive.extractfile(m) for m in archive.getmembers()}
        files = {name: file.read() for name, file in held.items() if file is not None}
    about = json.loads(files["about.json"])
    assert (about["key"], about["drives"]) == (ALICE.public, 2)
    own = f"drives/{first.drive_id}/"
    assert not [data for data in files.values() if data in drawn_frames()]
    assert len([name for name in files if name.startswith(f"{own}pictures/")]) == 10
    assert len([name for name in files if name.startswith(f"{own}thumbnails/")]) == 10
    fates = json.loads(files[f"{own}pictures.json"])
    assert [one["fate"] for one in fates] == ["published"] * 10
    row = json.loads(files[f"{own}drive.json"])
    assert (row["salt"], row["decisions"][0]["verdict"]) == (first.salt.hex(), "accepted")
    assert json.loads(files[f"{own}manifest.json"])["manifest"]["contributor"] == ALICE.public
    assert len(json.loads(files[f"{own}judgement.json"])) == 10
    assert json.loads(files["statement.json"])["epochs"]
    gone = [name for name in files if name.startswith(f"drives/{second.drive_id}/")]
    assert gone == [f"drives/{second.drive_id}/drive.json"]
    assert str(BOB.public) not in str(files)


def before_deletion(node: Node, drive_id: str) -> list[str]:
    """Keys of what was made of a drive."""
    with node.catalog.reading() as connection:
        query = sa.select(decisions).where(decisions.c.drive_id == drive_id)
        made = connection.execute(query).one()
    return [f"manifests/{drive_id}", f"judgements/{made.judgement}", made.thumbnails]


def check_folder(node: Node) -> bool:
    return bool(list(audit(node.settings.published, node.key.public)))


def test_on_the_command_line_a_drive_is_sent_exported_and_forgotten(
    node: Node, client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    url = str(client.base_url).rstrip("/")
    run("init")
    run("upload", Path("sample_data/drive").absolute(), "--to", url)
    judge_pending(node, InlineEngine())
    (drive_id,) = [row["drive_id"] for row in json_of(["status"])["drives"]]
    run("export-my-data", tmp_path / "mine.tar")
    with tarfile.open(tmp_path / "mine.tar") as archive:
        assert f"drives/{drive_id}/manifest.json" in archive.getnames()
    assert "24 pictures are deleted" in run("delete", drive_id[:8], "--yes").stdout
    (row,) = json_of(["status"])["drives"]
    assert (row["rejected"], row["reasons"]) == (24, {"deleted": 24})
    assert fsck(node).damages == ()
