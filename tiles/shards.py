"""Shards: coverage cut by resolution-3 parent and resolution, each with a digest of its rows; pure.

The law: a shard's digest covers its canonical integer columns (little endian, in the order of
COVERAGE), never the bytes of a file; the snapshot's digest covers the shards' digests. Equal
coverage has equal digests on any machine, and a shard whose rows did not change keeps its digest.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from roadcomb.canonical import Json, canonical_json
from roadcomb.cells import PAID_RESOLUTION, format_cell, parents
from tiles.fold import COVERAGE, coarsen

__all__ = ["SHARD_RESOLUTION", "Shard", "index_json", "row_digest", "shards_of"]

SHARD_RESOLUTION = 3
"""About 12,000 km²: a large country's worth of shards, a city in one or two."""
_DOMAIN = b"roadcomb coverage v1\0"


@dataclass(frozen=True, slots=True)
class Shard:
    """The rows of one resolution below one resolution-3 cell."""

    cell: int
    resolution: int
    table: pa.Table
    digest: str


def shards_of(coverage: pa.Table) -> Iterator[Shard]:
    """All shards of COVERAGE at the paid resolution, for it and each coarser one down to 3."""
    for res in range(PAID_RESOLUTION, SHARD_RESOLUTION - 1, -1):
        coverage = coverage if res == PAID_RESOLUTION else coarsen(coverage, res)
        owners = parents(coverage["cell"].to_numpy(), SHARD_RESOLUTION)
        cells, starts = np.unique(owners, return_index=True)
        ends = [*starts, len(owners)][1:]
        for cell, start, end in zip(cells, starts, ends, strict=True):
            table = coverage.slice(start, end - start).combine_chunks()
            yield Shard(int(cell), res, table, row_digest(table))


def row_digest(table: pa.Table) -> str:
    """SHA-256 of the canonical rows, lower-case hex."""
    hasher = hashlib.sha256(_DOMAIN + len(table).to_bytes(8, "little"))
    for field in COVERAGE:
        chunks = table[field.name]  # one chunk is read where it lies, also when it is mapped
        column = (chunks.chunk(0) if chunks.num_chunks == 1 else chunks).to_numpy()
        hasher.update(column.astype(column.dtype.newbyteorder("<"), copy=False).data)
    return hasher.hexdigest()


def index_json(digests: Mapping[tuple[int, int], str]) -> bytes:
    """Canonical JSON of the digests by (shard cell, resolution): the root over the shards."""
    shards: dict[str, dict[str, str]] = {}
    for (cell, res), digest in sorted(digests.items()):
        shards.setdefault(format_cell(cell), {})[str(res)] = digest
    document: Json = {"v": 1, "shards": shards}
    return canonical_json(document)
