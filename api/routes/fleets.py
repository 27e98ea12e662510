"""The door of fleets: agreements that manager and driver signed, their ends, and one's own."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import json_body
from api.routes.caching import PRIVATE
from api.state import node_of
from ingest.signers import authorized
from rewards.agreeing import agree, end, fleet_of
from rewards.agreement import agreement_in, end_in
from rewards.fleets import Fleet
from roadcomb.canonical import parse_json

__all__ = ["router"]

router = APIRouter(tags=["books"])


class Recorded(BaseModel):
    """The agreement (its digest), and the first epoch whose amounts it, or its end, counts for."""

    agreement: str
    from_epoch: int


class Driver(BaseModel):
    """An agreement in force, or about to be: its driver and its share, per mille."""

    agreement: str
    driver: str
    share: int


class Manager(BaseModel):
    """The agreement that one drives by."""

    agreement: str
    manager: str
    share: int


class Mine(BaseModel):
    """One's account, the manager that one drives for, and the drivers that one manages."""

    account: str
    manager: Manager | None
    drivers: list[Driver]


@router.post("/v1/fleets", summary="Agree on a fleet", openapi_extra=json_body("signed by both"))
async def post_agreement(request: Request) -> Recorded:
    """Take an agreement (rewards/agreement.py): from its epoch on the manager has its share of what
    the driver earns. The same again changes nothing."""
    body = await request.body()
    return await run_in_threadpool(_agree, request, body)


@router.post("/v1/fleets/end", summary="Leave a fleet", openapi_extra=json_body("signed by one"))
async def post_end(request: Request) -> Recorded:
    """Take the end of an agreement, signed by its manager or its driver."""
    body = await request.body()
    return await run_in_threadpool(_end, request, body)


@router.get("/v1/fleets", summary="One's own fleet")
def get_fleet(request: Request, response: Response) -> Mine:
    """For the contributor alone (signed request)."""
    node = node_of(request)
    contributor = authorized(node, request.headers.get("authorization"), "GET", request.url.path)
    response.headers["Cache-Control"] = PRIVATE
    standing = fleet_of(node, contributor)
    return Mine(
        account=standing.account,
        manager=_manager(standing.own),
        drivers=[
            Driver(agreement=each.agreement, driver=driver, share=each.share)
            for driver, each in standing.drivers.items()
        ],
    )


def _agree(request: Request, body: bytes) -> Recorded:
    node = node_of(request)
    agreement = agreement_in(parse_json(body), node.key.public, node.clock.now_ms())
    return Recorded(agreement=agreement.digest, from_epoch=agree(node, agreement))


def _end(request: Request, body: bytes) -> Recorded:
    node = node_of(request)
    ended = end_in(parse_json(body), node.key.public, node.clock.now_ms())
    return Recorded(agreement=ended.agreement, from_epoch=end(node, ended))


def _manager(own: Fleet | None) -> Manager | None:
    if own is None:
        return None
    return Manager(agreement=own.agreement, manager=own.manager, share=own.share)
