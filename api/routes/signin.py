"""The doors of a browser that reads its contributor's statement for half an hour.

The link that `roadcomb rewards --open` makes carries its token in the fragment, which a browser
sends to nobody; the viewer takes it out of the address and gives it here, once, in a header.
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.routes.caching import PRIVATE
from api.state import node_of
from ingest.sessions import end_session, open_session, reader_of
from rewards.statement import EPOCHS, statement_of
from roadcomb.errors import Unauthorised

__all__ = ["router"]

router = APIRouter(tags=["books"])

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{20,100})")
_REFUSED: dict[int | str, dict[str, Any]] = {401: {"description": "not signed in, or no longer"}}


class SignedIn(BaseModel):
    """What the browser shows with each request, and until when."""

    session: str
    expires_ms: int


@router.post("/v1/sessions", summary="Sign in for half an hour", responses=_REFUSED)
def post_session(request: Request, response: Response) -> SignedIn:
    """Exchange a signed link, which counts once and for five minutes, for a session."""
    session = open_session(node_of(request), request.headers.get("authorization"))
    response.headers["Cache-Control"] = PRIVATE
    return SignedIn(session=session.token, expires_ms=session.expires_ms)


@router.get("/v1/sessions/statement", summary="My statement, in a browser", responses=_REFUSED)
def session_statement(
    request: Request,
    response: Response,
    epochs: Annotated[int, Query(ge=1, le=366)] = EPOCHS,
    after: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> dict[str, Any]:
    """What `/v1/statements` tells, for the contributor whose session it is."""
    node = node_of(request)
    contributor = reader_of(node, _token(request))
    response.headers["Cache-Control"] = PRIVATE
    return statement_of(node, contributor, epochs, after)


@router.delete("/v1/sessions", status_code=204, summary="Sign out", responses=_REFUSED)
def delete_session(request: Request) -> None:
    """End the session at once."""
    end_session(node_of(request), _token(request))


def _token(request: Request) -> str:
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise Unauthorised("sign in with `roadcomb rewards --open` first")
    return found[1]
