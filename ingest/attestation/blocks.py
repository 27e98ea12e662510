"""Blocks of a receiver's output, each closed by the signature over it, and the track they tell.

UBX-SEC-ECSIGN covers everything that the receiver has sent on that line since the one before it
(ingest/attestation/ublox.py). So a log is a row of blocks; one that was cut or lost a byte is no
block any more, and the others still are: each can be shown without its neighbours.

Laws: any bytes give blocks or InvalidInput. A block that is shown is shown whole.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from ingest.attestation.ublox import EcSign, parse_ecsign, verify_ecsign
from ingest.ubx import ubx_fixes
from roadcomb.errors import InvalidInput, TooLarge
from roadcomb.records import Fix

__all__ = [
    "MOST_BLOCKS",
    "MOST_MESSAGES",
    "SESSION_BYTES",
    "Block",
    "fixes_of",
    "signed_blocks",
    "verify_blocks",
    "whole_blocks",
]

SESSION_BYTES: Final = 24
_SYNC = b"\xb5\x62"
_ECSIGN = b"\xb5\x62\x27\x04"
_NAV = b"\xb5\x62\x01"
_HEAD, _TAIL = 6, 2
_LONGEST_SENTENCE = 1024
MOST_BLOCKS: Final = 20_000
"""Of one drive: five hours of a signature each second."""
MOST_MESSAGES: Final = 200_000
"""Shown at once: ten in each of those blocks. Two bytes can be one, and cost far more when kept."""


@dataclass(frozen=True, slots=True)
class Block:
    """Messages as they were sent, the signature that closes them, and all of it as bytes."""

    messages: tuple[bytes, ...]
    signed: EcSign
    data: bytes

    def name(self, device: str) -> str:
        """What the block is known by, hex: the same messages of the same device are the same."""
        return hashlib.sha256(bytes.fromhex(device) + self.signed.final_hash).hexdigest()


def signed_blocks(data: bytes) -> list[Block]:
    """Blocks and nothing between them. Raises InvalidInput for anything else, TooLarge for more
    than are taken at once."""
    found = list(islice(_blocks(_messages(data)), MOST_BLOCKS + 1))
    if len(found) > MOST_BLOCKS:
        raise TooLarge(f"at most {MOST_BLOCKS} signed blocks are taken at once: send fewer")
    if not found or sum(len(block.data) for block in found) != len(data):
        raise InvalidInput("these are no whole blocks, each closed by its UBX-SEC-ECSIGN")
    return found


def whole_blocks(data: bytes) -> list[Block]:
    """Those blocks of any log whose bytes are what was signed, by their hash; no key is needed."""
    found = []
    for part in _parts(data):
        try:
            blocks = signed_blocks(part)
        except InvalidInput:
            continue
        found += [block for block in blocks if _is_whole(block)]
    return found


def verify_blocks(blocks: Sequence[Block], public_key: str, session: bytes) -> None:
    """Raise unless the receiver of this key (SubjectPublicKeyInfo, hex) signed each block in this
    session, and no block stands twice: as `verify_ecsign` does."""
    pem = _pem(public_key)
    spent: set[bytes] = set()
    for block in blocks:
        verify_ecsign(block.signed, block.messages, pem, session, spent)
        spent.add(block.signed.final_hash)


def fixes_of(blocks: Sequence[Block]) -> list[Fix]:
    """The valid fixes that the blocks' NAV messages tell, in their order."""
    messages = [m for block in blocks for m in block.messages if m.startswith(_NAV)]
    return ubx_fixes(messages)[0]


def _blocks(messages: Iterator[bytes]) -> Iterator[Block]:
    said: list[bytes] = []
    for message in messages:
        if message.startswith(_ECSIGN):
            signed = parse_ecsign(message)
            yield Block(tuple(said), signed, b"".join((*said, message)))
            said = []
        else:
            said.append(message)


def _messages(data: bytes) -> Iterator[bytes]:
    """UBX messages and NMEA sentences. Raises InvalidInput where something else stands, TooLarge
    behind the last that is taken."""
    at = count = 0
    while at < len(data):
        if (count := count + 1) > MOST_MESSAGES:
            raise TooLarge(f"at most {MOST_MESSAGES} messages are taken at once: send fewer")
        end = _end(data, at)
        if not at < end <= len(data):
            raise InvalidInput(f"byte {at} begins neither a UBX message nor an NMEA sentence")
        yield data[at:end]
        at = end


def _end(data: bytes, at: int) -> int:
    """Where the message ends that begins here; 0 where none does."""
    if data.startswith(_SYNC, at):
        return at + _HEAD + int.from_bytes(data[at + 4 : at + 6], "little") + _TAIL
    if data.startswith(b"$", at):
        return data.find(b"\n", at, at + _LONGEST_SENTENCE) + 1
    return 0


def _parts(data: bytes) -> Iterator[bytes]:
    """From behind each signature to the end of the next one."""
    at = before = 0
    length = _HEAD + 108 + _TAIL
    while (at := data.find(_ECSIGN, at)) >= 0:
        yield data[before : at + length]
        before = at = at + length


def _is_whole(block: Block) -> bool:
    digest = hashlib.sha256(b"".join(block.messages)).digest()
    return (digest, len(block.messages)) == (block.signed.final_hash, block.signed.messages)


def _pem(public_key: str) -> bytes:
    try:
        key = load_der_public_key(bytes.fromhex(public_key))
    except Exception as error:  # of foreign bytes: whatever the parser says, it is no key
        raise InvalidInput("a receiver's public key is SubjectPublicKeyInfo in hex") from error
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
