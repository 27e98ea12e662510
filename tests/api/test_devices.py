"""Devices over a real socket and by the command line, from a challenge to a drive's level."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.app import create_app
from api.upkeep.fsck import fsck
from ingest.applications import sign_application_of
from ingest.devicetrust import DeviceSettings
from ingest.evidence import evidence_key
from ingest.intake import contributor_drives, drive_state
from ingest.requests import authorization
from ingest.stored import load_manifest
from quality.judge import judge_pending
from quality.judgement import load
from roadcomb.engine import InlineEngine
from roadcomb.errors import UsageError
from roadcomb.keys import Key, load_key
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.drives import contributor, make_node
from tests.ingest.attestation.receiver import Receiver
from tests.ingest.attestation.test_android import NOW_MS as ISSUED_MS
from tests.ingest.attestation.test_android import Maker, Phone
from tests.ingest.pictures import bee_folder
from tests.ingest.test_commands import json_of, run

ALICE, BOB = contributor(1), contributor(2)
MAKER = Maker()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contributor's machine with a key and consent."""
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    run("init", "--consent", "--licence", "CC-BY-SA-4.0")
    return tmp_path


@pytest.fixture
def phone_node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "node", now_ms=ISSUED_MS)


def trusting(folder: Path, revoked: dict[str, Any]) -> DeviceSettings:
    """An operator who believes our maker and has fetched a revocation list."""
    root = x509.load_der_x509_certificate(MAKER.chain(Phone())[-1])
    (folder / "maker.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "status.json").write_text(json.dumps({"entries": revoked}))
    return DeviceSettings(roots=folder / "maker.pem", revoked=folder / "status.json")


def signed(node: Node, key: Key, method: str, path: str) -> dict[str, str]:
    return {"Authorization": authorization(key, method, path, node.clock.now_ms())}


def challenge(client: httpx.Client, node: Node, key: Key) -> dict[str, Any]:
    path = "/v1/devices/challenge"
    answer = client.get(path, headers=signed(node, key, "GET", path))
    assert answer.status_code == 200
    asked: dict[str, Any] = answer.json()
    return asked


def chain_of(asked: str) -> str:
    chain = MAKER.chain(Phone(challenge=bytes.fromhex(asked)))
    certificates = [x509.load_der_x509_certificate(der) for der in chain]
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def test_a_phone_is_registered_once_listed_and_revoked(phone_node: Node, tmp_path: Path) -> None:
    node = phone_node
    with serving(create_app(node, limits=LIMITS, trust=trusting(tmp_path, {}))) as client:
        asked = challenge(client, node, ALICE)
        nonce = bytes.fromhex(asked["nonce"])
        evidence = {"chain": chain_of(asked["challenge"])}
        body = sign_application_of(ALICE, "Phone", "android-key", nonce, evidence)
        first = client.post("/v1/devices", json=body)
        assert (first.status_code, first.json()["level"]) == (201, "hardware-key")
        again = client.post("/v1/devices", json=body)
        assert (again.status_code, "answered before" in again.json()["detail"]) == (409, True)
        others = sign_application_of(BOB, "Phone", "android-key", nonce, evidence)
        assert client.post("/v1/devices", json=others).status_code == 401

        listed = client.get("/v1/devices", headers=signed(node, ALICE, "GET", "/v1/devices"))
        assert [one["level"] for one in listed.json()["devices"]] == ["hardware-key"]
        empty = client.get("/v1/devices", headers=signed(node, BOB, "GET", "/v1/devices"))
        assert empty.json() == {"devices": []}
        assert client.get("/v1/devices").status_code == 401

        path = f"/v1/devices/{first.json()['device']}"
        assert client.delete(path, headers=signed(node, BOB, "DELETE", path)).status_code == 404
        assert client.delete(path, headers=signed(node, ALICE, "DELETE", path)).status_code == 200
        listed = client.get("/v1/devices", headers=signed(node, ALICE, "GET", "/v1/devices"))
        assert [one["level"] for one in listed.json()["devices"]] == ["none"]


def test_the_operators_list_takes_effect_without_a_restart(
    phone_node: Node, tmp_path: Path
) -> None:
    node = phone_node
    with serving(create_app(node, limits=LIMITS, trust=trusting(tmp_path, {}))) as client:
        trusting(tmp_path, {"2b": {"status": "REVOKED", "reason": "KEY_COMPROMISE"}})
        asked = challenge(client, node, ALICE)
        evidence = {"chain": chain_of(asked["challenge"])}
        nonce = bytes.fromhex(asked["nonce"])
        body = sign_application_of(ALICE, "Phone", "android-key", nonce, evidence)
        refused = client.post("/v1/devices", json=body)
        assert (refused.status_code, "revoked" in refused.json()["detail"]) == (401, True)


def test_a_damaged_list_leaves_the_last_good_one_in_force(phone_node: Node, tmp_path: Path) -> None:
    node, settings = phone_node, trusting(tmp_path, {"2b": {"status": "REVOKED"}})
    with serving(create_app(node, limits=LIMITS, trust=settings)) as client:
        (tmp_path / "status.json").write_text('{"entries": {"2b"')
        asked = challenge(client, node, ALICE)
        evidence = {"chain": chain_of(asked["challenge"])}
        nonce = bytes.fromhex(asked["nonce"])
        body = sign_application_of(ALICE, "Phone", "android-key", nonce, evidence)
        assert "revoked" in client.post("/v1/devices", json=body).json()["detail"]
    with pytest.raises(UsageError, match="no revocation list"):
        create_app(node, limits=LIMITS, trust=settings)


def test_what_is_no_application_is_refused_with_a_reason(client: httpx.Client) -> None:
    bodies: tuple[Any, ...] = ({}, [], {"application": {}, "signature": ""}, "x")
    for body in bodies:
        answer = client.post("/v1/devices", json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"]


def test_a_software_key_signs_this_machines_drives(
    machine: Path, node: Node, client: httpx.Client
) -> None:
    url = str(client.base_url)
    told = run("device", "register", "--to", url, "--model", "Cam 7").stdout
    assert "software-key" in told
    assert json_of(["device", "list", "--to", url])[0]["model"] == "Cam 7"
    bee_folder(machine / "in", [10 * n for n in range(12)])
    words = ("upload", machine / "in", "--to", url, "--no-trim", "--device", "Cam 7")
    sent = run(*words).stdout
    assert "device: Cam 7, vouched for by: software-key" in sent
    rows = json_of(["status", "--to", url])["drives"]
    assert [row["level"] for row in rows] == ["software-key"]
    assert "software-key" in run("status", "--to", url).stdout
    device = load_manifest(node, rows[0]["drive_id"]).device
    assert (device.attestation, device.key is not None) == ("software-key", True)

    data = archive(client, node, load_key(machine / "config" / "contributor.pem"))
    about = json.loads(data["about.json"])
    assert [one["kind"] for one in about["devices"]] == ["software-key"]


def test_a_level_changes_no_grade(machine: Path, node: Node, client: httpx.Client) -> None:
    url = str(client.base_url)
    places = [10 * n for n in range(6)]
    bee_folder(machine / "plain", places, size=400)
    run("upload", machine / "plain", "--to", url, "--no-trim")
    monkey_config = machine / "config"
    (monkey_config / "contributor.pem").rename(monkey_config / "first.pem")
    run("init", "--consent", "--licence", "CC-BY-SA-4.0")
    run("device", "register", "--to", url)
    bee_folder(machine / "signed", places, size=400)
    run("upload", machine / "signed", "--to", url, "--no-trim")
    judge_pending(node, InlineEngine())
    grades = {}
    for key in ("first.pem", "contributor.pem"):
        owner = load_key(monkey_config / key).public
        for drive_id, level in _drives(node, owner):
            state = drive_state(node, drive_id)
            assert state.judgement is not None
            grades[level] = load(node.blobs, state.judgement)["grade"].to_pylist()
    assert set(grades) == {"none", "software-key"}
    assert grades["none"] == grades["software-key"]


def _drives(node: Node, owner: str) -> list[tuple[str, str | None]]:
    return [(state.drive_id, state.level) for state in contributor_drives(node, owner)[0]]


def test_a_receivers_log_beside_the_pictures_vouches_for_the_drive(
    machine: Path, node: Node, client: httpx.Client
) -> None:
    url = str(client.base_url)
    asked = json_of(["device", "challenge", "--to", url])
    receiver = Receiver(bytes.fromhex(asked["challenge"])[:24])
    (machine / "key.pem").write_bytes(receiver.pem)
    (machine / "first.ubx").write_bytes(receiver.log(3, first=55))
    words = ("--receiver", machine / "key.pem", "--log", machine / "first.ubx")
    run("device", "register", "--to", url, *words, "--nonce", asked["nonce"])
    folder = machine / "in"
    bee_folder(folder, [10 * n for n in range(10, 40)])
    (folder / "rig.ubx").write_bytes(receiver.log(50))
    sent = run("upload", folder, "--to", url, "--no-trim").stdout
    assert "vouched for by: software-key" in sent
    row = json_of(["status", "--to", url])["drives"][0]
    assert row["level"] == "software-key"

    kept = node.blobs.get(evidence_key(row["drive_id"]))
    assert kept in receiver_bytes(folder)
    assert len(kept) * 5 == len(receiver.log(50)) * 3  # 30 of 50 seconds, those of the frames
    assert fsck(node).damages == ()
    assert fsck(node).unreferenced == ()
    run("delete", row["drive_id"][:12], "--to", url, "--yes")
    assert not node.blobs.exists(evidence_key(row["drive_id"]))
    assert fsck(node).damages == ()


def receiver_bytes(folder: Path) -> bytes:
    return (folder / "rig.ubx").read_bytes()


def test_a_device_command_that_lacks_its_half_says_which(
    machine: Path, client: httpx.Client
) -> None:
    url = str(client.base_url)
    (machine / "key.pem").write_bytes(Receiver().pem)
    (machine / "chain.pem").write_text(chain_of("00" * 32))
    with pytest.raises(UsageError, match="--nonce"):
        run("device", "register", "--to", url, "--android", machine / "chain.pem")
    with pytest.raises(UsageError, match="--log"):
        run("device", "register", "--to", url, "--receiver", machine / "key.pem")
    with pytest.raises(UsageError, match="cannot be read"):
        run("device", "register", "--to", url, "--android", machine / "nothing.pem")


def archive(client: httpx.Client, node: Node, key: Key) -> dict[str, bytes]:
    path = f"/v1/contributors/{key.public}/data"
    answer = client.get(path, headers=signed(node, key, "GET", path))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        files = [(member.name, tar.extractfile(member)) for member in tar]
        return {name: file.read() for name, file in files if file is not None}
