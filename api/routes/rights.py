"""A contributor's rights: everything held about them, and that a drive is forgotten.

Both are signed requests, so only the key that sent the pictures can ask.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.held import held_by
from api.routes.caching import PRIVATE
from api.routes.drives import drive_id_of
from api.state import live_of, node_of
from ingest.signers import authorized
from quality.deleting import delete_drive
from rewards.forgetting import forget_openings
from roadcomb.errors import Unauthorised

__all__ = ["router"]

router = APIRouter(tags=["drives"])
TAR = "application/x-tar"


class Deleted(BaseModel):
    """How many pictures the drive had; nothing of them is left."""

    drive_id: str
    pictures: int


@router.delete("/v1/drives/{drive_id}")
def delete(request: Request, drive_id: Annotated[str, Depends(drive_id_of)]) -> Deleted:
    """Forget a drive: pictures, track, judgement, salt; published books stay as they are."""
    node = node_of(request)
    header = request.headers.get("authorization")
    contributor = authorized(node, header, "DELETE", request.url.path)
    pictures = delete_drive(node, drive_id, contributor)
    forget_openings(node, drive_id)
    live_of(request).refresh()
    return Deleted(drive_id=drive_id, pictures=pictures)


@router.get(
    "/v1/contributors/{key}/data",
    response_class=StreamingResponse,
    responses={200: {"content": {TAR: {}}, "description": "the archive"}},
)
def data(request: Request, key: str) -> StreamingResponse:
    """All that this node holds about a contributor, as a tar archive (signed request)."""
    node = node_of(request)
    header = request.headers.get("authorization")
    if authorized(node, header, "GET", request.url.path) != key:
        raise Unauthorised("these are the data of another key than the one that asks")
    archive = held_by(node, key)
    private = {"Cache-Control": PRIVATE}
    return StreamingResponse(archive, media_type=TAR, headers=private)
