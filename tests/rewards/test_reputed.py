"""Reputation is an input of the epoch: published, the same whenever the epoch is closed."""

import json

import pytest
import sqlalchemy as sa

from rewards.audit import audit
from rewards.inputs import parse_inputs
from rewards.nightly import nightly
from rewards.policy import Policy
from roadcomb.catalog.tables import decisions
from roadcomb.errors import IntegrityError
from roadcomb.keys import account_of
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, decide, person, set_day

ALICE, BOB, CAROL = person("alice"), person("bob"), person("carol")
SHOT = [Shot(0, 0, 800)]


def published(node: Node, epoch: int) -> bytes:
    return (node.settings.published / str(epoch) / "inputs.json").read_bytes()


@pytest.fixture
def judged(node: Node) -> Node:
    """Alice drove well twice; Bob once, beside a proven replay; Carol was held."""
    add_drive(node, ALICE, SHOT)
    add_drive(node, ALICE, [Shot(9, 1, 800)])
    add_drive(node, BOB, [Shot(5, 2, 800)])
    add_drive(node, BOB, [Shot(7, 3, 800)], verdict="rejected", reason="replay")
    add_drive(node, CAROL, [Shot(8, 4, 800)], verdict="held", reason="authenticity-doubted")
    return node


def test_accounts_whose_drives_came_in_are_published_with_their_value(
    judged: Node, policy: Policy
) -> None:
    nightly(judged, policy)
    found = parse_inputs(published(judged, DAY)).reputation
    assert set(found) == {account_of(ALICE.public), account_of(BOB.public)}
    assert found[account_of(ALICE.public)] > 500 > found[account_of(BOB.public)]
    assert list(audit(judged.settings.published))


def test_a_decision_made_after_the_day_changes_nothing_of_it(judged: Node, policy: Policy) -> None:
    with judged.catalog.reading() as connection:
        row = connection.execute(
            sa.select(decisions).where(decisions.c.verdict == "accepted").limit(1)
        ).one()
    nightly(judged, policy)
    early = published(judged, DAY)
    set_day(judged, DAY + 2)
    decide(judged, row.drive_id, row.judgement, SHOT, DAY + 1, "rejected", "replay")
    nightly(judged, policy)
    assert published(judged, DAY) == early


@pytest.mark.parametrize("value", [-1, 1001, True, "500", None])
def test_a_value_that_is_none_is_refused(judged: Node, policy: Policy, value: object) -> None:
    nightly(judged, policy)
    document = json.loads(published(judged, DAY))
    with pytest.raises(IntegrityError, match="no reputation"):
        parse_inputs(json.dumps({**document, "reputation": {"a": value}}).encode())
