"""Nightly closes each day once, in order, whatever happens to it on the way."""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.log import EMPTY_ROOT, root
from ingest.payout import sign_binding
from rewards.bindings import bind, parse_binding
from rewards.chain import committed
from rewards.documents import FILES
from rewards.nightly import STEPS, close_epoch, nightly
from rewards.policy import Policy
from rewards.turn import my_turn
from rewards.watching import Watch
from roadcomb.catalog.tables import decisions, drives, epoch_drives, ledger, log_entries
from roadcomb.errors import Conflict, UsageError
from roadcomb.node import Node
from tests.databases import copied_folder, new_database
from tests.rewards.town import DAY, Shot, add_drive, decide, open_town, person, set_day

ALICE, BOB = person("alice"), person("bob")
STREET = [Shot(10 + index / 10, index, 700 + index) for index in range(8)]

# One process imports everything and forks a child for each step, before any thread is started.
KILLED = """
import os, signal, sys
from pathlib import Path
from rewards.nightly import nightly
from rewards.policy import read_policy
from tests.rewards.town import open_town

def run(folder, last):
    def reached(step):
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)
    nightly(open_town(folder), read_policy(), reached=reached)

for step in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        run(Path(sys.argv[1]) / step, step)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, step
"""


def published(node: Node) -> dict[str, bytes]:
    folder = node.settings.published
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def amounts(node: Node, account: str) -> dict[int, int]:
    query = sa.select(ledger.c.epoch, ledger.c.amount).where(ledger.c.account == account)
    with node.catalog.reading() as connection:
        return {row.epoch: row.amount for row in connection.execute(query)}


def counted(node: Node) -> dict[str, int]:
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(epoch_drives.c.drive_id, epoch_drives.c.epoch))
        return {row.drive_id: row.epoch for row in found}


def released(node: Node, drive_id: str, epoch: int, verdict: str = "accepted") -> None:
    query = sa.select(decisions.c.judgement).where(decisions.c.drive_id == drive_id)
    with node.catalog.reading() as connection:
        digest = connection.execute(query).scalars().first()
    assert digest is not None
    decide(node, drive_id, digest, STREET, epoch, verdict)


def test_a_day_that_is_over_is_closed_once_and_published(node: Node, policy: Policy) -> None:
    drive = add_drive(node, ALICE, STREET)
    night = nightly(node, policy)
    assert [each.epoch for each in night.closed] == [DAY]
    assert sorted(published(node)) == sorted(f"{DAY}/{name}" for name in FILES)
    assert counted(node) == {drive: DAY}
    before = published(node)
    again = nightly(node, policy)
    assert (again.closed, again.written) == ((), 0)
    assert published(node) == before
    assert len(committed(node)) == 1


def test_a_day_that_is_not_over_waits(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET, epoch=DAY + 1)
    assert nightly(node, policy).closed == ()
    with pytest.raises(UsageError, match="not over"):
        nightly(node, policy, upto=DAY + 1)


def test_days_are_closed_in_order_and_each_names_the_one_before(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET)
    add_drive(node, BOB, STREET, epoch=DAY + 2)
    set_day(node, DAY + 3)
    nightly(node, policy)
    chain = committed(node)
    assert [epoch.epoch for epoch in chain] == [DAY, DAY + 1, DAY + 2]
    assert chain[0].manifest["previous"] is None
    assert chain[1].manifest["paid"] == "0"
    assert chain[2].manifest["rows"]["count"] == len(STREET)


def test_an_operator_may_say_where_the_chain_begins_and_where_to_stop(
    node: Node, policy: Policy
) -> None:
    set_day(node, DAY + 5)
    nightly(node, policy, upto=DAY + 1)
    nightly(node, policy, upto=DAY + 3)
    assert [epoch.epoch for epoch in committed(node)] == [DAY + 1, DAY + 2, DAY + 3]


def test_a_node_where_nothing_was_decided_has_nothing_to_close(node: Node, policy: Policy) -> None:
    assert nightly(node, policy).closed == ()


