"""A killed worker's task is retried; a task that always kills is given up, the others are not."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from roadcomb.engine import ATTEMPTS, Engine, InlineEngine, Lost, ProcessEngine


def square(number: int) -> int:
    return number * number


def die_once(task: tuple[int, str]) -> int:
    number, folder = task
    mark = Path(folder) / f"died-{number}"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail_on_two(number: int) -> int:
    if number == 2:
        raise ValueError("two")
    return number


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessEngine]:
    engine = ProcessEngine(2)
    yield engine
    engine.close()


def test_results_come_in_the_order_of_the_tasks(processes: ProcessEngine) -> None:
    engines: tuple[Engine, ...] = (processes, InlineEngine())
    for engine in engines:
        assert list(engine.map(square, range(20))) == [n * n for n in range(20)]


def test_a_killed_workers_task_is_retried(processes: ProcessEngine, tmp_path: Path) -> None:
    tasks = [(number, str(tmp_path)) for number in range(8)]
    assert list(processes.map(die_once, tasks)) == list(range(8))
    assert (tmp_path / "died-3").exists()


def test_a_task_that_always_kills_is_given_up_and_the_others_finish(
    processes: ProcessEngine,
) -> None:
    results = list(processes.map(die_always, range(6)))
    assert results == [0, 1, Lost(ATTEMPTS), 3, 4, 5]


def test_an_exception_of_a_task_reaches_the_caller(processes: ProcessEngine) -> None:
    with pytest.raises(ValueError, match="two"):
        list(processes.map(fail_on_two, range(4)))
    assert list(processes.map(square, [5])) == [25]
