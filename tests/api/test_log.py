"""The log's doors: whoever kept an old head or a receipt can check today's log against it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from ingest.batches import CONTENT_TYPE, encode_batch
from ingest.heads import verify_head
from ingest.log import EMPTY_ROOT, verify_consistency, verify_inclusion
from ingest.receipts import Receipt, leaf_of, verify_receipt
from ingest.witness import check_kept
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.errors import IntegrityError, Unauthorised
from roadcomb.node import Node
from tests.api.processes import run_cli
from tests.api.serving import serving
from tests.drives import contributor, drive_of, make_node, pictures

GUARDS = {
    "sqlite": "log_entries_no_update",
    "postgresql": "log_entries_append_only ON log_entries",
}
"""What refuses a change of the log, by the kind of catalog."""


def sealed(client: httpx.Client, number: int) -> bytes:
    """Upload a numbered drive; its receipt."""
    frames = pictures(3, first=3 * number)
    signed = drive_of(frames)
    url, headers = f"/v1/drives/{signed.drive_id}", {"Content-Type": CONTENT_TYPE}
    client.post("/v1/drives", json=signed.to_json()).raise_for_status()
    body = encode_batch(frames)
    client.post(f"{url}/frames", content=body, headers=headers).raise_for_status()
    return client.post(f"{url}/seal").raise_for_status().content


def receipt_of(data: bytes, node: Node) -> Receipt:
    return verify_receipt(parse_json(data), node.key.public)


def fetch(client: httpx.Client) -> Any:
    return lambda path: client.get(path).raise_for_status().json()


def hashes(steps: list[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in steps]


def test_an_empty_log_has_a_signed_head(client: httpx.Client, node: Node) -> None:
    head = verify_head(client.get("/v1/log/head").json(), node.key.public)
    assert (head.size, head.root, head.signed_ms) == (0, EMPTY_ROOT, node.clock.now_ms())


def test_every_receipt_is_found_under_every_later_head(client: httpx.Client, node: Node) -> None:
    receipts: list[Receipt] = []
    for number in range(7):
        receipts.append(receipt_of(sealed(client, number), node))
        head = verify_head(client.get("/v1/log/head").json(), node.key.public)
        assert (head.size, head.root) == (number + 1, receipts[-1].log_root)
        for receipt in receipts:
            assert check_kept(receipt, fetch(client)) == head


def test_proofs_are_given_for_any_size_the_log_had(client: httpx.Client, node: Node) -> None:
    receipts = [receipt_of(sealed(client, number), node) for number in range(5)]
    found = client.get("/v1/log/proof/1?size=3").json()
    leaf, path = leaf_of(receipts[1].promise), hashes(found["inclusion"])
    assert verify_inclusion(leaf, 1, 3, path, receipts[2].log_root)
    assert found["root"] == receipts[2].log_root.hex()
    found = client.get("/v1/log/consistency?first=2&second=4").json()
    old, new = receipts[1].log_root, receipts[3].log_root
    assert verify_consistency(2, 4, old, new, hashes(found["consistency"]))


@pytest.mark.parametrize(
    "path", ["proof/0", "proof/-1", "consistency?first=1", "consistency?first=0&second=9"]
)
def test_what_the_log_never_had_is_refused(client: httpx.Client, path: str) -> None:
    assert client.get(f"/v1/log/{path}").status_code == 422


def test_a_head_of_another_node_is_refused(client: httpx.Client) -> None:
    with pytest.raises(Unauthorised):
        verify_head(client.get("/v1/log/head").json(), contributor(1).public)


def test_a_node_that_rewrote_its_log_is_found_out(client: httpx.Client, node: Node) -> None:
    kept = [receipt_of(sealed(client, number), node) for number in range(4)]
    with node.catalog.writing() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {GUARDS[connection.dialect.name]}")
        connection.execute(
            sa.text("UPDATE log_entries SET leaf = :leaf WHERE log_index = 1"), {"leaf": "ab" * 32}
        )
    with serving(create_app(node)) as restarted:
        assert check_kept(kept[0], fetch(restarted)).size == 4
        for receipt in kept[1:]:
            with pytest.raises(IntegrityError, match="keep the receipt"):
                check_kept(receipt, fetch(restarted))


def test_a_node_that_dropped_the_newest_entries_is_found_out(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    receipts = [receipt_of(sealed(client, number), node) for number in range(2)]
    younger = make_node(tmp_path / "younger")
    with (
        serving(create_app(younger)) as restarted,
        pytest.raises(IntegrityError, match="dropped entries"),
    ):
        check_kept(receipts[1], fetch(restarted))
    younger.catalog.close()


def test_verify_tells_true_receipts_from_false_ones(
    client: httpx.Client, node: Node, tmp_path: Path
) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(sealed(client, 0))
    sealed(client, 1)
    online = ["verify", str(file), "--node-key", node.key.public, "--to", str(client.base_url)]
    told = run_cli(online)
    assert (told.returncode, told.stderr) == (0, "")
    assert "today's log of 2 entries holds it" in told.stdout
    offline = run_cli(["verify", str(file), "--json"])
    report: Any = parse_json(offline.stdout.encode())
    assert (offline.returncode, report["valid"], report["pinned"]) == (0, True, False)
    assert run_cli(["verify", str(file), "--node-key", contributor(1).public]).returncode == 5
    changed: Any = parse_json(file.read_bytes())
    changed["receipt"]["frames"] = 4
    file.write_bytes(canonical_json(changed))
    assert run_cli(["verify", str(file)]).returncode == 5
    file.write_text("{}")
    assert run_cli(["verify", str(file)]).returncode == 7
    assert run_cli(["verify", str(tmp_path / "none")]).returncode == 3
