"""Which key signs for a contributor: the door of rotations."""

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import json_body
from api.state import node_of
from ingest.rotation import parse_rotation
from ingest.signers import rotate
from roadcomb.canonical import parse_json

__all__ = ["router"]

router = APIRouter(tags=["keys"])


class Rotated(BaseModel):
    """The key that signs for the contributor from now on."""

    contributor: str
    signer: str


@router.post(
    "/v1/rotations",
    summary="Have another key sign for a contributor",
    openapi_extra=json_body("the rotation, signed by both keys"),
)
async def post_rotation(request: Request) -> Rotated:
    """Take a rotation that the old key and the new one have signed; the old one signs no more."""
    body = await request.body()
    return await run_in_threadpool(_rotate, request, body)


def _rotate(request: Request, body: bytes) -> Rotated:
    node = node_of(request)
    rotation = parse_rotation(parse_json(body), node.clock.now_ms())
    rotate(node, rotation)
    return Rotated(contributor=rotation.contributor, signer=rotation.new)
