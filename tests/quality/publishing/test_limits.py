"""A worker under limits, the vault, and the queue of what is to be destroyed."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.limits import limited
from quality.publishing.discarding import discard_later, nothing_destroyed, purge
from quality.publishing.fates import WORDS, Waits
from quality.publishing.passing import WINDOW, windows
from quality.publishing.vault import locked, unlocked
from roadcomb.canonical import digest_of_bytes
from roadcomb.engine import ATTEMPTS, Lost, ProcessEngine
from roadcomb.errors import IntegrityError
from tests.drives import contributor, make_node

MEMORY_BYTES, SECONDS = 2**31, 60


@dataclass(frozen=True)
class Take:
    """Bytes to ask for."""

    size: int


def take(task: Take) -> str:
    try:
        with limited(MEMORY_BYTES, SECONDS):
            return f"{len(np.empty(task.size, np.uint8))} taken"
    except MemoryError:
        return "refused"


def test_memory_is_limited_in_a_worker_and_not_in_the_server() -> None:
    engine = ProcessEngine(1)
    try:
        answers = list(engine.map(take, [Take(2**20), Take(2**32), Take(2**20)]))
    finally:
        engine.close()
    assert answers == ["1048576 taken", "refused", "1048576 taken"]
    assert not any(isinstance(answer, Lost) for answer in answers)
    assert take(Take(2**32)) == f"{2**32} taken"


def linger(task: Take) -> str:
    with limited(MEMORY_BYTES, 1):
        time.sleep(task.size)
    return "done"


def test_who_takes_too_long_loses_its_worker_and_nobody_else_does() -> None:
    engine = ProcessEngine(1)
    try:
        answers = list(engine.map(linger, [Take(0), Take(30), Take(0)]))
    finally:
        engine.close()
    assert answers == ["done", Lost(ATTEMPTS), "done"]


@given(st.binary(max_size=300), st.integers(0, 3))
def test_a_kept_original_opens_with_the_nodes_key_for_its_drive_only(
    pack: bytes, number: int
) -> None:
    key, drive = contributor(number), f"{number:064x}"
    data = locked(key, drive, pack)
    digest = digest_of_bytes(pack)
    assert locked(key, drive, pack) == data, "a second time gives no second copy"
    assert unlocked(key, drive, digest, data) == pack
    assert len(pack) < 8 or pack not in data
    wrong = [
        (contributor(9), drive, digest, data),
        (key, "f" * 64, digest, data),
        (key, drive, "0" * 64, data),
        (key, drive, digest, data[:-1] + bytes([data[-1] ^ 1])),
    ]
    for words in wrong:
        with pytest.raises(IntegrityError, match="damaged"):
            unlocked(*words)


def test_nothing_is_destroyed_while_a_backup_copies_and_everything_after_it(
    tmp_path: Path,
) -> None:
    node = make_node(tmp_path / "node")
    node.blobs.put("blurred/old", b"x")
    with node.catalog.writing() as connection:
        discard_later(connection, ["blurred/old"])
        discard_later(connection, ["blurred/old"])
    with nothing_destroyed(node.settings.data):
        assert purge(node) == 0
        assert node.blobs.exists("blurred/old")
        waiting = threading.Thread(target=purge, args=(node, True))
        waiting.start()
    waiting.join(60)
    assert not node.blobs.exists("blurred/old")
    assert purge(node) == 0


def test_every_reason_to_wait_has_words() -> None:
    assert set(WORDS) == {waits.value for waits in Waits}


@given(st.integers(0, 3_500))
def test_windows_hold_every_frame_once_and_in_order(count: int) -> None:
    cut = list(windows(range(count)))
    assert [n for window in cut for n in window] == list(range(count))
    assert all(0 < len(window) <= WINDOW for window in cut)
