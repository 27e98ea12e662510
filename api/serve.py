"""The running node: one process that answers, judges what was sealed, publishes, redraws the map.

SIGTERM or Ctrl-C: no new connection is taken, requests under way are answered, then it ends. What
kill -9 interrupts is whole anyway: intake and judging commit before they answer.
"""

import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG

from api.app import create_app
from api.background import Repeating
from api.logs import log_json
from api.state import report_trouble, report_unread
from roadcomb.errors import UsageError
from roadcomb.node import Node
from roadcomb.settings import LogFormat
from tiles.live import LiveMap

__all__ = ["serve"]

PAUSE_S = 1.0
PUBLISHED_AT_ONCE = 8
"""Drives a step, so that what a retention lets go is looked for in between."""
DRAIN_S = 10
END_S = 5.0


def serve(node: Node, judge: bool, publish: bool, announce: Callable[[str, int], None]) -> None:
    """Serve on the settings' host and port until a signal; `announce` gets (URL, real port) once
    requests are answered. Raises UsageError when the address cannot be listened on.
    """
    live = LiveMap(node)
    listening = _listen(node.settings.host, node.settings.port)
    app = create_app(node, live)
    config = uvicorn.Config(
        app,
        log_config=_logging(node.settings.log),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        lifespan="off",
    )
    server = _Server(config, lambda: announce(_url(listening), listening.getsockname()[1]))
    with listening, _orderly_end(), ExitStack() as stack:
        stack.callback(node.catalog.close)
        steps = [Repeating("redrawing the map", live.refresh, PAUSE_S)]
        if judge:
            steps.append(_judging(app, node, stack))
        if publish:
            steps.append(_publishing(app, node, stack))
        stack.enter_context(_running(steps))
        server.run(sockets=[listening])


def _judging(app: FastAPI, node: Node, stack: ExitStack) -> Repeating:
    from quality.judge import Judge  # decoders: not loaded where another process judges
    from roadcomb.engine import ProcessEngine

    engine = ProcessEngine(node.settings.workers)
    stack.callback(engine.close)
    judge = Judge(node, engine)
    report_unread(app, judge.unread)
    return Repeating("judging", judge.judge_pending, PAUSE_S)


def _publishing(app: FastAPI, node: Node, stack: ExitStack) -> Repeating:
    from quality.publishing.publisher import Publisher
    from roadcomb.engine import ProcessEngine

    engine = ProcessEngine(node.settings.workers)  # its workers hold a model, and limits of theirs
    stack.callback(engine.close)
    publisher = Publisher(node, engine)
    report_trouble(app, lambda: publisher.trouble)
    step = partial(publisher.publish_pending, PUBLISHED_AT_ONCE)
    return Repeating("publishing", step, PAUSE_S)


def _logging(form: LogFormat) -> dict[str, Any] | None:
    """How uvicorn logs: as it would, or through our JSON like everything else."""
    if form is LogFormat.PLAIN:
        return LOGGING_CONFIG
    log_json()
    return None


class _Server(uvicorn.Server):
    """Tells when it has begun to answer."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


@contextmanager
def _running(steps: Sequence[Repeating]) -> Iterator[None]:
    for step in steps:
        step.start()
    try:
        yield
    finally:
        for step in steps:
            step.stop()
        for step in steps:
            step.join(END_S)


@contextmanager
def _orderly_end() -> Iterator[None]:
    """uvicorn raises the signal once more after it has drained: by then we are ending already."""
    before = signal.signal(signal.SIGTERM, _ignore)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    return


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host} port {port} ({error.strerror}): choose another --port"
        ) from error


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def write_port(path: Path, port: int) -> None:
    """The real port for scripts; whoever sees the file sees all of it."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(f"{port}\n", "ascii")
    temporary.replace(path)
