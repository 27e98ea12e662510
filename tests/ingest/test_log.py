"""The log's hashes are RFC 9162's, and appending by the frontier gives the same tree."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.log import (
    EMPTY_ROOT,
    Frontier,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from ingest.logtree import LogTree
from roadcomb.errors import InvalidInput

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""Entries of the reference tests of Certificate Transparency logs (google/certificate-transparency
cpp/merkletree/merkle_tree_test.cc); the roots below are those tests' as well."""
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
"""(first, second) -> proof, of the same tests."""
leaves = st.lists(st.binary(max_size=40).map(leaf_hash), max_size=70)
some_leaves = st.lists(st.binary(max_size=40).map(leaf_hash), min_size=1, max_size=70)


def plain_root(hashes: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1 word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return node_hash(plain_root(hashes[:middle]), plain_root(hashes[middle:]))


@pytest.mark.parametrize(("size", "expected"), ROOTS.items())
def test_roots_are_those_of_the_published_vectors(size: int, expected: str) -> None:
    assert root([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == expected


@given(leaves)
def test_the_root_is_the_definition_of_the_rfc(hashes: list[bytes]) -> None:
    assert root(hashes) == plain_root(hashes)


@given(some_leaves, st.data())
def test_every_entry_can_be_proved(hashes: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(hashes) - 1))
    path = inclusion(index, hashes)
    assert verify_inclusion(hashes[index], index, len(hashes), path, root(hashes))


@given(some_leaves, st.data())
def test_no_other_entry_place_or_path_is_proved(hashes: list[bytes], data: st.DataObject) -> None:
    index, head = data.draw(st.integers(0, len(hashes) - 1)), root(hashes)
    path, size = inclusion(index, hashes), len(hashes)
    stranger = leaf_hash(b"a receipt that was never given" * 3)
    assert not verify_inclusion(stranger, index, size, path, head)
    assert not verify_inclusion(hashes[index], index, size, [*path, stranger], head)
    assert not verify_inclusion(hashes[index], -1, size, path, head)
    assert not verify_inclusion(hashes[index], size, size, path, head)
    for at in range(len(path)):
        damaged = [*path[:at], stranger, *path[at + 1 :]]
        assert not verify_inclusion(hashes[index], index, size, damaged, head)
        assert not verify_inclusion(hashes[index], index, size, path[:at], head)


@given(leaves, st.binary(max_size=40).map(leaf_hash))
def test_the_newest_receipt_carries_what_the_next_one_needs(
    hashes: list[bytes], new: bytes
) -> None:
    frontier = reduce(Frontier.append, hashes, Frontier())
    path = frontier.next_path()
    assert path == inclusion(len(hashes), [*hashes, new])
    assert Frontier.before(len(hashes), path) == frontier
    assert frontier.append(new).root() == root([*hashes, new])


def test_a_path_of_another_length_is_no_frontier() -> None:
    with pytest.raises(InvalidInput, match="not entry 4's"):
        Frontier.before(4, [EMPTY_ROOT, EMPTY_ROOT])


def test_an_entry_that_is_not_there_has_no_path() -> None:
    with pytest.raises(InvalidInput, match="there is no entry 3"):
        inclusion(3, [EMPTY_ROOT] * 3)


@pytest.mark.parametrize(("sizes", "expected"), CONSISTENCY.items())
def test_consistency_proofs_are_those_of_the_published_vectors(
    sizes: tuple[int, int], expected: list[str]
) -> None:
    hashes = [leaf_hash(entry) for entry in ENTRIES[: sizes[1]]]
    assert [step.hex() for step in consistency(sizes[0], hashes)] == expected


@given(leaves, st.data())
def test_every_earlier_log_is_proved_to_be_the_beginning(
    hashes: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(hashes)))
    path = consistency(first, hashes)
    assert verify_consistency(first, len(hashes), root(hashes[:first]), root(hashes), path)


@given(some_leaves, st.data())
def test_a_rewritten_log_is_never_proved(hashes: list[bytes], data: st.DataObject) -> None:
    """Whoever changes an entry that somebody has seen cannot prove the longer log to them."""
    first, second = data.draw(st.integers(1, len(hashes))), len(hashes)
    at = data.draw(st.integers(0, first - 1))
    changed = [*hashes[:at], leaf_hash(b"another" * 9), *hashes[at + 1 :]]
    seen, path = root(hashes[:first]), consistency(first, changed)
    assert not verify_consistency(first, second, seen, root(changed), path)
    honest = consistency(first, hashes)
    assert not verify_consistency(first, second, seen, root(changed), honest)
    for cut in range(len(honest)):
        assert not verify_consistency(first, second, seen, root(hashes), honest[:cut])
    assert not verify_consistency(first, second, seen, root(hashes), [*honest, seen])
    assert not verify_consistency(second + 1, second, seen, root(hashes), honest)


def test_a_log_never_had_more_entries_than_it_has() -> None:
    with pytest.raises(InvalidInput, match="it never had 4"):
        consistency(4, [EMPTY_ROOT] * 3)


@given(leaves, st.data())
def test_the_kept_tree_proves_what_the_definitions_prove(
    hashes: list[bytes], data: st.DataObject
) -> None:
    tree = LogTree()
    tree.extend(hashes)
    size = data.draw(st.integers(0, len(hashes)))
    assert (tree.size, tree.root(size)) == (len(hashes), root(hashes[:size]))
    first = data.draw(st.integers(0, size))
    assert tree.consistency(first, size) == consistency(first, hashes[:size])
    if size:
        index = data.draw(st.integers(0, size - 1))
        assert tree.inclusion(index, size) == inclusion(index, hashes[:size])


def test_the_kept_tree_proves_nothing_of_entries_that_are_not_there() -> None:
    tree = LogTree()
    tree.extend([EMPTY_ROOT] * 3)
    for call in (
        lambda: tree.root(4),
        lambda: tree.inclusion(0, 4),
        lambda: tree.inclusion(3, 3),
        lambda: tree.inclusion(-1, 3),
        lambda: tree.consistency(3, 2),
        lambda: tree.consistency(1, 4),
    ):
        with pytest.raises(InvalidInput):
            call()
