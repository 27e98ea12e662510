"""A killed worker's task is retried; a task that always kills is given up, the others are not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import active_children
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


def test_a_death_costs_nothing_that_was_asked_at_once_with_it_or_since() -> None:
    """Each of three maps loses the workers of the others, and one of them has tasks that wait."""
    engine = ProcessEngine(2)
    first, second = (engine.map(die_always, range(6)) for _ in range(2))
    assert list(first) == [0, 1, Lost(ATTEMPTS), 3, 4, 5]
    third = engine.map(square, range(50))
    assert list(second) == [0, 1, Lost(ATTEMPTS), 3, 4, 5]
    assert list(third) == [n * n for n in range(50)]
    engine.close()


def test_an_exception_of_a_task_reaches_the_caller(processes: ProcessEngine) -> None:
    with pytest.raises(ValueError, match="two"):
        list(processes.map(fail_on_two, range(4)))
    assert list(processes.map(square, [5])) == [25]


def test_workers_killed_while_they_wait_cost_a_retry_and_not_the_engine() -> None:
    engine = ProcessEngine(2)
    before = set(active_children())
    assert list(engine.map(square, range(4))) == [0, 1, 4, 9]
    workers = set(active_children()) - before
    for worker in workers:
        worker.kill()
        worker.join()
    for _ in range(2):
        assert list(engine.map(square, range(6))) == [n * n for n in range(6)]
    engine.close()
    assert workers


PARENT = """
import os, signal
from roadcomb.engine import ProcessEngine
print(sum(ProcessEngine(2).map(abs, range(8))), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _what_ctrl_c_does(_: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_terminals_ctrl_c_is_left_to_the_parent(processes: ProcessEngine) -> None:
    assert list(processes.map(_what_ctrl_c_does, range(2))) == [True, True]


def test_workers_end_when_their_parent_is_killed() -> None:
    """They share its output, so the pipe is only closed, and `run` only returns, without them."""
    killed = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, timeout=120)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b"28\n")
