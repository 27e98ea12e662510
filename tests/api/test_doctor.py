"""The doctor tells trouble from what is worth knowing, and what to do about it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.upkeep.doctor import node_health
from api.upkeep.note import note_backup
from ingest.doctor import (
    Finding,
    Health,
    backup_finding,
    clock_finding,
    node_findings,
    note_key_backup,
    tool_finding,
)
from ingest.limits import IntakeSettings
from roadcomb import __version__
from roadcomb.canonical import Json
from roadcomb.epochs import DAY_MS
from roadcomb.errors import Unauthorised, Unreachable
from roadcomb.node import Node
from tests.api.processes import run_cli
from tests.ingest.fakenode import fake_node


@pytest.mark.parametrize(
    ("off_ms", "health"),
    [
        (0, Health.OK),
        (-1_900, Health.OK),
        (60_000, Health.NOTE),
        (-400_000, Health.TROUBLE),
        (400_000, Health.TROUBLE),
    ],
)
def test_a_clock_is_judged_by_how_far_it_is_off(off_ms: int, health: Health) -> None:
    assert clock_finding(10**12 + off_ms, 10**12).health is health


def test_a_backup_counts_for_the_key_it_was_made_of(tmp_path: Path) -> None:
    assert backup_finding(tmp_path, "a" * 64).health is Health.NOTE
    note_key_backup(tmp_path, "a" * 64, Path("safe.pem"))
    assert backup_finding(tmp_path, "a" * 64).health is Health.OK
    assert "not here now" in backup_finding(tmp_path, "a" * 64).words
    rotated = backup_finding(tmp_path, "b" * 64)
    assert (rotated.health, "signs no more" in rotated.words) == (Health.NOTE, True)
    note_key_backup(tmp_path, "b" * 64, tmp_path / "safe.pem")
    (tmp_path / "safe.pem").touch()
    assert backup_finding(tmp_path, "b" * 64).words == f"written to {tmp_path / 'safe.pem'}"


def agrees(url: str, public: str) -> None:
    """Every key is the known one."""


def found(answer: Any, pin: Callable[[str, str], None] = agrees) -> list[Finding]:
    def ask(_url: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return list(node_findings("http://node", ask, lambda: 1_000, pin))


def test_a_node_is_reachable_and_of_this_version_or_it_is_told() -> None:
    good = {"version": __version__, "now_ms": 1_000, "node": "a" * 64}
    assert [f.health for f in found(good)] == [Health.OK] * 2
    assert "a" * 64 in found(good)[0].words
    assert found({**good, "version": "99.0"})[0].health is Health.NOTE
    assert found(Unreachable("no answer")) == [Finding("node", Health.TROUBLE, "no answer")]
    assert found({"hello": "world"})[0].health is Health.TROUBLE


def test_a_node_with_another_key_than_the_pinned_one_is_a_trouble() -> None:
    def refuses(url: str, public: str) -> None:
        raise Unauthorised(f"{url} answers with another node key than before: {public}")

    good = {"version": __version__, "now_ms": 1_000, "node": "a" * 64}
    (finding,) = found(good, refuses)
    assert finding.health is Health.TROUBLE
    assert "a" * 64 in finding.words


def test_a_missing_tool_is_a_note_with_its_purpose() -> None:
    finding = tool_finding("no-such-program-anywhere", "reads videos")
    assert (finding.health, "reads videos" in finding.words) == (Health.NOTE, True)


def test_a_nodes_disk_and_backup_are_looked_at(node: Node) -> None:
    def health(limits: IntakeSettings) -> dict[str, Health]:
        return {f.what: f.health for f in node_health(node, limits, 10 * DAY_MS)}

    roomy, full = IntakeSettings(reserve_bytes=0), IntakeSettings(reserve_bytes=10**18)
    assert health(roomy)["backup"] is Health.NOTE
    note_backup(node.settings.data, 9 * DAY_MS, 1)
    assert set(health(roomy).values()) == {Health.OK}
    assert health(full)["disk"] is Health.TROUBLE
    note_backup(node.settings.data, 1 * DAY_MS, 1)
    assert health(roomy)["backup"] is Health.NOTE


def test_the_verb_ends_with_4_when_there_is_trouble(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    environment = {
        "ROADCOMB_CLIENT_CONFIG": str(tmp_path / "config"),
        "ROADCOMB_CLIENT_STATE": str(tmp_path / "state"),
    }
    told = run_cli(["doctor", "--to", str(client.base_url), "--json"], environment)
    rows = {row["what"]: row["health"] for row in json.loads(told.stdout)}
    assert (told.returncode, rows["key"], rows["node"]) == (4, "trouble", "ok")
    assert rows["clock"] == "trouble"  # the node of the tests stands still


def test_words_of_a_strange_server_move_no_cursor(tmp_path: Path) -> None:
    environment = {
        "ROADCOMB_CLIENT_CONFIG": str(tmp_path / "config"),
        "ROADCOMB_CLIENT_STATE": str(tmp_path / "state"),
    }
    said: Json = {"version": "9\x1b[2J\u202e", "now_ms": 1_000, "node": "a" * 64}
    with fake_node() as node:
        node.fault = lambda what, number: (200, {}, said)
        told = [
            run_cli(["doctor", "--to", node.url, *form], environment) for form in ([], ["--json"])
        ]
    for one in told:
        assert "runs 9" in one.stdout
        assert "\x1b" not in one.stdout
        assert "\u202e" not in one.stdout
