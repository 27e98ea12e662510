"""Routes of demand: what a customer's key can open, and the prices that sources sign."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import Responses, json_body
from api.state import node_of
from rewards.demand.recording import balance_of, record_price
from roadcomb.canonical import parse_json
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
    response.headers["Cache-Control"] = "private, no-store"
    return Credits(
        customer=balance.customer,
        credits=balance.credits,
        waiting=str(balance.waiting),
        opened=balance.opened,
    )


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
