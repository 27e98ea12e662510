"""One epoch of a statement: rows, devices and fleet, down to the last base unit.

The law: an epoch's rows, with what drives earned that are `forgotten` by now, and its one
`rounding` add up to its amount. Of that a manager has what `fleet` says was given; what drivers
gave comes on top.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from rewards.chain import Committed, committed_epoch
from rewards.documents import weights_of
from rewards.earned import device_of
from rewards.emission import Rate, rate_of
from rewards.fleets import FLEET, Parts, parts_in
from rewards.openings import opened
from rewards.policy import Policy, parse_policy
from rewards.shares import Share, shares_in, undivided, why_device
from rewards.shelf import file_of
from rewards.why import why_epoch, why_row
from roadcomb.canonical import parse_json
from roadcomb.catalog.tables import epochs, events
from roadcomb.cells import format_cell
from roadcomb.epochs import date_of
from roadcomb.node import Node

__all__ = ["managed_epochs", "policy_of", "statement_of_epoch"]

Statement = dict[str, Any]


def policy_of(node: Node, committed: Committed) -> Policy:
    """What an epoch paid by."""
    return parse_policy(file_of(node.blobs, committed.manifest, "policy.toml"))


def managed_epochs(connection: sa.Connection, node: Node, account: str, limit: int) -> set[int]:
    """Of the newest `limit` epochs those in which the account had a part of a driver's amount."""
    agreed = sa.select(events.c.id).where(
        events.c.kind == FLEET, events.c.body.contains(f'"manager":"{account}"')
    )
    if connection.execute(agreed.limit(1)).first() is None:
        return set()
    newest = sa.select(epochs.c.epoch).order_by(epochs.c.epoch.desc()).limit(limit)
    return {
        epoch
        for epoch in connection.execute(newest).scalars()
        if any(part.manager == account for part in _parts(node, epoch).values())
    }


def statement_of_epoch(node: Node, account: str, epoch: int, known: Mapping[str, Any]) -> Statement:
    """What an account earned in an epoch; known: its drives by drive id (rewards/statement.py)."""
    committed = committed_epoch(node, epoch)
    policy = policy_of(node, committed)
    allocation: Any = parse_json(file_of(node.blobs, committed.manifest, "allocation.json"))
    rate = rate_of(int(allocation["total_weight"]), int(allocation["pool"]), policy)
    shares = _shares(node, committed, account, policy)
    devices = {drive_id: _device(account, row, shares) for drive_id, row in known.items()}
    mine = [drive_id for drive_id, row in known.items() if row.epoch == epoch]
    openings = opened(node.blobs, committed.manifest, mine).to_pylist() if mine else []
    rows = [
        _row(row, epoch, shares[devices[row["drive_id"]]], rate, policy)
        | {"drive": known[row["drive_id"]].public_id, "device": devices[row["drive_id"]]}
        for row in openings
    ]
    told = [_share(name, share, rows, rate, policy) for name, share in shares.items()]
    amount = int(allocation["amounts"].get(account, "0"))
    forgotten = sum(int(each["forgotten"]["amount"]) for each in told)
    return {
        "epoch": epoch,
        "day": date_of(epoch).isoformat(),
        "weight": str(sum(share.counted for share in shares.values())),
        "amount": str(amount),
        "rate": {"numerator": str(rate.numerator), "denominator": str(rate.denominator)},
        "devices": told,
        "forgotten": {
            "weight": str(sum(int(each["forgotten"]["weight"]) for each in told)),
            "amount": str(forgotten),
        },
        "rounding": str(amount - forgotten - sum(int(row["amount"]) for row in rows)),
        "fleet": _fleet(account, _parts(node, epoch)),
        "why": why_epoch(rate, int(allocation["pool"]), policy),
        "rows": rows,
    }


def _shares(node: Node, committed: Committed, account: str, policy: Policy) -> dict[str, Share]:
    if policy.factors is None:
        weights = weights_of(file_of(node.blobs, committed.manifest, "accounts.json"))
        return undivided(weights.get(account, 0))
    return shares_in(parse_json(file_of(node.blobs, committed.manifest, "devices.json")), account)


def _device(account: str, drive: Any, shares: Mapping[str, Share]) -> str:
    """The name of the device that a drive counts for; where nothing is asked, the one there is."""
    name = device_of(account, drive.device_key, drive.level).name
    return name if name in shares else next(iter(shares), name)


def _share(name: str, share: Share, rows: list[Statement], rate: Rate, policy: Policy) -> Statement:
    own = sum(row["weight"] for row in rows if row["device"] == name)
    forgotten = share.raw.weight - own
    return {
        "device": name,
        "level": share.raw.level,
        "passes": share.raw.passes,
        "weight": str(share.raw.weight),
        "counted": str(share.counted),
        "forgotten": {"weight": str(forgotten), "amount": str(share.pay(forgotten, rate))},
        "why": None if policy.factors is None else why_device(share, policy.factors),
    }


def _fleet(account: str, parts: Parts) -> Statement:
    """What of the amount went to a manager, and what came from drivers."""
    own = parts.get(account)
    return {
        "gave": None if own is None else {"to": own.manager, "amount": str(own.amount)},
        "received": [
            {"from": driver, "amount": str(part.amount)}
            for driver, part in parts.items()
            if part.manager == account
        ],
    }


def _parts(node: Node, epoch: int) -> Parts:
    manifest = committed_epoch(node, epoch).manifest
    return parts_in(parse_json(file_of(node.blobs, manifest, "fleets.json")))


def _row(row: Mapping[str, Any], epoch: int, share: Share, rate: Rate, policy: Policy) -> Statement:
    return {
        "row": row["row"],
        "cell": format_cell(row["cell"]),
        "day": date_of(row["day"]).isoformat(),
        "sectors": row["sectors"],
        "grade": row["best_grade"],
        "grade_sum": row["grade_sum"],
        "frames": row["frames"],
        "sketch": row["sketch"],
        "visit": row["visit"],
        "cell_best": row["cell_best"],
        "others": row["others"],
        "other_visits": row["other_visits"],
        "refill_days": row["days"],
        "weight": row["weight"],
        "amount": str(share.pay(row["weight"], rate)),
        "commitment": row["commitment"].hex(),
        "why": why_row(row, epoch, policy),
    }
