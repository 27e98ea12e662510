"""The salts that open published rows: an auditor's of all drives, a contributor's of their own."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from rewards.chain import committed
from rewards.commitments import Owner
from rewards.openings import all_openings
from rewards.salts import OwnedRows, Salts
from roadcomb.catalog.tables import drives
from roadcomb.node import Node

__all__ = ["salts_of_node", "salts_of_statement"]


def salts_of_node(node: Node) -> Salts:
    """Of every drive that is not deleted, by the epoch it came in with."""
    with node.catalog.reading() as connection:
        found = connection.execute(
            sa.select(drives.c.drive_id, drives.c.salt, drives.c.contributor).where(
                drives.c.salt.is_not(None)
            )
        )
        owners = {row.drive_id: Owner(row.salt, row.contributor) for row in found}
    return {each.epoch: _owned(node, each.manifest, owners) for each in committed(node)}


def salts_of_statement(statement: Mapping[str, Any], contributor: str) -> Salts:
    """Of a contributor's own drives, out of their statement."""
    salts = {drive["public_id"]: drive["salt"] for drive in statement["drives"]}
    opened: dict[int, tuple[OwnedRows, ...]] = {}
    for epoch in statement["epochs"]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row in epoch["rows"]:
            rows[row["drive"]].append(row["row"])
        opened[epoch["epoch"]] = tuple(
            OwnedRows(Owner(bytes.fromhex(salts[drive]), contributor), tuple(own))
            for drive, own in sorted(rows.items())
            if salts[drive] is not None
        )
    return opened


def _owned(
    node: Node, manifest: Mapping[str, Any], owners: Mapping[str, Owner]
) -> tuple[OwnedRows, ...]:
    openings = all_openings(node.blobs, manifest["inputs"])
    return tuple(
        OwnedRows(owners[own["drive_id"]], tuple(own["rows"]))
        for own in openings.to_pylist()
        if own["drive_id"] in owners
    )
