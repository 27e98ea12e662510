"""Openings: which published row belongs to which drive, for the contributor's eyes only.

The law: openings are derived from the frozen inputs, stay on the node and can be made again. Of an
epoch there are two files: the rows of each drive, sorted by drive, which forgets a drive that is
deleted; and what each published row was weighed by, in the rows' order, which names nobody. So a
statement reads the few row groups in which its own drives went, and nothing is stored twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.freeze import FrozenDrive
from rewards.rows import BOOK_ROWS, ROW_GROUP
from rewards.shelf import rows_key
from rewards.weights import SHARD, runs_of, shards_of_rows
from roadcomb.blobs import Blobs

__all__ = [
    "OPENED",
    "OPENINGS",
    "WEIGHED_BY",
    "all_openings",
    "by_number",
    "opened",
    "opened_cells",
    "openings_of",
    "store_openings",
    "store_weighed_by",
]

OPENINGS = pa.schema(
    [
        pa.field("drive_id", pa.string(), nullable=False),
        pa.field("rows", pa.list_(pa.uint32()), nullable=False),  # indices in rows.parquet, rising
    ]
)
"""One row a drive."""
WEIGHED_BY = pa.schema(
    [
        pa.field("days", pa.uint16(), nullable=False),  # of refill that the cell had
        pa.field("worth", pa.uint64(), nullable=False),  # of the cell at grade 1000
        pa.field("cell_best", pa.uint16(), nullable=False),  # best grade in its cell
        pa.field("others", pa.uint32(), nullable=False),  # other paid passes in the visit
        pa.field("other_visits", pa.uint32(), nullable=False),  # other paid ones in the cell
    ]
)
"""One row a published row."""
OPENED = ("drive_id", "row", *WEIGHED_BY.names, *BOOK_ROWS.names)
"""What a statement is made of."""


_DRIVES = 256
"""Drives whose rows are read together by who wants one."""


def openings_of(drives: Sequence[FrozenDrive], drive_of_row: NDArray[np.uint32]) -> pa.Table:
    """OPENINGS of the drives of an epoch; drive_of_row: number of each row's drive, shape (n,)."""
    counts = np.bincount(drive_of_row, minlength=len(drives))
    ends = np.cumsum(np.append(0, counts)).astype(np.int32)
    ids = pa.array([drive.drive_id for drive in drives], pa.string())
    rows = pa.array(by_number(drive_of_row, ends[:-1]))
    lists = pa.ListArray.from_arrays(pa.array(ends), rows)
    return pa.Table.from_arrays([ids, lists], schema=OPENINGS)


def store_openings(blobs: Blobs, inputs_digest: str, openings: pa.Table) -> None:
    """Store OPENINGS of the epoch with these inputs."""
    with blobs.writing_summed(_key(inputs_digest)) as file:
        pq.write_table(
            openings,
            file,
            row_group_size=_DRIVES,
            compression="zstd",
            use_dictionary=False,
            write_statistics=["drive_id"],
            store_schema=False,
        )


def store_weighed_by(
    blobs: Blobs,
    inputs_digest: str,
    rows: pa.Table,
    days: NDArray[np.uint16],
    worth: NDArray[np.int64],
) -> None:
    """Store what each of n rows was weighed by. rows: BOOK_ROWS; days, worth: of its cell, (n,)."""
    with (
        blobs.writing_summed(_weighed_key(inputs_digest)) as file,
        pq.ParquetWriter(
            file,
            WEIGHED_BY,
            compression="zstd",
            use_dictionary=False,
            write_statistics=False,
            store_schema=False,
        ) as writer,
    ):
        for shard in shards_of_rows(rows["cell"].to_numpy()):
            own = rows.slice(shard.start, shard.stop - shard.start)
            columns = {"days": days[shard], "worth": worth[shard], **_company(own)}
            writer.write_table(pa.table(columns).cast(WEIGHED_BY), row_group_size=ROW_GROUP)


def opened(blobs: Blobs, manifest: Mapping[str, Any], drive_ids: Iterable[str]) -> pa.Table:
    """OPENED of some drives in the epoch of a manifest, by drive and cell."""
    wanted = [("drive_id", "in", sorted(drive_ids))]
    with blobs.reading(_key(manifest["inputs"])) as file:
        own = _row_by_row(pq.read_table(file, filters=wanted))
    at = own["row"].to_numpy().astype(np.int64)
    weighed = _rows_at(blobs, _weighed_key(manifest["inputs"]), at)
    rows = _rows_at(blobs, rows_key(manifest["rows"]["digest"]), at)
    columns = [each[name] for each in (own, weighed, rows) for name in each.column_names]
    return pa.Table.from_arrays(columns, OPENED)


