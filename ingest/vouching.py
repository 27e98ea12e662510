"""What vouches for this machine's drives: a device key of its own, or a receiver that signs.

::

    <config>/device.pem      the device's private key, for its owner's eyes only
    <config>/receiver.pub    public key of the receiver whose logs lie beside the pictures, in hex

Law: of a receiver's log only blocks leave this machine that tell of no moment and no place that the
drive's frames do not tell as well; trip ends and privacy zones stay at home.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.attestation.devicekey import public_of
from ingest.manifest import Device, SignedManifest
from ingest.nodeclient import NodeClient
from roadcomb.errors import NotFound
from roadcomb.files import write_durably
from roadcomb.keys import Key, generate_key, load_key, save_key
from roadcomb.records import Frame

__all__ = [
    "LEVELS",
    "NOBODY",
    "Vouching",
    "level_at",
    "load_vouching",
    "make_device_key",
    "save_receiver",
]

_KEY, _RECEIVER = "device.pem", "receiver.pub"
_LOGS = (".ubx", ".log")
_MAX_BYTES = 64 * 2**20
_ECSIGN = b"\xb5\x62\x27\x04"


@dataclass(frozen=True, slots=True)
class Vouching:
    """key: the device's own; receiver: a receiver's public key, hex; level: what the node says of
    the one that is used, our word in the manifest."""

    key: Key | None = None
    receiver: str | None = None
    level: str = "none"

    @property
    def keys(self) -> tuple[str, ...]:
        """Public keys of both, as a node lists them."""
        own = () if self.key is None else (public_of(self.key),)
        return own if self.receiver is None else (*own, self.receiver)

    def named(self, device: Device, folder: Path) -> tuple[Device, Key | None]:
        """The device with its key, and what signs the drive: the receiver's log where there is one,
        else the device's own key."""
        if self.receiver is not None and next(_signed_logs(folder), None) is not None:
            return replace(device, key=self.receiver, attestation=self.level), None
        if self.key is None:
            return device, None
        return replace(device, key=public_of(self.key), attestation=self.level), self.key

    def shown(self, signed: SignedManifest, folder: Path) -> bytes:
        """The receiver's blocks that speak of this drive; nothing for a drive of no receiver."""
        key = signed.manifest.device.key
        if key is None or key != self.receiver or signed.device_signature is not None:
            return b""
        return _speaking(folder, signed.manifest.frames)


NOBODY = Vouching()
LEVELS = ("none", "software-key", "hardware-key")


def level_at(client: NodeClient, key: Key, public_key: str) -> str:
    """What the node says now of a device of this contributor; none where it does not know it."""
    with suppress(NotFound):
        found = client.get_signed("/v1/devices", key).get("devices")
        for device in found if isinstance(found, list) else ():
            if isinstance(device, dict) and device.get("public_key") == public_key:
                return device["level"] if device.get("level") in LEVELS else LEVELS[0]
    return LEVELS[0]


def load_vouching(config: Path) -> Vouching:
    """What lies in the folder of the contributor's key. Raises InvalidInput for a damaged key."""
    key = load_key(config / _KEY) if (config / _KEY).exists() else None
    receiver = config / _RECEIVER
    return Vouching(key, receiver.read_text("ascii").strip() if receiver.exists() else None)


def make_device_key(config: Path) -> Key:
    """The device's own key, made on first use."""
    if not (config / _KEY).exists():
        save_key(generate_key(), config / _KEY)
    return load_key(config / _KEY)


def save_receiver(config: Path, public_key: str) -> None:
    """Note the receiver whose logs vouch for drives from now on."""
    write_durably(config / _RECEIVER, f"{public_key}\n".encode("ascii"))


def _speaking(folder: Path, frames: Sequence[Frame]) -> bytes:
    from ingest.attestation.agreement import speaking_of
    from ingest.attestation.blocks import whole_blocks

    blocks = [
        block for data in _signed_logs(folder) for block in speaking_of(whole_blocks(data), frames)
    ]
    unique = {block.signed.final_hash: block for block in blocks}
    return b"".join(block.data for block in unique.values())


def _signed_logs(folder: Path) -> Iterator[bytes]:
    """Logs beside the pictures in which a receiver signs."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in _LOGS and path.is_file() and path.stat().st_size <= _MAX_BYTES:
            data = path.read_bytes()
            if _ECSIGN in data:
                yield data
