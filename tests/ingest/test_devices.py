"""The registry of devices: what is believed, what is not, and what a drive has of it."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from ingest.applications import parse_application, sign_application_of
from ingest.attestation.devicekey import DRIVING, device_of, public_of, sign_application
from ingest.challenges import VALID_MS, Challenge, check_nonce, make_challenge
from ingest.devices import MOST, Device, devices_of, new_challenge, register, revoke
from ingest.devicetrust import DeviceSettings, DeviceTrust, load_trust
from ingest.evidence import add_evidence
from ingest.intake import add_frames, drive_state, open_drive, seal
from ingest.limits import IntakeSettings
from ingest.manifest import Device as Named
from ingest.manifest import Manifest, SignedManifest, parse_signed, sign_manifest
from roadcomb.canonical import Json
from roadcomb.catalog.tables import devices, drives
from roadcomb.clock import FileClock
from roadcomb.errors import Conflict, InvalidInput, QuotaExceeded, Unauthorised, UsageError
from roadcomb.keys import Key
from roadcomb.node import Node
from tests.drives import NOW_MS, contributor, drive_of, make_node, pictures
from tests.ingest.attestation.receiver import Receiver
from tests.ingest.attestation.test_android import NOW_MS as ISSUED_MS
from tests.ingest.attestation.test_android import Maker, Phone
from tests.ingest.attestation.test_blocks import drive as frames_of

ALICE, BOB, CAMERA = contributor(1), contributor(2), contributor(77)
MAKER = Maker()
ROOTS = frozenset(MAKER.trust().roots)
TRUST = DeviceTrust(ROOTS, {})
LIMITS = IntakeSettings(reserve_bytes=0)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = make_node(tmp_path / "node", now_ms=ISSUED_MS)
    yield made
    made.catalog.close()


def apply(
    node: Node,
    owner: Key,
    kind: str,
    evidence: Mapping[str, Json],
    nonce: bytes,
    trust: DeviceTrust = TRUST,
) -> Device:
    body = sign_application_of(owner, "Cam 7", kind, nonce, evidence)
    return register(node, parse_application(body), trust)


def software(node: Node, owner: Key = ALICE, camera: Key = CAMERA) -> Device:
    asked = new_challenge(node, owner.public)
    return apply(node, owner, "software-key", own(camera, asked), asked.nonce)


def own(camera: Key, asked: Challenge) -> dict[str, Json]:
    return {
        "public_key": public_of(camera),
        "signature": sign_application(camera, asked.challenge),
    }


def android(node: Node, asked: Challenge, owner: Key = ALICE, trust: DeviceTrust = TRUST) -> Device:
    return apply(node, owner, "android-key", {"chain": pem(asked.challenge)}, asked.nonce, trust)


def pem(challenge: bytes) -> str:
    chain = MAKER.chain(Phone(challenge=challenge))
    certificates = [x509.load_der_x509_certificate(der) for der in chain]
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def signed_by(
    camera: Key | None, owner: Key = ALICE, claim: str = "hardware-key"
) -> SignedManifest:
    plain = drive_of(pictures(3), owner, ISSUED_MS - 3_600_000).manifest
    key = None if camera is None else public_of(camera)
    manifest = replace(plain, device=Named("Cam 7", claim, key=key))
    return parse_signed(sign_manifest(manifest, owner, camera).to_json())


def level(node: Node, signed: SignedManifest, trust: DeviceTrust | None = None) -> str:
    """What the drive has, once it is sealed."""
    drive_id = open_drive(node, signed, LIMITS).drive_id
    add_frames(node, drive_id, pictures(3), LIMITS)
    seal(node, drive_id, trust)
    told = drive_state(node, drive_id).level
    assert told is not None
    return told


def test_a_registered_software_key_vouches_for_the_drives_that_it_signs(node: Node) -> None:
    registered = software(node)
    assert registered.level == "software-key"
    assert registered.device == device_of(public_of(CAMERA))
    assert level(node, signed_by(CAMERA)) == "software-key"


def test_a_claim_in_the_manifest_counts_for_nothing(node: Node) -> None:
    software(node)
    unsigned = signed_by(None)
    assert unsigned.manifest.device.attestation == "hardware-key"
    assert level(node, unsigned) == "none"


def test_naming_a_registered_key_without_its_signature_counts_for_nothing(node: Node) -> None:
    software(node)
    manifest = signed_by(CAMERA).manifest
    assert level(node, sign_manifest(manifest, ALICE)) == "none"


def test_an_unregistered_and_another_contributors_device_vouch_for_nothing(node: Node) -> None:
    assert level(node, signed_by(CAMERA)) == "none"
    software(node)
    assert level(node, signed_by(CAMERA, BOB)) == "none"


def test_a_wrong_device_signature_is_refused() -> None:
    body = signed_by(CAMERA).to_json()
    assert isinstance(body, dict)
    other = contributor(78).sign(DRIVING, signed_by(CAMERA).drive_id.encode())
    with pytest.raises(Unauthorised, match="device's signature"):
        parse_signed({**body, "device_signature": other})
    with pytest.raises(InvalidInput, match="names no key"):
        parse_signed(_unnamed(other))


def _unnamed(signature: str) -> dict[str, Json]:
    body = signed_by(None).to_json()
    assert isinstance(body, dict)
    return {**body, "device_signature": signature}


def test_a_p256_key_signs_as_phones_do() -> None:
    phone = ec.generate_private_key(ec.SECP256R1())
    spki = phone.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    plain = drive_of(pictures(3), ALICE).manifest
    signed = sign_manifest(replace(plain, device=Named("Phone", key=spki.hex())), ALICE)
    framed = f"{DRIVING}\0{signed.drive_id}".encode()
    vouched = replace(signed, device_signature=phone.sign(framed, ec.ECDSA(SHA256())).hex())
    assert parse_signed(vouched.to_json()).device == device_of(spki.hex())


def test_a_receivers_key_signs_no_drives() -> None:
    receiver = Receiver()
    plain = drive_of(pictures(3), ALICE).manifest
    named = Named("Rig", key=receiver.public_key)
    signed = sign_manifest(replace(plain, device=named), ALICE)
    framed = f"{DRIVING}\0{signed.drive_id}".encode()
    vouched = replace(signed, device_signature=receiver.key.sign(framed, ec.ECDSA(SHA256())).hex())
    with pytest.raises(InvalidInput, match="signs positions"):
        parse_signed(vouched.to_json())


def test_a_phones_attested_key_is_a_hardware_key(node: Node) -> None:
    assert android(node, new_challenge(node, ALICE.public)).level == "hardware-key"


def test_without_a_revocation_list_nothing_is_a_hardware_key(node: Node) -> None:
    registered = android(node, new_challenge(node, ALICE.public), trust=DeviceTrust(ROOTS, None))
    assert registered.level == "software-key"
    assert devices_of(node, ALICE.public, TRUST)[0].level == "software-key"


def test_a_key_that_is_revoked_later_vouches_for_nothing(node: Node) -> None:
    android(node, new_challenge(node, ALICE.public))
    later = DeviceTrust(ROOTS, {"2b": {"status": "REVOKED"}})
    assert [one.level for one in devices_of(node, ALICE.public, TRUST)] == ["hardware-key"]
    assert [one.level for one in devices_of(node, ALICE.public, later)] == ["none"]


def test_a_revoked_chain_is_not_registered(node: Node) -> None:
    trust = DeviceTrust(ROOTS, {"3": {"status": "SUSPENDED"}})
    with pytest.raises(Unauthorised, match="revoked"):
        android(node, new_challenge(node, ALICE.public), trust=trust)


def test_a_challenge_counts_once(node: Node) -> None:
    asked = new_challenge(node, ALICE.public)
    android(node, asked)
    with pytest.raises(Conflict, match="answered before"):
        android(node, asked)


def test_a_challenge_is_of_one_contributor_one_node_and_one_hour(node: Node) -> None:
    asked = new_challenge(node, ALICE.public)
    with pytest.raises(Unauthorised, match="somebody else"):
        android(node, asked, BOB)
    clock_at(node, ISSUED_MS + VALID_MS + 1)
    with pytest.raises(Unauthorised, match="too old"):
        android(node, asked)


def test_an_answer_to_another_challenge_is_refused(node: Node) -> None:
    asked, other = new_challenge(node, ALICE.public), new_challenge(node, ALICE.public)
    with pytest.raises(Unauthorised, match="another challenge"):
        android(node, replace(asked, challenge=other.challenge))
    with pytest.raises(Unauthorised, match="signature"):
        apply(node, ALICE, "software-key", own(CAMERA, other), asked.nonce)


def test_strangers_who_ask_leave_nothing_behind(node: Node) -> None:
    for number in range(20):
        new_challenge(node, contributor(number).public)
    with node.catalog.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(devices)).scalar() == 0


def test_a_device_is_of_whom_registered_it_first(node: Node) -> None:
    software(node)
    with pytest.raises(Conflict, match="another contributor"):
        software(node, BOB)


def test_a_revoked_device_stays_revoked(node: Node) -> None:
    registered = software(node)
    since_ms = revoke(node, ALICE.public, registered.device)
    assert revoke(node, ALICE.public, registered.device) == since_ms
    assert level(node, signed_by(CAMERA)) == "none"
    assert devices_of(node, ALICE.public, TRUST)[0].revoked_ms == since_ms
    with pytest.raises(Conflict, match="stays so"):
        software(node)


def test_a_revocation_changes_no_drive_that_was_sealed_before(node: Node) -> None:
    registered, signed = software(node), signed_by(CAMERA)
    assert level(node, signed) == "software-key"
    revoke(node, ALICE.public, registered.device)
    assert drive_state(node, signed.drive_id).level == "software-key"


def test_rows_are_never_changed_and_no_contributor_fills_the_table(node: Node) -> None:
    for number in range(MOST):
        software(node, ALICE, contributor(1000 + number))
    with pytest.raises(QuotaExceeded):
        software(node)
    with pytest.raises(DBAPIError, match="append-only"), node.catalog.writing() as connection:
        connection.execute(sa.update(devices).values(level="hardware-key"))


def test_an_application_is_signed_by_its_contributor(node: Node) -> None:
    asked = new_challenge(node, ALICE.public)
    body = sign_application_of(ALICE, "Cam", "software-key", asked.nonce, own(CAMERA, asked))
    assert isinstance(body, dict)
    application = body["application"]
    assert isinstance(application, dict)
    changed = {**application, "model": "Better"}
    with pytest.raises(Unauthorised):
        parse_application({**body, "application": changed})
    with pytest.raises(Unauthorised):
        parse_application({**body, "signer": BOB.public})


def test_a_rotated_key_registers_for_its_contributor_only_if_it_signs(node: Node) -> None:
    asked = new_challenge(node, ALICE.public)
    thief = Key(contributor(5)._private, ALICE.public)
    with pytest.raises(Unauthorised, match="does not sign"):
        apply(node, thief, "software-key", own(CAMERA, asked), asked.nonce)


# a receiver that signs


def receiver_of(node: Node, trusted: bool = False, owner: Key = ALICE) -> Receiver:
    asked = new_challenge(node, owner.public)
    receiver = Receiver(asked.challenge[:24])
    messages = base64.b64encode(receiver.log(2, first=50)).decode()
    shown: dict[str, Json] = {"public_key": receiver.public_key, "messages": messages}
    believed = frozenset({device_of(receiver.public_key)} if trusted else ())
    apply(node, owner, "ublox-ecsign", shown, asked.nonce, DeviceTrust(ROOTS, {}, believed))
    return receiver


def believing(receiver: Receiver) -> DeviceTrust:
    """An operator who takes the receiver's key for one that lies in hardware."""
    return DeviceTrust(ROOTS, {}, frozenset({device_of(receiver.public_key)}))


