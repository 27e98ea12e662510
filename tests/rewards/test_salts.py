"""Who holds the salts opens the rows: a contributor their own, an auditor all of them."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rewards.commands import register
from rewards.commitments import Owner
from rewards.differences import Difference
from rewards.folders import read_folder
from rewards.nightly import nightly
from rewards.policy import Policy
from rewards.salts import OwnedRows, Salts, check_opened, parse_salts, salts_document
from rewards.salts_of import salts_of_node, salts_of_statement
from rewards.statement import statement_of
from roadcomb.canonical import canonical_json
from roadcomb.errors import IntegrityError, UsageError
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, person

ALICE, BOB = person("alice"), person("bob")


@pytest.fixture
def closed(node: Node, policy: Policy) -> Node:
    """A night in which Alice drove twice and Bob once."""
    add_drive(node, ALICE, [Shot(index, index, 800) for index in range(4)])
    add_drive(node, ALICE, [Shot(60 + index, index, 700) for index in range(2)], name="again")
    add_drive(node, BOB, [Shot(120, 2, 900)])
    nightly(node, policy)
    return node


def opened(node: Node, owned: tuple[OwnedRows, ...], whole: bool) -> tuple[int, int, int]:
    found = check_opened(read_folder(node.settings.published, DAY), owned, whole)
    return found.rows, found.left, found.accounts


def mine(node: Node) -> Salts:
    return salts_of_statement(statement_of(node, ALICE.public), ALICE.public)


def test_an_auditor_opens_every_row_and_all_accounts_add_up(closed: Node) -> None:
    assert opened(closed, salts_of_node(closed)[DAY], whole=True) == (7, 0, 2)


def test_a_contributor_opens_their_own_rows_and_no_others(closed: Node) -> None:
    assert opened(closed, mine(closed)[DAY], whole=True) == (6, 1, 1)


def test_salts_are_the_same_after_a_file(closed: Node) -> None:
    salts = salts_of_node(closed)
    assert parse_salts(canonical_json(salts_document(salts))) == salts


def test_a_row_that_is_somebody_elses_does_not_open(closed: Node) -> None:
    first, *_ = mine(closed)[DAY]
    bobs = replace(first, owner=Owner(first.owner.salt, BOB.public))
    with pytest.raises(Difference, match=r"rows\.parquet: row \d+ commitment"):
        opened(closed, (bobs,), whole=False)


def test_a_row_claimed_twice_left_out_or_not_there_is_named(closed: Node) -> None:
    own = mine(closed)[DAY]
    with pytest.raises(Difference, match="expected one owner, found two"):
        opened(closed, (*own, own[0]), whole=False)
    with pytest.raises(Difference, match=r"accounts\.json: accounts\."):
        opened(closed, own[:1], whole=True)
    with pytest.raises(Difference, match="row 99: expected a row"):
        opened(closed, (replace(own[0], rows=(99,)),), whole=False)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"v":1,"epochs":{"x":[]}}',
        '{"v":1,"epochs":{"5":{}}}',
        f'{{"v":1,"epochs":{{"{"5" * 5_000}":[]}}}}',
        '{"v":1,"epochs":{"5":[{"contributor":"ab","salt":"cd","rows":[]}]}}',
        '{"v":1,"epochs":{"5":[{"contributor":"'
        + "a" * 64
        + '","salt":"'
        + "b" * 64
        + '","rows":["1"]}]}}',
    ],
)
def test_a_file_that_holds_no_salts_is_refused(text: str) -> None:
    with pytest.raises(IntegrityError, match="salts"):
        parse_salts(text.encode())


def test_the_verbs_write_salts_and_open_rows_with_them(
    closed: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(closed.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(closed.settings.key_seed))
    app, runner = typer.Typer(), CliRunner()
    register(app)
    file, data = tmp_path / "salts.json", ["--data", str(closed.settings.data)]
    said = runner.invoke(app, ["ledger", "salts", str(file), *data])
    assert "the salts of 3 drives; keep them private" in said.output, said.exception
    assert file.stat().st_mode & 0o077 == 0
    published = str(closed.settings.published)
    audited = runner.invoke(app, ["audit", published, "--salts", str(file)])
    assert "7 rows opened, of 2 accounts, and they add up; 0 left closed" in audited.output
    lost = runner.invoke(app, ["audit", published, "--mine", str(tmp_path / "lost")])
    assert isinstance(lost.exception, UsageError)
