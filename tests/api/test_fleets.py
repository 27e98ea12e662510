"""A fleet over HTTP and on the command line: agreed by two, split every night, ended by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from api.app import create_app
from api.main import build
from ingest.payout import sign_binding
from ingest.requests import authorization
from rewards.agreeing import MOST
from rewards.agreement import accepted, invitation
from rewards.audit import audit
from rewards.chain import newest
from rewards.check import check_fleet, check_statement
from rewards.differences import Difference
from rewards.documents import balances_of
from rewards.fetch import fetch_statement
from rewards.nightly import nightly
from rewards.report import print_statement
from rewards.shelf import file_of
from roadcomb.canonical import canonical_json
from roadcomb.errors import IntegrityError, UsageError
from roadcomb.keys import Key, account_of, save_key
from roadcomb.node import Node
from tests.api.serving import serving
from tests.rewards.earning import policy_of
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

ANNA, BERT, CARL = person("anna"), person("bert"), person("carl")
STREET = [Shot(index / 10, index, 1000) for index in range(8)]
ADDRESS = "0x" + "a1" * 20
POLICY = policy_of(pool=1001, ceiling=10**30)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = open_town(tmp_path / "node", now_epoch=DAY)
    add_drive(opened, BERT, [Shot(30, 9, 1000)])
    yield opened
    opened.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    with serving(create_app(node)) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Machine:
    """Somebody's own, with their key."""

    client: httpx.Client
    home: Path

    def run(self, *words: str) -> Result:
        """`roadcomb fleet ...` against the node."""
        home = str(self.home)
        environment = {"ROADCOMB_CLIENT_CONFIG": home, "ROADCOMB_CLIENT_STATE": home}
        asked = ["fleet", *words, "--to", str(self.client.base_url)]
        return CliRunner().invoke(build(), asked, env=environment)


def machine_of(key: Key, client: httpx.Client, folder: Path) -> Machine:
    home = folder / key.public[:8]
    home.mkdir()
    save_key(key, home / "contributor.pem")
    return Machine(client, home)


def agreement(node: Node, manager: Key = ANNA, driver: Key = BERT, share: int = 400) -> Any:
    invited = invitation(manager, driver.public, share, node.key.public, node.clock.now_ms())
    return accepted(invited, driver, node.key.public)


def close(node: Node, epoch: int) -> dict[str, int]:
    """Close an epoch in which Bert drove; the balances after it."""
    add_drive(node, BERT, STREET, epoch=epoch)
    set_day(node, epoch + 1)
    nightly(node, POLICY)
    last = newest(node)
    assert last is not None
    return balances_of(file_of(node.blobs, last.manifest, "ledger.json"))


def unbound(key: Key) -> str:
    return f"unbound:{account_of(key.public)}"


