"""The published documents of an epoch, and the manifest that names them.

The law: a document is canonical JSON, so its digest is that of its bytes; money and weights are
decimal text, since they outgrow the integers of JSON. The manifest names the digest of each and
that of the manifest before it: a chain that one signature a night closes.

==================  ==========================================================================
inputs.json         what the epoch depends on (rewards/inputs.py)
rows.parquet        one row a pass, naming nobody (rewards/rows.py)
devices.json        what devices earned, what counts of it, the week so far (rewards/devices.py)
accounts.json       weight by account
allocation.json     how the pool became amounts
ledger.json         the epoch's transactions, and all balances after them
vesting.json        what is earned and not free yet, by the epoch that frees it
stake.json          stakes, and the cases of slashes (rewards/stake_document.py)
demand.json         what customers burnt and opened, and who is paid for it (rewards/demand)
fleets.json         agreements of drivers with managers, and the parts of these (rewards/fleets.py)
tree.json           the claims, as OpenZeppelin's library loads them (rewards/merkle.py)
events.json         what happened outside and the books depend on (rewards/events.py)
albums.json         publications, for whoever checks grades (rewards/albums.py)
log.json            the log's new leaves, and what became of receipts (rewards/accounted.py)
policy.toml         the figures the epoch paid by (rewards/policy.py)
manifest.json       the signed manifest (rewards/envelope.py)
==================  ==========================================================================
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewards import ledger
from rewards.books import Books
from rewards.demand.document import demand_document
from rewards.devices import devices_content
from rewards.fleets import fleets_content
from rewards.merkle import claims_dump, claims_tree
from rewards.policy import Policy
from rewards.rows import book_digest
from rewards.stake_document import stakes_document
from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.errors import IntegrityError
from tiles import snapshot
from tiles.shards import Shard, shards_of

__all__ = [
    "DERIVED",
    "FILES",
    "Derived",
    "accounts_document",
    "allocation_document",
    "balances_of",
    "derived_of",
    "ledger_document",
    "locked_of",
    "make_manifest",
    "stem_of",
    "transactions_of",
    "tree_document",
    "vesting_document",
    "weights_of",
]

_VERSION = 1


def accounts_document(books: Books) -> bytes:
    """accounts.json."""
    return _document(books, {"accounts": _texts(books.weights)})


def allocation_document(books: Books) -> bytes:
    """allocation.json."""
    allocation, rate = books.allocation, books.allocation.rate
    return _document(
        books,
        {
            "emitted": str(books.pools.emitted),
            "purposes": _texts(books.pools.pools),
            "unallocated": str(books.pools.unallocated),
            "pool": str(allocation.pool),
            "total_weight": str(allocation.total_weight),
            "rate": {
                "numerator": str(rate.numerator),
                "denominator": str(rate.denominator),
                "capped": rate.capped,
            },
            "amounts": _texts(allocation.amounts),
            "paid": str(allocation.paid),
        },
    )


def ledger_document(books: Books) -> bytes:
    """ledger.json."""
    transactions: list[Json] = [
        {"transaction": transaction.name, "entries": _texts(transaction.entries)}
        for transaction in books.transactions
    ]
    return _document(books, {"transactions": transactions, "balances": _texts(books.balances)})


def vesting_document(books: Books) -> bytes:
    """vesting.json."""
    locked: dict[str, Json] = {str(due): _texts(parts) for due, parts in books.locked.items()}
    return _document(books, {"locked": locked})


def stake_document(books: Books) -> bytes:
    """stake.json."""
    return stakes_document(books.stakes, books.inputs.epoch)


def devices_document(books: Books) -> bytes:
    """devices.json."""
    told = books.policy.factors is not None
    return _document(books, devices_content(books.earned, books.counted, told))


def fleets_document(books: Books) -> bytes:
    """fleets.json."""
    return _document(books, fleets_content(books.fleets, books.parts))


DERIVED: Mapping[str, Callable[[Books], bytes]] = {
    "devices.json": devices_document,
    "accounts.json": accounts_document,
    "allocation.json": allocation_document,
    "ledger.json": ledger_document,
    "vesting.json": vesting_document,
    "fleets.json": fleets_document,
    "stake.json": stake_document,
    "demand.json": lambda books: demand_document(books.demand, books.inputs.epoch),
}
"""Files that follow from the books; the manifest names the digest of each under its stem."""

FILES = (
    "inputs.json",
    "policy.toml",
    "rows.parquet",
    "events.json",
    "albums.json",
    *DERIVED,
    "tree.json",
    "log.json",
    "manifest.json",
)
"""In the order they are written: the manifest last, as the sign that an epoch is all there."""


def tree_document(balances: Mapping[str, int], policy: Policy) -> bytes:
    """tree.json."""
    return claims_dump(ledger.claims(balances), policy.token)


@dataclass(frozen=True, slots=True)
class Derived:
    """What is published of the books, made once: inputs.json, DERIVED by name, the coverage's
    shards and the digest of the rows with their weights."""

    inputs: bytes
    files: Mapping[str, bytes]
    shards: Sequence[Shard]
    rows: str


def derived_of(books: Books) -> Derived:
    """Made of the books alone."""
    files = {name: made(books) for name, made in DERIVED.items()}
    shards = tuple(shards_of(books.coverage))
    digest = book_digest(books.inputs.rows_digest, books.rows)
    return Derived(books.inputs.to_bytes(), files, shards, digest)


def make_manifest(books: Books, derived: Derived, node: str) -> dict[str, Any]:
    """The manifest of the epoch, to be signed by the node whose public key it names."""
    inputs, allocation = books.inputs, books.allocation
    root = claims_tree(ledger.claims(books.balances), books.policy.token).root
    return {
        "v": _VERSION,
        "epoch": inputs.epoch,
        "previous": inputs.previous,
        "node": node,
        "rules_version": inputs.rules_version,
        "policy": books.policy.digest,
        "inputs": digest_of_bytes(derived.inputs),
        "rows": {"digest": derived.rows, "count": len(books.rows)},
        "coverage": snapshot.digest_of(derived.shards),
        "refill": books.refill.digest,
        **{stem_of(name): digest_of_bytes(file) for name, file in derived.files.items()},
        "events": {"digest": inputs.events_digest, "newest": inputs.events},
        "albums": {"digest": inputs.albums_digest, "newest": inputs.publications},
        "notes": [] if books.demand.note is None else [books.demand.note],
        "emitted": str(books.pools.emitted),
        "paid": str(allocation.paid),
        "unallocated": str(books.pools.unallocated),
        "tree": None if root is None else f"0x{root.hex()}",
        "log": {
            "size": inputs.log_size,
            "root": inputs.log_root,
            "digest": inputs.log_digest,
            "decisions": inputs.decisions,
        },
    }


def stem_of(name: str) -> str:
    """The manifest's entry for the digest of a file that is named there as it is published."""
    return name.partition(".")[0]


