"""Commitments: what ties a published row to its drive, for those alone who hold the drive's salt.

The law: commitment = SHA-256(seal || cell, day, sectors, best grade, grade sum, frames, sketch),
seal = SHA-256(salt of the drive || contributor's public key || epoch); integers little endian, of
8, 4, 1, 2, 4, 2 and 1 bytes, the epoch of 8. Who holds the salt can show that the row is theirs;
nobody else can tell whose it is. With one seal a drive, a row's 54 bytes are a single block of the
hash, which is what makes a night of ten million rows cheap.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from roadcomb.errors import InvalidInput
from roadcomb.keys import account_of

__all__ = ["COMMITTED", "Owner", "commitment", "seal"]

COMMITTED = ("cell", "day", "sectors", "best_grade", "grade_sum", "frames", "sketch")
"""The columns of a row that are committed to, in order."""

_ROW = struct.Struct("<QiBHIHB")
_EPOCH = struct.Struct("<q")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a drive is: its salt (32 bytes) and its contributor's public key (hex)."""

    salt: bytes
    contributor: str

    @property
    def account(self) -> str:
        """The contributor's pseudonym in the books."""
        return account_of(self.contributor)

    @property
    def secret(self) -> bytes:
        """Salt and key, 64 bytes."""
        return self.salt + bytes.fromhex(self.contributor)


def seal(owner: Owner, epoch: int) -> bytes:
    """What stands before each row of a drive in an epoch, 32 bytes."""
    return hashlib.sha256(owner.secret + _EPOCH.pack(epoch)).digest()


def commitment(owner: Owner, epoch: int, row: Sequence[int]) -> bytes:
    """Of the integers of a row by COMMITTED; 32 bytes. Raises InvalidInput beyond their bytes."""
    try:
        packed = _ROW.pack(*row)
    except struct.error as error:
        raise InvalidInput(f"a row holds an integer that its column cannot: {error}") from error
    return hashlib.sha256(seal(owner, epoch) + packed).digest()
