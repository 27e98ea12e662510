"""The verbs as an operator and an auditor type them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rewards.commands import register
from rewards.differences import Difference
from rewards.turn import my_turn
from roadcomb.epochs import date_of
from roadcomb.errors import Unreachable, UsageError
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, person

RUNNER = CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


@pytest.fixture(autouse=True)
def _environment(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(node.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(node.settings.key_seed))
    monkeypatch.setenv("ROADCOMB_DATA", str(node.settings.data))


def test_nightly_says_what_it_closed_and_then_that_there_is_nothing(
    node: Node, app: typer.Typer
) -> None:
    add_drive(node, person("alice"), [Shot(0, 0, 800), Shot(1, 1, 800)])
    said = RUNNER.invoke(app, ["nightly"])
    assert said.exit_code == 0, said.output
    assert (
        "2026-01-05): 1 drives, 2 passes, 1.6 tokens to 1 accounts, 998.4 unallocated"
        in said.output
    )
    assert "no epoch to close" in RUNNER.invoke(app, ["nightly"]).output


def test_nightly_in_json_and_up_to_a_day(node: Node, app: typer.Typer) -> None:
    add_drive(node, person("alice"), [Shot(0, 0, 800)])
    said = RUNNER.invoke(app, ["nightly", "--json", "--epoch", date_of(DAY).isoformat()])
    assert json.loads(said.stdout)["closed"][0]["paid"] == str(8 * 10**8)
    wrong = RUNNER.invoke(app, ["nightly", "--epoch", "yesterday"])
    assert isinstance(wrong.exception, UsageError)


def test_a_second_nightly_says_so_and_ends_well(node: Node, app: typer.Typer) -> None:
    with my_turn(node):
        said = RUNNER.invoke(app, ["nightly"])
    assert (said.exit_code, said.output.strip()) == (
        0,
        "another nightly is at work: nothing to do",
    )


def test_audit_says_equal_or_ends_with_code_11(node: Node, app: typer.Typer) -> None:
    add_drive(node, person("alice"), [Shot(0, 0, 800)])
    RUNNER.invoke(app, ["nightly"])
    folder = str(node.settings.published)
    said = RUNNER.invoke(app, ["audit", folder, "--node-key", node.key.public])
    assert f"epoch {DAY} (2026-01-05): equal, root no claims yet" in said.output
    as_json = RUNNER.invoke(app, ["audit", folder, "--json", "--node-key", node.key.public])
    assert json.loads(as_json.output) == {"epoch": DAY, "equal": True, "root": None}
    path = Path(folder) / str(DAY) / "ledger.json"
    path.write_bytes(path.read_bytes().replace(b"999", b"998"))
    found = RUNNER.invoke(app, ["audit", folder])
    assert isinstance(found.exception, Difference)
    assert found.exception.exit_code == 11
    assert "ledger.json: balances.unallocated: expected 999" in str(found.exception)


def test_where_is_asked_south_and_west_of_zero_too(app: typer.Typer) -> None:
    nobody = ["--to", "http://127.0.0.1:9", "--limit", "3"]
    for place in (["-33.45", "-70.66"], ["-.5", "1e-3"], ["51.5", "-0.1"]):
        asked = RUNNER.invoke(app, ["where", *place, *nobody])
        assert isinstance(asked.exception, Unreachable), asked.output
    for wrong in (["-91", "0"], ["0", "0", "--limt", "3"], ["0", "0", "-x"]):
        assert RUNNER.invoke(app, ["where", *wrong, *nobody]).exit_code == 2
