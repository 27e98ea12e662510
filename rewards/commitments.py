"""Commitments: what ties a published row to its drive, for those alone who hold the drive's salt.

The law: commitment = SHA-256(salt of the drive || contributor's public key || canonical JSON of
[epoch, cell, day, sectors, best grade, grade sum, frames, sketch]). Who holds the salt can show
that the row is theirs; nobody else can tell whose it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from roadcomb.canonical import Json, canonical_json
from roadcomb.keys import account_of

__all__ = ["COMMITTED", "Owner", "commitment"]

COMMITTED = ("cell", "day", "sectors", "best_grade", "grade_sum", "frames", "sketch")
"""The columns of a row that are committed to, in order; the cell as its text, 15 hex digits."""


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
        """What goes before the row: salt and key, 64 bytes."""
        return self.salt + bytes.fromhex(self.contributor)


def commitment(owner: Owner, epoch: int, row: Sequence[int]) -> bytes:
    """Of the integers of a row by COMMITTED; 32 bytes."""
    cell, *rest = row
    message: list[Json] = [epoch, f"{cell:x}", *rest]
    return hashlib.sha256(owner.secret + canonical_json(message)).digest()
