"""A night says what it does, shows what it would do, and builds on no broken chain."""

import json
import logging
from contextlib import closing
from itertools import count

import pytest
import typer
from typer.testing import CliRunner

from rewards.commands import register
from rewards.documents import FILES
from rewards.nightly import STEPS, nightly
from rewards.policy import Policy
from rewards.rehearsal import Rehearsal, rehearse
from rewards.watching import Watch
from roadcomb.catalog.pages import connect
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, person, set_day

STREET = [Shot(10 + index / 10, index, 700 + index) for index in range(5)]


def files(node: Node) -> dict[str, bytes]:
    """Everything under the node's folder but the catalog and the lock."""
    found = {str(p.relative_to(node.settings.data)): p for p in node.settings.data.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if path.is_file() and not name.startswith(("catalog", "nightly.lock"))
    }


def published(node: Node, epoch: int) -> dict[str, bytes]:
    return {name: (node.settings.published / str(epoch) / name).read_bytes() for name in FILES}


def told(log: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [record.fields for record in log.records if hasattr(record, "fields")]


def test_every_step_of_a_night_is_in_the_log_with_counts_and_time(
    node: Node, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    add_drive(node, person("alice"), STREET)
    with caplog.at_level(logging.INFO, "roadcomb.nightly"):
        nightly(node, policy)
    steps = told(caplog)
    assert [step["step"] for step in steps] == [*STEPS, *(f"published {name}" for name in FILES)]
    assert all(step["epoch"] == DAY and float(str(step["seconds"])) >= 0 for step in steps)
    assert (steps[0]["drives"], steps[0]["passes"]) == (1, len(STREET))
    assert steps[1]["paid_passes"] == len(STREET)
    assert steps[3]["paid_accounts"] == 1
    assert f"epoch {DAY}: frozen in" in caplog.text
    assert person("alice").public not in caplog.text


def test_a_step_takes_from_the_one_before_it(caplog: pytest.LogCaptureFixture) -> None:
    clock = count(0, 2)
    watch = Watch(seconds=lambda: float(next(clock)))
    with caplog.at_level(logging.INFO, "roadcomb.nightly"):
        watch.step(DAY, "frozen")
        watch.begin()
        watch.step(DAY, "weighed")
    assert [step["seconds"] for step in told(caplog)] == [2.0, 2.0]


def test_a_rehearsal_writes_nothing_and_shows_what_the_night_then_publishes(
    node: Node, policy: Policy
) -> None:
    add_drive(node, person("alice"), STREET)
    nightly(node, policy)
    add_drive(node, person("bob"), STREET, epoch=DAY + 1)
    set_day(node, DAY + 3)
    before = files(node)
    shown = rehearse(node, policy)
    assert isinstance(shown, Rehearsal)
    assert files(node) == before
    assert shown.then == 1
    nightly(node, policy)
    assert published(node, DAY + 1) == shown.files


def test_a_rehearsal_names_the_changes_of_manifest_and_balances(node: Node, policy: Policy) -> None:
    add_drive(node, person("alice"), STREET)
    nightly(node, policy)
    add_drive(node, person("bob"), STREET, epoch=DAY + 1)
    set_day(node, DAY + 2)
    shown = rehearse(node, policy)
    assert isinstance(shown, Rehearsal)
    changed = {field: (old, new) for field, old, new in shown.manifest}
    assert changed["epoch"] == (str(DAY), str(DAY + 1))
    assert "paid" in changed
    assert sum(int(new) - int(old) for _, old, new in shown.balances) == 0
    assert sum(old == "0" and int(new) > 0 for _, old, new in shown.balances) >= 1


def test_the_command_shows_the_rehearsal_in_words_and_for_machines(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(node.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(node.settings.key_seed))
    monkeypatch.setenv("ROADCOMB_DATA", str(node.settings.data))
    app = typer.Typer()
    register(app)
    add_drive(node, person("alice"), STREET)
    said = CliRunner().invoke(app, ["nightly", "--dry-run"])
    assert said.exit_code == 0, said.output
    assert f"epoch {DAY} (2026-01-05) would be closed; nothing was written" in said.output
    assert f"+ {DAY}/rows.parquet" in said.output
    machine = CliRunner().invoke(app, ["nightly", "--dry-run", "--json"])
    document = json.loads(machine.stdout.splitlines()[-1])
    assert set(document["epoch"]["files"]) == set(FILES)
    assert CliRunner().invoke(app, ["nightly"]).exit_code == 0
    (node.settings.published / str(DAY) / "tree.json").unlink()
    said = CliRunner().invoke(app, ["nightly", "--dry-run"])
    assert f"would be written again: {DAY}/tree.json" in said.output
    assert "no epoch to close" in said.output


def two_days(node: Node, policy: Policy) -> None:
    add_drive(node, person("alice"), STREET)
    set_day(node, DAY + 2)
    nightly(node, policy)
    set_day(node, DAY + 3)


@pytest.mark.parametrize("name", ["manifest.json", "rows.parquet", "tree.json", "log.json"])
def test_a_night_builds_on_no_changed_file_and_names_it(
    node: Node, policy: Policy, name: str
) -> None:
    two_days(node, policy)
    path = node.settings.published / str(DAY + 1) / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match=f"{DAY + 1}/{name} is not what epoch"):
        nightly(node, policy)
    path.unlink()
    assert [each.epoch for each in nightly(node, policy).closed] == [DAY + 2]


@pytest.mark.sqlite("moves an epoch behind the back of its file's guards")
def test_a_night_builds_on_no_chain_with_a_hole_or_another_manifest(
    node: Node, policy: Policy
) -> None:
    two_days(node, policy)
    manifest = node.settings.published / str(DAY) / "manifest.json"
    text = manifest.read_bytes()
    manifest.write_bytes(text.replace(b'"v":1', b'"v":2'))
    with pytest.raises(IntegrityError, match="is not what epoch"):
        nightly(node, policy)
    manifest.write_bytes(text)
    with closing(connect(str(node.settings.data / "catalog.sqlite"))) as damaging:
        held = "select name from sqlite_master where type = 'trigger' and tbl_name = 'epochs'"
        for (trigger,) in damaging.execute(held).fetchall():
            damaging.execute(f"drop trigger {trigger}")
        damaging.execute("update epochs set epoch = ? where epoch = ?", (DAY + 5, DAY + 1))
    with pytest.raises(IntegrityError, match=f"epoch {DAY + 1} is gone"):
        nightly(node, policy)
