"""A bit that flips in the write-ahead log is seen wherever a cut by a crash cannot explain it."""

import random
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from roadcomb.catalog.wal import damaged_frame

HEADER, FRAME = 32, 24 + 4096


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twelve transactions of one frame each, on top of one that made a table."""
    path = tmp_path_factory.mktemp("wal") / "c"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        connection.execute("CREATE TABLE t (a)")
        for number in range(12):
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        return Path(f"{path}-wal").read_bytes()


def frames(log: bytes) -> int:
    return (len(log) - HEADER) // FRAME


def flipped(log: bytes, at: int) -> bytes:
    changed = bytearray(log)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def test_what_was_written_is_whole_also_when_less_of_it_is_counted(log: bytes) -> None:
    assert frames(log) > 12
    assert damaged_frame(log, frames(log)) is None
    assert damaged_frame(log, frames(log) - 1) is None
    assert damaged_frame(b"", 0) is None


def test_any_bit_of_a_counted_frame_or_of_the_header_is_seen_where_it_is(log: bytes) -> None:
    chance = random.Random(20_260_105)
    for _ in range(60):
        at = chance.randrange(len(log) * 8)
        number = 0 if at < 8 * HEADER else (at // 8 - HEADER) // FRAME + 1
        found = damaged_frame(flipped(log, at), frames(log))
        assert found == number, at


def test_a_log_that_ends_too_early_is_seen_by_the_transactions_after_its_end(log: bytes) -> None:
    """After a crash SQLite counts to the frame before the flipped one."""
    damaged = flipped(log, 8 * (HEADER + 5 * FRAME + 100))
    assert damaged_frame(damaged, 5) == 6
    last = frames(log) - 1
    assert damaged_frame(flipped(log, 8 * (HEADER + last * FRAME + 100)), last) is None


def test_what_an_earlier_log_left_behind_is_no_damage(tmp_path: Path) -> None:
    """SQLite begins again at the front, with another salt, and leaves the rest."""
    path = tmp_path / "c"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        connection.execute("CREATE TABLE t (a)")
        for number in range(5):
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO t VALUES (6)")
        log = Path(f"{path}-wal").read_bytes()
    assert frames(log) > 5
    assert damaged_frame(log, 1) is None
    assert damaged_frame(log, 2) == 2
