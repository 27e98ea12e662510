"""Intake keeps its promises, on SQLite and PostgreSQL: idempotent, whole, each frame its own."""

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import reduce
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ingest.holdings import holding_of
from ingest.intake import (
    Stored,
    add_frames,
    contributor_drives,
    drive_state,
    load_manifest,
    open_drive,
    read_frames,
    seal,
)
from ingest.limits import IntakeSettings, charged_bytes
from ingest.log import Frontier, root
from ingest.manifest import Device, Manifest, SignedManifest, sign_manifest
from ingest.receipts import Receipt, verify_receipt
from ingest.stored import get_drive
from ingest.terms import Terms
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.catalog.tables import contributors, decisions, drives, log_entries, packs
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS
from roadcomb.errors import (
    Conflict,
    DigestMismatch,
    IntegrityError,
    InvalidInput,
    NotAJpeg,
    NotFound,
    QuotaExceeded,
    StorageFull,
    TooLarge,
)
from roadcomb.keys import account_of
from roadcomb.node import Node, open_node
from roadcomb.records import Frame
from roadcomb.settings import NodeSettings
from tests.databases import ready_folder
from tests.drives import NOW_MS, contributor, drive_of, make_node, pictures

LIMITS = IntakeSettings(reserve_bytes=0)
_somebody = count(1)


