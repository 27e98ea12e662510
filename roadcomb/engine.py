"""The engine seam: `map` over independent, pure tasks; a killed worker costs only a retry.

Results come in the order of the tasks. A task that kills its worker `ATTEMPTS` times is given up as
`Lost`, because one hostile input must not stop the others. A worker killed between two calls costs
a retry as well, and workers end with the process that they work for, however that ends. One thread
may have several maps under way; a suspect runs with no other task beside it, so that none is lost
for what another one did.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Protocol, TypeVar

from roadcomb.memory import keep_memory

__all__ = ["ATTEMPTS", "Engine", "InlineEngine", "Lost", "ProcessEngine"]

ATTEMPTS = 3
Task = TypeVar("Task")
Result = TypeVar("Result")
Sent = tuple[ProcessPoolExecutor, "Future[Result]"]
"""A task under way, and where: one that fell with an older pool is no suspect of this one's."""


@dataclass(frozen=True, slots=True)
class Lost:
    """In place of a result: every worker that took this task died."""

    attempts: int


class Engine(Protocol):
    """Where tasks run."""

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        """Results in the order of the tasks; a task's exception is raised when its turn comes."""
        ...


class InlineEngine:
    """Runs tasks in this process, for tests and single files."""

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        return map(function, tasks)


class ProcessEngine:
    """A pool of worker processes, rebuilt when a worker is killed."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._pool = self._new_pool()

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        """The tasks are under way at once, before a result is asked for: who asks for a second map
        before the results of the first keeps the workers busy in between.
        """
        return self._results(function, tasks, [self._submit(function, task) for task in tasks])

    def _results(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], sent: "list[Sent[Result]]"
    ) -> Iterator[Result | Lost]:
        index = 0
        while index < len(tasks):
            pool, future = sent[index]
            try:
                yield future.result()
                index += 1
            except BrokenProcessPool:
                if pool is self._pool:
                    self._renew()
                    yield self._alone(function, tasks[index])
                    index += 1
                sent[index:] = self._resubmit(function, tasks[index:], sent[index:])

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, mp_context=get_context("spawn"), initializer=_settle_in
        )

    def _renew(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new_pool()

    def _submit(self, function: Callable[[Task], Result], task: Task) -> "Sent[Result]":
        """A pool that broke before it took the task has lost it like one that broke after."""
        try:
            return self._pool, self._pool.submit(function, task)
        except BrokenProcessPool as error:
            lost: Future[Result] = Future()
            lost.set_exception(error)
            return self._pool, lost

    def _alone(self, function: Callable[[Task], Result], task: Task) -> Result | Lost:
        """Run one suspect by itself, so that it can take only its own worker with it."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._pool.submit(function, task).result()
            except BrokenProcessPool:
                self._renew()
        return Lost(ATTEMPTS)

    def _resubmit(
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        sent: "Sequence[Sent[Result]]",
    ) -> "list[Sent[Result]]":
        """Tasks that finished before the pool broke keep their result, the others run again."""
        return [
            (pool, future) if _finished(future) else self._submit(function, task)
            for task, (pool, future) in zip(tasks, sent, strict=True)
        ]


def _finished(future: "Future[Result]") -> bool:
    return (
        future.done()
        and not future.cancelled()
        and not isinstance(future.exception(), BrokenProcessPool)
    )


def _settle_in() -> None:
    """Runs first in each worker."""
    keep_memory()
    _leave_ending_to_parent()


def _leave_ending_to_parent() -> None:
    """Nothing else tells a worker that its parent was killed, and it would wait for
    a task for ever. A terminal's Ctrl-C reaches workers, too: the parent alone acts on it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_parents_end, daemon=True).start()


def _wait_for_parents_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