def test_the_ledger_sums_to_zero_and_holds_the_pool(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET)
    add_drive(node, BOB, STREET[2:], name="bob's")
    nightly(node, policy)
    with node.catalog.reading() as connection:
        entries = connection.execute(sa.select(ledger.c.amount)).scalars().all()
    assert sum(entries) == 0
    assert amounts(node, "emission") == {DAY: -policy.emission.at(DAY)}


def test_a_cell_driven_again_the_next_day_pays_a_seventh(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET)
    add_drive(node, ALICE, STREET, epoch=DAY + 1)
    set_day(node, DAY + 2)
    first, second = nightly(node, policy).closed
    assert second.paid * 7 == first.paid


def test_held_and_rejected_drives_are_not_paid_until_a_person_accepts_them(
    node: Node, policy: Policy
) -> None:
    held = add_drive(node, BOB, STREET, verdict="held", reason="replay-suspected")
    add_drive(node, ALICE, STREET, verdict="rejected", reason="already-sent", name="again")
    (first,) = nightly(node, policy).closed
    assert (first.drives, first.paid) == (0, 0)
    released(node, held, DAY + 1)
    set_day(node, DAY + 2)
    (second,) = nightly(node, policy).closed
    assert second.drives == 1
    assert second.paid > 0


def test_a_drive_is_never_counted_twice_however_often_it_is_decided(
    node: Node, policy: Policy
) -> None:
    drive = add_drive(node, ALICE, STREET)
    released(node, drive, DAY + 1, "rejected")
    released(node, drive, DAY + 2)
    set_day(node, DAY + 3)
    closed = nightly(node, policy).closed
    assert [each.drives for each in closed] == [1, 0, 0]
    assert counted(node) == {drive: DAY}


def test_the_newest_decision_of_the_day_counts(node: Node, policy: Policy) -> None:
    drive = add_drive(node, ALICE, STREET)
    released(node, drive, DAY, "rejected")
    (closed,) = nightly(node, policy).closed
    assert closed.drives == 0


def test_a_decision_that_came_too_late_for_its_day_counts_in_the_next(
    node: Node, policy: Policy
) -> None:
    add_drive(node, ALICE, STREET)
    nightly(node, policy)
    late = add_drive(node, BOB, STREET, epoch=DAY, name="late")
    set_day(node, DAY + 2)
    nightly(node, policy)
    assert counted(node)[late] == DAY + 1


def test_a_deleted_drive_is_not_counted(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET)
    with node.catalog.writing() as connection:
        connection.execute(sa.update(drives).values(salt=None))
    (closed,) = nightly(node, policy).closed
    assert (closed.drives, counted(node)) == (0, {})


def test_rejected_frames_of_an_accepted_drive_earn_nothing(node: Node, policy: Policy) -> None:
    bad = [Shot(20, 9, 0, verdict="rejected", reason="too-dark")]
    add_drive(node, ALICE, STREET + bad)
    (closed,) = nightly(node, policy).closed
    assert closed.passes == len(STREET)


def test_earnings_wait_unbound_and_move_to_the_address_in_the_next_epoch(
    node: Node, policy: Policy
) -> None:
    add_drive(node, ALICE, STREET)
    (first,) = nightly(node, policy).closed
    now_ms, address = node.clock.now_ms(), "0x" + "a1" * 20
    bind(node, parse_binding(sign_binding(ALICE, address, now_ms), now_ms))
    set_day(node, DAY + 2)
    nightly(node, policy)
    assert amounts(node, f"claimable:{address}") == {DAY + 1: first.paid}
    assert committed(node)[0].manifest["tree"] is None
    assert committed(node)[1].manifest["tree"].startswith("0x")


def test_missing_files_of_a_closed_epoch_are_written_again(node: Node, policy: Policy) -> None:
    add_drive(node, ALICE, STREET)
    nightly(node, policy)
    before = published(node)
    shutil.rmtree(node.settings.published)
    assert nightly(node, policy).written == len(FILES)
    assert published(node) == before


def test_two_nodes_on_different_catalogs_give_the_same_bytes(
    tmp_path: Path, policy: Policy, catalog_url: str
) -> None:
    def whole_night(name: str, catalog: str | None) -> dict[str, bytes]:
        node = open_town(tmp_path / name, catalog=catalog)
        add_drive(node, ALICE, STREET)
        add_drive(node, BOB, STREET[:3])
        nightly(node, policy)
        node.catalog.close()
        return published(node)

    assert whole_night("here", None) == whole_night("there", catalog_url)


