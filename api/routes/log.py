"""The transparency log's doors: its signed head, and the proofs by which anybody can watch it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from api.state import log_of
from ingest.logbook import LogBook
from roadcomb.canonical import canonical_json

__all__ = ["router"]

router = APIRouter(tags=["log"])
TheLog = Annotated[LogBook, Depends(log_of)]
Size = Annotated[int | None, Query(ge=0, description="Entries; default: all there are")]


class Inclusion(BaseModel):
    """Path (hex, lowest sibling first) from entry `index` to the root of `size` entries."""

    index: int
    size: int
    root: str
    inclusion: list[str]


class Consistency(BaseModel):
    """Proof (hex) that the log of `first` entries is the beginning of that of `second`."""

    first: int
    second: int
    consistency: list[str]


@router.get("/v1/log/head")
def head(log: TheLog) -> Response:
    """How long the log is and its root, signed: {"head": {...}, "signature"}."""
    return Response(canonical_json(log.head()), media_type="application/json")


@router.get("/v1/log/proof/{index}")
def proof(log: TheLog, index: Annotated[int, Path(ge=0)], size: Size = None) -> Inclusion:
    """The path of an entry in the log of `size` entries (RFC 9162 section 2.1.3)."""
    upto = log.size() if size is None else size
    path = [step.hex() for step in log.inclusion(index, upto)]
    return Inclusion(index=index, size=upto, root=log.root(upto).hex(), inclusion=path)


@router.get("/v1/log/consistency")
def consistency(
    log: TheLog, first: Annotated[int, Query(ge=0)], second: Size = None
) -> Consistency:
    """That nothing was changed between two lengths of the log (RFC 9162 section 2.1.4)."""
    upto = log.size() if second is None else second
    steps = [step.hex() for step in log.consistency(first, upto)]
    return Consistency(first=first, second=upto, consistency=steps)