def drive_with(
    node: Node, receiver: Receiver, owner: Key = ALICE, east_m: float = 0.0, first: int = 0
) -> str:
    """An open, whole drive of 30 frames that names the receiver."""
    sent = pictures(30, first)
    frames = [
        replace(frame, image_id=one.image_id, size=one.size)
        for frame, one in zip(
            frames_of(30, east_m=east_m), drive_of(sent, owner).manifest.frames, strict=True
        )
    ]
    named = Named("Rig", key=receiver.public_key)
    signed = sign_manifest(Manifest(owner.public, named, tuple(frames)), owner)
    clock_at(node, NOW_MS)
    drive_id = open_drive(node, signed, LIMITS).drive_id
    add_frames(node, drive_id, sent, LIMITS)
    return drive_id


def sealed_level(node: Node, drive_id: str, trust: DeviceTrust = TRUST) -> str | None:
    seal(node, drive_id, trust)
    return drive_state(node, drive_id).level


def test_signed_positions_give_a_drive_its_receivers_level(node: Node) -> None:
    for trusted, expected in ((False, "software-key"), (True, "hardware-key")):
        receiver = receiver_of(node, trusted)
        drive_id = drive_with(node, receiver, first=30 * trusted)
        found = add_evidence(node, drive_id, receiver.log(30), LIMITS)
        assert (found.covered, found.frames) == (30, 30)
        assert sealed_level(node, drive_id, believing(receiver)) == expected


