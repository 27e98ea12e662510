"""Our trees are OpenZeppelin's, byte for byte, and their proofs hold."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.merkle import (
    claim_leaf,
    claims_dump,
    claims_tree,
    dump,
    keccak,
    standard_leaf,
    tree_of,
    verify_proof,
)
from roadcomb.errors import InvalidInput

hashes = st.sets(st.binary(min_size=32, max_size=32), min_size=1, max_size=40).map(sorted)


def string_leaf(text: str) -> bytes:
    """ABI encoding of one string: offset of its place, its length, its bytes padded to 32."""
    padded = text.encode().ljust(-(-len(text) // 32) * 32, b"\0")
    words = [(32).to_bytes(32, "big"), len(text).to_bytes(32, "big"), padded]
    return standard_leaf(b"".join(words))


def straightforward_root(leaves: list[bytes]) -> bytes:
    """The same tree by recursion over the heap, without an array."""
    ordered = sorted(leaves, reverse=True)
    count = len(ordered)

    def at(index: int) -> bytes:
        if index >= count - 1:
            return ordered[index - (count - 1)]
        return keccak(b"".join(sorted((at(2 * index + 1), at(2 * index + 2)))))

    return at(0)


def test_keccak_is_the_one_of_ethereum_and_not_sha3() -> None:
    assert keccak(b"").hex().startswith("c5d2460186f7233c927e7db2dcc703c0")


def test_a_typed_in_tree_of_three_comes_out() -> None:
    a, b, c = (bytes([value]) * 32 for value in (1, 2, 3))
    low, root = keccak(a + b), tree_of([c, a, b]).root
    # Leaves stand from the end in rising order, so the two lowest share a parent.
    assert tree_of([c, a, b]).nodes[1:] == (low, c, b, a)
    assert root == keccak(b"".join(sorted((low, c))))


def test_the_published_dump_comes_out_byte_for_byte(vectors: Path) -> None:
    published = (vectors / "oz_standard-v1.sorted.json").read_bytes()
    values = [entry["value"] for entry in json.loads(published)["values"]]
    tree = tree_of([string_leaf(value) for (value,) in values])
    assert dump(["string"], values, tree) == published.strip()


def test_proofs_lead_to_the_published_root(vectors: Path) -> None:
    document = json.loads((vectors / "oz_standard-v1.sorted.json").read_bytes())
    root = bytes.fromhex(document["tree"][0][2:])
    leaves = [string_leaf(entry["value"][0]) for entry in document["values"]]
    tree = tree_of(leaves)
    assert tree.root == root
    assert all(verify_proof(root, leaf, tree.proof(i)) for i, leaf in enumerate(leaves))


def test_the_nodes_of_the_published_unsorted_trees_hash_as_ours_do(vectors: Path) -> None:
    for name in ("oz_standard-v1.unsorted.json", "oz_simple-v1.unsorted.json"):
        nodes = [bytes.fromhex(n[2:]) for n in json.loads((vectors / name).read_text())["tree"]]
        for index in range(len(nodes) // 2):
            pair = sorted((nodes[2 * index + 1], nodes[2 * index + 2]))
            assert keccak(b"".join(pair)) == nodes[index]


@given(hashes)
def test_the_tree_agrees_with_a_straightforward_one(leaves: list[bytes]) -> None:
    assert tree_of(leaves).root == straightforward_root(leaves)


@given(hashes, st.data())
def test_every_proof_holds_and_proves_nothing_else(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree = tree_of(leaves)
    assert tree.root is not None
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = tree.proof(index)
    assert verify_proof(tree.root, leaves[index], proof)
    stranger = keccak(leaves[index])
    assert not verify_proof(tree.root, stranger, proof)


@given(hashes, st.randoms(use_true_random=False))
def test_the_order_of_the_leaves_does_not_move_the_root(leaves: list[bytes], dice: Any) -> None:
    assert tree_of(dice.sample(leaves, len(leaves))).root == tree_of(leaves).root


def test_a_leaf_encodes_addresses_and_amount_as_three_words() -> None:
    address, token = "0x" + "ab" * 20, "0x" + "01" * 20
    words = bytes(12) + b"\xab" * 20 + bytes(12) + b"\x01" * 20 + (7).to_bytes(32, "big")
    assert claim_leaf(address, token, 7) == keccak(keccak(words))


def test_claims_are_dumped_in_the_form_that_the_library_loads() -> None:
    token = "0x" + "00" * 20
    claims = {"0x" + "bb" * 20: 2, "0x" + "aa" * 20: 10**30}
    document = json.loads(claims_dump(claims, token))
    assert list(document) == ["format", "leafEncoding", "tree", "values"]
    assert document["leafEncoding"] == ["address", "address", "uint256"]
    assert [entry["value"][2] for entry in document["values"]] == [str(10**30), "2"]
    root = claims_tree(claims, token).root
    assert root is not None
    assert document["tree"][0] == f"0x{root.hex()}"


def test_a_tree_of_nothing_has_no_root_and_one_leaf_is_its_own() -> None:
    assert tree_of([]).root is None
    assert tree_of([bytes(32)]).root == bytes(32)
    assert tree_of([bytes(32)]).proof(0) == []


def test_a_leaf_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        tree_of([bytes(32), bytes(32)])
