"""`roadcomb device register`: the evidence from files, the application, and what is kept of it."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from ingest.applications import ANDROID, RECEIVER, SOFTWARE_KEY, sign_application_of
from ingest.attestation.blocks import whole_blocks
from ingest.attestation.devicekey import public_of, sign_application
from ingest.nodeclient import NodeClient
from ingest.vouching import make_device_key, save_receiver
from roadcomb.canonical import Json
from roadcomb.errors import InvalidInput, UsageError
from roadcomb.keys import Key
from roadcomb.settings import ClientSettings

__all__ = ["Evidence", "android_evidence", "receiver_evidence", "send", "send_software_key"]

_MOST_BYTES = 30_000
"""Of a receiver's signed messages; some seconds are enough, and a request takes 64 KiB."""

Evidence = tuple[str, Mapping[str, Json]]
"""Kind of the device, and its evidence (ingest/applications.py)."""


def android_evidence(chain: Path) -> Evidence:
    """The attestation that a phone has written. Raises UsageError for a file that is not there."""
    return ANDROID, {"chain": _read(chain).decode("ascii", "replace")}


def receiver_evidence(key: Path, log: Path | None) -> Evidence:
    """A receiver's key and its first signed blocks. Raises UsageError or InvalidInput."""
    if log is None:
        raise UsageError("a receiver shows that it has its key: give a signed log with --log")
    try:
        public = load_pem_public_key(_read(key))
    except ValueError as error:
        raise InvalidInput(f"{key} is no PEM of a public key: {error}") from error
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signed = b""
    for block in whole_blocks(_read(log)):
        if len(signed) + len(block.data) > _MOST_BYTES:
            break
        signed += block.data
    if not signed:
        raise InvalidInput(f"{log} holds no whole block that its UBX-SEC-ECSIGN closes")
    messages = base64.b64encode(signed).decode()
    return RECEIVER, {"public_key": spki.hex(), "messages": messages}


def send(
    client: NodeClient, key: Key, model: str, evidence: Evidence, nonce: str | None
) -> Mapping[str, Any]:
    """Register what answers the challenge of a nonce; the device as the node tells it."""
    if nonce is None:
        raise UsageError(
            "which challenge does it answer? `roadcomb device challenge`, then --nonce"
        )
    try:
        given = bytes.fromhex(nonce)
    except ValueError as error:
        raise UsageError("--nonce: hex digits as `roadcomb device challenge` told them") from error
    kind, shown = evidence
    told = client.register_device(sign_application_of(key, model, kind, given, shown))
    if kind == RECEIVER:
        save_receiver(ClientSettings().config, str(shown["public_key"]))
    return told


def send_software_key(client: NodeClient, key: Key, model: str) -> Mapping[str, Any]:
    """Register this machine's device key, which is made where there is none."""
    own = make_device_key(ClientSettings().config)
    made = client.get_signed("/v1/devices/challenge", key)
    try:
        nonce, challenge = bytes.fromhex(made["nonce"]), bytes.fromhex(made["challenge"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{client.url} does not answer like a Roadcomb node") from error
    shown = {"public_key": public_of(own), "signature": sign_application(own, challenge)}
    return client.register_device(sign_application_of(key, model, SOFTWARE_KEY, nonce, shown))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
