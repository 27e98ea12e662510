"""The catalog's ledger against the signed books: equal, or the entry that is not is named."""

import json

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from rewards import ledger
from rewards.bookkeeping import verify_ledger
from rewards.commands import register
from rewards.differences import Difference
from rewards.nightly import nightly
from rewards.policy import Policy
from roadcomb.catalog import tables
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, person, set_day


@pytest.fixture
def two_nights(node: Node, policy: Policy) -> Node:
    """Two closed days, in each of which somebody drove."""
    add_drive(node, person("alice"), [Shot(0, 0, 800), Shot(1, 1, 800)])
    nightly(node, policy)
    add_drive(node, person("bob"), [Shot(0, 3, 900)], DAY + 1)
    set_day(node, DAY + 2)
    nightly(node, policy)
    return node


def forge(node: Node, **entry: object) -> None:
    """An entry that no night made, past the books."""
    with node.catalog.writing() as connection:
        connection.execute(sa.insert(tables.ledger).values(entry))


def test_every_night_is_found_right(two_nights: Node) -> None:
    found = list(verify_ledger(two_nights))
    assert [each.epoch for each in found] == [DAY, DAY + 1]
    assert all(each.entries == 3 for each in found)
    assert found[-1].balances[ledger.EMISSION] == -2 * 10**12


def test_nothing_closed_is_nothing_to_find(node: Node) -> None:
    assert list(verify_ledger(node)) == []


def test_an_entry_added_past_the_books_is_named(two_nights: Node) -> None:
    forge(two_nights, epoch=DAY, transaction="gift", account="claimable:0xme", amount=5)
    with pytest.raises(Difference, match=r"ledger of epoch 20458: gift: expected nothing"):
        list(verify_ledger(two_nights))


def test_an_amount_doubled_past_the_books_is_named(two_nights: Node) -> None:
    name = f"{DAY + 1}/emission"
    forge(two_nights, epoch=DAY + 1, transaction=name, account="unallocated", amount=-1)
    with pytest.raises(IntegrityError, match=r"20459: 20459/emission\.unallocated"):
        list(verify_ledger(two_nights))


@pytest.mark.parametrize(
    "change", [sa.update(tables.ledger).values(amount=0), sa.delete(tables.ledger)]
)
def test_the_database_itself_refuses_to_change_an_entry(
    two_nights: Node, change: sa.Executable
) -> None:
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        two_nights.catalog.writing() as connection,
    ):
        connection.execute(change)


def test_the_verb_tells_each_night_and_for_machines_too(
    two_nights: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(two_nights.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(two_nights.settings.key_seed))
    app = typer.Typer()
    register(app)
    verify = ["ledger", "verify", "--data", str(two_nights.settings.data)]
    said = CliRunner().invoke(app, verify)
    assert said.exit_code == 0, said.output
    assert "epoch 20459 (2026-01-06): 3 entries in balance; 2,000 tokens emitted" in said.output
    lines = CliRunner().invoke(app, [*verify, "--json"]).output.splitlines()
    assert json.loads(lines[-1])["emitted"] == str(2 * 10**12)
