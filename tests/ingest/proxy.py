"""A bad line on loopback: a proxy whose connections are cut or fall silent after some bytes."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CUT, SILENT = "cut", "silent"
Fault = tuple[str, int] | None
"""What happens to a connection, after so many bytes from the client; None: nothing."""


@dataclass
class BadLine:
    """upstream: (host, port), which may change. fault: number of a connection -> its fate."""

    upstream: tuple[str, int]
    fault: Callable[[int], Fault]
    url: str = ""
    connections: int = 0
    bytes_up: int = 0
    """Bytes from clients that were let through."""
    faults: int = 0
    held: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self.fault(self.connections)
        self.connections += 1
        there, back = await asyncio.open_connection(*self.upstream)
        self.held += [writer, back]
        down = asyncio.create_task(_pump(there, writer))
        if await self._up(reader, back, fate):
            down.cancel()  # nobody is told that nothing comes any more
            return
        back.close()
        writer.close()
        with suppress(ConnectionError):
            await down

    async def _up(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, fate: Fault
    ) -> bool:
        """Pass on what the client sends; whether the line fell silent."""
        kind, left = fate or (CUT, 2**60)
        with suppress(ConnectionError):
            while left and (data := await reader.read(min(left, 65_536))):
                left -= len(data)
                self.bytes_up += len(data)
                back.write(data)
                await back.drain()
        self.faults += not left
        return not left and kind == SILENT


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def bad_line(upstream: tuple[str, int], fault: Callable[[int], Fault]) -> Iterator[BadLine]:
    """The proxy while it runs."""
    line, loop = BadLine(upstream, fault), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(line.serve, "127.0.0.1", 0))
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield line
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, line), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server, line: BadLine) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for writer in line.held:
        writer.close()
    for writer in line.held:
        with suppress(ConnectionError):
            await writer.wait_closed()