def test_manager_and_driver_agree_see_their_parts_and_part(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    anna, bert = (machine_of(key, client, tmp_path) for key in (ANNA, BERT))
    file = str(tmp_path / "invitation.json")
    invited = anna.run("invite", BERT.public, "--percent", "40", "--out", file)
    assert (invited.exit_code, "a week" in invited.output) == (0, True), invited.output
    asked = bert.run("accept", file)
    assert (asked.exit_code, "40 % of what you earn" in asked.output) == (130, True)
    agreed = bert.run("accept", file, "--yes")
    assert (agreed.exit_code, "books of 2026-01-06 on" in agreed.output) == (0, True), agreed.output
    assert "40 % of account" in anna.run("list").output
    assert "40 % of what I earn" in bert.run("list").output

    assert close(node, DAY) == {
        "emission": -1001,
        unbound(BERT): 1001,
    }
    after = close(node, DAY + 1)
    assert (after[unbound(ANNA)], after[unbound(BERT)]) == (400, 1602)

    left = bert.run("leave")
    assert (left.exit_code, "books of 2026-01-08 on" in left.output) == (0, True), left.output
    assert "no fleet" in bert.run("list").output
    assert close(node, DAY + 2)[unbound(ANNA)] == 800
    assert close(node, DAY + 3)[unbound(ANNA)] == 800
    assert len(list(audit(node.settings.published))) == 4


def test_both_find_the_parts_in_their_statements_and_check_them(
    client: httpx.Client, node: Node
) -> None:
    assert client.post("/v1/fleets", json=agreement(node)).status_code == 200
    close(node, DAY)
    close(node, DAY + 1)
    mine = fetch_statement(client, BERT, 7, node.key.public)
    given = [epoch["fleet"]["gave"] for epoch in mine["epochs"]]
    assert given == [None, {"to": account_of(ANNA.public), "amount": "400"}]
    managed = fetch_statement(client, ANNA, 7, node.key.public)
    (epoch,) = managed["epochs"]
    assert (epoch["epoch"], epoch["rows"], epoch["amount"]) == (DAY + 1, [], "0")
    assert epoch["fleet"]["received"] == [{"from": account_of(BERT.public), "amount": "400"}]
    assert check_statement(managed, ANNA.public) == 0
    assert fetch_statement(client, CARL, 7, node.key.public)["epochs"] == []
    assert "of these 0.0000004 tokens went to" in in_print(mine)
    assert "0.0000004 tokens more came from 1 driver of your fleet" in in_print(managed)


def in_print(statement: Mapping[str, Any]) -> str:
    console = Console(width=250, force_terminal=False, highlight=False)
    with console.capture() as captured:
        print_statement(console, statement, 20)
    return captured.get()


def test_the_managers_part_goes_to_the_managers_address(client: httpx.Client, node: Node) -> None:
    client.post("/v1/fleets", json=agreement(node))
    bound = sign_binding(ANNA, ADDRESS, node.clock.now_ms())
    assert client.post("/v1/bindings", json=bound).status_code == 200
    close(node, DAY)
    assert close(node, DAY + 1)[f"claimable:{ADDRESS}"] == 400
    assert len(list(audit(node.settings.published))) == 2


def test_an_agreement_counts_once_and_does_not_come_back_after_its_end(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    signed = agreement(node)
    first = client.post("/v1/fleets", json=signed)
    assert client.post("/v1/fleets", json=signed).json() == first.json()
    assert machine_of(ANNA, client, tmp_path).run("leave", first.json()["agreement"]).exit_code == 0
    assert client.post("/v1/fleets", json=signed).status_code == 200
    close(node, DAY)
    assert unbound(ANNA) not in close(node, DAY + 1)


def test_who_has_sent_no_drive_agrees_on_nothing_since_names_are_free(
    client: httpx.Client, node: Node
) -> None:
    refused = client.post("/v1/fleets", json=agreement(node, driver=CARL))
    assert (refused.status_code, "sent no drive yet" in refused.text) == (404, True)


def test_a_driver_agrees_some_times_at_most(client: httpx.Client, node: Node) -> None:
    for share in range(MOST):
        assert client.post("/v1/fleets", json=agreement(node, share=share)).status_code == 200
    assert client.post("/v1/fleets", json=agreement(node, share=MOST)).status_code == 429
    assert client.post("/v1/fleets", json=agreement(node, share=0)).status_code == 200


def test_nobody_else_sees_or_ends_an_agreement(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    client.post("/v1/fleets", json=agreement(node))
    carl = machine_of(CARL, client, tmp_path)
    assert "no fleet" in carl.run("list").output
    assert isinstance(carl.run("leave").exception, UsageError)
    signed = authorization(CARL, "GET", "/v1/fleets", node.clock.now_ms())
    assert client.get("/v1/fleets", headers={"Authorization": signed}).json()["drivers"] == []
    assert client.get("/v1/fleets").status_code == 401


def test_a_wrong_signature_is_401_and_a_body_without_sense_is_422(
    client: httpx.Client, node: Node
) -> None:
    forged = agreement(node)
    forged["driver"] = forged["manager"]
    assert client.post("/v1/fleets", content=canonical_json(forged)).status_code == 401
    assert client.post("/v1/fleets", json={}).status_code == 422
    assert client.post("/v1/fleets/end", json={}).status_code == 422


def test_a_part_changed_in_the_published_files_is_named(client: httpx.Client, node: Node) -> None:
    client.post("/v1/fleets", json=agreement(node))
    close(node, DAY)
    close(node, DAY + 1)
    file = node.settings.published / str(DAY + 1) / "fleets.json"
    file.write_bytes(file.read_bytes().replace(b'"400"', b'"401"'))
    with pytest.raises(Difference, match=r"fleets\.json"):
        list(audit(node.settings.published))


def test_a_statement_that_hides_a_part_does_not_bear_its_check(
    client: httpx.Client, node: Node
) -> None:
    client.post("/v1/fleets", json=agreement(node))
    close(node, DAY)
    close(node, DAY + 1)
    last, account = newest(node), account_of(BERT.public)
    assert last is not None
    (_, epoch) = fetch_statement(client, BERT, 7, node.key.public)["epochs"]
    fleets = file_of(node.blobs, last.manifest, "fleets.json")
    check_fleet(epoch, account, last.manifest, fleets)
    hidden = {**epoch, "fleet": {"gave": None, "received": []}}
    with pytest.raises(IntegrityError, match="fleet's parts"):
        check_fleet(hidden, account, last.manifest, fleets)
