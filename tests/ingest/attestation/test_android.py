"""Key attestation, with makers, phones and thieves of our own making."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ingest.attestation.android import EXTENSION, Trust, challenge_of, verify_chain
from ingest.attestation.der import only
from roadcomb.errors import Conflict, InvalidInput, RoadcombError, Unauthorised

NOW = datetime(2026, 1, 5, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
CHALLENGE = challenge_of("aa" * 32, "bb" * 32, b"nonce")


def der(tag: int | tuple[int, ...], *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes((len(content),))
    if len(content) > 127:
        length = b"\x82" + len(content).to_bytes(2, "big")
    return bytes((tag,) if isinstance(tag, int) else tag) + length + content


def context(number: int, content: bytes) -> bytes:
    """An explicit tag."""
    short = (0xA0 | number,)
    return der(short if number < 31 else (0xBF, 0x80 | number >> 7, number & 0x7F), content)


@dataclass(frozen=True)
class Phone:
    """What its keystore would say."""

    challenge: bytes = CHALLENGE
    level: int = 1
    key_level: int = 1
    origin: int = 0
    purpose: int = 2
    locked: bool = True
    boot: int = 0

    def description(self) -> bytes:
        boot_key, boot_hash = der(4, bytes(32)), der(4, bytes(32))
        locked = der(1, b"\xff" if self.locked else b"\0")
        root = der(0x30, boot_key, locked, der(10, bytes((self.boot,))), boot_hash)
        purposes = der(0x31, der(2, bytes((self.purpose,))))
        listed = [(1, purposes), (702, der(2, bytes((self.origin,)))), (704, root)]
        enforced = der(0x30, *(context(number, content) for number, content in listed))
        levels = der(10, bytes((self.level,))), der(10, bytes((self.key_level,)))
        fields = (der(2, b"\x04"), levels[0], der(2, b"\x29"), levels[1])
        return der(0x30, *fields, der(4, self.challenge), der(4), der(0x30), enforced)


def make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Maker:
    """A root and its phones' batch key."""

    root: ec.EllipticCurvePrivateKey = field(default_factory=make_key)
    batch: ec.EllipticCurvePrivateKey = field(default_factory=make_key)

    def chain(self, phone: Phone, valid_until: datetime = NOW + timedelta(days=1)) -> list[bytes]:
        leaf = certificate("leaf", make_key(), "batch", self.batch, 3, phone.description())
        return [
            leaf,
            certificate("batch", self.batch, "root", self.root, 0x2B, until=valid_until),
            certificate("root", self.root, "root", self.root, 1, until=NOW - timedelta(days=1)),
        ]

    def trust(self) -> Trust:
        public = self.root.public_key()
        return Trust({public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}, {})


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    serial: int,
    attestation: bytes | None = None,
    until: datetime = NOW + timedelta(days=1),
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(until)
    )
    if attestation is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(EXTENSION, attestation), False)
    return builder.sign(signer, SHA256()).public_bytes(Encoding.DER)


MAKER = Maker()


def level(phone: Phone) -> str:
    return verify_chain(MAKER.chain(phone), CHALLENGE, MAKER.trust(), NOW_MS).level


def test_a_key_of_a_locked_phone_is_a_hardware_key() -> None:
    chain = MAKER.chain(Phone())
    attested = verify_chain(chain, CHALLENGE, MAKER.trust(), NOW_MS)
    leaf = x509.load_der_x509_certificate(chain[0]).public_key()
    assert attested.level == "hardware-key"
    assert attested.public_key == leaf.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert level(Phone(level=2, key_level=2)) == "hardware-key"


@pytest.mark.parametrize(
    "weaker",
    [
        Phone(level=0),
        Phone(key_level=0),
        Phone(origin=2),
        Phone(purpose=0),
        Phone(locked=False),
        Phone(boot=1),
        Phone(boot=2),
        Phone(boot=3),
    ],
)
def test_anything_less_is_a_software_key(weaker: Phone) -> None:
    assert level(weaker) == "software-key"


