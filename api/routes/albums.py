"""The door of those who check grades: the albums that the books name."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from api.document import CACHED
from api.routes.caching import plain
from api.state import node_of
from quality.publishing.listing import album_bytes

__all__ = ["router"]

router = APIRouter(tags=["books"])

_CACHE = "public, no-cache"
"""A drive may be deleted at any time, and its album with it."""


class Pictured(BaseModel):
    """An accepted frame; sha256: of the published picture, null where none is shown; zones: left,
    top, right, bottom and kind of what is masked.
    """

    model_config = ConfigDict(extra="forbid")

    n: int
    cell: str
    grade: int
    sha256: str | None
    zones: list[tuple[int, int, int, int, str]]


class Album(BaseModel):
    """view: per mille of the picture that is covered, spotted, frosted; day: since 1970."""

    model_config = ConfigDict(extra="forbid")

    v: int
    public_id: str
    day: int
    view: tuple[int, int, int]
    pictures: list[Pictured]


@router.get(
    "/v1/albums/{digest}",
    summary="The grades a drive was paid by, and its pictures' digests",
    response_model=Album,
    responses=CACHED,
)
def album(
    request: Request, digest: Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
) -> Response:
    """The file whose SHA-256 an epoch's albums.json names; 404 once its drive is deleted or was
    published anew."""
    data = album_bytes(node_of(request), digest)
    return plain(request, digest, data, "application/json", _CACHE)
