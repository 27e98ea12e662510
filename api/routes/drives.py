"""The upload: a manifest opens a drive, batches bring its frames, the seal answers the receipt.

Bodies are read here, on the event loop; everything that waits for a disk or computes runs in
threads. What arrived whole before a connection was cut is stored, though nobody hears the answer.
"""

import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.drive_view import DriveView, view_of
from api.state import arriving_of, devices_of, limits_of, node_of
from ingest import intake
from ingest.batches import CONTENT_TYPE, BatchReader, SingleReader
from ingest.limits import IntakeSettings, check_parts
from ingest.manifest import SignedManifest, parse_signed
from ingest.signers import authorized
from ingest.states import PAGE
from roadcomb.canonical import parse_json
from roadcomb.errors import InvalidInput, NotFound, RoadcombError, TooLarge, Unauthorised
from roadcomb.node import Node

__all__ = ["router"]

router = APIRouter(tags=["drives"])
_HEX_64 = re.compile(r"[0-9a-f]{64}")
_GZIP = 16 + zlib.MAX_WBITS


class Opened(BaseModel):
    """The drive's id, its state, and the image ids not received for it."""

    drive_id: str
    state: str
    missing: list[str]


class Stored(BaseModel):
    """Frames stored by this batch, and frames that the drive still lacks."""

    stored: int
    missing: int


_DRIVE_ID = "^[0-9a-f]{64}$"


class Drives(BaseModel):
    """A page of a contributor's drives, the newest first; next: what `after` asks for the next."""

    drives: list[DriveView]
    next: str | None


def drive_id_of(drive_id: str) -> str:
    """The path's drive id. Raises NotFound for what can be none."""
    if not _HEX_64.fullmatch(drive_id):
        raise NotFound(f"{drive_id[:80]!r} is no drive id: 64 lower-case hex digits are asked for")
    return drive_id


TheNode = Annotated[Node, Depends(node_of)]
Limits = Annotated[IntakeSettings, Depends(limits_of)]
DriveId = Annotated[str, Depends(drive_id_of)]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/v1/drives",
    status_code=201,
    responses={200: {"model": Opened, "description": "The drive is known already"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The signed manifest; may be sent with Content-Encoding: gzip",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def open_drive(request: Request, response: Response, node: TheNode, limits: Limits) -> Opened:
    """Offer a drive by its signed manifest; repeating it is harmless."""
    _check_type(request, "application/json")
    encoding = request.headers.get("content-encoding", "identity")
    body = await request.body()
    signed = await run_in_threadpool(_signed, body, encoding, limits)
    if whole := arriving_of(request).whole(signed.drive_id):
        await run_in_threadpool(_keep, node, signed.drive_id, whole, limits)
    opened = await run_in_threadpool(intake.open_drive, node, signed, limits)
    response.status_code = 201 if opened.created else 200
    return Opened(drive_id=opened.drive_id, state=opened.state, missing=list(opened.missing))


@router.post(
    "/v1/drives/{drive_id}/frames",
    openapi_extra={
        "requestBody": {"required": True, "content": {"image/jpeg": _BINARY, CONTENT_TYPE: _BINARY}}
    },
)
async def add_frames(request: Request, drive_id: DriveId, node: TheNode, limits: Limits) -> Stored:
    """Send one canonical JPEG, or a batch: (u32 big-endian length, JPEG) repeated."""
    reader = _reader(request, limits)
    with arriving_of(request).of(drive_id, reader):
        await _read(request, reader)
        stored = await run_in_threadpool(intake.add_frames, node, drive_id, reader.frames, limits)
    return Stored(stored=stored.stored, missing=stored.missing)


@router.post("/v1/drives/{drive_id}/seal")
def seal(request: Request, drive_id: DriveId, node: TheNode) -> Response:
    """The node's signed receipt, once every frame is there; repeating gives the same bytes."""
    receipt = intake.seal(node, drive_id, devices_of(request))
    return Response(receipt, media_type="application/json")


@router.get("/v1/drives/{drive_id}")
def drive(drive_id: DriveId, node: TheNode) -> DriveView:
    """What became of a drive; whoever knows its manifest knows its id."""
    return view_of(node, intake.drive_state(node, drive_id))


@router.get("/v1/contributors/{key}/drives")
def contributor_drives(
    request: Request,
    key: str,
    node: TheNode,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    after: Annotated[str | None, Query(pattern=_DRIVE_ID)] = None,
) -> Drives:
    """What became of a contributor's drives, for the contributor alone (signed request).

    The newest first, in pages: the next one is asked for by `after`, the `next` of this one.
    """
    header = request.headers.get("authorization")
    if authorized(node, header, "GET", request.url.path) != key:
        raise Unauthorised("these are the drives of another key than the one that asks")
    page, following = intake.contributor_drives(node, key, limit, after)
    return Drives(drives=[view_of(node, state) for state in page], next=following)


async def _read(request: Request, reader: BatchReader | SingleReader) -> None:
    """What arrived whole before a cut is worth storing."""
    try:
        async for chunk in request.stream():
            reader.feed(chunk)
        reader.close()
    except ClientDisconnect:
        if not reader.frames:
            raise


def _keep(
    node: Node, drive_id: str, whole: Sequence[Sequence[bytes]], limits: IntakeSettings
) -> None:
    """Store frames whose batches are still under way; what is wrong with one is told to its own
    sender."""
    for frames in whole:
        with suppress(RoadcombError):
            intake.add_frames(node, drive_id, frames, limits)


def _signed(body: bytes, encoding: str, limits: IntakeSettings) -> SignedManifest:
    if encoding != "identity":
        body = _unpacked(body, encoding, limits.manifest_bytes)
    check_parts(body, limits)
    return parse_signed(parse_json(body))


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its gzip; stops at the limit, so that no small body becomes a huge one."""
    if encoding != "gzip":
        raise HTTPException(415, f"Content-Encoding {encoding!r} is unknown, send gzip or none")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise InvalidInput(f"the body is no gzip: {error}") from error
    if len(plain) > limit:
        raise TooLarge(f"the manifest is larger than the {limit} bytes that are taken")
    if not unpacking.eof:
        raise InvalidInput("the body is no whole gzip")
    return plain


def _reader(request: Request, limits: IntakeSettings) -> BatchReader | SingleReader:
    if "content-encoding" in request.headers:
        raise HTTPException(415, "frames are sent as they are, without Content-Encoding")
    _check_type(request, "image/jpeg", CONTENT_TYPE)
    if _media_type(request) == CONTENT_TYPE:
        return BatchReader(limits.frame_bytes, limits.batch_bytes)
    return SingleReader(limits.frame_bytes)


def _check_type(request: Request, *taken: str) -> None:
    if _media_type(request) not in taken:
        raise HTTPException(415, f"Content-Type {' or '.join(taken)} is asked for")


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
