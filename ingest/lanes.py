"""Some work at a time, in threads: results in the order of the items, in bounded memory.

Laws: at most `2 * lanes` items are in hand; the first error ends the work, after what was begun is
done. Ctrl-C waits for nothing: the threads are daemons, and whatever they were at may be repeated.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

__all__ = ["in_lanes"]


def in_lanes(
    work: Callable[[Item], Done], items: Iterable[Item], lanes: int
) -> Iterator[tuple[Item, Done]]:
    """(item, what `work` makes of it) for each item, made by `lanes` threads."""
    tasks: SimpleQueue[tuple[Item, Future[Done]] | None] = SimpleQueue()
    threads = [Thread(target=_run, args=(work, tasks), daemon=True) for _ in range(lanes)]
    for thread in threads:
        thread.start()
    pending: deque[tuple[Item, Future[Done]]] = deque()
    try:
        for item in items:
            if len(pending) == 2 * lanes:
                yield _awaited(pending)
            pending.append((item, Future()))
            tasks.put(pending[-1])
        while pending:
            yield _awaited(pending)
    except Exception:
        _end(tasks, threads, pending)
        for thread in threads:
            thread.join()
        raise
    finally:
        _end(tasks, threads, pending)


def _awaited(pending: deque[tuple[Item, Future[Done]]]) -> tuple[Item, Done]:
    item, future = pending.popleft()
    return item, future.result()


def _end(
    tasks: "SimpleQueue[tuple[Item, Future[Done]] | None]",
    threads: Iterable[Thread],
    pending: Iterable[tuple[Item, Future[Done]]],
) -> None:
    """Begin nothing more."""
    for _, future in pending:
        future.cancel()
    for _ in threads:
        tasks.put(None)


def _run(
    work: Callable[[Item], Done], tasks: "SimpleQueue[tuple[Item, Future[Done]] | None]"
) -> None:
    while (task := tasks.get()) is not None:
        item, future = task
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(work(item))
        except BaseException as error:  # it is raised again where the result is awaited
            future.set_exception(error)
