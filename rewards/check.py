"""What a contributor checks of a statement alone, against the node's signed manifests.

The law: every row opens its commitment with the drive's salt and the contributor's own key; rows
and rounding add up to the amount; the amount follows from the weights at the stated rate; the
claim's proof leads to the root that the node signed.
"""

from collections.abc import Mapping
from typing import Any

from rewards.commitments import Owner, commitment
from rewards.envelope import verify_epoch
from rewards.merkle import claim_leaf, verify_proof
from roadcomb.epochs import parse_epoch
from roadcomb.errors import IntegrityError
from roadcomb.keys import account_of

__all__ = ["check_claim", "check_statement"]


def check_statement(statement: Mapping[str, Any], contributor: str) -> int:
    """How many rows were opened and found right. Raises IntegrityError naming what is wrong."""
    if statement["account"] != account_of(contributor):
        raise IntegrityError("the statement is of another account")
    try:
        salts = {drive["public_id"]: drive["salt"] for drive in statement["drives"]}
        return sum(_check_epoch(epoch, salts, contributor) for epoch in statement["epochs"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise IntegrityError(f"the statement has not the form of one: {error!r}") from error


def check_claim(statement: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
    """Check the claim's proof against the signed manifest of its epoch.

    Raises Unauthorised for a wrong signature, IntegrityError for a proof that does not hold.
    """
    manifest, claim = envelope["manifest"], statement["books"]["claim"]
    verify_epoch(manifest, envelope["signature"], statement["node"])
    leaf = claim_leaf(claim["address"], claim["token"], int(claim["cumulative"]))
    proof = [bytes.fromhex(sibling[2:]) for sibling in claim["proof"]]
    root = manifest["tree"] or "0x"
    if not verify_proof(bytes.fromhex(root[2:]), leaf, proof):
        raise IntegrityError(f"the proof does not lead to the root of epoch {manifest['epoch']}")


def _check_epoch(
    epoch: Mapping[str, Any], salts: Mapping[str, str | None], contributor: str
) -> int:
    where, rows = f"epoch {epoch['epoch']}", epoch["rows"]
    weight, amount = int(epoch["weight"]), int(epoch["amount"])
    rate = epoch["rate"]
    if sum(row["weight"] for row in rows) != weight:
        raise IntegrityError(f"{where}: the rows' weights do not add up to {weight}")
    if weight * int(rate["numerator"]) // int(rate["denominator"]) != amount:
        raise IntegrityError(f"{where}: the weight does not earn {amount} at this rate")
    if sum(int(row["amount"]) for row in rows) + int(epoch["rounding"]) != amount:
        raise IntegrityError(f"{where}: rows and rounding do not add up to {amount}")
    return sum(_check_row(row, epoch["epoch"], salts, contributor) for row in rows)


def _check_row(
    row: Mapping[str, Any], epoch: int, salts: Mapping[str, str | None], contributor: str
) -> int:
    """1 for a row that opens; 0 for one whose salt is destroyed with its drive."""
    salt = salts[row["drive"]]
    if salt is None:
        return 0
    integers = (
        int(row["cell"], 16),
        parse_epoch(row["day"]),
        row["sectors"],
        row["grade"],
        row["grade_sum"],
        row["frames"],
        row["sketch"],
    )
    opened = commitment(Owner(bytes.fromhex(salt), contributor), epoch, integers)
    if opened.hex() != row["commitment"]:
        raise IntegrityError(f"epoch {epoch}: row {row['row']} is not a row of yours")
    return 1
