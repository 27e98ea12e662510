"""Whom a node believes about devices: makers' roots, their revocation list, receivers' keys.

Law: what is not known is not believed. Without a revocation list no chain makes a hardware key:
nobody could tell that its maker had withdrawn it. The files are read anew whenever they changed, so
an operator replaces them under a running node.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from pydantic import Field

from ingest.attestation.android import Trust
from ingest.attestation.devicekey import device_of
from roadcomb.canonical import parse_json
from roadcomb.environment import FromEnvironment
from roadcomb.errors import InvalidInput, UsageError

__all__ = ["GOOGLE_ROOTS", "DeviceSettings", "DeviceTrust", "load_trust"]

GOOGLE_ROOTS = Path(__file__).parent / "attestation" / "google_roots.pem"
"""Public keys of Google's hardware attestation roots, as published at
developer.android.com/privacy-and-security/security-key-attestation#root_certificate."""
_PEM = "-----BEGIN "


class DeviceSettings(FromEnvironment):
    """Whom to believe; environment variables ROADCOMB_DEVICES_<NAME>."""

    PREFIX = "ROADCOMB_DEVICES_"

    roots: Path = Field(
        default=GOOGLE_ROOTS,
        description="PEM file, or folder of them, of makers' roots (certificates or public keys)",
    )
    revoked: Path | None = Field(
        default=None,
        description="revocation list as published at android.googleapis.com/attestation/status; "
        "without it no key is a hardware key",
    )
    receivers: Path | None = Field(
        default=None,
        description="PEM file, or folder of them, of receivers' keys that lie in hardware",
    )


@dataclass(frozen=True, slots=True)
class DeviceTrust:
    """roots: SubjectPublicKeyInfo (DER). revoked: serial (hex) -> entry; None: no list is there.
    receivers: device ids."""

    roots: frozenset[bytes]
    revoked: Mapping[str, object] | None
    receivers: frozenset[str] = frozenset()

    def of_chains(self) -> Trust:
        """As a chain's verifier asks for it."""
        return Trust(self.roots, self.revoked or {})


def load_trust(settings: DeviceSettings) -> DeviceTrust:
    """What the settings name. Raises UsageError for a file that is missing or damaged: a node that
    silently believed nobody, or everybody, would be worse."""
    roots = frozenset(_keys(settings.roots))
    receivers = settings.receivers
    trusted = frozenset(
        device_of(key.hex()) for key in (() if receivers is None else _keys(receivers))
    )
    revoked = None if settings.revoked is None else _revoked(settings.revoked)
    return DeviceTrust(roots, revoked, trusted)


def _keys(path: Path) -> Iterator[bytes]:
    files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
    for file in files:
        yield from _keys_of(file, _stamp(file))


@lru_cache(maxsize=64)
def _keys_of(path: Path, _: tuple[int, int]) -> tuple[bytes, ...]:
    """SubjectPublicKeyInfo of each PEM block of a file."""
    blocks = [_PEM + part for part in path.read_text("utf-8", "replace").split(_PEM)[1:]]
    try:
        return tuple(_key(block.encode()) for block in blocks)
    except ValueError as error:
        raise UsageError(f"{path} is no PEM of certificates or public keys: {error}") from error


def _key(block: bytes) -> bytes:
    if block.startswith(b"-----BEGIN CERTIFICATE"):
        public = x509.load_pem_x509_certificate(block).public_key()
    else:
        return load_pem_public_key(block).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _revoked(path: Path) -> Mapping[str, object]:
    return _entries(path, _stamp(path))


@lru_cache(maxsize=4)
def _entries(path: Path, _: tuple[int, int]) -> Mapping[str, object]:
    """`entries` of the list; its keys are serial numbers in lower-case hex without zeros before
    them."""
    try:
        value = parse_json(path.read_bytes())
    except InvalidInput as error:
        raise UsageError(f"{path} is no revocation list: {error}") from error
    match value:
        case {"entries": Mapping() as entries}:
            named = {serial.lower().lstrip("0"): entry for serial, entry in entries.items()}
            return MappingProxyType(named)
    raise UsageError(f"{path} is no revocation list: it has no `entries`")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: fetch it, or correct ROADCOMB_DEVICES_*"
        ) from error
    return found.st_mtime_ns, found.st_size
