"""Work beside the requests goes on after a failure and ends when it is told to."""

import logging
import threading
from itertools import count

import pytest

from api.background import Repeating


def test_a_step_that_fails_is_tried_again_and_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turns, recovered = count(), threading.Event()

    def step() -> None:
        if next(turns) < 3:
            raise OSError("the catalog is away")
        recovered.set()

    with caplog.at_level(logging.ERROR):
        repeating = Repeating("a step", step, pause_s=0.001)
        repeating.start()
        assert recovered.wait(60)
        repeating.stop()
        assert repeating.join(60)
    assert [record.message for record in caplog.records] == ["a step failed and is tried again"]


def test_no_step_begins_after_the_end() -> None:
    begun = threading.Semaphore(0)
    repeating = Repeating("a step", begun.release, pause_s=3_600)
    repeating.start()
    assert begun.acquire(timeout=60)
    repeating.stop()
    assert repeating.join(60)
    assert not begun.acquire(blocking=False)


def test_a_step_that_does_not_end_is_not_waited_for() -> None:
    begun, release = threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        release.wait()

    repeating = Repeating("a long step", step, pause_s=0)
    repeating.start()
    assert begun.wait(60)
    repeating.stop()
    assert not repeating.join(0.05)
    release.set()
    assert repeating.join(60)
