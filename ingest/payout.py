"""Where a contributor's rewards go: an address bound to the key by a signed message.

A new binding moves only what is earned after it. A mistyped address would lose the money, so mixed
case is checked as EIP-55 asks (https://eips.ethereum.org/EIPS/eip-55).
"""

import re
from pathlib import Path
from typing import Final

import sha3

from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import UsageError
from roadcomb.keys import Key

__all__ = [
    "DOMAIN",
    "checked_address",
    "load_payout",
    "payout_address",
    "save_payout",
    "sign_binding",
]

DOMAIN: Final = "roadcomb binding v1"
VERSION = 1
_FILE = "payout"
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def checked_address(text: str) -> str:
    """The address as 0x and 40 lower-case hex digits. Raises UsageError."""
    if not _ADDRESS.fullmatch(text):
        raise UsageError(f"{text[:60]!r} is no payout address: 0x and 40 hex digits are asked for")
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and digits != _checksummed(digits.lower()):
        raise UsageError(f"{text} is mistyped: its capital letters do not fit its digits (EIP-55)")
    return text.lower()


def payout_address(text: str) -> str:
    """A checked address that somebody can hold. Raises UsageError, also for the zero address: no
    token contract pays to it.
    """
    address = checked_address(text)
    if not int(address, 16):
        raise UsageError(f"{address} is nobody's address: what is paid to it is lost")
    return address


def save_payout(folder: Path, address: str) -> None:
    """Note the address of the contributor whose key lies in the folder."""
    temporary = folder / f"{_FILE}.new"
    temporary.write_text(f"{address}\n", "ascii")
    temporary.replace(folder / _FILE)


def load_payout(folder: Path) -> str | None:
    """The address noted in the folder. Raises UsageError when it was damaged."""
    try:
        return payout_address((folder / _FILE).read_text("utf-8", "replace").strip())
    except FileNotFoundError:
        return None


def sign_binding(key: Key, address: str, created_ms: int) -> Json:
    """Body of `POST /v1/bindings`: {"binding": {...}, "signature": hex}; node's `created_ms`."""
    binding: Json = {
        "v": VERSION,
        "contributor": key.public,
        "address": address,
        "created_ms": created_ms,
    }
    signed: dict[str, Json] = {
        "binding": binding,
        "signature": key.sign(DOMAIN, canonical_json(binding)),
    }
    return signed if key.signer == key.public else {**signed, "signer": key.signer}


def _checksummed(lower: str) -> str:
    digest = sha3.keccak_256(lower.encode("ascii")).hexdigest()
    return "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(lower, digest, strict=False)
    )
