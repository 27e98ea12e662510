"""Does the node still keep a promise? Its newest head, and the receipt's place under it.

Law: a receipt is kept when the head is signed by the same node, when the log that the receipt saw
is the beginning of today's, and when the receipt's entry is in today's log. A node that cannot show
this has broken its promise, and receipt and head together prove it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.heads import Head, verify_head
from ingest.log import verify_consistency, verify_inclusion
from ingest.receipts import Receipt, leaf_of
from roadcomb.errors import IntegrityError

__all__ = ["Fetch", "check_kept"]

Fetch = Callable[[str], Mapping[str, Any]]
"""GET of a path on the node, its JSON object."""


def check_kept(receipt: Receipt, fetch: Fetch) -> Head:
    """The node's head, after the (verified) receipt was found under it.

    Raises IntegrityError when the log does not hold what the receipt promised, Unauthorised for a
    head of another node.
    """
    head = verify_head(fetch("/v1/log/head"), receipt.promise.node)
    if head.size < receipt.log_size:
        raise IntegrityError(
            f"the log has {head.size} entries, but the receipt saw {receipt.log_size}: the node "
            "dropped entries; keep the receipt"
        )
    _check_beginning(receipt, head, fetch)
    _check_entry(receipt, head, fetch)
    return head


def _check_beginning(receipt: Receipt, head: Head, fetch: Fetch) -> None:
    found = fetch(f"/v1/log/consistency?first={receipt.log_size}&second={head.size}")
    steps = _hashes(found.get("consistency"))
    if not verify_consistency(receipt.log_size, head.size, receipt.log_root, head.root, steps):
        raise IntegrityError(
            "today's log does not begin with the one that the receipt saw: the node rewrote it; "
            "keep the receipt"
        )


def _check_entry(receipt: Receipt, head: Head, fetch: Fetch) -> None:
    index = receipt.promise.log_index
    path = _hashes(fetch(f"/v1/log/proof/{index}?size={head.size}").get("inclusion"))
    if not verify_inclusion(leaf_of(receipt.promise), index, head.size, path, head.root):
        raise IntegrityError(
            f"entry {index} of today's log is not this receipt: the node dropped it; keep the "
            "receipt"
        )


def _hashes(value: object) -> list[bytes]:
    """What a proof consists of; nonsense is no proof."""
    try:
        return [bytes.fromhex(step) for step in value] if isinstance(value, list) else []
    except (TypeError, ValueError):
        return []
