"""A contributor's stake over HTTP and on the command line; the operator's verbs."""

import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.app import create_app
from api.held import held_by
from api.main import build
from ingest.localstate import DriveRecord
from ingest.requests import authorization
from ingest.settings import UploadSettings
from ingest.status import stakes
from ingest.telling import print_stakes
from ingest.voice import Voice
from rewards.accusing import slash
from rewards.depositing import deposit
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.catalog.tables import drives
from roadcomb.keys import account_of, save_key
from roadcomb.node import Node
from tests.api.serving import serving
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

ALICE, BOB = person("alice"), person("bob")
ACCOUNT = account_of(BOB.public)
TOKEN = 10**9
TRANSACTION = "0x" + "5e" * 32
STREET = [Shot(0, 0, 800), Shot(1, 1, 800)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """Bob has 300 tokens staked, and a drive that is another's, as was proved."""
    opened = open_town(tmp_path / "node")
    add_drive(opened, ALICE, STREET)
    add_drive(opened, BOB, STREET, verdict="rejected", reason="replay")
    deposit(opened, ACCOUNT, 300 * TOKEN, TRANSACTION, "Ann")
    set_day(opened, DAY + 2)
    nightly(opened, read_policy())
    yield opened
    opened.catalog.close()


@pytest.fixture
def client(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The node behind a socket; the machine's contributor is Bob."""
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    save_key(BOB, tmp_path / "contributor.pem")
    with serving(create_app(node)) as opened:
        yield opened


def run(*args: str) -> str:
    ended = CliRunner().invoke(build(), args)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.output


def signed(node: Node, method: str, path: str) -> dict[str, str]:
    return {"Authorization": authorization(BOB, method, path, node.clock.now_ms())}


def test_a_contributor_sees_the_stake_and_what_is_set_aside_of_it(
    client: httpx.Client, node: Node
) -> None:
    slash(node, drive_of(node), "Ann", "copies of another's pictures")
    answer = client.get("/v1/stake", headers=signed(node, "GET", "/v1/stake"))
    assert answer.headers["cache-control"] == "private, no-store"
    stake = answer.json()
    assert (stake["account"], stake["staked"]) == (ACCOUNT, str(200 * TOKEN))
    (case,) = stake["cases"]
    assert (case["drive_id"], case["appeal_until"]) == (drive_of(node), "2026-01-21")
    assert client.get("/v1/stake").status_code == 401


def test_a_stake_is_asked_back_with_a_signed_request(client: httpx.Client, node: Node) -> None:
    path = f"/v1/stake/{120 * TOKEN}"
    assert client.delete(path).status_code == 401
    answer = client.delete(path, headers=signed(node, "DELETE", path))
    assert answer.json() == {"account": ACCOUNT, "amount": str(120 * TOKEN), "epoch": DAY + 2}
    more = f"/v1/stake/{301 * TOKEN}"
    refused = client.delete(more, headers=signed(node, "DELETE", more))
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "conflict")


def test_the_verbs_of_a_contributor_tell_and_ask(client: httpx.Client, node: Node) -> None:
    url = str(client.base_url)
    assert "300 tokens are staked" in run("stake", "show", "--to", url)
    assert "120.5 tokens begin to cool down" in run("stake", "withdraw", "120.5", "--to", url)
    set_day(node, DAY + 3)
    nightly(node, read_policy())
    told = run("stake", "show", "--to", url)
    assert "120.5 tokens of your stake are claimable from 2026-01-21 on" in told
    assert "179.5 tokens are staked" in run("rewards", "--to", url)


def test_the_operators_verbs_record_and_list(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(node.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(node.settings.key_seed))
    data = ("--data", str(node.settings.data))
    other = "0x" + "6f" * 32
    said = run("stake", "deposit", ACCOUNT[:10], "5", "--transaction", other, "--by", "Ann", *data)
    assert f"5 tokens are staked for account {ACCOUNT}" in said
    note = ("--by", "Ann", "--note", "copies of another's pictures")
    said = run("slash", drive_of(node)[:12], *note, *data)
    assert "100 tokens" in said
    assert "14 days later unless it is appealed" in said
    set_day(node, DAY + 3)
    nightly(node, read_policy())
    said = run("stake", "list", *data)
    assert f"{ACCOUNT}: 205 tokens staked" in said
    assert "its drive is rejected, appeals until 2026-01-21" in said
    assert '"cases":[{' in run("stake", "list", "--json", *data)


def test_status_tells_of_a_slash_and_how_to_appeal(client: httpx.Client, node: Node) -> None:
    slash(node, drive_of(node), "Ann", "copies of another's pictures")
    url = str(client.base_url)
    record = DriveRecord(node.key.public, drive_of(node), url, "folder", 2, 0, None)
    (told_by,) = stakes([record], None, BOB, UploadSettings(attempts=1))
    said = io.StringIO()
    print_stakes(Voice(file=said), [told_by])
    assert "100 tokens are set aside" in said.getvalue()
    assert f"roadcomb appeal {drive_of(node)[:12]}" in said.getvalue()


def test_an_export_holds_what_the_books_took_in_of_the_account(node: Node) -> None:
    slash(node, drive_of(node), "Ann", "copies of another's pictures")
    _, data = islice(held_by(node, BOB.public), 2)
    told = json.loads(data.rstrip(b"\0"))["events"]
    assert [event["kind"] for event in told] == ["stake-deposit", "slash"]
    _, others = islice(held_by(node, ALICE.public), 2)
    assert json.loads(others.rstrip(b"\0"))["events"] == []


def drive_of(node: Node) -> str:
    """Bob's."""
    with node.catalog.reading() as connection:
        query = sa.select(drives.c.drive_id).where(drives.c.contributor == BOB.public)
        return str(connection.execute(query).scalar_one())
