"""Is the process alive, can it do its work, and which node is it?"""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.state import limits_of, live_of, node_of, troubles_of, unread_of
from ingest.limits import IntakeSettings
from quality.publishing.publications import waiting_reasons
from roadcomb import __version__
from roadcomb.node import Node
from tiles.live import LiveMap

__all__ = ["router"]

router = APIRouter(tags=["node"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """Each part a node needs: "ok", or what is wrong with it.

    degraded: stored bytes that cannot be read, or why nothing is published; the node works, without
    that. waiting: accepted frames that are not shown, by reason.
    """

    ready: bool
    catalog: str
    blobs: str
    degraded: list[str] = []
    waiting: dict[str, int] = {}


class Limits(BaseModel):
    """What the node takes at most."""

    frame_bytes: int
    batch_bytes: int
    drive_frames: int


class NodeInfo(BaseModel):
    """The node's public key (hex), its clock (ms since 1970 UTC), its version and limits."""

    node: str
    now_ms: int
    version: str
    limits: Limits


@router.get("/healthz")
async def healthz() -> Alive:
    """The process is alive; says nothing of catalog and blobs."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(
    response: Response,
    node: Annotated[Node, Depends(node_of)],
    unread: Annotated[Collection[str], Depends(unread_of)],
    troubles: Annotated[Collection[str], Depends(troubles_of)],
    live: Annotated[LiveMap, Depends(live_of)],
) -> Readiness:
    """Catalog and blob store answer, and the schema is this version's; otherwise 503."""
    catalog, blobs = _catalog(node), _blobs(node)
    ready = catalog == blobs == "ok"
    if not ready:
        response.status_code = 503
    degraded = [f"judgements/{digest} is lost or damaged: restore it" for digest in unread]
    degraded += [f"nothing is published: {trouble}" for trouble in troubles]
    degraded += [] if live.damage is None else [live.damage]
    waiting = _waiting(node) if catalog == "ok" else {}
    return Readiness(ready=ready, catalog=catalog, blobs=blobs, degraded=degraded, waiting=waiting)


@router.get("/v1/node")
def node_info(
    node: Annotated[Node, Depends(node_of)],
    limits: Annotated[IntakeSettings, Depends(limits_of)],
) -> NodeInfo:
    """Which node this is. Clients take "now" from here: the clocks of devices are wrong."""
    return NodeInfo(
        node=node.key.public,
        now_ms=node.clock.now_ms(),
        version=__version__,
        limits=Limits(
            frame_bytes=limits.frame_bytes,
            batch_bytes=limits.batch_bytes,
            drive_frames=limits.drive_frames,
        ),
    )


def _catalog(node: Node) -> str:
    try:
        return "ok" if node.catalog.is_current() else "its schema is of another version"
    except Exception:  # whatever the driver raises, the part does not answer
        return "does not answer"


def _waiting(node: Node) -> dict[str, int]:
    with node.catalog.reading() as connection:
        return waiting_reasons(connection)


def _blobs(node: Node) -> str:
    try:
        node.blobs.exists("readiness")
    except Exception:
        return "does not answer"
    folder = node.blobs.local_path("")
    return "ok" if folder is None or folder.is_dir() else "its folder is gone"
