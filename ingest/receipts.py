"""The receipt: the node's signed promise that a drive is kept, and its place in the log.

::

    {"receipt": {"v": 1, "drive_id", "contributor", "frames", "bytes", "sealed_ms", "log_index",
                 "node", "log_size", "log_root", "inclusion": [hex, ...]},
     "signature": <the node's, over the canonical JSON of "receipt">}

The log's leaf covers what was known before the receipt was entered: all but the last three.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ingest.log import Frontier, leaf_hash, verify_inclusion
from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import Key, verify

__all__ = [
    "DOMAIN",
    "Promise",
    "Receipt",
    "leaf_of",
    "parse_receipt",
    "sign_receipt",
    "verify_receipt",
]

DOMAIN = "roadcomb receipt v1"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised of one drive; node and contributor are public keys, bytes of all frames."""

    drive_id: str
    contributor: str
    frames: int
    bytes: int
    sealed_ms: int
    log_index: int
    node: str

    def to_json(self) -> dict[str, Json]:
        """The JSON value that the log's leaf covers."""
        return {"v": VERSION, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise and the proof that it is entry `log_index` of a log of `log_size` entries."""

    promise: Promise
    log_size: int
    log_root: bytes
    inclusion: tuple[bytes, ...]

    def to_json(self) -> dict[str, Json]:
        """The JSON value that the node signs."""
        return {
            **self.promise.to_json(),
            "log_size": self.log_size,
            "log_root": self.log_root.hex(),
            "inclusion": [sibling.hex() for sibling in self.inclusion],
        }


def leaf_of(promise: Promise) -> bytes:
    """The log's hash of a promise, 32 bytes."""
    return leaf_hash(canonical_json(promise.to_json()))


def sign_receipt(key: Key, promise: Promise, log: Frontier) -> bytes:
    """Canonical JSON of the signed receipt; `log` is the log that the promise is appended to."""
    grown = log.append(leaf_of(promise))
    receipt = Receipt(promise, grown.size, grown.root(), tuple(log.next_path()))
    body = canonical_json(receipt.to_json())
    return canonical_json({"receipt": receipt.to_json(), "signature": key.sign(DOMAIN, body)})


def verify_receipt(value: Json, node: str) -> Receipt:
    """The receipt of a node, its signature and its place in the log checked.

    node: the public key that the receipt must be of. Raises InvalidInput naming what is wrong,
    Unauthorised for a signature of somebody else.
    """
    receipt, signature = parse_receipt(value)
    verify(node, DOMAIN, canonical_json(receipt.to_json()), signature)
    if receipt.promise.node != node:
        raise Unauthorised("the receipt names another node than the one that signed it")
    promise = receipt.promise
    if not verify_inclusion(
        leaf_of(promise), promise.log_index, receipt.log_size, receipt.inclusion, receipt.log_root
    ):
        raise InvalidInput("the receipt does not prove its place in the log")
    return receipt


def parse_receipt(value: Json) -> tuple[Receipt, str]:
    """(receipt, signature) of signed receipt JSON. Raises InvalidInput; checks no signature."""
    try:
        return _parse(value)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"this is no receipt: {error!r}") from error


def _parse(value: Any) -> tuple[Receipt, str]:
    raw: Mapping[str, Any] = value["receipt"]
    if raw["v"] != VERSION:
        raise InvalidInput(f"receipt version {raw['v']!r} is not {VERSION}: update your client")
    promise = Promise(
        str(raw["drive_id"]),
        str(raw["contributor"]),
        int(raw["frames"]),
        int(raw["bytes"]),
        int(raw["sealed_ms"]),
        int(raw["log_index"]),
        str(raw["node"]),
    )
    path = tuple(bytes.fromhex(sibling) for sibling in raw["inclusion"])
    receipt = Receipt(promise, int(raw["log_size"]), bytes.fromhex(raw["log_root"]), path)
    return receipt, str(value["signature"])
