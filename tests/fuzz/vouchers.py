"""Sound evidence of devices for chance to damage: the same keys in each process."""

import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ingest.applications import DOMAIN, parse_application, sign_application_of, vouched
from ingest.attestation.android import Trust, verify_chain
from ingest.attestation.devicekey import public_of, sign_application
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import InvalidInput
from tests.drives import contributor
from tests.ingest.attestation.receiver import Receiver
from tests.ingest.attestation.test_android import CHALLENGE, NOW_MS, Maker, Phone

__all__ = ["NOW_MS", "RECEIVER", "TRUST", "applications", "applied", "chain"]

RECEIVER = Receiver(bytes(24), ec.derive_private_key(7, ec.SECP192R1()))
_MAKER = Maker(ec.derive_private_key(11, ec.SECP256R1()), ec.derive_private_key(13, ec.SECP256R1()))
TRUST: Trust = _MAKER.trust()
_NONCE = bytes(48)


def chain() -> list[bytes]:
    """A phone's chain, each certificate in DER."""
    return _MAKER.chain(Phone())


def applications() -> list[bytes]:
    """Bodies of `POST /v1/devices`, a phone's and a software key's."""
    parts = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in chain()]
    phone: dict[str, Json] = {"chain": b"".join(parts).decode()}
    camera = contributor(77)
    own: dict[str, Json] = {
        "public_key": public_of(camera),
        "signature": sign_application(camera, CHALLENGE),
    }
    kinds: tuple[tuple[str, dict[str, Json]], ...] = (("android-key", phone), ("software-key", own))
    return [
        canonical_json(sign_application_of(contributor(), "Cam", kind, _NONCE, evidence))
        for kind, evidence in kinds
    ]


def applied(data: bytes, body: bool, trust: Trust, now_ms: int) -> str:
    """What a node makes of a damaged body or chain; a body is signed anew and so gets further."""
    if not body:
        return verify_chain(_parted(data), CHALLENGE, trust, now_ms).level
    application = parse_application(parse_json(_resigned(data)))
    return vouched(application, CHALLENGE, trust, frozenset(), now_ms).level


def _parted(data: bytes) -> list[bytes]:
    """Certificates after their lengths (u32, big endian), as the corpus joins them."""
    parts, at = [], 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def _resigned(data: bytes) -> bytes:
    try:
        value: Any = json.loads(data)
        signature = contributor().sign(DOMAIN, canonical_json(value["application"]))
    except (ValueError, RecursionError, TypeError, KeyError, InvalidInput):
        return data
    return json.dumps({**value, "signature": signature}).encode()
