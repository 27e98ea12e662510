"""What a contributor checks of a statement alone, against the node's signed manifests.

The law: every row opens its commitment with the drive's salt and the contributor's own key; rows
add up to what their device earned, and what counts of devices to the account's weight; rows and
rounding add up to the amount; the amount follows from the weights at the stated rate; weight,
amount and rate are those of the books whose digests the node signed; the claim's proof leads to the
root that the node signed. Which node that is, the caller knows: a statement that named its own
judge would prove nothing.
"""

from collections.abc import Mapping
from typing import Any

from rewards.commitments import Owner, commitment
from rewards.envelope import verify_epoch
from rewards.merkle import claim_leaf, verify_proof
from roadcomb.canonical import digest_of_bytes, parse_json
from roadcomb.epochs import parse_epoch
from roadcomb.errors import IntegrityError, Unauthorised
from roadcomb.keys import account_of

__all__ = [
    "check_claim",
    "check_devices",
    "check_epoch",
    "check_fleet",
    "check_statement",
    "signed_manifest",
]


def check_statement(statement: Mapping[str, Any], contributor: str) -> int:
    """How many rows were opened and found right. Raises IntegrityError naming what is wrong."""
    if statement["account"] != account_of(contributor):
        raise IntegrityError("the statement is of another account")
    try:
        salts = {drive["public_id"]: drive["salt"] for drive in statement["drives"]}
        return sum(_check_epoch(epoch, salts, contributor) for epoch in statement["epochs"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise IntegrityError(f"the statement has not the form of one: {error!r}") from error


def signed_manifest(envelope: Mapping[str, Any], epoch: int, node: str) -> Mapping[str, Any]:
    """The manifest of an epoch. Raises Unauthorised unless it is this and this node signed it."""
    manifest: Any = envelope.get("manifest")
    if isinstance(manifest, dict):
        verify_epoch(manifest, str(envelope.get("signature")), node)
        if (manifest.get("epoch"), manifest.get("node")) == (epoch, node):
            return manifest
    raise Unauthorised(f"this is no manifest of epoch {epoch} by node {node[:16]}..")


def check_epoch(
    epoch: Mapping[str, Any],
    account: str,
    manifest: Mapping[str, Any],
    accounts: bytes,
    allocation: bytes,
) -> None:
    """Check an epoch of a statement against the signed books: its accounts and allocation files.

    Raises IntegrityError naming what differs.
    """
    where = f"epoch {epoch['epoch']}"
    for name, data in (("accounts", accounts), ("allocation", allocation)):
        if digest_of_bytes(data) != manifest[name]:
            raise IntegrityError(f"{where}: {name}.json is not the one that the node signed")
    weights: Any = parse_json(accounts)
    amounts: Any = parse_json(allocation)
    rate = {name: amounts["rate"][name] for name in ("numerator", "denominator")}
    for name, stated, signed in (
        ("weight", epoch["weight"], weights["accounts"].get(account, "0")),
        ("amount", epoch["amount"], amounts["amounts"].get(account, "0")),
        ("rate", epoch["rate"], rate),
    ):
        if stated != signed:
            raise IntegrityError(f"{where}: {name} {stated} is stated, {signed} is signed")


def check_devices(
    epoch: Mapping[str, Any], account: str, manifest: Mapping[str, Any], devices: bytes
) -> None:
    """Check what an epoch of a statement says of devices against the signed devices.json.

    Raises IntegrityError naming what differs.
    """
    earned: Any = _signed(epoch, manifest, "devices", devices)["earned"].get(account, {})
    told = {each["device"]: each for each in epoch["devices"]}
    for name in sorted(told.keys() | earned.keys()):
        for key in ("level", "passes", "weight", "counted"):
            stated, signed = told.get(name, {}).get(key), earned.get(name, {}).get(key)
            if stated != signed:
                where = f"epoch {epoch['epoch']}: {key} of {name}"
                raise IntegrityError(f"{where}: {stated} is stated, {signed} is signed")


def check_fleet(
    epoch: Mapping[str, Any], account: str, manifest: Mapping[str, Any], fleets: bytes
) -> None:
    """Check the managers' parts that an epoch of a statement tells against the signed fleets.json.

    Raises IntegrityError naming what differs.
    """
    parts: Any = _signed(epoch, manifest, "fleets", fleets)["parts"]
    own, gave = parts.get(account), epoch["fleet"]["gave"]
    stated = None if gave is None else {"manager": gave["to"], "amount": gave["amount"]}
    received = {each["from"]: each["amount"] for each in epoch["fleet"]["received"]}
    signed = {who: each["amount"] for who, each in parts.items() if each["manager"] == account}
    if stated != own or received != signed:
        raise IntegrityError(f"epoch {epoch['epoch']}: the fleet's parts are not those signed")


def _signed(
    epoch: Mapping[str, Any], manifest: Mapping[str, Any], name: str, data: bytes
) -> Mapping[str, Any]:
    if digest_of_bytes(data) != manifest[name]:
        where = f"epoch {epoch['epoch']}"
        raise IntegrityError(f"{where}: {name}.json is not the one that the node signed")
    document: Any = parse_json(data)
    return dict(document)


def check_claim(statement: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """Check the claim's proof against the signed manifest of its epoch.

    Raises IntegrityError for a proof that does not hold.
    """
    claim = statement["books"]["claim"]
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
    forgotten = epoch["forgotten"]
    if int(forgotten["weight"]) and None not in salts.values():
        raise IntegrityError(f"{where}: rows are forgotten though no drive is")
    for device in epoch["devices"]:
        own = sum(row["weight"] for row in rows if row["device"] == device["device"])
        if own + int(device["forgotten"]["weight"]) != int(device["weight"]):
            raise IntegrityError(f"{where}: the rows' weights are not those of {device['device']}")
    if {row["device"] for row in rows} - {each["device"] for each in epoch["devices"]}:
        raise IntegrityError(f"{where}: a row is of no device that is told")
    for whole, parts in (
        (weight, [each["counted"] for each in epoch["devices"]]),
        (int(forgotten["weight"]), [each["forgotten"]["weight"] for each in epoch["devices"]]),
    ):
        if sum(map(int, parts)) != whole:
            raise IntegrityError(f"{where}: the devices' weights do not add up to {whole}")
    if weight * int(rate["numerator"]) // int(rate["denominator"]) != amount:
        raise IntegrityError(f"{where}: the weight does not earn {amount} at this rate")
    told = int(forgotten["amount"]) + int(epoch["rounding"])
    if sum(int(row["amount"]) for row in rows) + told != amount:
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
