"""The coverage snapshot: shards as Arrow IPC files, memory-mapped and sorted by cell.

The law: a snapshot is its digest. Shards lie under `coverage/<digest of their rows>` and are
written once; one whose rows do not give its digest is refused at open. The descendants of a cell
are one slice, found by two binary searches; no database is asked.
"""

import mmap
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.blobs import Blobs
from roadcomb.canonical import digest_of_bytes, parse_json
from roadcomb.cells import (
    PAID_RESOLUTION,
    Cells,
    descendant_ranges,
    descendants,
    parent,
    parents,
    parse_cell,
    resolution,
)
from roadcomb.errors import IntegrityError, NotFound
from tiles.checked import Checked, stamp_of
from tiles.fold import COVERAGE, coarsen
from tiles.lines import span
from tiles.shards import SHARD_RESOLUTION, Shard, index_json, row_digest, shards_of

__all__ = [
    "PREFIX",
    "Snapshot",
    "check_shard",
    "digest",
    "digest_of",
    "open_snapshot",
    "rows_of",
    "shard_digests",
    "slice_of",
    "slices_of",
    "write",
    "write_shards",
]

PREFIX = "coverage"
_JOINED = 5
"""Up to here the shards, a few rows each, are copied together and their files let go."""

_CHECKERS = 2
"""Shards checked at a time: hashing is most of the time that a snapshot takes to open."""

Places = NDArray[np.int64]

ShardKey = tuple[int, int]
"""Shard cell and resolution."""


def digest(coverage: pa.Table) -> str:
    """Digest of the snapshot of COVERAGE at the paid resolution; pure, what an audit recomputes."""
    return digest_of(shards_of(coverage))


def digest_of(shards: Iterable[Shard]) -> str:
    """Digest of the snapshot of all shards of a coverage."""
    return digest_of_bytes(_index(shards))


def write(blobs: Blobs, coverage: pa.Table) -> str:
    """Store the snapshot of COVERAGE at the paid resolution; answers its digest."""
    return write_shards(blobs, tuple(shards_of(coverage)))


def write_shards(blobs: Blobs, shards: Sequence[Shard]) -> str:
    """Store the snapshot of all shards of a coverage; answers its digest.

    A shard that is there already is not written again; the index comes last.
    """
    for shard in shards:
        if not blobs.exists(f"{PREFIX}/{shard.digest}"):
            blobs.put_summed(f"{PREFIX}/{shard.digest}", _to_ipc(shard.table))
    return blobs.put_addressed(PREFIX, _index(shards))


def _index(shards: Iterable[Shard]) -> bytes:
    return index_json({(shard.cell, shard.resolution): shard.digest for shard in shards})


class Snapshot:
    """A checked snapshot; its tables are COVERAGE, those finer than 5 views of mapped files."""

    def __init__(self, digest: str, shards: Mapping[ShardKey, pa.Table]) -> None:
        self.digest = digest
        self._shards = {key: table for key, table in shards.items() if key[1] > _JOINED}
        self._joined = {res: _joined(shards, res) for res in range(_JOINED + 1)}

    def table(self, res: int) -> pa.Table:
        """All cells of a resolution 0..12, sorted."""
        if res <= _JOINED:
            return self._joined[res]
        return _concat(table for (_, own), table in sorted(self._shards.items()) if own == res)

    def slice(self, cell: int, res: int) -> pa.Table:
        """The cell's descendants at `res` (itself, when that is its own), sorted."""
        if res <= _JOINED:
            return slice_of(self._joined[res], cell, res)
        return _concat(slice_of(self._shards[shard, res], cell, res) for shard in self._over(cell))

    def under(self, cells: tuple[int, ...], res: int) -> pa.Table:
        """The descendants of some cells (one at least) at `res`, together."""
        if res <= _JOINED:
            return slices_of(self._joined[res], cells, res)
        if min(map(resolution, cells)) < SHARD_RESOLUTION:
            return _concat(self.slice(cell, res) for cell in cells)
        owners = np.unique(parents(np.array(cells, np.uint64), SHARD_RESOLUTION)).tolist()
        found = [self._shards.get((owner, res)) for owner in owners]
        return _concat(slices_of(shard, cells, res) for shard in found if shard is not None)

    def get(self, cell: int) -> pa.Table:
        """The cell's own row: a table of one row, or of none."""
        return self.slice(cell, resolution(cell))

    def count(self, res: int) -> int:
        """How many cells of a resolution 0..12 are covered."""
        if res <= _JOINED:
            return len(self._joined[res])
        return sum(len(table) for (_, own), table in self._shards.items() if own == res)

    def _over(self, cell: int) -> list[int]:
        """The shards that a cell's descendants lie in."""
        if resolution(cell) >= SHARD_RESOLUTION:
            owner = parent(cell, SHARD_RESOLUTION)
            return [owner] if (owner, PAID_RESOLUTION) in self._shards else []
        owners = slice_of(self._joined[SHARD_RESOLUTION], cell, SHARD_RESOLUTION)
        return [int(owner) for owner in _cells(owners)]