def test_a_wrong_challenge_fails() -> None:
    for other in (
        challenge_of("aa" * 32, "bb" * 32, b"another nonce"),
        challenge_of("aa" * 32, "cc" * 32, b"nonce"),
        challenge_of("dd" * 32, "bb" * 32, b"nonce"),
    ):
        with pytest.raises(Unauthorised, match="another challenge"):
            verify_chain(MAKER.chain(Phone()), other, MAKER.trust(), NOW_MS)


@pytest.mark.parametrize("serial", ["3", "2b", "1"])
def test_a_revoked_certificate_anywhere_fails(serial: str) -> None:
    trust = replace(MAKER.trust(), revoked={serial: {"status": "REVOKED"}})
    with pytest.raises(Unauthorised, match="revoked"):
        verify_chain(MAKER.chain(Phone()), CHALLENGE, trust, NOW_MS)


def test_a_replayed_attestation_fails() -> None:
    chain = MAKER.chain(Phone())
    attested = verify_chain(chain, CHALLENGE, MAKER.trust(), NOW_MS)
    with pytest.raises(Conflict, match="used before"):
        verify_chain(chain, CHALLENGE, replace(MAKER.trust(), spent={attested.leaf}), NOW_MS)


def test_strange_roots_broken_signatures_and_expired_batches_fail() -> None:
    other = Maker()
    chain = MAKER.chain(Phone())
    expired = MAKER.chain(Phone(), valid_until=NOW - timedelta(days=1))
    mixed = [other.chain(Phone())[0], *chain[1:]]
    cases: Sequence[tuple[list[bytes], str]] = (
        (other.chain(Phone()), "does not trust"),
        (mixed, "not signed by the next"),
        (expired, "not valid now"),
    )
    for wrong, why in cases:
        with pytest.raises(Unauthorised, match=why):
            verify_chain(wrong, CHALLENGE, MAKER.trust(), NOW_MS)


def test_an_attested_key_cannot_attest_further_keys() -> None:
    thief = make_key()
    honest = certificate("mine", thief, "batch", MAKER.batch, 3, Phone().description())
    forged = certificate("forged", make_key(), "mine", thief, 4, Phone().description())
    chain = [forged, honest, *MAKER.chain(Phone())[1:]]
    with pytest.raises(Unauthorised, match="further certificate"):
        verify_chain(chain, CHALLENGE, MAKER.trust(), NOW_MS)


def test_a_chain_without_attestation_is_none() -> None:
    plain = certificate("leaf", make_key(), "batch", MAKER.batch, 3)
    with pytest.raises(InvalidInput, match="no attestation"):
        verify_chain([plain, *MAKER.chain(Phone())[1:]], CHALLENGE, MAKER.trust(), NOW_MS)


@given(st.data())
def test_a_damaged_description_gives_an_answer_or_an_error_of_ours(data: st.DataObject) -> None:
    whole = bytearray(Phone().description())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    leaf = certificate("leaf", make_key(), "batch", MAKER.batch, 3, damaged)
    try:
        verify_chain([leaf, *MAKER.chain(Phone())[1:]], CHALLENGE, MAKER.trust(), NOW_MS)
    except RoadcombError:
        return


@given(st.binary(max_size=60))
def test_any_bytes_are_an_element_or_refused(data: bytes) -> None:
    try:
        only(data).tagged()
    except InvalidInput:
        return


def test_a_chain_of_an_unknown_curve_or_version_is_refused_with_a_reason() -> None:
    chain = MAKER.chain(Phone())
    prime256v1, version_3 = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("a003020102")
    for known, unknown in (
        (prime256v1, bytes.fromhex("2a8608ce3d030107")),
        (version_3, bytes.fromhex("a003020122")),
    ):
        damaged = [chain[0], chain[1].replace(known, unknown), chain[2]]
        with pytest.raises(InvalidInput, match="damaged"):
            verify_chain(damaged, CHALLENGE, MAKER.trust(), NOW_MS)
