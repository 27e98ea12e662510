"""Which web pages may ask what, for browsers (CORS, the Fetch standard, section 3.3).

The law: a page of an allowed origin may read whatever anybody may read, the STAC search by POST
too; it writes nothing in the name of whoever looks at it. Nothing here rests on cookies.
"""

from collections.abc import Sequence
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Origins"]

_READS = ("GET", "HEAD")
_SEARCH = "/api/search"
_ASKED_WITH = ("If-None-Match", "X-Api-Key")
"""A map of another origin may keep tiles by their tags and show metered pictures."""
_TOLD = ("ETag", "Link", "Retry-After")


class Origins:
    """Answers for pages of `origins`; "*" are all."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        open_to = partial(
            CORSMiddleware,
            app,
            allow_origins=origins,
            allow_headers=_ASKED_WITH,
            expose_headers=_TOLD,
        )
        self._reading = open_to(allow_methods=_READS)
        self._searching = open_to(allow_methods=(*_READS, "POST"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        searches = scope["type"] == "http" and scope["path"] == _SEARCH
        await (self._searching if searches else self._reading)(scope, receive, send)
