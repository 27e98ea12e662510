"""What others have published about real devices, against our verifiers (vectors/README.md)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA224
from cryptography.hazmat.primitives.serialization import Encoding

from ingest.attestation.android import verify_chain
from ingest.attestation.ublox import digest_to_sign, parse_ecsign
from ingest.devicetrust import DeviceSettings, load_trust
from roadcomb.errors import Unauthorised
from tests.ingest.attestation.test_ublox import checked

VECTORS = Path(__file__).parent / "vectors"
ISSUED_MS = int(datetime(2023, 3, 8, tzinfo=UTC).timestamp() * 1000)
TRUST = load_trust(DeviceSettings()).of_chains()

RECEIVER_SAID = bytes.fromhex(
    "01001600252852fa92e9c6c2dc1db4dffb8b0bf8ce33eb8760ef95d2b05b7af2e08ea927"
    "000000000000000000000000000000000000000000000000"
    "43588ccb0644c06246fd4c47d8b1c3624948ee3ec7e09fa2"
    "64a247e9e4d8dc74176c904b9dd07695a5f5ac503887ba4f"
)
RECEIVER_KEY = (
    0x0FF6265F72208B39E725EBE28E2625F35617EEFC8AC86625,
    0x352DC76DF0F328344C0962B30D20A197FEEB2002B400111A,
)


def phone_chain() -> list[bytes]:
    pem = (VECTORS / "normal_cert_chain.pem").read_bytes()
    return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(pem)]


def test_a_real_phones_chain_ends_in_the_roots_that_we_ship() -> None:
    attested = verify_chain(phone_chain(), b"challenge", TRUST, ISSUED_MS)
    assert attested.level == "hardware-key"
    public = x509.load_der_x509_certificate(phone_chain()[0]).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert isinstance(public.curve, ec.SECP256R1)


def test_a_real_phones_chain_answers_no_other_challenge_and_no_other_year() -> None:
    with pytest.raises(Unauthorised, match="another challenge"):
        verify_chain(phone_chain(), b"challenged", TRUST, ISSUED_MS)
    with pytest.raises(Unauthorised, match="not valid now"):
        verify_chain(phone_chain(), b"challenge", TRUST, ISSUED_MS + 366 * 86_400_000)


def test_a_real_receivers_signature_verifies_by_our_layout_folding_and_curve() -> None:
    message = checked(b"\x27\x04" + len(RECEIVER_SAID).to_bytes(2, "little") + RECEIVER_SAID)
    assert message[-2:] == b"\x3a\xbd"  # the published checksum
    said = parse_ecsign(message)
    assert said.messages == 22
    assert digest_to_sign(said).hex().startswith("9a477acb44927a888be375282b2d9b75eaa8faea47adcbc9")
    key = ec.EllipticCurvePublicNumbers(*RECEIVER_KEY, ec.SECP192R1()).public_key()
    r, s = (int.from_bytes(half, "big") for half in (said.signature[:24], said.signature[24:]))
    digest = digest_to_sign(said)
    key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(SHA224())))
