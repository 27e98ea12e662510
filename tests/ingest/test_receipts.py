"""A receipt proves what was promised, by whom, and that it stands in the log."""

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.log import Frontier, leaf_hash
from ingest.receipts import Promise, leaf_of, sign_receipt, verify_receipt
from roadcomb.canonical import parse_json
from roadcomb.errors import InvalidInput, RoadcombError, Unauthorised
from tests.drives import contributor

NODE = contributor(1)


def log_of(size: int) -> Frontier:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    return reduce(Frontier.append, leaves, Frontier())


def promise(log_index: int) -> Promise:
    return Promise("d" * 64, contributor(2).public, 24, 4_800, 1_767_614_400_000, log_index,
                   NODE.public)  # fmt: skip


def receipt(size: int = 5) -> Any:
    return parse_json(sign_receipt(NODE, promise(size), log_of(size)))


@given(st.integers(0, 40))
def test_a_receipt_of_any_place_in_the_log_is_verified(size: int) -> None:
    verified = verify_receipt(receipt(size), NODE.public)
    assert verified.promise == promise(size)
    assert verified.log_size == size + 1
    assert verified.log_root == log_of(size).append(leaf_of(promise(size))).root()


@pytest.mark.parametrize("name", sorted(set(receipt()["receipt"]) - {"v"}))
def test_no_field_of_a_receipt_can_be_changed(name: str) -> None:
    changed = receipt()
    value = changed["receipt"][name]
    other: Any = ["00" * 32, "11" * 32] if isinstance(value, list) else "ab" * 32
    changed["receipt"][name] = value + 1 if isinstance(value, int) else other
    with pytest.raises(RoadcombError):
        verify_receipt(changed, NODE.public)


def test_a_receipt_of_another_node_is_refused() -> None:
    with pytest.raises(Unauthorised):
        verify_receipt(receipt(), contributor(3).public)


def test_a_signed_receipt_must_still_prove_its_place() -> None:
    forged = parse_json(sign_receipt(NODE, promise(2), log_of(5)))
    with pytest.raises(InvalidInput, match="place in the log"):
        verify_receipt(forged, NODE.public)


@pytest.mark.parametrize("value", [None, [], {}, {"receipt": {}}, {"receipt": {"v": 1}}])
def test_what_is_no_receipt_is_called_so(value: Any) -> None:
    with pytest.raises(InvalidInput, match="no receipt"):
        verify_receipt(value, NODE.public)
