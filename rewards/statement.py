"""The statement: what a contributor earned, cell by cell, and why not more; theirs alone to read.

The law: an epoch's rows, with what drives earned that are `forgotten` by now, and its one
`rounding` add up to its amount, to the last base unit; the drives' counts add up to the frames
offered; each row can be found in the published rows by its commitment, which the drive's salt opens
(rewards/check.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.compute as pc
import sqlalchemy as sa

from ingest.states import DriveState, contributor_drives
from quality import judgement
from rewards import chain, ledger
from rewards.bindings import address_of
from rewards.demand.told import demand_told
from rewards.documents import balances_of
from rewards.merkle import claims_tree
from rewards.policy import Policy
from rewards.reasons import in_words, of_drive
from rewards.shelf import file_of
from rewards.stake_of import stake_of
from rewards.statement_epoch import managed_epochs, policy_of, statement_of_epoch
from roadcomb.catalog.tables import drives, epoch_drives
from roadcomb.keys import account_of
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["EPOCHS", "statement_of"]

EPOCHS = 31
"""Epochs in one statement, the newest, unless more are asked for."""

Statement = dict[str, Any]


def statement_of(
    node: Node, contributor: str, limit: int = EPOCHS, after: str | None = None
) -> Statement:
    """The statement of a public key, over the newest `limit` epochs in which drives came in.

    Its drives come in pages: `next` is the `after` that asks for the next one, which has drives
    only; None on the last. Raises NotFound for an `after` that is no drive of theirs.
    """
    page, following = contributor_drives(node, contributor, after=after)
    account = account_of(contributor)
    with node.catalog.reading() as connection:
        address = address_of(connection, contributor, node.clock.now_ms())
        known = _known_drives(connection, contributor)
        managed = managed_epochs(connection, node, account, limit)
    driven = {row.epoch for row in known.values() if row.epoch is not None}
    epochs = sorted(driven | managed)[-limit:]
    if after is not None:
        told = [_drive(node, state, known) for state in page]
        return {"v": 1, "account": account, "drives": told, "next": following}
    return {
        "v": 1,
        "node": node.key.public,
        "account": account,
        "address": address,
        "drives": [_drive(node, state, known) for state in page],
        "next": following,
        "epochs": [statement_of_epoch(node, account, epoch, known) for epoch in epochs],
        "books": _standing(node, account, address),
        "stake": stake_of(node, contributor),
        "demand": demand_told(node, account, known, limit),
    }


def _known_drives(connection: sa.Connection, contributor: str) -> dict[str, Any]:
    """Row with public_id, salt, device, level and epoch (None: not counted yet), by drive id."""
    found = connection.execute(
        sa.select(
            drives.c.drive_id,
            drives.c.public_id,
            drives.c.salt,
            drives.c.device_key,
            drives.c.level,
            epoch_drives.c.epoch,
        )
        .outerjoin(epoch_drives, epoch_drives.c.drive_id == drives.c.drive_id)
        .where(drives.c.contributor == contributor)
    )
    return {row.drive_id: row for row in found}


def _drive(node: Node, state: DriveState, known: Mapping[str, Any]) -> Statement:
    own = known[state.drive_id]
    return {
        "drive_id": state.drive_id,
        "public_id": own.public_id,
        "salt": None if own.salt is None else own.salt.hex(),
        "state": state.state,
        "epoch": own.epoch,
        "offered": state.offered,
        "pending": state.pending,
        "held": state.held,
        "accepted": state.accepted,
        "rejected": state.rejected,
        "verdict": state.verdict,
        "why": None if state.reason is None else of_drive(state.reason, state.verdict),
        **_reasons(node, state),
    }


def _reasons(node: Node, state: DriveState) -> Statement:
    """How many frames were rejected for what, and what kept the grades of the others down."""
    if state.judgement is None:
        return {"rejections": [], "grades": []}
    frames = judgement.load(node.blobs, state.judgement)
    accepted = pc.equal(frames["verdict"], Verdict.ACCEPTED.value)
    rejected = frames.filter(pc.invert(accepted))["reason"].to_pylist()
    lowered = pc.list_flatten(frames.filter(accepted)["grade_reasons"]).to_pylist()
    return {"rejections": _counted(rejected), "grades": _counted(lowered)}


def _counted(codes: Sequence[str]) -> list[Statement]:
    return [
        {"reason": code, "frames": count, "words": in_words(code)}
        for code, count in sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0]))
    ]


def _standing(node: Node, account: str, address: str | None) -> Statement | None:
    """What the newest books hold for the account, with the proof of what its address can claim."""
    last = chain.newest(node)
    if last is None:
        return None
    balances = balances_of(file_of(node.blobs, last.manifest, "ledger.json"))
    return {
        "epoch": last.epoch,
        "waiting_for_address": str(balances.get(ledger.UNBOUND + account, 0)),
        "vesting": str(balances.get(ledger.VESTING + account, 0)),
        "disputed": str(balances.get(ledger.DISPUTED + account, 0)),
        "claim": _claim(ledger.claims(balances), address, policy_of(node, last)),
    }


def _claim(claims: Mapping[str, int], address: str | None, policy: Policy) -> Statement | None:
    if address is None or address not in claims:
        return None
    tree = claims_tree(claims, policy.token)
    proof = tree.proof(sorted(claims).index(address))
    return {
        "address": address,
        "token": policy.token,
        "cumulative": str(claims[address]),
        "root": f"0x{tree.nodes[0].hex()}",
        "proof": [f"0x{sibling.hex()}" for sibling in proof],
    }
