"""Stakes: a contributor sees their own, and asks it back; both by a signed request."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from api.routes.caching import PRIVATE
from api.state import node_of
from ingest.signers import authorized
from rewards.depositing import ask_back
from rewards.stake_of import stake_of
from roadcomb.keys import account_of

__all__ = ["router"]

router = APIRouter(tags=["books"])

_MOST = 10**30

Amount = Annotated[int, Path(ge=1, le=_MOST, description="base units")]


class AskedBack(BaseModel):
    """A stake that begins to cool down when the books of `epoch` close."""

    account: str
    amount: str
    epoch: int


@router.get("/v1/stake", summary="A contributor's stake, and what is set aside of it")
def get_stake(request: Request, response: Response) -> dict[str, Any]:
    """What is staked, what cools down, and each slash with its evidence and the last day to appeal
    (signed request); `words` says it in sentences.
    """
    contributor = authorized(
        node_of(request), request.headers.get("authorization"), "GET", request.url.path
    )
    response.headers["Cache-Control"] = PRIVATE
    return stake_of(node_of(request), contributor)


@router.delete("/v1/stake/{amount}", summary="Ask back a part of one's stake")
def delete_stake(request: Request, amount: Amount) -> AskedBack:
    """Base units of the contributor who signs the request; once a day. They cool down, can be
    slashed as long, and are then claimable.
    """
    node = node_of(request)
    header = request.headers.get("authorization")
    contributor = authorized(node, header, "DELETE", request.url.path)
    epoch = ask_back(node, contributor, amount)
    return AskedBack(account=account_of(contributor), amount=str(amount), epoch=epoch)