def opened_cells(blobs: Blobs, manifest: Mapping[str, Any], cells: Iterable[int]) -> pa.Table:
    """drive_id, row, cell and weight of the paid rows in some cells in the epoch of a manifest,
    but of drives that are forgotten."""
    with blobs.reading(rows_key(manifest["rows"]["digest"])) as file:
        rows = pq.read_table(file, columns=["cell", "weight"])
    wanted = pa.array(sorted(cells), pa.uint64())
    inside = pc.and_(pc.is_in(rows["cell"], value_set=wanted), pc.greater(rows["weight"], 0))
    owned = _row_by_row(all_openings(blobs, manifest["inputs"]))
    owned = owned.filter(pc.take(inside, owned["row"]))
    found = rows.take(owned["row"])
    return pa.Table.from_arrays(
        [*owned.columns, *found.columns], [*owned.schema.names, *found.schema.names]
    )


def all_openings(blobs: Blobs, inputs_digest: str) -> pa.Table:
    """OPENINGS of all drives of the epoch with these inputs."""
    with blobs.reading(_key(inputs_digest)) as file:
        return pq.read_table(file)


def _row_by_row(openings: pa.Table) -> pa.Table:
    """drive_id and row of each row of OPENINGS."""
    of_row = pc.list_parent_indices(openings["rows"])
    columns = [openings["drive_id"].take(of_row), pc.list_flatten(openings["rows"])]
    return pa.Table.from_arrays(columns, ["drive_id", "row"])


def _rows_at(blobs: Blobs, key: str, at: NDArray[np.int64]) -> pa.Table:
    """The rows of a Parquet file at these indices, in their order; only their groups are read."""
    with blobs.reading(key) as source, closing(pq.ParquetFile(source)) as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        ends = np.cumsum(np.array([0, *sizes], np.int64))
        group = np.searchsorted(ends, at, "right") - 1
        groups = np.unique(group)
        read = file.read_row_groups(groups.tolist())
    begins = np.cumsum(np.append(0, np.array(sizes, np.int64)[groups]))
    inside = at - ends[group] + begins[np.searchsorted(groups, group)]
    return read.take(pa.array(inside))


def by_number(
    numbers: NDArray[np.uint32], starts: NDArray[np.integer], shard: int = SHARD
) -> NDArray[np.uint32]:
    """Order of n rows by a number of each, rows rising; starts: of each number's rows in it.

    A shard is sorted at a time and takes the next free places. (Numbers of 16 bits or less are
    sorted by NumPy without comparing them, in a fifth of the time.)
    """
    order, free = np.empty(len(numbers), np.uint32), starts.astype(np.int64)
    narrow = np.min_scalar_type(len(free))
    for first in range(0, len(numbers), shard):
        own = numbers[first : first + shard].astype(narrow)
        place = np.argsort(own, kind="stable")
        number = own.take(place)
        runs = runs_of(number)
        order[free[number] + np.arange(len(own)) - runs.starts[runs.of_row]] = first + place
        free += np.bincount(number, minlength=len(free))
    return order


def _company(rows: pa.Table) -> dict[str, NDArray[Any]]:
    """What a row shares its visit and its cell with; a row that weighs nothing takes no share."""
    visits = runs_of(rows["cell"].to_numpy(), rows["visit"].to_numpy())
    cells = runs_of(rows["cell"].to_numpy())
    paid = (rows["weight"].to_numpy() > 0).astype(np.int64)
    passes = np.add.reduceat(paid, visits.starts)
    first_visit = np.searchsorted(visits.starts, cells.starts)
    paid_visits = np.add.reduceat((passes > 0).astype(np.int64), first_visit)
    best = np.maximum.reduceat(rows["best_grade"].to_numpy(), cells.starts)
    return {
        "cell_best": best[cells.of_row],
        "others": passes[visits.of_row] - paid,
        "other_visits": paid_visits[cells.of_row] - (passes > 0)[visits.of_row],
    }


def _key(inputs_digest: str) -> str:
    return f"openings/{inputs_digest}"


def _weighed_key(inputs_digest: str) -> str:
    return f"weighed-by/{inputs_digest}"
