"""Claims as a Merkle tree that any EVM contract can check: OpenZeppelin's `standard-v1`.

The law: leaf = keccak(keccak(abi.encode(address, address, uint256))), node = keccak of the sorted
pair, the tree a complete binary heap with its leaves sorted from the end. The amount is all that
the address ever earned, so a missed or repeated night neither loses nor doubles money (the scheme
of Morpho's Universal Rewards Distributor). Source: OpenZeppelin/merkle-tree, README and dumps.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import sha3

from roadcomb.errors import InvalidInput

__all__ = [
    "LEAF_ENCODING",
    "Hash",
    "Hashed",
    "MerkleTree",
    "claim_leaf",
    "claims_dump",
    "claims_tree",
    "dump",
    "keccak",
    "standard_leaf",
    "tree_of",
    "verify_proof",
]

LEAF_ENCODING = ("address", "address", "uint256")
"""Payout address, reward token, cumulative amount in base units."""

_WORD = 32


class Hashed(Protocol):
    """What hashlib and sha3 answer."""

    def digest(self) -> bytes:
        """32 bytes."""


Hash = Callable[[bytes], Hashed]
"""Keccak-256 in every tree that pays; the benchmark puts SHA-256 in its place."""


def keccak(data: bytes) -> bytes:
    """Keccak-256 as Ethereum uses it; not NIST's SHA3-256, whose padding differs."""
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def standard_leaf(encoded: bytes, hashed: Hash = sha3.keccak_256) -> bytes:
    """Hash of an ABI-encoded value; hashed twice, so that no leaf can pass for a node."""
    return hashed(hashed(encoded).digest()).digest()


def claim_leaf(address: str, token: str, amount: int, hashed: Hash = sha3.keccak_256) -> bytes:
    """Leaf of a claim; the three static words of the ABI are just padded to 32 bytes each."""
    words = (int(address, 16), int(token, 16), amount)
    return standard_leaf(b"".join([word.to_bytes(_WORD, "big") for word in words]), hashed)


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """nodes: the heap, root first. places: the heap index of each leaf, in the order given."""

    nodes: tuple[bytes, ...]
    places: tuple[int, ...]

    @property
    def root(self) -> bytes | None:
        """Root; None for a tree of nothing."""
        return self.nodes[0] if self.nodes else None

    def proof(self, leaf: int) -> list[bytes]:
        """Siblings from leaf number `leaf` up to below the root."""
        index, siblings = self.places[leaf], []
        while index > 0:
            siblings.append(self.nodes[index + 1 if index % 2 else index - 1])
            index = (index - 1) // 2
        return siblings


def tree_of(leaves: Sequence[bytes], hashed: Hash = sha3.keccak_256) -> MerkleTree:
    """The tree over some leaf hashes (32 bytes each); distinct leaves only."""
    if len(set(leaves)) != len(leaves):
        raise InvalidInput("a leaf stands twice in the tree")
    if not leaves:
        return MerkleTree((), ())
    last = 2 * len(leaves) - 2
    place = {leaf: last - rank for rank, leaf in enumerate(sorted(leaves))}
    nodes = [b""] * (last + 1)
    for leaf, index in place.items():
        nodes[index] = leaf
    for index in range(len(leaves) - 2, -1, -1):
        one, other = nodes[2 * index + 1], nodes[2 * index + 2]
        nodes[index] = hashed(one + other if one < other else other + one).digest()
    return MerkleTree(tuple(nodes), tuple(place[leaf] for leaf in leaves))


def verify_proof(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the siblings lead from the leaf to the root."""
    node = leaf
    for sibling in proof:
        node = keccak(min(node, sibling) + max(node, sibling))
    return node == root


def claims_tree(
    claims: Mapping[str, int], token: str, hashed: Hash = sha3.keccak_256
) -> MerkleTree:
    """The tree over cumulative amounts by address; leaf i is the i-th address in order."""
    leaves = [claim_leaf(address, token, claims[address], hashed) for address in sorted(claims)]
    return tree_of(leaves, hashed)


def claims_dump(claims: Mapping[str, int], token: str) -> bytes:
    """The tree as OpenZeppelin's `StandardMerkleTree.load` reads it, JSON."""
    values = [[address, token, str(claims[address])] for address in sorted(claims)]
    return dump(LEAF_ENCODING, values, claims_tree(claims, token))


def dump(encoding: Sequence[str], values: Sequence[Sequence[str]], tree: MerkleTree) -> bytes:
    """The same bytes as `JSON.stringify(tree.dump())` of OpenZeppelin's library."""
    document = {
        "format": "standard-v1",
        "leafEncoding": list(encoding),
        "tree": [f"0x{node.hex()}" for node in tree.nodes],
        "values": [
            {"value": list(value), "treeIndex": index}
            for value, index in zip(values, tree.places, strict=True)
        ],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
