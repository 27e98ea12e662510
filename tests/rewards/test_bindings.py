"""Only a contributor's own signature binds an address, and each message once."""

from typing import Any

import pytest

from ingest.payout import sign_binding
from rewards.bindings import VALID_MS, address_of, addresses_at, bind, parse_binding
from roadcomb.errors import Conflict, InvalidInput, Unauthorised, UsageError
from roadcomb.keys import account_of
from roadcomb.node import Node
from tests.rewards.town import person

ALICE = person("alice")
HOME, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20


def send(node: Node, address: str, later_ms: int = 0) -> None:
    now_ms = node.clock.now_ms()
    bind(node, parse_binding(sign_binding(ALICE, address, now_ms + later_ms), now_ms))


def bound(node: Node) -> str | None:
    with node.catalog.reading() as connection:
        return address_of(connection, ALICE.public)


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
    assert bound(node) == OTHER


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
