"""Appeals: the door at which a contributor says why a decision is wrong."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import json_body
from api.routes.drives import drive_id_of
from api.state import node_of
from ingest.appeal import parse_appeal
from quality.appeals import appeal
from roadcomb.canonical import parse_json

__all__ = ["router"]

router = APIRouter(tags=["drives"])


class Appealed(BaseModel):
    """The drive that a person will look at."""

    drive_id: str


@router.post(
    "/v1/drives/{drive_id}/appeal",
    summary="Say why a decision is wrong",
    openapi_extra=json_body("the signed words"),
)
async def post_appeal(request: Request, drive_id: Annotated[str, Depends(drive_id_of)]) -> Appealed:
    """Take the signed words of a drive's contributor; a person reads them and decides again."""
    body = await request.body()
    await run_in_threadpool(_appeal, request, drive_id, body)
    return Appealed(drive_id=drive_id)


def _appeal(request: Request, drive_id: str, body: bytes) -> None:
    node = node_of(request)
    appeal(node, parse_appeal(parse_json(body), drive_id, node.clock.now_ms()))
