"""The transparency log: a Merkle tree over all receipts, by which nobody can drop one unseen.

RFC 9162 (Certificate Transparency 2.0) section 2.1: a leaf is SHA-256(0x00 || payload), a node
SHA-256(0x01 || left || right), and a tree of n leaves splits at the largest power of two below n.

Appending needs the frontier alone: the roots of the perfect subtrees that n leaves fall into, one
for each bit of n. They are, smallest first, just the inclusion path of leaf n in the tree of n + 1
leaves, so the newest receipt carries all that the next one needs and a seal is O(log n).
Everything here is pure; hashes are 32 bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from roadcomb.errors import InvalidInput

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "consistency",
    "inclusion",
    "leaf_hash",
    "node_hash",
    "root",
    "split",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a log without receipts (RFC 9162 section 2.1.1)."""


def leaf_hash(payload: bytes) -> bytes:
    """Hash of one entry."""
    return hashlib.sha256(b"\x00" + payload).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over the leaf hashes of a whole log (RFC 9162 section 2.1.1)."""
    return reduce(Frontier.append, leaves, Frontier()).root()


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Path from leaf `index` to the root, lowest sibling first (RFC 9162 section 2.1.3.1).

    Raises InvalidInput when the log has no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise InvalidInput(f"the log has {len(leaves)} entries, there is no entry {index}")
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if index < middle:
        return [*inclusion(index, left), root(right)]
    return [*inclusion(index - middle, right), root(left)]


def consistency(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Proof that the log of `first` entries is the beginning of this one (RFC 9162 section
    2.1.4.1); empty for the empty log, which begins every other, and for the log itself.

    Raises InvalidInput when the log is shorter.
    """
    if not 0 <= first <= len(leaves):
        raise InvalidInput(f"the log has {len(leaves)} entries, it never had {first}")
    return _subproof(first, leaves, True) if first else []


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> bool:
    """Whether the path proves that `leaf` is entry `index` of the log of `size` entries with root
    `expected` (the algorithm of RFC 9162 section 2.1.3.2).
    """
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path proves that the log of `second` entries with root `second_root` begins with
    the one of `first` entries and root `first_root` (the algorithm of RFC 9162 section 2.1.4.2).
    """
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    if not 0 < first < second or not path:
        return False
    siblings = [first_root, *path] if first & (first - 1) == 0 else list(path)
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = siblings[0]
    for sibling in siblings[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)


@dataclass(frozen=True, slots=True)
class Frontier:
    """A log of `size` entries, as the roots of its perfect subtrees, largest (oldest) first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @classmethod
    def before(cls, size: int, newest_path: Sequence[bytes]) -> "Frontier":
        """The log of `size` entries out of the inclusion path of the entry that came after them.

        Raises InvalidInput when the path cannot belong to that entry.
        """
        if len(newest_path) != size.bit_count():
            raise InvalidInput(f"a path of {len(newest_path)} hashes is not entry {size}'s")
        return cls(size, tuple(reversed(newest_path)))

    def append(self, leaf: bytes) -> "Frontier":
        """The log with one more entry: equal subtrees at its end merge, like a carry."""
        peaks, size = [*self.peaks, leaf], self.size
        while size & 1:
            right = peaks.pop()
            peaks.append(node_hash(peaks.pop(), right))
            size >>= 1
        return Frontier(self.size + 1, tuple(peaks))

    def next_path(self) -> list[bytes]:
        """Inclusion path of the entry that is appended next, in the log that ends with it."""
        return list(reversed(self.peaks))

    def root(self) -> bytes:
        """Root of the log."""
        if not self.peaks:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.peaks))


def split(size: int) -> int:
    """The largest power of two smaller than size: where a tree of so many leaves divides."""
    return 1 << ((size - 1).bit_length() - 1)


def _subproof(first: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162; known: the verifier has the root of these `first` leaves already."""
    if first == len(leaves):
        return [] if known else [root(leaves)]
    middle = split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if first <= middle:
        return [*_subproof(first, left, known), root(right)]
    return [*_subproof(first - middle, right, False), root(left)]
