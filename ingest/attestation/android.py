"""Android Key Attestation: was a key made in a phone's secure hardware, for this very question?

Source: source.android.com/docs/security/features/keystore/attestation (the extension's ASN.1) and
developer.android.com/privacy-and-security/security-key-attestation (the steps of a verifier).

Laws: the answer is a level or an error, and the error says which step failed. Only the leaf may
carry the attestation extension: an attested key could otherwise sign a certificate that attests
anything. A chain answers one challenge of one node to one contributor, once.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest.attestation.der import ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, SET, Element, only
from roadcomb.errors import Conflict, InvalidInput, RoadcombError, Unauthorised

__all__ = ["HARDWARE", "SOFTWARE", "Attested", "Trust", "challenge_of", "verify_chain"]

HARDWARE, SOFTWARE = "hardware-key", "software-key"
EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
_PURPOSE, _ORIGIN, _ROOT_OF_TRUST = 1, 702, 704
_SIGN, _GENERATED, _VERIFIED = 2, 0, 0
_LONGEST_CHAIN = 8
_TAG = b"roadcomb attestation v1\0"


@dataclass(frozen=True, slots=True)
class Trust:
    """roots: SubjectPublicKeyInfo (DER) of the makers we believe; revoked: serial number in
    lower-case hex -> status, the `entries` of the published revocation list; spent: digests of
    leaves that were taken before."""

    roots: Collection[bytes]
    revoked: Mapping[str, object]
    spent: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """A verified key (SubjectPublicKeyInfo, DER), its level, and the leaf's digest to be spent."""

    level: str
    public_key: bytes
    leaf: str


def challenge_of(node: str, contributor: str, nonce: bytes) -> bytes:
    """What a phone is asked to attest: 32 bytes that bind both public keys (hex) and a nonce."""
    keys = bytes.fromhex(node) + bytes.fromhex(contributor)
    return hashlib.sha256(_TAG + keys + nonce).digest()


def verify_chain(chain: Sequence[bytes], challenge: bytes, trust: Trust, now_ms: int) -> Attested:
    """The attested key of a chain of certificates (DER), the leaf first, the root last.

    Raises InvalidInput for what is no attestation, Unauthorised for one that does not hold (wrong
    challenge, revoked, expired, unknown root, extended chain), Conflict for one used before.
    """
    try:
        return _verified(chain, challenge, trust, now_ms)
    except RoadcombError:
        raise
    except Exception as error:  # unknown curves, versions, extensions: damage breaks it anywhere
        words = " ".join(str(error).split())[:200]
        raise InvalidInput(f"a certificate of the chain is damaged: {words}") from error


def _verified(chain: Sequence[bytes], challenge: bytes, trust: Trust, now_ms: int) -> Attested:
    certificates = _parsed(chain)
    leaf = hashlib.sha256(chain[0]).hexdigest()
    if leaf in trust.spent:
        raise Conflict("this attestation was used before: ask for a new challenge")
    _check_signatures(certificates, trust)
    _check_validity(certificates[:-1], now_ms)
    _check_revocation(certificates, trust.revoked)
    description = _description(certificates)
    if _field(description, 4).expect(OCTET_STRING) != challenge:
        raise Unauthorised("the attestation answers another challenge than the one that was asked")
    public = certificates[0].public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Attested(_level(description), spki, leaf)


def _parsed(chain: Sequence[bytes]) -> list[x509.Certificate]:
    if not 2 <= len(chain) <= _LONGEST_CHAIN:
        raise InvalidInput(f"a chain of 2 to {_LONGEST_CHAIN} certificates is asked for")
    return [x509.load_der_x509_certificate(data) for data in chain]


def _check_signatures(certificates: Sequence[x509.Certificate], trust: Trust) -> None:
    try:
        for certificate, issuer in pairwise([*certificates, certificates[-1]]):
            certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise Unauthorised("a certificate of the chain is not signed by the next one") from error
    root = certificates[-1].public_key()
    if root.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) not in trust.roots:
        raise Unauthorised("the chain ends in a root that this node does not trust")


def _check_validity(certificates: Sequence[x509.Certificate], now_ms: int) -> None:
    """A root is trusted by its key; makers renew its certificate with the same one."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    for certificate in certificates:
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Unauthorised("a certificate of the chain is not valid now")


def _check_revocation(
    certificates: Sequence[x509.Certificate], revoked: Mapping[str, object]
) -> None:
    for certificate in certificates:
        if f"{certificate.serial_number:x}" in revoked:
            raise Unauthorised("a certificate of the chain is revoked or suspended by its maker")


def _description(certificates: Sequence[x509.Certificate]) -> list[Element]:
    """The fields of the leaf's KeyDescription."""
    if any(_extension(certificate) is not None for certificate in certificates[1:]):
        raise Unauthorised("an attested key has signed a further certificate: that proves nothing")
    found = _extension(certificates[0])
    if found is None:
        raise InvalidInput("the key's certificate carries no attestation")
    sequence = only(found)
    sequence.expect(SEQUENCE)
    return sequence.parts()


def _extension(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_oid(EXTENSION).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:
        raise InvalidInput(f"a certificate's extensions are damaged: {error}") from error
    return found.value if isinstance(found, x509.UnrecognizedExtension) else None


def _level(description: Sequence[Element]) -> str:
    """Hardware, if attestation and key live in it, it made the key to sign, and the phone runs
    what its maker signed, locked; else software."""
    in_hardware = all(_field(description, at).integer(ENUMERATED) in (1, 2) for at in (1, 3))
    enforced = _field(description, 7)
    enforced.expect(SEQUENCE)
    listed = enforced.tagged()
    made_there = _ORIGIN in listed and listed[_ORIGIN].integer(INTEGER) == _GENERATED
    return (
        HARDWARE if in_hardware and made_there and _signs(listed) and _locked(listed) else SOFTWARE
    )


def _signs(listed: Mapping[int, Element]) -> bool:
    if _PURPOSE not in listed:
        return False
    listed[_PURPOSE].expect(SET)
    return _SIGN in [purpose.integer() for purpose in listed[_PURPOSE].parts()]


def _locked(listed: Mapping[int, Element]) -> bool:
    """RootOfTrust: verifiedBootKey, deviceLocked, verifiedBootState, verifiedBootHash."""
    if _ROOT_OF_TRUST not in listed:
        return False
    listed[_ROOT_OF_TRUST].expect(SEQUENCE)
    parts = listed[_ROOT_OF_TRUST].parts()
    return _field(parts, 1).boolean() and _field(parts, 2).integer(ENUMERATED) == _VERIFIED


def _field(parts: Sequence[Element], at: int) -> Element:
    if at >= len(parts):
        raise InvalidInput("a key attestation lacks fields")
    return parts[at]
