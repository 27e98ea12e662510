"""Whose is a row? Rows opened with the salts of their drives, against an epoch's own files.

The law: a row is somebody's when their salt and key give its commitment, and at most one's. What
an account's opened rows weigh is never more than its weight in the books; where every row is
opened, it is that weight. Rows of deleted drives cannot be opened by anybody any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from rewards.commitments import COMMITTED, Owner, commitment
from rewards.devices import earned_in
from rewards.differences import Difference
from rewards.documents import weights_of
from rewards.folders import Folder
from rewards.rows import rows_from_parquet
from roadcomb.canonical import Json, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["Opened", "OwnedRows", "Salts", "check_opened", "parse_salts", "salts_document"]

_SALT = 32
_LONG_EPOCH = 10


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """A drive that came in with an epoch: its owner, and its rows by their index."""

    owner: Owner
    rows: tuple[int, ...]


Salts = Mapping[int, tuple[OwnedRows, ...]]
"""By epoch."""


@dataclass(frozen=True, slots=True)
class Opened:
    """rows: opened; left: of the epoch's rows, not opened; accounts: whose rows were."""

    epoch: int
    rows: int
    left: int
    accounts: int


def check_opened(folder: Folder, owned: Iterable[OwnedRows], whole: bool = False) -> Opened:
    """Open the rows that are said to be somebody's. whole: an account's rows must be all there.

    Raises Difference for a row that is not theirs, is two people's, or does not add up.
    """
    name, rows = folder.name("rows.parquet"), folder.read("rows.parquet", rows_from_parquet)
    weights = _earned(folder)
    opened: dict[int, str] = {}
    sums: dict[str, int] = defaultdict(int)
    for drive in owned:
        for index in drive.rows:
            if index in opened:
                raise Difference(name, f"row {index}", "one owner", "two")
            opened[index] = drive.owner.account
            sums[drive.owner.account] += _weight(name, rows, index, drive.owner, folder.epoch)
    for account, weight in sums.items():
        promised = weights.get(account, 0)
        if weight > promised or (whole and weight != promised):
            field = f"accounts.{account}"
            raise Difference(folder.name("accounts.json"), field, weight, promised)
    return Opened(folder.epoch, len(opened), len(rows) - len(opened), len(sums))


def _earned(folder: Folder) -> dict[str, int]:
    """What each account's rows weigh; where nothing is told of devices, all of it counts."""
    earned = folder.read("devices.json", lambda data: earned_in(parse_json(data)))
    if not earned:
        return folder.read("accounts.json", weights_of)
    return {account: sum(raw.weight for raw in own.values()) for account, own in earned.items()}


def parse_salts(data: bytes) -> Salts:
    """Salts of their file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {"v": 1, "epochs": Mapping() as epochs, **nothing} if not nothing:
            return {_number(epoch): _drives(drives) for epoch, drives in epochs.items()}
    raise IntegrityError("this is no file of salts")


def salts_document(salts: Salts) -> Json:
    """The file, as JSON."""
    epochs: dict[str, Json] = {
        str(epoch): [
            {
                "contributor": drive.owner.contributor,
                "salt": drive.owner.salt.hex(),
                "rows": list(drive.rows),
            }
            for drive in salts[epoch]
        ]
        for epoch in sorted(salts)
    }
    return {"v": 1, "epochs": epochs}


def _weight(name: str, rows: pa.Table, index: int, owner: Owner, epoch: int) -> int:
    if not 0 <= index < len(rows):
        raise Difference(name, f"row {index}", "a row", "none")
    row = rows.slice(index, 1).to_pylist()[0]
    found = commitment(owner, epoch, [int(row[column]) for column in COMMITTED])
    if found != row["commitment"]:
        raise Difference(name, f"row {index} commitment", row["commitment"].hex(), found.hex())
    return int(row["weight"])


def _drives(value: Json) -> tuple[OwnedRows, ...]:
    if not isinstance(value, list):
        raise IntegrityError("salts: an epoch holds a list of drives")
    return tuple(_drive(each) for each in value)


def _drive(value: Json) -> OwnedRows:
    match value:
        case {"contributor": str(contributor), "salt": str(salt), "rows": [*rows], **nothing} if (
            not nothing and _is_hex(contributor) and _is_hex(salt)
        ):
            known = tuple(row for row in rows if type(row) is int)
            if len(known) == len(rows):
                return OwnedRows(Owner(bytes.fromhex(salt), contributor), known)
    raise IntegrityError("salts: a drive has a contributor and a salt in hex, and rows by number")


def _is_hex(text: str) -> bool:
    return len(text) == 2 * _SALT and set(text) <= set("0123456789abcdef")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < _LONG_EPOCH):
        raise IntegrityError(f"salts: {text[:20]!r} is no epoch")
    return int(text)