def test_a_receiver_that_is_trusted_no_more_gives_no_hardware_level(node: Node) -> None:
    receiver = receiver_of(node, trusted=True)
    drive_id = drive_with(node, receiver)
    add_evidence(node, drive_id, receiver.log(30), LIMITS)
    assert devices_of(node, ALICE.public, believing(receiver))[0].level == "hardware-key"
    assert devices_of(node, ALICE.public, TRUST)[0].level == "software-key"
    assert sealed_level(node, drive_id, TRUST) == "software-key"


def test_without_signed_positions_a_receivers_name_counts_for_nothing(node: Node) -> None:
    drive_id = drive_with(node, receiver_of(node, trusted=True))
    assert sealed_level(node, drive_id) == "none"


def test_signed_positions_that_are_elsewhere_not_its_own_or_too_late_fail(node: Node) -> None:
    receiver = receiver_of(node)
    away = drive_with(node, receiver, east_m=60)
    with pytest.raises(Unauthorised, match="from where the receiver was"):
        add_evidence(node, away, receiver.log(30), LIMITS)
    with pytest.raises(Unauthorised, match="not of this receiver"):
        add_evidence(node, away, Receiver(receiver.session).log(30), LIMITS)
    old = Receiver(bytes(24), receiver.key)
    with pytest.raises(Unauthorised, match="another session"):
        add_evidence(node, away, old.log(30), LIMITS)
    assert sealed_level(node, away) == "none"
    with pytest.raises(Conflict, match="before the seal"):
        add_evidence(node, away, receiver.log(30), LIMITS)


