"""A node's real app behind a real socket, for tests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from api.wire import Protocol

__all__ = ["serving"]


@contextmanager
def serving(app: FastAPI, protocol: type[Protocol] = Protocol) -> Iterator[httpx.Client]:
    """A client of the app, which uvicorn serves on a free port of loopback until the end."""
    config = uvicorn.Config(
        app, http=protocol, log_level="critical", access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
