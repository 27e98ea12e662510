"""Is every receipt accounted for? The log's new leaves of an epoch, and what was decided of each.

The law: the leaves of all epochs, one after the other, are the transparency log up to the epoch's
head, and hash to its root; a receipt is pending until an epoch says what became of its drive. So a
receipt that was dropped is missing from the leaves or makes another root. A leaf names nobody: it
is the hash of the receipt, which only its holder can make again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.logtree import LogTree
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["PENDING", "STATES", "Accounting", "LogPart", "parse_log"]

PENDING = "pending"
STATES = ("accepted", "rejected", "held", "deleted")

_VERSION = 1
_HASH_HEX = 64


@dataclass(frozen=True, slots=True)
class LogPart:
    """leaves: of receipts start, start + 1, ..; decided: the new state of some, by log index."""

    epoch: int
    start: int
    leaves: Sequence[str]
    decided: Mapping[int, str]

    def to_bytes(self) -> bytes:
        """log.json."""
        decided: dict[str, Json] = {
            str(index): self.decided[index] for index in sorted(self.decided)
        }
        return canonical_json(
            {
                "v": _VERSION,
                "epoch": self.epoch,
                "start": self.start,
                "leaves": list(self.leaves),
                "decided": decided,
            }
        )


def parse_log(data: bytes) -> LogPart:
    """The part of its file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {
            "v": 1,
            "epoch": int(epoch),
            "start": int(start),
            "leaves": list() as leaves,
            "decided": Mapping() as decided,
            **nothing,
        } if not nothing:
            states = {_index(index): _state(state) for index, state in decided.items()}
            return LogPart(epoch, start, [_leaf(leaf) for leaf in leaves], states)
    raise IntegrityError("log.json is no part of a log that this version can read")


@dataclass(slots=True)
class Accounting:
    """All receipts up to an epoch: their leaves, and the states of those that were decided."""

    tree: LogTree = field(default_factory=LogTree)
    leaves: list[str] = field(default_factory=list)
    decided: dict[int, str] = field(default_factory=dict)

    def add(self, part: LogPart, size: int, root: str) -> None:
        """Take in the next epoch's part, whose log has this size and root.

        Raises IntegrityError naming the receipt that is missing or was never given.
        """
        if part.start != len(self.leaves):
            raise IntegrityError(f"receipt {len(self.leaves)} is missing: log.json is not the next")
        self.leaves += part.leaves
        if len(self.leaves) != size:
            first = min(len(self.leaves), size)
            raise IntegrityError(f"receipt {first} is missing: the log has {size} entries")
        self.tree.extend(bytes.fromhex(leaf) for leaf in part.leaves)
        if self.tree.root(size).hex() != root:
            raise IntegrityError(f"the log's {size} receipts do not hash to its root {root}")
        for index in part.decided:
            if not 0 <= index < size:
                raise IntegrityError(f"receipt {index} was decided and never given")
        self.decided.update(part.decided)

    def state(self, index: int) -> str:
        """What became of a receipt's drive."""
        return self.decided.get(index, PENDING)

    def counts(self) -> dict[str, int]:
        """How many receipts are in each state; they sum to the log's size."""
        counted = Counter(self.decided.values())
        counted[PENDING] = len(self.leaves) - len(self.decided)
        return {state: counted[state] for state in (*STATES, PENDING)}


def _leaf(value: Json) -> str:
    if isinstance(value, str) and len(value) == _HASH_HEX and set(value) <= set("0123456789abcdef"):
        return value
    raise IntegrityError(f"log.json: {str(value)[:80]!r} is no hash")


def _index(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or text != str(int(text)):
        raise IntegrityError(f"log.json: {text[:20]!r} is no receipt's index")
    return int(text)


def _state(value: Json) -> str:
    if value not in STATES:
        raise IntegrityError(f"log.json: {str(value)[:20]!r} is no state of a drive")
    return str(value)
