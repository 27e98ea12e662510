"""The door of reports: anybody who sees a picture may say what is wrong with it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.allowance import Allowance
from api.state import live_of, node_of
from quality.reports import MOST_WORDS, Kind, report
from roadcomb.errors import NotFound
from tiles.imagery import thumbnail

__all__ = ["router"]

PER_HOUR = 20
_STORABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no text with a NUL."""


class Said(BaseModel):
    """What is wrong: `blur` (a face or plate can be read), `private`, `wrong-place` or `other`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    words: Annotated[str, Field(max_length=MOST_WORDS, pattern=_STORABLE)] = ""


class Taken(BaseModel):
    """The report stands with the operator."""

    picture: str
    status: str


router = APIRouter(tags=["map"])
_REFUSED: dict[int | str, dict[str, object]] = {
    404: {"description": "no such picture is on the map"},
    409: {"description": "the picture is not published, so nobody sees it"},
    429: {"description": "too often from this address, or too many wait"},
}


@router.post(
    "/v1/pictures/{public_id}/{n}/reports",
    status_code=202,
    summary="Report a picture, or ask for a blur",
    responses=_REFUSED,
)
def post_report(
    request: Request, public_id: str, n: Annotated[int, Path(ge=0, lt=2**31)], said: Said
) -> Taken:
    """Keep what a person says of a picture; nothing of who they are is kept."""
    node = node_of(request)
    drive = live_of(request).state.drives.get(public_id)
    if drive is None:
        raise NotFound(f"there is no picture {public_id[:40]}/{n} on the map")
    address = request.client.host if request.client else ""
    _allowance(request).take(address, node.clock.now_ms())
    thumbnail(node, drive, n)  # refuses what nobody can have seen
    status = report(node, public_id, n, said.kind, said.words)
    return Taken(picture=f"{public_id}/{n}", status=status)


def _allowance(request: Request) -> Allowance:
    """One for each app."""
    state = request.app.state
    if not hasattr(state, "reports_allowance"):
        state.reports_allowance = Allowance(PER_HOUR, 3_600_000)
    found: Allowance = state.reports_allowance
    return found
