"""The running node: one process that answers, judges what was sealed, publishes, redraws the map.

SIGTERM or Ctrl-C: no new connection is taken, whoever is connected is answered, then it ends. What
kill -9 interrupts is whole anyway: intake and judging commit before they answer.
"""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG

from api.app import create_app
from api.background import Repeating
from api.lastcall import begin_no_more
from api.logs import log_json
from api.state import report_trouble, report_unread
from api.wire import Protocol
from roadcomb.errors import UsageError
from roadcomb.node import Node
from roadcomb.settings import LogFormat
from tiles.checked import Checked
from tiles.live import LiveMap

__all__ = ["listen", "serve", "write_port"]

PAUSE_S = 1.0
PUBLISHED_AT_ONCE = 8
"""Drives a step, so that what a retention lets go is looked for in between."""
DRAIN_S = 10
HASHED_AT_ONCE = 4
"""Coverage shards a step, of those that the start took unread."""
HANDSHAKE_S = 0.2
"""How long a connection takes that has begun."""
FAREWELL_S = 2.0
"""How long a client that is between two requests may take to send its next, which is answered with
`Connection: close`; longer, and its connection is closed while idle, as HTTP allows at any time.
"""
GLANCE_S = 0.02
_COLLECTED = 50_000
"""Objects made before Python looks for cycles."""
END_S = 5.0


def listen(host: str, port: int) -> socket.socket:
    """A socket for `serve`; port 0: any free one. Raises UsageError when that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host} port {port} ({error.strerror}): choose another --port"
        ) from error


def serve(
    node: Node,
    listening: socket.socket,
    judge: bool,
    publish: bool,
    announce: Callable[[str, int], None],
) -> None:
    """Serve on a socket until a signal; `announce` gets (URL, real port) once requests are
    answered."""
    live = LiveMap(node, Checked(node.settings.data))
    app = create_app(node, live)
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=_logging(node.settings.log),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        lifespan="off",
    )
    server = _Server(config, lambda: announce(_url(listening), listening.getsockname()[1]))
    gc.freeze()  # what is loaded stays: no look for garbage goes through it again
    gc.set_threshold(_COLLECTED)
    with listening, _orderly_end(), ExitStack() as stack:
        stack.callback(node.catalog.close)
        steps = [Repeating("redrawing the map", live.refresh, PAUSE_S)]
        steps.append(
            Repeating("checking coverage", partial(live.look_again, HASHED_AT_ONCE), PAUSE_S)
        )
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
    """Tells when it has begun to answer, and ends without cutting anyone off.

    uvicorn closes its listening socket with connections the kernel has made and it has not seen,
    and idle ones under a client about to write: both clients would read a reset.
    """

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._take_the_last(sockets or [])
        self.server_state.default_headers.append((b"connection", b"close"))
        loop = asyncio.get_running_loop()
        until = loop.time() + FAREWELL_S
        while self.server_state.connections and loop.time() < until and not self.force_exit:
            await asyncio.sleep(GLANCE_S)
        await super().shutdown(sockets)

    async def _take_the_last(self, sockets: list[socket.socket]) -> None:
        """Whoever has begun to connect is taken; from here on all others are refused."""
        for listening in sockets:
            begin_no_more(listening)
        await asyncio.sleep(HANDSHAKE_S)
        last = [connection for listening in sockets for connection in _queued(listening)]
        for listening in sockets:
            with suppress(OSError):  # where a listening socket knows no shutdown, closing does it
                listening.shutdown(socket.SHUT_RDWR)
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for connection in last:
            await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        protocol: type[Any] = self.config.http_protocol_class
        made: asyncio.Protocol = protocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


def _queued(listening: socket.socket) -> Iterator[socket.socket]:
    with suppress(BlockingIOError):
        while True:
            yield listening.accept()[0]


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


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def write_port(path: Path, port: int) -> None:
    """The real port for scripts; whoever sees the file sees all of it."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(f"{port}\n", "ascii")
    temporary.replace(path)
