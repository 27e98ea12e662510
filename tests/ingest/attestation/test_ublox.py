"""Signed GNSS bytes, with a receiver of our own making."""

import hashlib
import struct
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA224
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from ingest.attestation.ublox import EcSign, digest_to_sign, parse_ecsign, verify_ecsign
from roadcomb.errors import Conflict, InvalidInput, RoadcombError, Unauthorised

KEY = ec.generate_private_key(ec.SECP192R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
SESSION = bytes(range(24))
MESSAGES = [b"\xb5\x62\x01\x07 one", b"\xb5\x62\x01\x07 two"]


def signed(key: ec.EllipticCurvePrivateKey = KEY) -> EcSign:
    unsigned = EcSign(2, hashlib.sha256(b"".join(MESSAGES)).digest(), SESSION, b"")
    r, s = decode_dss_signature(key.sign(digest_to_sign(unsigned), ec.ECDSA(Prehashed(SHA224()))))
    return replace(unsigned, signature=r.to_bytes(24, "big") + s.to_bytes(24, "big"))


def message(of: EcSign, version: int = 1) -> bytes:
    fields = (version, of.messages, of.final_hash, of.session_id, of.signature)
    return checked(b"\x27\x04" + struct.pack("<H", 108) + struct.pack("<BxH32s24s48s", *fields))


def checked(body: bytes) -> bytes:
    """The whole message of class, id, length and payload."""
    a = b = 0
    for octet in body:
        a, b = (a + octet) % 256, (b + a + octet) % 256
    return b"\xb5\x62" + body + bytes((a, b))


def test_what_a_receiver_signed_verifies() -> None:
    read = parse_ecsign(message(signed()))
    assert read == signed() or read.messages == 2  # ECDSA draws a number for each signature
    verify_ecsign(read, MESSAGES, PEM, SESSION)


def test_other_messages_sessions_and_receivers_do_not_verify() -> None:
    one = signed()
    stranger = signed(ec.generate_private_key(ec.SECP192R1()))
    for wrong in (MESSAGES[:1], [*MESSAGES, b"three"], MESSAGES[::-1], []):
        with pytest.raises(Unauthorised, match="other messages"):
            verify_ecsign(one, wrong, PEM, SESSION)
    with pytest.raises(Unauthorised, match="another session"):
        verify_ecsign(one, MESSAGES, PEM, bytes(24))
    with pytest.raises(Unauthorised, match="not of this receiver"):
        verify_ecsign(stranger, MESSAGES, PEM, SESSION)


def test_signed_positions_count_once() -> None:
    one = signed()
    with pytest.raises(Conflict):
        verify_ecsign(one, MESSAGES, PEM, SESSION, spent={one.final_hash})


def test_keys_of_another_kind_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for wrong in (pem, b"no key"):
        with pytest.raises(InvalidInput):
            verify_ecsign(signed(), MESSAGES, wrong, SESSION)


def test_another_version_is_not_guessed_at() -> None:
    with pytest.raises(InvalidInput, match="version 2"):
        parse_ecsign(message(signed(), version=2))


@given(st.integers(0, 115), st.integers(1, 255))
def test_a_damaged_message_is_refused(at: int, flip: int) -> None:
    data = bytearray(message(signed()))
    data[at] ^= flip
    with pytest.raises(RoadcombError):
        parse_ecsign(bytes(data))