def weights_of(data: bytes) -> dict[str, int]:
    """Weight by account out of accounts.json. Raises IntegrityError for anything else."""
    return dict(_amounts(data, "accounts", "accounts.json"))


def balances_of(data: bytes) -> dict[str, int]:
    """Balances out of ledger.json. Raises IntegrityError for anything else."""
    return dict(_amounts(data, "balances", "ledger.json"))


def transactions_of(data: bytes) -> dict[str, dict[str, int]]:
    """Entries by transaction out of ledger.json. Raises IntegrityError for anything else."""
    document = parse_json(data)
    listed = document.get("transactions") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise IntegrityError("ledger.json holds no transactions")
    return dict(_transaction(each) for each in listed)


def _transaction(found: Json) -> tuple[str, dict[str, int]]:
    match found:
        case {"transaction": str(name), "entries": Mapping() as entries}:
            return name, dict(_integers(entries, name, "ledger.json"))
    raise IntegrityError("ledger.json holds a transaction without name or entries")


def locked_of(data: bytes) -> dict[int, dict[str, int]]:
    """What is locked, by epoch and account, out of vesting.json. Raises IntegrityError."""
    document = parse_json(data)
    locked = document.get("locked") if isinstance(document, Mapping) else None
    if not isinstance(locked, Mapping) or not all(due.isdecimal() for due in locked):
        raise IntegrityError("vesting.json holds nothing that is locked")
    dates = sorted(locked, key=int)
    return {
        int(due): dict(_integers(locked[due], f"locked.{due}", "vesting.json")) for due in dates
    }


def _amounts(data: bytes, key: str, file: str) -> Iterator[tuple[str, int]]:
    document = parse_json(data)
    yield from _integers(document.get(key) if isinstance(document, Mapping) else None, key, file)


def _integers(found: Json, key: str, file: str) -> Iterator[tuple[str, int]]:
    if not isinstance(found, Mapping):
        raise IntegrityError(f"{file} holds no {key}")
    for account, amount in found.items():
        if not isinstance(amount, str) or not amount.removeprefix("-").isdecimal():
            raise IntegrityError(f"{file}: {key}.{account}: {amount!r} is no integer text")
        yield account, int(amount)


def _document(books: Books, content: Mapping[str, Json]) -> bytes:
    return canonical_json({"v": _VERSION, "epoch": books.inputs.epoch, **content})


def _texts(amounts: Mapping[str, int]) -> dict[str, Json]:
    return {account: str(amount) for account, amount in amounts.items()}
