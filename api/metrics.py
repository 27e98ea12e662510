"""What a node tells Prometheus: requests as they pass, and the node's state at each scrape.

Names end in their unit. A gauge that has no value yet (no backup was ever taken) is absent, so that
an alert can say so; times are differences by the node's clock, the backup's by the machine's.
"""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.upkeep.note import last_backup_ms
from ingest.limits import IntakeSettings
from quality.publishing.publications import unpublished, waiting_by_reason
from roadcomb.catalog.tables import decisions, drives, epochs, log_entries
from roadcomb.clock import Clock
from roadcomb.epochs import last_closed
from roadcomb.node import Node

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.02, 0.1, 0.5, 2, 10)


class Metrics:
    """The figures of one app."""

    def __init__(
        self,
        node: Node,
        limits: IntakeSettings,
        machine: Clock,
        troubles: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "roadcomb_requests", "Answers", ["route", "method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "roadcomb_request_seconds",
            "Time to the end of the answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._received = Counter(
            "roadcomb_upload_bytes", "Bytes of request bodies", registry=self._registry
        )
        self._registry.register(_State(node, limits, machine, troubles))

    def observe(self, route: str, method: str, status: int, seconds: float, received: int) -> None:
        """Count an answer; route: the path's template, never the path itself."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        self._received.inc(received)

    def text(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    """Gauges that are read off the node when they are asked for."""

    def __init__(
        self,
        node: Node,
        limits: IntakeSettings,
        machine: Clock,
        troubles: Callable[[], Collection[str]],
    ) -> None:
        self._node = node
        self._troubles = troubles
        self._limits = limits
        self._machine = machine

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead of time: registering must not ask the catalog."""
        return []

    def collect(self) -> Iterator[Metric]:
        with self._node.catalog.reading() as connection:
            yield from _queue(connection, self._node.clock.now_ms())
            yield from _books(connection, self._node.clock.now_ms())
            yield from _pictures(connection)
        blocked = int(bool(self._troubles()))
        yield _gauge("roadcomb_publishing_blocked", "1 while no detector works", blocked)
        yield from self._disk()
        yield from self._backup()

    def _disk(self) -> Iterator[Metric]:
        reserve = self._limits.reserve_bytes
        yield _gauge(
            "roadcomb_disk_reserve_bytes", "Free space that uploads may not touch", reserve
        )
        if (folder := self._node.blobs.local_path("")) is not None:
            free = shutil.disk_usage(folder).free
            yield _gauge("roadcomb_disk_free_bytes", "Free space where blobs lie", free)

    def _backup(self) -> Iterator[Metric]:
        taken_ms = last_backup_ms(self._node.settings.data)
        if taken_ms is not None:
            age_s = (self._machine.now_ms() - taken_ms) / 1000
            yield _gauge("roadcomb_last_backup_age_seconds", "Since the last backup began", age_s)


def _queue(connection: sa.Connection, now_ms: int) -> Iterator[Metric]:
    waiting = sa.select(sa.func.count(), sa.func.min(drives.c.sealed_ms)).where(
        drives.c.sealed_ms.is_not(None), drives.c.decision.is_(None), drives.c.deleted_ms.is_(None)
    )
    count, oldest_ms = connection.execute(waiting).one()
    yield _gauge("roadcomb_unjudged_drives", "Sealed drives that wait for judging", count)
    age_s = 0 if oldest_ms is None else (now_ms - oldest_ms) / 1000
    yield _gauge("roadcomb_oldest_unjudged_seconds", "How long the oldest of them waits", age_s)
    size = connection.execute(sa.select(sa.func.count()).select_from(log_entries)).scalar_one()
    yield _gauge("roadcomb_log_entries", "Receipts given", size)


def _books(connection: sa.Connection, now_ms: int) -> Iterator[Metric]:
    """Days that are over and not paid, counted from the first that has a decision."""
    newest = connection.execute(sa.select(sa.func.max(epochs.c.epoch))).scalar()
    first = connection.execute(sa.select(sa.func.min(decisions.c.epoch))).scalar()
    paid = newest if newest is not None else None if first is None else first - 1
    lag = 0 if paid is None else max(0, last_closed(now_ms) - paid)
    yield _gauge("roadcomb_epoch_lag_days", "Days that are over and not paid", lag)


def _pictures(connection: sa.Connection) -> Iterator[Metric]:
    drives_left = len(unpublished(connection))
    yield _gauge("roadcomb_unpublished_drives", "Accepted drives not looked at yet", drives_left)
    published, waiting = waiting_by_reason(connection)
    yield _gauge("roadcomb_published_frames", "Frames whose blurred picture is shown", published)
    waits = GaugeMetricFamily(
        "roadcomb_waiting_frames", "Accepted frames that cannot be shown", labels=["reason"]
    )
    for reason, count in waiting.items():
        waits.add_metric([reason], count)
    yield waits


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value)
