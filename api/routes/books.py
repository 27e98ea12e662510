"""Routes of the books: the chain of epochs, their files, payout addresses and statements.

What is published is for everybody and never changes once an epoch is closed, so it is cached for
good under its digest; a statement is for its contributor, who signs the request.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import CACHED, Responses, json_body
from api.routes.caching import PRIVATE, json_answer, plain
from api.shapes import Epochs
from api.state import node_of
from ingest.signers import authorized
from rewards import chain
from rewards.bindings import bind, parse_binding, payout_of
from rewards.chain import Committed
from rewards.documents import FILES
from rewards.shelf import file_of
from rewards.statement import EPOCHS, statement_of
from roadcomb.canonical import digest_of_bytes, digest_of_json, parse_json
from roadcomb.epochs import date_of, end_ms, epoch_of
from roadcomb.errors import NotFound
from roadcomb.keys import account_of

__all__ = ["router"]

router = APIRouter(tags=["books"])

_FOR_GOOD = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {
    "json": "application/json",
    "toml": "application/toml",
    "parquet": "application/vnd.apache.parquet",
}
_ANY_FILE: Responses = {
    200: {"content": {kind: {} for kind in _MEDIA_TYPES.values()}, "description": "the file"}
}
_LAST_EPOCH = 1_000_000
"""A day in the year 4707; far beyond it a number fits no database."""

Epoch = Annotated[int, Path(ge=0, le=_LAST_EPOCH)]


class Bound(BaseModel):
    """The address that was bound, and the first epoch that pays to it if nothing else is bound."""

    account: str
    address: str
    from_epoch: int


class Payout(BaseModel):
    """The address in force, and the one that follows it at `from_ms`."""

    address: str | None
    following: str | None
    from_ms: int | None


@router.get("/v1/epochs", summary="The closed epochs", response_model=Epochs, responses=CACHED)
def list_epochs(request: Request) -> Response:
    """All closed epochs, oldest first, with what each paid and its root."""
    listed = [_listed(epoch) for epoch in chain.committed(node_of(request))]
    return json_answer(request, {"epochs": listed})


@router.get("/v1/epochs/{epoch}", summary="An epoch's signed manifest", responses=CACHED)
def epoch_manifest(request: Request, epoch: Epoch) -> Response:
    """The manifest and the node's signature over it, canonical JSON."""
    return _published(request, epoch, "manifest.json")


@router.get("/v1/epochs/{epoch}/{file}", summary="One published file", responses=CACHED | _ANY_FILE)
def epoch_file(request: Request, epoch: Epoch, file: str) -> Response:
    """A file of the epoch's folder, as `roadcomb audit` reads it."""
    return _published(request, epoch, file)


@router.post(
    "/v1/bindings",
    summary="Bind a payout address",
    openapi_extra=json_body("the signed binding"),
)
async def post_binding(request: Request) -> Bound:
    """Bind the address of a signed message to its key; it moves only what comes after."""
    body = await request.body()
    return await run_in_threadpool(_bind, request, body)


@router.get("/v1/bindings", summary="Where a contributor's rewards go")
def get_binding(request: Request, response: Response) -> Payout:
    """For the contributor alone (signed request); a changed address waits three days."""
    node = node_of(request)
    header = request.headers.get("authorization")
    contributor = authorized(node, header, "GET", request.url.path)
    response.headers["Cache-Control"] = PRIVATE
    with node.catalog.reading() as connection:
        standing = payout_of(connection, contributor, node.clock.now_ms())
    return Payout(address=standing.address, following=standing.following, from_ms=standing.from_ms)


@router.get("/v1/statements", summary="What a contributor earned, and why not more")
def get_statement(
    request: Request,
    response: Response,
    epochs: Annotated[int, Query(ge=1, le=366)] = EPOCHS,
    after: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> dict[str, Any]:
    """The newest epochs cell by cell, drives with reasons in words, and the proof of the claim.

    Drives come in pages: while `next` is there, it is the `after` that asks for more of them.
    """
    node = node_of(request)
    header = request.headers.get("authorization")
    contributor = authorized(node, header, "GET", request.url.path)
    response.headers["Cache-Control"] = PRIVATE
    return statement_of(node, contributor, epochs, after)


def _bind(request: Request, body: bytes) -> Bound:
    node = node_of(request)
    now_ms = node.clock.now_ms()
    binding = parse_binding(parse_json(body), now_ms)
    bind(node, binding)
    account = account_of(binding.contributor)
    with node.catalog.reading() as connection:
        standing = payout_of(connection, binding.contributor, now_ms)
    from_epoch = epoch_of(standing.from_ms or now_ms)
    return Bound(account=account, address=binding.address, from_epoch=from_epoch)


def _published(request: Request, epoch: int, file: str) -> Response:
    node = node_of(request)
    committed = chain.committed_epoch(node, epoch)
    if file not in FILES:
        raise NotFound(f"an epoch has the files {', '.join(FILES)}")
    manifest = file == "manifest.json"
    data = committed.file if manifest else file_of(node.blobs, committed.manifest, file)
    media_type = _MEDIA_TYPES[file.rpartition(".")[2]]
    return plain(request, digest_of_bytes(data), data, media_type, _FOR_GOOD)


def _listed(committed: Committed) -> dict[str, Any]:
    manifest = committed.manifest
    return {
        "epoch": committed.epoch,
        "day": date_of(committed.epoch).isoformat(),
        "closed_after_ms": end_ms(committed.epoch),
        "manifest": digest_of_json(manifest),
        "rows": manifest["rows"]["count"],
        "emitted": manifest["emitted"],
        "paid": manifest["paid"],
        "unallocated": manifest["unallocated"],
        "tree": manifest["tree"],
    }