def test_signed_positions_count_for_one_drive(node: Node) -> None:
    receiver = receiver_of(node)
    one, other = drive_with(node, receiver), drive_with(node, receiver, first=40)
    log = receiver.log(30)
    add_evidence(node, one, log, LIMITS)
    add_evidence(node, one, log, LIMITS)  # the same again changes nothing
    with pytest.raises(Conflict, match="another drive"):
        add_evidence(node, other, log, LIMITS)
    with node.catalog.reading() as connection:
        named = sa.select(drives.c.device_key).where(drives.c.drive_id == other)
        assert connection.execute(named).scalar() is None


def test_another_contributors_receiver_is_not_registered(node: Node) -> None:
    receiver = receiver_of(node)
    drive_id = drive_with(node, receiver, BOB)
    with pytest.raises(Unauthorised, match="not registered"):
        add_evidence(node, drive_id, receiver.log(30), LIMITS)


# whom a node believes


def test_the_published_roots_are_shipped_and_an_operators_folder_takes_their_place(
    tmp_path: Path,
) -> None:
    assert len(load_trust(DeviceSettings()).roots) == 2
    own_root = x509.load_der_x509_certificate(MAKER.chain(Phone())[-1])
    (tmp_path / "maker.pem").write_bytes(own_root.public_bytes(Encoding.PEM))
    receiver = Receiver()
    (tmp_path / "rig").mkdir()
    (tmp_path / "rig" / "1.pem").write_bytes(receiver.pem)
    found = load_trust(DeviceSettings(roots=tmp_path, receivers=tmp_path / "rig"))
    assert found.roots == ROOTS
    assert found.receivers == {device_of(receiver.public_key)}


def test_a_revocation_list_is_read_anew_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    settings = DeviceSettings(revoked=path)
    for serial in ("2b", "00AbCd1"):
        path.write_text(json.dumps({"entries": {serial: {"status": "REVOKED"}}}))
        revoked = load_trust(settings).revoked
        assert revoked is not None
        assert list(revoked) == [serial.lower().lstrip("0")]


@pytest.mark.parametrize("content", [None, "no JSON", '{"entries": 3}', "[]"])
def test_a_missing_or_damaged_list_is_an_error_not_an_empty_one(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "status.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=r"status\.json"):
        load_trust(DeviceSettings(revoked=path))


@given(st.binary(max_size=60), st.integers(0, 2**40))
def test_a_nonce_that_the_node_did_not_make_is_refused(nonce: bytes, now_ms: int) -> None:
    made = make_challenge(b"s" * 32, BOB.public, ALICE.public, now_ms, b"12345678")
    assert check_nonce(b"s" * 32, BOB.public, ALICE.public, made.nonce, now_ms) == made
    with pytest.raises((InvalidInput, Unauthorised)):
        check_nonce(b"s" * 32, BOB.public, ALICE.public, nonce, now_ms)
    with pytest.raises(Unauthorised):
        check_nonce(b"t" * 32, BOB.public, ALICE.public, made.nonce, now_ms)


def clock_at(node: Node, now_ms: int) -> None:
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(now_ms)
