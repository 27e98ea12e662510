"""How much of all requests' bodies is held in memory at the same time, and the end of it.

The law: whatever clients do, bodies under way hold at most `limit` bytes; who comes too many is
told to come again (503 and Retry-After), and a body that stands still is given up.
"""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from roadcomb.errors import Busy, TooLarge

__all__ = ["Body", "Held"]

STALL_S = 60.0
UNREAD = "unread"
"""Where a request's state holds the last message of a body whose connection was cut."""


@dataclass(slots=True)
class Held:
    """Bytes of bodies that requests hold; used on the event loop alone."""

    limit: int
    now: int = 0

    def check(self, wanted: int) -> None:
        """Raise Busy when so many more do not fit."""
        if self.now + wanted > self.limit:
            raise Busy("the node is busy with other uploads: try again soon")


@dataclass(slots=True)
class Body:
    """Receives one body of at most `limit` bytes, counted in `held` until `release`.

    state: of the request, where the connection leaves what had come before it was cut.
    """

    _receive: Receive
    _limit: int
    _held: Held
    _state: MutableMapping[str, Any] = field(default_factory=dict)
    stall_s: float = STALL_S
    taken: int = 0
    stalled: bool = False
    _whole: bool = False

    def check_length(self, headers: Headers) -> None:
        """Raise TooLarge or Busy for a body that cannot be taken whole, before its first byte."""
        text = headers.get("content-length", "0")
        length = int(text) if text.isdecimal() else 0
        if length > self._limit:
            raise self._too_large()
        self._held.check(length)

    async def receive(self) -> Message:
        """The next part; of a body that stands still, as if its sender had gone.

        Raises TooLarge at the first byte over the limit, Busy when all bodies together hold too
        much.
        """
        message = await self._next()
        part = len(message.get("body", b""))
        if self.taken + part > self._limit:
            raise self._too_large()
        self._held.check(part)
        self._held.now += part
        self.taken += part
        self._whole = not message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        if self._whole:  # whoever listens now waits for the end of the connection
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self.stall_s)
        except TimeoutError:
            self.stalled = True
            return {"type": "http.disconnect"}
        if message["type"] == "http.disconnect":
            message = self._state.pop(UNREAD, message)
        return message

    def release(self) -> None:
        """The request is answered: its body is held no more."""
        self._held.now -= self.taken

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is larger than the {self._limit} bytes that are taken here")