@pytest.fixture
def node(tmp_path: Path, catalog_url: str) -> Iterator[Node]:
    made = make_node(tmp_path / "node", catalog_url)
    yield made
    made.catalog.close()


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Node]:
    """A node on SQLite, for what does not depend on the catalog."""
    made = make_node(tmp_path / "node")
    yield made
    made.catalog.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node for many examples, each a drive of somebody else."""
    made = make_node(tmp_path_factory.mktemp("lasting"))
    yield made
    made.catalog.close()


def upload(node: Node, frames: list[bytes], signed: SignedManifest) -> Receipt:
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, frames, LIMITS)
    return verify_receipt(parse_json(seal(node, signed.drive_id)), node.key.public)


def rows(node: Node, table: sa.Table) -> int:
    with node.catalog.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_drive_goes_in_whole_and_its_frames_come_out_in_order(node: Node) -> None:
    frames = pictures(7)
    signed = drive_of(frames)
    opened = open_drive(node, signed, LIMITS)
    assert (opened.created, opened.state) == (True, "open")
    assert opened.missing == tuple(frame.image_id for frame in signed.manifest.frames)
    for part in (frames[4:], frames[:3], frames[3:4]):
        add_frames(node, signed.drive_id, part, LIMITS)
    receipt = verify_receipt(parse_json(seal(node, signed.drive_id)), node.key.public)
    assert receipt.promise.frames == 7
    assert receipt.promise.bytes == sum(len(frame) for frame in frames)
    assert list(read_frames(node, signed.drive_id)) == list(
        zip(signed.manifest.frames, frames, strict=True)
    )
    assert load_manifest(node, signed.drive_id) == signed.manifest


def test_the_licence_that_a_manifest_names_stands_with_its_drive(node: Node) -> None:
    said = drive_of(pictures(2)).manifest
    terms = Terms(1, NOW_MS, "CC-BY-4.0", 1_400)
    silent, named = (
        sign_manifest(one, contributor()) for one in (said, replace(said, terms=terms))
    )
    for signed, licence in ((silent, None), (named, "CC-BY-4.0")):
        open_drive(node, signed, LIMITS)
        with node.catalog.reading() as connection:
            assert get_drive(connection, signed.drive_id).licence == licence


def test_every_call_may_be_repeated(node: Node) -> None:
    frames = pictures(4)
    signed = drive_of(frames)
    open_drive(node, signed, LIMITS)
    assert add_frames(node, signed.drive_id, frames[:3], LIMITS).stored == 3
    again = open_drive(node, signed, LIMITS)
    assert (again.created, len(again.missing)) == (False, 1)
    repeated = add_frames(node, signed.drive_id, frames, LIMITS)
    assert (repeated.stored, repeated.missing) == (1, 0)
    first = seal(node, signed.drive_id)
    assert seal(node, signed.drive_id) == first
    assert add_frames(node, signed.drive_id, frames, LIMITS).stored == 0
    assert open_drive(node, signed, LIMITS).state == "sealed"
    assert (rows(node, drives), rows(node, packs), rows(node, log_entries)) == (1, 2, 1)
    assert rows(node, contributors) == 1


def test_the_same_picture_of_somebody_else_is_not_received(node: Node) -> None:
    frames = pictures(3)
    upload(node, frames, drive_of(frames, contributor(1)))
    opened = open_drive(node, drive_of(frames, contributor(2)), LIMITS)
    assert len(opened.missing) == 3
    with pytest.raises(Conflict):
        seal(node, opened.drive_id)


def test_a_drive_that_lacks_frames_is_not_sealed_and_names_them(node: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, frames[:2], LIMITS)
    with pytest.raises(Conflict, match="lacks 1 of 3") as caught:
        seal(node, signed.drive_id)
    assert caught.value.details["missing"] == [signed.manifest.frames[2].image_id]
    assert rows(node, log_entries) == 0


def test_one_wrong_frame_and_nothing_of_its_batch_is_stored(laptop: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    with pytest.raises(DigestMismatch, match="not in this drive's manifest"):
        add_frames(laptop, signed.drive_id, [*frames, *pictures(1, first=9)], LIMITS)
    assert drive_state(laptop, signed.drive_id).received == 0
    assert list(laptop.blobs.keys("packs")) == []


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (b"\x89PNG\r\n\x1a\n", NotAJpeg),
        (b"", NotAJpeg),
        (b"\xff\xd8\xff\xe1\x00\x08Exif\0\0" + pictures(1)[0][2:], NotAJpeg),
        (pictures(1)[0] + b"a tail", NotAJpeg),
        (pictures(1)[0][:-1], DigestMismatch),
        (pictures(1)[0].replace(b"0", b"X"), DigestMismatch),
    ],
    ids=["png", "nothing", "with EXIF", "with a tail", "truncated", "changed"],
)
def test_what_is_wrong_with_a_frame_is_said(
    laptop: Node, frame: bytes, error: type[InvalidInput]
) -> None:
    signed = drive_of(pictures(2))
    open_drive(laptop, signed, LIMITS)
    with pytest.raises(error):
        add_frames(laptop, signed.drive_id, [frame], LIMITS)


def test_a_manifest_that_lists_what_is_no_canonical_jpeg_gets_no_such_frame(laptop: Node) -> None:
    frames = [*pictures(2), b"text"]
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    with pytest.raises(NotAJpeg):
        add_frames(laptop, signed.drive_id, frames, LIMITS)


def test_a_sealed_drive_takes_no_more(laptop: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    upload(laptop, frames, signed)
    with pytest.raises(Conflict, match="sealed"):
        add_frames(laptop, signed.drive_id, pictures(1, first=9), LIMITS)


def test_an_unknown_drive_is_not_found(laptop: Node) -> None:
    for ask in (lambda: seal(laptop, "0" * 64), lambda: drive_state(laptop, "0" * 64)):
        with pytest.raises(NotFound, match="no drive 0000"):
            ask()
    with pytest.raises(NotFound):
        add_frames(laptop, "0" * 64, pictures(1), LIMITS)


def test_concurrent_seals_get_places_of_their_own_in_one_log(node: Node) -> None:
    drives_of = [pictures(2, first=10 * n) for n in range(12)]
    signed = [drive_of(frames, contributor(n)) for n, frames in enumerate(drives_of)]
    receipts: list[Receipt] = []
    threads = [
        threading.Thread(target=lambda f=f, s=s: receipts.append(upload(node, f, s)))
        for f, s in zip(drives_of, signed, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.promise.log_index for receipt in receipts) == list(range(12))
    with node.catalog.reading() as connection:
        query = sa.select(log_entries.c.leaf).order_by(log_entries.c.log_index)
        leaves = [bytes.fromhex(leaf) for leaf in connection.execute(query).scalars()]
    for receipt in receipts:
        assert receipt.log_root == root(leaves[: receipt.log_size])
    assert reduce(Frontier.append, leaves, Frontier()).size == 12


def test_the_same_frames_at_once_are_stored_once(node: Node) -> None:
    frames = pictures(5)
    signed = drive_of(frames)
    open_drive(node, signed, LIMITS)
    threads = [
        threading.Thread(target=add_frames, args=(node, signed.drive_id, frames, LIMITS))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(node, packs) == 1
    assert drive_state(node, signed.drive_id).received == 5


@given(st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=6))
def test_any_batches_in_any_order_leave_exactly_what_they_held(
    lasting: Node, batches: list[list[int]]
) -> None:
    node, frames = lasting, pictures(10)
    signed = drive_of(frames, contributor(next(_somebody)))
    open_drive(node, signed, LIMITS)
    sent: set[int] = set()
    for batch in batches:
        answer = add_frames(node, signed.drive_id, [frames[n] for n in batch], LIMITS)
        assert answer.stored == len(set(batch) - sent)
        sent |= set(batch)
        assert answer.missing == 10 - len(sent)
    missing = {name for n, name in enumerate(ids(signed)) if n not in sent}
    assert set(open_drive(node, signed, LIMITS).missing) == missing


def ids(signed: SignedManifest) -> list[str]:
    return [frame.image_id for frame in signed.manifest.frames]


def test_a_days_quota_refuses_new_drives_and_lets_open_ones_be_finished(node: Node) -> None:
    frames = pictures(4)
    day_bytes = charged_bytes(1, len(frames), sum(map(len, frames)))
    limits = IntakeSettings(day_bytes=day_bytes, reserve_bytes=0)
    signed = drive_of(frames)
    open_drive(node, signed, limits)
    other = drive_of(pictures(1, first=9))
    with pytest.raises(QuotaExceeded, match="try again in 43200 s") as caught:
        open_drive(node, other, limits)
    assert caught.value.details == {"retry_after_s": 43_200}
    assert list(node.blobs.keys("manifests")) == [f"manifests/{signed.drive_id}"]
    open_drive(node, signed, limits)
    add_frames(node, signed.drive_id, frames, limits)
    open_drive(node, drive_of(pictures(1, first=9), contributor(5)), limits)
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(NOW_MS + DAY_MS)
    assert open_drive(node, other, limits).created


def test_a_batch_reads_the_index_of_no_batch_before_it(laptop: Node) -> None:
    frames = pictures(8)
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    for n, frame in enumerate(frames):
        assert add_frames(laptop, signed.drive_id, [frame], LIMITS).missing == 7 - n
        assert add_frames(laptop, signed.drive_id, [frame], LIMITS).stored == 0
    with laptop.catalog.reading() as connection:
        drive = get_drive(connection, signed.drive_id)
    assert holding_of(laptop.catalog, drive).decoded == len(frames)


def test_what_is_remembered_of_a_drive_goes_with_its_packs(laptop: Node) -> None:
    frames = pictures(4)
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    for frame in frames:
        add_frames(laptop, signed.drive_id, [frame], LIMITS)
    with laptop.catalog.writing() as connection:
        connection.execute(sa.delete(packs).where(packs.c.drive_id == signed.drive_id))
    assert add_frames(laptop, signed.drive_id, frames[:2], LIMITS) == Stored(2, 2)


def test_many_tiny_frames_cost_the_quota_what_they_take(laptop: Node) -> None:
    frames = tuple(
        Frame(f"{n:064x}", 1, NOW_MS - 60_000 + n, 480_000_000, 20_000_000) for n in range(200)
    )
    key, limits = contributor(1), IntakeSettings(day_bytes=80_000, reserve_bytes=0)
    for n, taken in enumerate((True, False)):
        signed = sign_manifest(Manifest(key.public, Device(f"{n}"), frames), key)
        with nullcontext() if taken else pytest.raises(QuotaExceeded):
            open_drive(laptop, signed, limits)


def test_no_manifest_is_longer_than_what_it_is_charged() -> None:
    key, text = contributor(1), "\U0001f697" * 200
    numbers = (35_999, 100_000, 10_000_000, 1_000_000, 1_000, 8)
    longest = Frame("f" * 64, 2**31, NOW_MS, -900_000_000, -1_800_000_000, *numbers)
    frames = (longest,) * 1_000
    screened = {f"{n:02}{text}"[:60]: 2**53 - 1 for n in range(40)}
    for some in (frames[:1], frames):
        manifest = Manifest(key.public, Device(text, "software-key"), some, screened)
        stored = canonical_json(sign_manifest(manifest, key).to_json())
        assert len(stored) < charged_bytes(1, len(some), 0)


def test_the_disks_reserve_is_not_touched(laptop: Node) -> None:
    frames = pictures(2)
    signed = drive_of(frames)
    greedy = IntakeSettings(reserve_bytes=2**60)
    with pytest.raises(StorageFull):
        open_drive(laptop, signed, greedy)
    open_drive(laptop, signed, LIMITS)
    with pytest.raises(StorageFull):
        add_frames(laptop, signed.drive_id, frames, greedy)
    assert add_frames(laptop, signed.drive_id, frames, LIMITS).missing == 0


def test_what_is_too_large_or_of_the_future_is_refused_at_the_door(laptop: Node) -> None:
    frames = pictures(3)
    for limits in (IntakeSettings(drive_frames=2), IntakeSettings(frame_bytes=199)):
        with pytest.raises(TooLarge):
            open_drive(laptop, drive_of(frames), limits)
    with pytest.raises(InvalidInput, match="future"):
        open_drive(laptop, drive_of(frames, started_ms=NOW_MS + 300_000), LIMITS)
    assert rows(laptop, drives) == 0


def test_a_damaged_frame_is_never_handed_out(laptop: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    upload(laptop, frames, signed)
    (key,) = laptop.blobs.keys("packs")
    laptop.blobs.put(key, laptop.blobs.get(key).replace(b"picture 1", b"picture X"))
    with pytest.raises(DigestMismatch, match="damaged"):
        list(read_frames(laptop, signed.drive_id))


@pytest.mark.parametrize(
    ("whole", "damaged"),
    [(b'"v":1', b'"v":2'), (b'{"manifest"', b'["manifest"'), (b'"manifest"', b'"manifesT"')],
    ids=["another value", "no JSON", "another shape"],
)
def test_a_damaged_manifest_is_our_fault_and_not_its_contributors(
    laptop: Node, whole: bytes, damaged: bytes
) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    key = f"manifests/{signed.drive_id}"
    laptop.blobs.put(key, laptop.blobs.get(key).replace(whole, damaged, 1))
    for ask in (
        lambda: load_manifest(laptop, signed.drive_id),
        lambda: add_frames(laptop, signed.drive_id, frames, LIMITS),
        lambda: seal(laptop, signed.drive_id),
    ):
        with pytest.raises(IntegrityError, match="damaged"):
            ask()


def test_a_drive_without_all_its_frames_cannot_be_read(laptop: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    open_drive(laptop, signed, LIMITS)
    add_frames(laptop, signed.drive_id, frames[1:], LIMITS)
    with pytest.raises(NotFound, match="was not received"):
        list(read_frames(laptop, signed.drive_id))


def test_the_counts_of_a_drive_add_up_at_every_step(node: Node) -> None:
    frames = pictures(6)
    signed = drive_of(frames)
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, frames[:2], LIMITS)
    state = drive_state(node, signed.drive_id)
    assert (state.state, state.received, state.pending) == ("open", 2, 6)
    upload(node, frames, signed)
    state = drive_state(node, signed.drive_id)
    assert (state.state, state.received, state.pending) == ("sealed", 6, 6)
    decide(node, signed.drive_id, accepted=4, rejected=2)
    state = drive_state(node, signed.drive_id)
    assert (state.state, state.verdict, state.pending) == ("judged", "accepted", 0)
    assert state.offered == state.pending + state.held + state.accepted + state.rejected
    assert contributor_drives(node, contributor().public) == ([state], None)
    assert contributor_drives(node, contributor(7).public) == ([], None)


def test_a_contributors_drives_come_in_pages_each_once(laptop: Node) -> None:
    signed = [drive_of(pictures(1, first=n)) for n in range(5)]
    for one in signed:
        open_drive(laptop, one, LIMITS)
    key, seen, after = contributor().public, list[str](), None
    for size in (2, 2, 1):
        page, after = contributor_drives(laptop, key, limit=2, after=after)
        assert len(page) == size
        seen += [state.drive_id for state in page]
    assert after is None
    assert sorted(seen) == sorted(one.drive_id for one in signed)
    with pytest.raises(NotFound):
        contributor_drives(laptop, contributor(7).public, after=seen[0])


def decide(node: Node, drive_id: str, accepted: int, rejected: int) -> None:
    values = {
        "drive_id": drive_id, "verdict": "accepted", "judgement": "0" * 64, "accepted": accepted,
        "held": 0, "rejected": rejected, "evidence": "{}", "decided_ms": NOW_MS, "epoch": 20_458,
        "decided_by": "tests",
    }  # fmt: skip
    with node.catalog.writing() as connection:
        insert = sa.insert(decisions).values(values).returning(decisions.c.id)
        number = connection.execute(insert).scalar_one()
        where = drives.c.drive_id == drive_id
        connection.execute(sa.update(drives).where(where).values(decision=number))


def test_a_contributor_stands_in_the_books_by_pseudonym(laptop: Node) -> None:
    open_drive(laptop, drive_of(pictures(1)), LIMITS)
    with laptop.catalog.reading() as connection:
        row = connection.execute(sa.select(contributors)).one()
    assert row.account == account_of(contributor().public) != row.key


def drawn(folder: Path, seed: str | None) -> tuple[str, bytes]:
    node = open_node(NodeSettings(data=ready_folder(folder), key_seed=seed))
    open_drive(node, drive_of(pictures(1)), LIMITS)
    with node.catalog.reading() as connection:
        row = connection.execute(sa.select(drives.c.public_id, drives.c.salt)).one()
    node.catalog.close()
    return row.public_id, row.salt


def test_public_id_and_salt_are_random_but_in_a_demo(tmp_path: Path) -> None:
    assert drawn(tmp_path / "a", None) != drawn(tmp_path / "b", None)
    assert drawn(tmp_path / "c", "demo") == drawn(tmp_path / "d", "demo")
    assert drawn(tmp_path / "e", "demo") != drawn(tmp_path / "f", "other")