def test_the_manifest_pins_the_log_as_it_stood_when_the_day_was_over(
    node: Node, policy: Policy
) -> None:
    add_drive(node, ALICE, STREET)
    add_drive(node, BOB, STREET, verdict="held")
    add_drive(node, BOB, STREET, epoch=DAY + 1, name="sealed the day after")
    nightly(node, policy)
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(log_entries.c.leaf).order_by(log_entries.c.log_index))
        leaves = [bytes.fromhex(leaf) for leaf in found.scalars()]
    log = committed(node)[0].manifest["log"]
    assert (log["size"], log["root"]) == (2, root(leaves[:2]).hex())


def test_a_log_without_receipts_has_the_empty_root(node: Node, policy: Policy) -> None:
    nightly(node, policy, upto=DAY)
    log = committed(node)[0].manifest["log"]
    assert (log["size"], log["root"]) == (0, EMPTY_ROOT.hex())


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    folder = tmp_path / "prepared"
    node = open_town(folder)
    add_drive(node, ALICE, STREET)
    add_drive(node, BOB, STREET[:5])
    node.catalog.close()
    return folder


def test_a_night_killed_at_any_step_and_run_again_gives_one_manifest_and_the_same_bytes(
    prepared: Path, tmp_path: Path, policy: Policy
) -> None:
    reference = open_town(copied_folder(prepared, prepared.with_name("reference")))
    steps: list[str] = []
    nightly(reference, policy, reached=steps.append)
    assert steps == [*STEPS, *(f"published {name}" for name in FILES)]

    folders = [copied_folder(prepared, tmp_path / "killed" / step) for step in steps]
    subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed"), *steps], check=True, timeout=300
    )
    for folder in folders:
        node = open_town(folder)
        nightly(node, policy)
        assert published(node) == published(reference), folder.name
        assert [e.file for e in committed(node)] == [e.file for e in committed(reference)]
        assert amounts(node, "emission") == amounts(reference, "emission")
        node.catalog.close()
    reference.catalog.close()


def test_of_two_nights_at_once_one_works_and_the_other_says_so(
    tmp_path: Path, policy: Policy, catalog_url: str
) -> None:
    node = open_town(tmp_path / "node", catalog=catalog_url)
    add_drive(node, ALICE, STREET)
    with my_turn(node) as mine:
        assert mine
        assert nightly(node, policy).busy
    assert len(nightly(node, policy).closed) == 1
    node.catalog.close()


def test_a_turn_that_is_over_is_over_for_whoever_comes_next(
    tmp_path: Path, catalog_url: str
) -> None:
    node = open_town(tmp_path / "node", catalog=catalog_url)
    for _ in range(20):
        with node.catalog.reading(), node.catalog.reading(), node.catalog.reading():
            pass  # who comes next finds a session open, and asks at once
        for _ in range(3):
            with my_turn(node) as mine:
                assert mine
    with suppress(KeyboardInterrupt), my_turn(node):
        raise KeyboardInterrupt
    with my_turn(node) as mine:
        assert mine
    node.catalog.close()


def test_a_night_whose_lock_was_lost_ends_as_it_would_have(
    tmp_path: Path, postgresql: sa.URL
) -> None:
    node = open_town(tmp_path / "node", catalog=new_database(postgresql))
    with my_turn(node) as mine:
        with node.catalog.writing() as connection:
            lost = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            connection.exec_driver_sql(f"{lost} AND pid <> pg_backend_pid()")
        assert mine
    with my_turn(node) as mine:
        assert mine
    node.catalog.close()


def test_a_night_that_slipped_past_the_lock_stops_before_it_commits(
    node: Node, policy: Policy
) -> None:
    add_drive(node, ALICE, STREET)

    def overtaken(step: str) -> None:
        if step == "stored":
            close_epoch(node, DAY, policy)

    with pytest.raises(Conflict, match="another nightly"):
        close_epoch(node, DAY, policy, Watch(overtaken))
    assert len(committed(node)) == 1
