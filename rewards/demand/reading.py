"""A statement's nights of demand, checked against the signed books and told in words; pure.

The law: a row earns floor(amount x its weight / weights of all) of each opened cell and burst that
it has a part of, by the figures of the signed demand.json; rows and what is `forgotten` add up to
the account's amount there. Cells are compared by their names, so a contributor's check loads no
columns and no hexagons.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rewards.tokens import in_tokens
from roadcomb.canonical import digest_of_bytes, parse_json
from roadcomb.epochs import date_of
from roadcomb.errors import IntegrityError

__all__ = ["check_demand", "in_words"]


def in_words(row: Mapping[str, Any]) -> str:
    """Of one row, for its driver."""
    tokens, passed_on = in_tokens(int(row["amount"])), date_of(int(row["epoch"])).isoformat()
    return (
        f"{tokens} tokens because a customer opened your cell {row['cell']}, passed on {passed_on}"
    )


def check_demand(
    told: Mapping[str, Any], account: str, manifest: Mapping[str, Any], demand: bytes
) -> None:
    """Check a night of a statement against the signed demand.json. Raises IntegrityError."""
    where = f"epoch {told['epoch']}"
    if digest_of_bytes(demand) != manifest["demand"]:
        raise IntegrityError(f"{where}: demand.json is not the one that the node signed")
    try:
        _check(where, told, account, parse_json(demand))
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise IntegrityError(f"{where}: demand has not the form of one: {error!r}") from error


def _check(where: str, told: Mapping[str, Any], account: str, document: Any) -> None:
    amount, rows = int(document["accounts"].get(account, "0")), told["rows"]
    if int(told["amount"]) != amount:
        raise IntegrityError(f"{where}: {told['amount']} for demand is stated, {amount} is signed")
    for row in rows:
        earned = sum(_parts(document, row))
        if int(row["amount"]) != earned:
            raise IntegrityError(f"{where}: {row['cell']} earned {earned}, not {row['amount']}")
    if sum(int(row["amount"]) for row in rows) + int(told["forgotten"]) != amount:
        raise IntegrityError(f"{where}: the opened cells do not add up to {amount}")


def _parts(document: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[int]:
    """What a row earns of the cell that was opened, and of each burst it lies in."""
    cell = document["cells"].get(row["cell"])
    lots = [] if cell is None else [cell]
    lots += [burst for burst in document["bursts"] if row["cell"] in burst["cells"]]
    for lot in lots:
        if lot["first"] <= row["epoch"] <= lot["last"]:
            yield int(lot["amount"]) * row["weight"] // int(lot["weight"])