def open_snapshot(blobs: Blobs, digest: str, checked: Checked | None = None) -> Snapshot:
    """The snapshot of a digest, every shard checked; or taken unread, where `checked` does.

    Raises NotFound when a file of it is missing, IntegrityError when one is damaged; of a shard
    the details name the key.
    """
    wanted = _digests(blobs, digest)
    with ThreadPoolExecutor(_CHECKERS) as pool:
        shards = pool.map(partial(_shard, blobs, checked), wanted.values())
        return Snapshot(digest, dict(zip(wanted, shards, strict=True)))


def check_shard(blobs: Blobs, digest: str) -> None:
    """Hash a shard. Raises NotFound or IntegrityError."""
    _shard(blobs, None, digest)


def shard_digests(blobs: Blobs, digest: str) -> list[str]:
    """Digests of the shards of a snapshot. Raises NotFound or IntegrityError."""
    return list(_digests(blobs, digest).values())


def slice_of(table: pa.Table, cell: int, res: int) -> pa.Table:
    """The descendants of a cell in COVERAGE of resolution `res`, a view."""
    cells = _cells(table)
    first, last = (np.uint64(index) for index in descendants(cell, res))
    start = int(np.searchsorted(cells, first, "left"))
    return table.slice(start, int(np.searchsorted(cells, last, "right")) - start)


def slices_of(table: pa.Table, cells: tuple[int, ...], res: int) -> pa.Table:
    """The descendants of some cells in COVERAGE of resolution `res`, in the cells' order."""
    starts, ends = (places.tolist() for places in _spans(table, cells, res))
    pieces = [(a, b) for a, b in zip(starts, ends, strict=True) if a < b]
    return pa.concat_tables([table.slice(0, 0), *(table.slice(a, b - a) for a, b in pieces)])


def rows_of(table: pa.Table, cells: tuple[int, ...], res: int) -> NDArray[np.int64]:
    """Which rows `slices_of` would hold: their numbers in `table`."""
    starts, ends = _spans(table, cells, res)
    return span(starts, ends - starts)


def _spans(table: pa.Table, cells: tuple[int, ...], res: int) -> tuple[Places, Places]:
    """Each cell's descendants in a table sorted by cell: first row, and the one after the last."""
    known, (first, last) = _cells(table), descendant_ranges(np.array(cells, np.uint64), res)
    return np.searchsorted(known, first, "left"), np.searchsorted(known, last, "right")


def _digests(blobs: Blobs, digest: str) -> dict[ShardKey, str]:
    document = parse_json(blobs.get_addressed(PREFIX, digest))
    match document:
        case {"v": 1, "shards": Mapping() as shards}:
            return {
                (parse_cell(cell, SHARD_RESOLUTION), int(res)): str(found)
                for cell, by_resolution in shards.items()
                if isinstance(by_resolution, Mapping)
                for res, found in by_resolution.items()
            }
    raise IntegrityError(f"{PREFIX}/{digest} is no snapshot that this version can read")


def _shard(blobs: Blobs, checked: Checked | None, digest: str) -> pa.Table:
    key = f"{PREFIX}/{digest}"
    damaged = IntegrityError(f"coverage shard {key} is damaged: run a restore", key=key)
    path = blobs.local_path(key)
    stamp = None if path is None else stamp_of(path)
    try:
        mapped = _mapped(blobs, key)
        table = pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
    except NotFound as error:
        raise NotFound(str(error), key=key) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged from error
    if not table.schema.equals(COVERAGE):
        raise damaged
    if checked is not None and checked.takes(digest, stamp):
        return table
    if row_digest(table) != digest:
        raise damaged
    if checked is not None:
        checked.found_good(digest, stamp)
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)  # what was read to check it is not kept
    return table


def _to_ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, COVERAGE) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def _mapped(blobs: Blobs, key: str) -> mmap.mmap | bytes:
    """Mapped when the store is a folder: closing the file keeps the map, its pages stay shared."""
    path = blobs.local_path(key)
    if path is None or not path.exists():
        return blobs.get(key)
    with path.open("rb") as source:
        return mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)


def _joined(shards: Mapping[ShardKey, pa.Table], res: int) -> pa.Table:
    own = max(res, SHARD_RESOLUTION)
    table = _concat(table for (_, found), table in sorted(shards.items()) if found == own)
    return coarsen(table, res) if res < own else table.combine_chunks()


def _concat(tables: Iterable[pa.Table]) -> pa.Table:
    return pa.concat_tables([COVERAGE.empty_table(), *tables])


def _cells(table: pa.Table) -> Cells:
    column = table["cell"]
    cells: Cells = (column.chunk(0) if column.num_chunks == 1 else column).to_numpy()
    return cells
