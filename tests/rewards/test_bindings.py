"""Only a contributor's own signature binds an address, and each message once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.payout import sign_binding
from ingest.rotation import parse_rotation, sign_rotation
from ingest.signers import rotate
from rewards.bindings import (
    VALID_MS,
    WAIT_MS,
    Payout,
    address_of,
    addresses_at,
    bind,
    parse_binding,
    payout_at,
    payout_of,
)
from roadcomb.clock import FileClock
from roadcomb.errors import Conflict, InvalidInput, Unauthorised, UsageError
from roadcomb.keys import account_of, generate_key
from roadcomb.node import Node
from tests.rewards.town import person

ALICE = person("alice")
HOME, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20


def send(node: Node, address: str, later_ms: int = 0) -> None:
    now_ms = node.clock.now_ms()
    bind(node, parse_binding(sign_binding(ALICE, address, now_ms + later_ms), now_ms))


def bound(node: Node) -> str | None:
    with node.catalog.reading() as connection:
        return address_of(connection, ALICE.public, node.clock.now_ms())


def test_a_contributor_binds_an_address_even_before_the_first_drive(node: Node) -> None:
    assert bound(node) is None
    send(node, HOME)
    assert bound(node) == HOME


def test_the_same_message_again_changes_nothing_and_an_older_one_is_refused(node: Node) -> None:
    send(node, HOME)
    send(node, HOME)
    send(node, OTHER, later_ms=5)
    with pytest.raises(Conflict, match="newer"):
        send(node, HOME)


def later(node: Node, ms: int) -> None:
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(node.clock.now_ms() + ms)


def test_a_changed_address_waits_three_days_and_is_told_meanwhile(node: Node) -> None:
    send(node, HOME)
    later(node, 10)
    from_ms = node.clock.now_ms() + WAIT_MS
    send(node, OTHER)
    later(node, WAIT_MS - 1)
    with node.catalog.reading() as connection:
        standing = payout_of(connection, ALICE.public, node.clock.now_ms())
        paid = addresses_at(connection, from_ms)
    assert standing == Payout(HOME, OTHER, from_ms)
    assert paid == {account_of(ALICE.public): HOME}
    later(node, 1)
    assert bound(node) == OTHER
    with node.catalog.reading() as connection:
        assert addresses_at(connection, from_ms + 1) == {account_of(ALICE.public): OTHER}


def test_a_thiefs_change_is_taken_back_by_binding_the_own_address_again(node: Node) -> None:
    send(node, HOME)
    later(node, 10)
    send(node, OTHER)
    later(node, WAIT_MS - 10)
    send(node, HOME)
    later(node, 10 * WAIT_MS)
    assert bound(node) == HOME


ADDRESSES = st.sampled_from([HOME, OTHER, "0x" + "c3" * 20])
PAUSES = st.integers(0, 2 * WAIT_MS)


@given(st.lists(st.tuples(ADDRESSES, PAUSES), min_size=1, max_size=8), PAUSES)
def test_an_address_counts_only_after_three_days_unless_it_is_the_first(
    changes: list[tuple[str, int]], last: int
) -> None:
    history, now_ms = [], 0
    for address, pause_ms in changes:
        now_ms += pause_ms
        history.append((address, now_ms))
    now_ms += last
    in_force = payout_at(history, now_ms).address
    waited = [
        address
        for n, (address, at_ms) in enumerate(history)
        if n == 0 or (history[n + 1][1] if n + 1 < len(history) else now_ms) - at_ms >= WAIT_MS
    ]
    assert in_force == waited[-1]


def test_only_the_key_that_signs_for_a_contributor_binds(node: Node) -> None:
    now_ms, new = node.clock.now_ms(), generate_key(ALICE.public)
    with pytest.raises(Unauthorised):
        bind(node, parse_binding(sign_binding(new, OTHER, now_ms), now_ms))
    rotate(node, parse_rotation(sign_rotation(ALICE, new, now_ms), now_ms))
    with pytest.raises(Unauthorised):
        send(node, OTHER)
    bind(node, parse_binding(sign_binding(new, HOME, now_ms), now_ms))
    assert bound(node) == HOME


def test_an_epoch_sees_the_newest_binding_made_before_its_end(node: Node) -> None:
    send(node, HOME)
    now_ms = node.clock.now_ms()
    with node.catalog.reading() as connection:
        assert addresses_at(connection, now_ms) == {}
        assert addresses_at(connection, now_ms + 1) == {account_of(ALICE.public): HOME}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"address": OTHER}, Unauthorised),
        ({"contributor": person("mallory").public}, Unauthorised),
        ({"contributor": ALICE.public.upper()}, InvalidInput),
        ({"v": 2}, InvalidInput),
        ({"created_ms": "now"}, InvalidInput),
        ({"more": 1}, InvalidInput),
    ],
)
def test_a_changed_message_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    envelope: Any = sign_binding(ALICE, HOME, 1_000)
    with pytest.raises(error):
        parse_binding({**envelope, "binding": {**envelope["binding"], **change}}, 1_000)


def test_a_message_that_is_not_of_now_is_refused() -> None:
    envelope = sign_binding(ALICE, HOME, 0)
    assert parse_binding(envelope, VALID_MS).address == HOME
    with pytest.raises(InvalidInput, match="now"):
        parse_binding(envelope, VALID_MS + 1)


def test_a_mistyped_address_is_refused() -> None:
    with pytest.raises(UsageError, match="EIP-55"):
        parse_binding(sign_binding(ALICE, "0x" + "aB" * 20, 0), 0)
