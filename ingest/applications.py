"""An application: a contributor asks a node to register a device, with what vouches for it. Pure.

::

    {"application": {"v": 1, "contributor", "model", "kind", "nonce", "evidence"},
     "signature": <hex>, "signer": <only where the key was rotated>}

    evidence of android-key:   {"chain": <PEM, the leaf first>}
    evidence of software-key:  {"public_key": <hex>, "signature": <hex over the challenge>}
    evidence of ublox-ecsign:  {"public_key": <hex>, "messages": <base64 of signed UBX bytes whose
                                session id is the challenge's first 24 bytes>}

Law: an application's evidence answers the challenge of its nonce, or the application is refused; a
model is the contributor's word. The level follows from the evidence alone.
"""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP192R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from ingest.attestation.android import HARDWARE, SOFTWARE, Trust, verify_chain
from ingest.attestation.blocks import SESSION_BYTES, signed_blocks, verify_blocks
from ingest.attestation.devicekey import APPLYING, device_of, parse_public, verify_device
from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, Key, verify

__all__ = [
    "ANDROID",
    "DOMAIN",
    "KINDS",
    "RECEIVER",
    "SOFTWARE_KEY",
    "Application",
    "Vouched",
    "parse_application",
    "sign_application_of",
    "vouched",
]

DOMAIN: Final = "roadcomb device application v1"
ANDROID, SOFTWARE_KEY, RECEIVER = "android-key", "software-key", "ublox-ecsign"
KINDS: Final = (ANDROID, SOFTWARE_KEY, RECEIVER)
_SHAPE = '{"application": {v, contributor, model, kind, nonce, evidence}, "signature"}'
_HEX = set("0123456789abcdef")
_LONGEST_MODEL = 200


@dataclass(frozen=True, slots=True)
class Application:
    """A signed application; its evidence is not looked at yet."""

    contributor: str
    signer: str
    model: str
    kind: str
    nonce: bytes
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Vouched:
    """What evidence says: the device's public key (SubjectPublicKeyInfo, hex) and its level.

    serials: of the chain's certificates, hex, so that later revocations are seen; session: of a
    receiver, hex.
    """

    public_key: str
    level: str
    serials: tuple[str, ...] = ()
    session: str | None = None


def sign_application_of(
    key: Key, model: str, kind: str, nonce: bytes, evidence: Mapping[str, Json]
) -> Json:
    """Body of `POST /v1/devices`."""
    application: Json = {
        "v": 1,
        "contributor": key.public,
        "model": model,
        "kind": kind,
        "nonce": nonce.hex(),
        "evidence": evidence,
    }
    signature = key.sign(DOMAIN, canonical_json(application))
    signed: dict[str, Json] = {"application": application, "signature": signature}
    return signed if key.signer == key.public else {**signed, "signer": key.signer}


def parse_application(value: Json) -> Application:
    """Check shape and signature of the body. Raises InvalidInput or Unauthorised."""
    match value:
        case {
            "application": {
                "v": 1,
                "contributor": str(contributor),
                "model": str(model),
                "kind": str(kind),
                "nonce": str(nonce),
                "evidence": Mapping() as evidence,
                **unknown,
            } as application,
            "signature": str(signature),
            **others,
        } if not unknown and others.keys() <= {"signer"} and _is_key(contributor):
            body = canonical_json(application)
            signer = str(others.get("signer", contributor))
        case _:
            raise InvalidInput(f"{_SHAPE} is asked for")
    if kind not in KINDS:
        raise InvalidInput(f"application.kind: one of {', '.join(KINDS)} is asked for")
    if len(model) > _LONGEST_MODEL or not model.isprintable():
        raise InvalidInput(f"application.model: at most {_LONGEST_MODEL} printable characters")
    verify(signer, DOMAIN, body, signature)
    return Application(contributor, signer, model, kind, _unhex(nonce, "nonce"), evidence)


def vouched(
    application: Application,
    challenge: bytes,
    trust: Trust,
    receivers: Collection[str],
    now_ms: int,
) -> Vouched:
    """What the evidence proves, for this challenge (ingest/challenges.py).

    receivers: ids of receivers' keys that the operator trusts to lie in hardware; anybody can make
    another key that signs alike. Raises InvalidInput, Unauthorised or Conflict.
    """
    if application.kind == ANDROID:
        return _android(application.evidence, challenge, trust, now_ms)
    if application.kind == RECEIVER:
        return _receiver(application.evidence, challenge, receivers)
    public_key = _text(application.evidence, "public_key")
    if isinstance(_curve(public_key), SECP192R1):
        raise InvalidInput("a software key is Ed25519 or on P-256")
    verify_device(public_key, APPLYING, challenge, _text(application.evidence, "signature"))
    return Vouched(public_key, SOFTWARE)


def _android(evidence: Mapping[str, Json], challenge: bytes, trust: Trust, now_ms: int) -> Vouched:
    try:
        chain = x509.load_pem_x509_certificates(_text(evidence, "chain").encode())
    except Exception as error:  # of foreign bytes: unknown versions and more break the parser
        raise InvalidInput("evidence.chain: PEM certificates, the leaf first") from error
    ders = [certificate.public_bytes(Encoding.DER) for certificate in chain]
    attested = verify_chain(ders, challenge, trust, now_ms)
    public_key = attested.public_key.hex()
    if isinstance(_curve(public_key), SECP192R1):
        raise InvalidInput("an attested key is on P-256")
    serials = tuple(f"{certificate.serial_number:x}" for certificate in chain)
    return Vouched(public_key, attested.level, serials)


def _receiver(
    evidence: Mapping[str, Json],
    challenge: bytes,
    receivers: Collection[str],
) -> Vouched:
    public_key = _text(evidence, "public_key")
    if not isinstance(_curve(public_key), SECP192R1):
        raise InvalidInput("a receiver's key is one on SECP192R1")
    try:
        data = base64.b64decode(_text(evidence, "messages"), validate=True)
    except binascii.Error as error:
        raise InvalidInput("evidence.messages: base64 of UBX messages") from error
    session = challenge[:SESSION_BYTES]
    verify_blocks(signed_blocks(data), public_key, session)
    level = HARDWARE if device_of(public_key) in receivers else SOFTWARE
    return Vouched(public_key, level, session=session.hex())


def _curve(public_key: str) -> object:
    key = parse_public(public_key)
    return key.curve if isinstance(key, EllipticCurvePublicKey) else None


def _text(evidence: Mapping[str, Json], name: str) -> str:
    value = evidence.get(name)
    if not isinstance(value, str) or not value.isascii():
        raise InvalidInput(f"evidence.{name}: a text is asked for")
    return value


def _unhex(text: str, name: str) -> bytes:
    if not set(text) <= _HEX or len(text) % 2:
        raise InvalidInput(f"application.{name}: lower-case hex digits are asked for")
    return bytes.fromhex(text)


def _is_key(text: str) -> bool:
    return len(text) == PUBLIC_KEY_HEX and set(text) <= _HEX
