"""What interrupts judging costs a retry or a later call, and no other drive its decision."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import sqlalchemy as sa
from obstore.store import LocalStore

from ingest.intake import drive_state
from quality.judge import Judge, judge_pending
from quality.settings import QualitySettings
from roadcomb.blobs import Blobs
from roadcomb.catalog.tables import decisions, drives, packs
from roadcomb.engine import InlineEngine, Lost, ProcessEngine
from roadcomb.errors import Unreachable
from roadcomb.node import Node
from tests.drives import contributor, make_node
from tests.quality.deliveries import along, copied, deliver
from tests.quality.judging import decision, judge, reasons
from tests.quality.pictures import decoded, drawn_frames, jpeg

ALICE, BOB, MALLORY = contributor(1), contributor(2), contributor(3)
Task = TypeVar("Task")
Result = TypeVar("Result")


class Losing(InlineEngine):
    """An engine whose second task kills each worker that takes it."""

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        results = list(super().map(function, tasks))
        yield from (Lost(3) if n == 1 else result for n, result in enumerate(results))


class Interrupted(InlineEngine):
    """An engine during whose first work something else happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = [meanwhile]

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        results = list(super().map(function, tasks))
        while self._meanwhile:
            self._meanwhile.pop()()
        return iter(results)


def test_a_frame_that_kills_its_workers_is_undecodable_and_alone(node: Node) -> None:
    drive = deliver(node, ALICE, drawn_frames()[:5])
    judge_pending(node, Losing())
    assert reasons(node, drive) == [None, "undecodable", None, None, None]


def test_a_killed_worker_costs_one_retry_and_changes_nothing(node: Node, tmp_path: Path) -> None:
    drive = deliver(node, ALICE, drawn_frames()[:8])
    engine = ProcessEngine(2)
    before = set(active_children())
    judging = threading.Thread(target=lambda: judge_pending(node, engine))
    judging.start()
    killed = None
    while killed is None and judging.is_alive():
        killed = next(iter(set(active_children()) - before), None)
        time.sleep(0.01)
    assert killed is not None
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    judging.join()
    engine.close()
    inline = make_node(tmp_path / "inline")
    assert deliver(inline, ALICE, drawn_frames()[:8]) == drive
    judge(inline)
    assert decision(node, drive).judgement == decision(inline, drive).judgement
    inline.catalog.close()


def test_two_judges_at_once_give_one_decision_a_drive(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:5])
    deliver(node, BOB, drawn_frames()[5:9])
    assert judge_pending(node, Interrupted(lambda: judge(node))) == 0
    with node.catalog.reading() as connection:
        assert connection.execute(sa.select(sa.func.count(decisions.c.id))).scalar() == 2


def test_a_copy_judged_by_another_meanwhile_is_still_compared(node: Node) -> None:
    first = deliver(node, ALICE, drawn_frames()[:5])

    def the_copy_is_faster() -> None:
        """Another judge takes a drive of the same pictures, as if the first had not been sealed."""
        copy = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]])
        with node.catalog.writing() as connection:
            sealed = drives.c.drive_id == first
            connection.execute(sa.update(drives).where(sealed).values(sealed_ms=None))
        assert judge(node) == 1
        assert decision(node, copy).verdict == "accepted"

    judge_pending(node, Interrupted(the_copy_is_faster))
    assert decision(node, first).verdict == "held"


def test_a_drive_with_damaged_bytes_stays_pending_and_stops_no_other(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = deliver(node, ALICE, drawn_frames()[:4])
    whole = deliver(node, BOB, drawn_frames()[4:8])
    with node.catalog.reading() as connection:
        key = connection.execute(
            sa.select(packs.c.key).where(packs.c.drive_id == damaged)
        ).scalar_one()
    pack = bytearray(node.blobs.get(key))
    pack[5_000] ^= 1
    node.blobs.put(key, bytes(pack))
    judging = Judge(node, InlineEngine())
    with caplog.at_level(logging.ERROR):
        assert judging.judge_pending() == 1
        assert judging.judge_pending() == 0
    assert drive_state(node, damaged).pending == 4
    assert decision(node, whole).verdict == "accepted"
    assert [damaged in record.getMessage() for record in caplog.records] == [True]


def test_a_drive_that_breaks_the_judge_stays_pending_and_stops_no_other(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    """OpenCV falls over a thumbnail one pixel wide; the default settings let no such strip in."""
    strip = jpeg(np.tile(decoded(drawn_frames()[0])[:240, :320], (250, 1, 1)))
    breaking = deliver(node, ALICE, [strip])
    whole = deliver(node, BOB, drawn_frames()[4:8])
    judging = Judge(node, InlineEngine(), QualitySettings(max_aspect=1000))
    with caplog.at_level(logging.ERROR):
        assert judging.judge_pending() == 1
        assert judging.judge_pending() == 0
    assert drive_state(node, breaking).pending == 1
    assert decision(node, whole).verdict == "accepted"
    assert [breaking in record.getMessage() for record in caplog.records] == [True]
    assert judge(node) == 1
    assert reasons(node, breaking) == ["too-narrow"]


def test_a_damaged_judgement_stops_no_other_drive_and_heals_without_a_restart(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    lost = deliver(node, ALICE, drawn_frames()[:4])
    deliver(node, BOB, drawn_frames()[4:8])
    judge(node)
    digest = decision(node, lost).judgement
    stored = node.blobs.get(f"judgements/{digest}")
    node.blobs.put(f"judgements/{digest}", stored[:-1] + b"?")
    judging = Judge(node, InlineEngine())
    with caplog.at_level(logging.ERROR):
        drive = deliver(node, ALICE, drawn_frames()[8:12])
        judging.judge_pending()
        copy = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[4:8]])
        judging.judge_pending()
    assert decision(node, drive).verdict == "accepted"
    assert decision(node, copy).verdict == "held"
    assert list(judging.unread()) == [digest]
    assert [lost in record.getMessage() for record in caplog.records] == [True]
    node.blobs.put(f"judgements/{digest}", stored)
    late = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:4]], along(4))
    judging.judge_pending()
    assert decision(node, late).verdict == "held"
    assert not judging.unread()


def test_a_drive_with_a_damaged_manifest_stops_no_other(node: Node) -> None:
    damaged = deliver(node, ALICE, drawn_frames()[:4])
    whole = deliver(node, BOB, drawn_frames()[4:8])
    node.blobs.put(f"manifests/{damaged}", b"[")
    assert judge(node) == 1
    assert drive_state(node, damaged).pending == 4
    assert decision(node, whole).verdict == "accepted"


class Away(Blobs):
    """A folder that is out of reach for whatever keys begin with `hidden`."""

    hidden = ""

    def get_range(self, key: str, start: int, length: int) -> bytes:
        if self.hidden and key.startswith(self.hidden):
            raise Unreachable(f"the blob store does not answer for {key}")
        return super().get_range(key, start, length)


def test_a_drive_out_of_reach_is_judged_at_the_next_call_and_stops_no_other(node: Node) -> None:
    far = deliver(node, ALICE, drawn_frames()[:4])
    near = deliver(node, BOB, drawn_frames()[4:8])
    folder = node.settings.data / "blobs"
    blobs = Away(LocalStore(folder), folder)
    judging = Judge(replace(node, blobs=blobs), InlineEngine())
    blobs.hidden = f"packs/{far[:2]}/{far}"
    assert judging.judge_pending() == 1
    assert (drive_state(node, far).pending, drive_state(node, near).accepted) == (4, 4)
    blobs.hidden = ""
    assert judging.judge_pending() == 1
    assert drive_state(node, far).accepted == 4
