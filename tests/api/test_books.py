"""The books over HTTP: everybody may read the chain, a statement is for its contributor."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from api.app import create_app
from api.main import build
from ingest.payout import sign_binding
from ingest.requests import authorization
from ingest.states import PAGE
from rewards.audit import audit
from rewards.documents import FILES
from rewards.fetch import fetch_statement
from rewards.merkle import claim_leaf, verify_proof
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.errors import NotFound, Unauthorised, Unreachable, UsageError
from roadcomb.keys import save_key
from roadcomb.node import Node
from tests.api.serving import serving
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

ALICE = person("alice")
ADDRESS = "0x" + "a1" * 20


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = open_town(tmp_path / "node")
    add_drive(opened, ALICE, [Shot(0, 0, 800), Shot(1, 1, 800)])
    add_drive(opened, person("bob"), [Shot(0, 1, 800)])
    yield opened
    opened.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    with serving(create_app(node)) as opened:
        yield opened


def bound(client: httpx.Client, node: Node) -> httpx.Response:
    return client.post("/v1/bindings", json=sign_binding(ALICE, ADDRESS, node.clock.now_ms()))


def statement(client: httpx.Client, node: Node, path: str = "/v1/statements") -> httpx.Response:
    signed = authorization(ALICE, "GET", path, node.clock.now_ms())
    return client.get("/v1/statements", headers={"Authorization": signed})


def test_the_chain_and_its_files_can_be_fetched_and_audited(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    nightly(node, read_policy())
    (listed,) = client.get("/v1/epochs").json()["epochs"]
    assert (listed["epoch"], listed["day"], listed["paid"]) == (DAY, "2026-01-05", str(16 * 10**8))
    folder = tmp_path / "fetched" / str(DAY)
    folder.mkdir(parents=True)
    for name in FILES:
        answer = client.get(f"/v1/epochs/{DAY}/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        (folder / name).write_bytes(answer.content)
    (found,) = audit(folder.parent, node.key.public)
    assert found.manifest == listed["manifest"]
    assert client.get(f"/v1/epochs/{DAY}").content == (folder / "manifest.json").read_bytes()


def test_a_file_that_the_client_has_is_not_sent_again(client: httpx.Client, node: Node) -> None:
    nightly(node, read_policy())
    tag = client.get(f"/v1/epochs/{DAY}/tree.json").headers["etag"]
    again = client.get(f"/v1/epochs/{DAY}/tree.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("epoch", ["-1", "1000001", str(2**63), "9" * 4000, "nan"])
def test_what_can_be_no_epoch_is_refused_before_the_catalog_is_asked(
    client: httpx.Client, epoch: str
) -> None:
    for path in (f"/v1/epochs/{epoch}", f"/v1/epochs/{epoch}/manifest.json"):
        assert client.get(path).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/v1/epochs/1", "/v1/epochs/0/manifest.json", f"/v1/epochs/{DAY}/secrets", "/v1/epochs/1/x"],
)
def test_what_is_not_there_is_a_404_with_a_problem(
    client: httpx.Client, node: Node, path: str
) -> None:
    nightly(node, read_policy())
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/not-found")


def test_an_address_is_bound_by_a_signed_message_and_paid_to(
    client: httpx.Client, node: Node
) -> None:
    answer = bound(client, node)
    assert answer.json()["address"] == ADDRESS
    assert answer.json()["from_epoch"] == DAY + 1
    set_day(node, DAY + 2)
    nightly(node, read_policy())
    claim = statement(client, node).json()["books"]["claim"]
    assert (claim["address"], claim["cumulative"]) == (ADDRESS, "1200000000")


def test_a_forged_or_a_broken_binding_is_refused(client: httpx.Client, node: Node) -> None:
    forged = json.loads(json.dumps(sign_binding(ALICE, ADDRESS, node.clock.now_ms())))
    forged["binding"]["address"] = "0x" + "b2" * 20
    assert client.post("/v1/bindings", json=forged).status_code == 401
    assert client.post("/v1/bindings", content=b"{").status_code == 422
    assert client.post("/v1/bindings", json=[]).status_code == 422


def test_a_statement_is_only_for_who_signs_for_it(client: httpx.Client, node: Node) -> None:
    nightly(node, read_policy())
    assert client.get("/v1/statements").status_code == 401
    assert statement(client, node, path="/v1/epochs").status_code == 401
    answer = statement(client, node)
    assert answer.headers["cache-control"] == "private, no-store"
    (epoch,) = answer.json()["epochs"]
    assert epoch["amount"] == "1200000000"


def test_a_contributor_fetches_a_statement_that_bears_its_check(
    client: httpx.Client, node: Node
) -> None:
    bound(client, node)
    set_day(node, DAY + 2)
    nightly(node, read_policy())
    fetched = fetch_statement(client, ALICE, 3, node.key.public)
    assert fetched["books"]["claim"]["cumulative"] == "1200000000"


def test_a_statement_of_more_drives_than_a_page_is_fetched_whole(
    client: httpx.Client, node: Node
) -> None:
    for n in range(PAGE):
        add_drive(node, ALICE, [Shot(n, 1, 0, verdict="rejected", reason="too-dark")])
    nightly(node, read_policy())
    first = statement(client, node).json()
    assert (len(first["drives"]), first["next"] is None) == (PAGE, False)
    fetched = fetch_statement(client, ALICE, 3, node.key.public)
    assert len({drive["drive_id"] for drive in fetched["drives"]}) == PAGE + 1


def test_books_that_another_key_signed_are_refused(client: httpx.Client, node: Node) -> None:
    nightly(node, read_policy())
    with pytest.raises(Unauthorised):
        fetch_statement(client, ALICE, 3, person("in between").public)


def test_nobody_at_home_is_told_apart_from_a_refusal(client: httpx.Client, node: Node) -> None:
    nobody = httpx.Client(base_url="http://127.0.0.1:9", trust_env=False)
    with nobody, pytest.raises(Unreachable, match="does not answer"):
        fetch_statement(nobody, ALICE, 1, node.key.public)
    with pytest.raises(UsageError):
        fetch_statement(client, ALICE, 0, node.key.public)


def test_roadcomb_rewards_prints_it(
    client: httpx.Client, node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly(node, read_policy())
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "160")
    save_key(ALICE, tmp_path / "contributor.pem")
    said = CliRunner().invoke(build(), ["rewards", "--to", str(client.base_url)])
    assert "1.2 tokens for 2 passes" in said.output, said.exception
    assert "shared with 1 other pass" in said.output
    (pinned,) = (tmp_path / "state" / "known-nodes").iterdir()
    assert pinned.read_text() == f"{node.key.public}\n"
    pinned.write_text(f"{person('who was here before').public}\n")
    refused = CliRunner().invoke(build(), ["rewards", "--to", str(client.base_url)])
    assert isinstance(refused.exception, Unauthorised)
    assert str(pinned) in str(refused.exception)


def test_one_amount_is_told_in_words_and_the_claim_written_for_a_contract(
    client: httpx.Client, node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "160")
    save_key(ALICE, tmp_path / "contributor.pem")
    node_at = ["--to", str(client.base_url)]
    nightly(node, read_policy())
    early = CliRunner().invoke(build(), ["prove", *node_at])
    assert isinstance(early.exception, NotFound)
    bound(client, node)
    set_day(node, DAY + 2)
    nightly(node, read_policy())
    row = fetch_statement(client, ALICE, 3, node.key.public)["epochs"][0]["rows"][0]
    said = CliRunner().invoke(build(), ["rewards", "--why", row["cell"], *node_at])
    assert f"of grade {row['grade']} of 1000" in said.output, said.exception
    assert f"= {int(row['amount']):,} base units, rounded down" in said.output
    elsewhere = CliRunner().invoke(build(), ["rewards", "--why", "8c7541ad5a727ff", *node_at])
    assert "None of your passes through 8c7541ad5a727ff" in elsewhere.output
    out = tmp_path / "claim.json"
    assert CliRunner().invoke(build(), ["prove", "--out", str(out), *node_at]).exit_code == 0
    claim = json.loads(out.read_text())
    leaf = claim_leaf(claim["address"], claim["token"], int(claim["cumulative"]))
    proof = [bytes.fromhex(sibling[2:]) for sibling in claim["proof"]]
    assert verify_proof(bytes.fromhex(claim["root"][2:]), leaf, proof)
