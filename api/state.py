"""What a request may use: the node, its live map and the intake's limits, put there at the root."""

import asyncio
import logging
import os
from collections.abc import Callable, Collection
from typing import cast

from fastapi import FastAPI, Request

from api.arriving import Arriving
from api.metrics import Metrics
from ingest.devicetrust import DeviceSettings, DeviceTrust, load_trust
from ingest.limits import IntakeSettings
from ingest.logbook import LogBook
from roadcomb.clock import SystemClock
from roadcomb.errors import UsageError
from roadcomb.node import Node
from tiles.live import LiveMap

__all__ = [
    "arriving_of",
    "bind",
    "devices_of",
    "limits_of",
    "live_of",
    "log_of",
    "making_of",
    "metrics_of",
    "node_of",
    "report_trouble",
    "report_unread",
    "troubles_of",
    "unread_of",
]


def bind(
    app: FastAPI,
    node: Node,
    live: LiveMap,
    limits: IntakeSettings,
    devices: DeviceSettings | None = None,
) -> None:
    """Give the app's requests what they may use. Raises UsageError for damaged lists of trust."""
    app.state.devices = devices or DeviceSettings()
    app.state.trust = load_trust(app.state.devices)
    app.state.node, app.state.live, app.state.limits = node, live, limits
    app.state.unread = [lambda: live.state.unread]
    app.state.log = LogBook(node)
    app.state.arriving = Arriving()
    app.state.making = asyncio.Semaphore(os.cpu_count() or 1)
    app.state.troubles = []
    app.state.metrics = Metrics(node, limits, SystemClock(), lambda: _troubles(app))


def node_of(request: Request) -> Node:
    """The node that answers this request."""
    return cast(Node, request.app.state.node)


def devices_of(request: Request) -> DeviceTrust:
    """Whom this node believes about devices, now.

    A list that is damaged or half written leaves the last good one in force, and a warning.
    """
    state = request.app.state
    try:
        state.trust = load_trust(state.devices)
    except UsageError as error:
        logging.getLogger(__name__).warning("%s: the last good one stays in force", error)
    return cast(DeviceTrust, state.trust)


def report_unread(app: FastAPI, unread: Callable[[], Collection[str]]) -> None:
    """Have readiness name what this part cannot read: digests of judgements."""
    app.state.unread.append(unread)


def unread_of(request: Request) -> Collection[str]:
    """Digests of judgements that some part of the node cannot read, in order."""
    return sorted({digest for unread in request.app.state.unread for digest in unread()})


def report_trouble(app: FastAPI, trouble: Callable[[], str | None]) -> None:
    """Have readiness say why nothing can be published; None while nothing stands in the way."""
    app.state.troubles.append(trouble)


def troubles_of(request: Request) -> Collection[str]:
    """Why nothing can be published just now; nothing when it can."""
    return _troubles(request.app)


def _troubles(app: FastAPI) -> list[str]:
    return [said for trouble in app.state.troubles if (said := trouble()) is not None]


def live_of(request: Request) -> LiveMap:
    """The map that this request is answered from."""
    return cast(LiveMap, request.app.state.live)


def arriving_of(request: Request) -> Arriving:
    """The bodies that are being read."""
    return cast(Arriving, request.app.state.arriving)


def log_of(request: Request) -> LogBook:
    """The transparency log, ready to be asked for proofs."""
    return cast(LogBook, request.app.state.log)


def making_of(request: Request) -> asyncio.Semaphore:
    """Let so many make tiles at a time as there are processors: more would only be in each other's
    way."""
    return cast(asyncio.Semaphore, request.app.state.making)


def metrics_of(request: Request) -> Metrics:
    """The figures of this app."""
    return cast(Metrics, request.app.state.metrics)


def limits_of(request: Request) -> IntakeSettings:
    """What this node takes at most."""
    return cast(IntakeSettings, request.app.state.limits)
