"""Routes of demand: what a customer's key can open, and the prices that sources sign."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import Responses, json_body
from api.routes.caching import PRIVATE
from api.state import node_of
from rewards.demand.recording import balance_of, record_burst, record_price
from roadcomb.canonical import parse_json
from roadcomb.cells import PAID_RESOLUTION, parse_cell
from roadcomb.epochs import date_of
from roadcomb.errors import InvalidInput
from tiles.metering import account_of_key

__all__ = ["router"]

router = APIRouter(tags=["demand"])

_NO_KEY: Responses = {402: {"description": "a key that stands is asked for"}}


class Credits(BaseModel):
    """credits: each opens a cell for a week. waiting: base units burnt, which become credits with
    the next night that has a price. opened: cells since the newest books, which used a credit."""

    customer: str
    credits: int
    waiting: str
    opened: int


class Burst(BaseModel):
    """An area that was asked for; first: the day it opens, if that night has a price."""

    customer: str
    cell: str
    credits: int
    first: date


class Price(BaseModel):
    """What was taken: 10**-8 USD a token, as its source says at an instant."""

    source: str
    price: str
    at_ms: int


@router.get("/v1/credits", summary="What a key can open", responses=_NO_KEY)
def get_credits(
    request: Request,
    response: Response,
    x_api_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Credits:
    """For the key's account alone: what it can open now, and what is still to come."""
    node = node_of(request)
    balance = balance_of(node, account_of_key(node, x_api_key))
    response.headers["Cache-Control"] = PRIVATE
    return Credits(
        customer=balance.customer,
        credits=balance.credits,
        waiting=str(balance.waiting),
        opened=balance.opened,
    )


@router.post("/v1/bursts", summary="Have an area mapped", responses=_NO_KEY)
def post_burst(
    request: Request,
    cell: Annotated[str, Query(max_length=20, description="its middle, of resolution 12")],
    x_api_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Burst:
    """Take credits for an area: who maps it on the days that follow has a part of them, and if
    nobody does, they come back."""
    node = node_of(request)
    account = account_of_key(node, x_api_key)
    made = record_burst(node, account, parse_cell(cell, PAID_RESOLUTION))
    day = date_of(made.first)
    return Burst(customer=made.customer, cell=cell, credits=made.credits, first=day)


@router.post(
    "/v1/prices",
    summary="Say what a token costs",
    openapi_extra=json_body("the price, signed by a source that the policy pins"),
)
async def post_price(request: Request) -> Price:
    """Take a source's price; each night uses the newest of every source, and their median."""
    body = await request.body()
    return await run_in_threadpool(_record, request, body)


def _record(request: Request, body: bytes) -> Price:
    said = parse_json(body)
    if not isinstance(said, dict):
        raise InvalidInput("this is no price: source, price, at_ms and signature are asked for")
    quote = record_price(node_of(request), said)
    return Price(source=quote.source, price=str(quote.price), at_ms=quote.at_ms)
