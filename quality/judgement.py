"""The judgement: what a drive's frames measured and what became of each, one columnar file a drive.

One row a frame of the manifest, in its order. `verdict` is the frame's own; a drive that is held
or rejected as a whole overrides it in the decision's counts, never here. An Arrow file under
`judgements/<SHA-256>`; the digest is an address, no epoch depends on these bytes.
"""

import io
from collections.abc import Sequence

import pyarrow as pa

from roadcomb.blobs import Blobs
from roadcomb.errors import DigestMismatch, IntegrityError, NotFound

__all__ = ["BROKEN", "DAMAGE", "PREFIX", "SCHEMA", "load", "store"]

PREFIX = "judgements"
DAMAGE = (IntegrityError, NotFound, DigestMismatch)
"""What `load` raises for a judgement that is lost or damaged: no reason to stop with the others."""
BROKEN = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
"""What only a mistake of ours lets a drive's contents raise: it may stop none of the others."""
SCHEMA = pa.schema(
    [
        pa.field("n", pa.int32(), nullable=False),  # index in the manifest, from 0
        pa.field("image_id", pa.binary(32), nullable=False),
        pa.field("t_ms", pa.int64(), nullable=False),
        pa.field("lat_e7", pa.int32(), nullable=False),
        pa.field("lon_e7", pa.int32(), nullable=False),
        pa.field("heading_cdeg", pa.int32()),
        pa.field("cell", pa.uint64(), nullable=False),  # resolution 12
        pa.field("verdict", pa.string(), nullable=False),  # accepted or rejected
        pa.field("reason", pa.string()),  # of a rejection
        pa.field("grade", pa.int32(), nullable=False),  # 0..1000
        pa.field("grade_reasons", pa.list_(pa.string()), nullable=False),  # why not more
        pa.field("sharpness", pa.float32(), nullable=False),
        pa.field("exposure", pa.float32(), nullable=False),
        pa.field("contrast", pa.float32(), nullable=False),
        pa.field("fingerprint", pa.binary(32)),  # null: not decodable
        pa.field("width", pa.int32(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        pa.field("crop_fingerprint", pa.binary(32)),  # of the closest crop; null: not taken
    ]
)

_PLACES = {name: place for place, name in enumerate(SCHEMA.names)}


def store(blobs: Blobs, judgement: pa.Table) -> str:
    """Store a judgement of this schema; answers its digest."""
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, SCHEMA, options=options) as file:
        file.write_table(judgement.cast(SCHEMA))
    return blobs.put_addressed(PREFIX, sink.getvalue())


def load(blobs: Blobs, digest: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The judgement of a digest, or some columns of it. Raises NotFound or IntegrityError.

    A night reads thousands of these small files: as Arrow's own format, by one thread, each costs
    a twelfth of what Parquet costs, and is no larger.
    """
    data = blobs.get_addressed(PREFIX, digest)
    wanted = SCHEMA.names if columns is None else list(columns)
    table = _read(data, [_PLACES[name] for name in wanted])
    there = table.schema.names
    if there == wanted:
        return table
    return _completed(table, [name for name in wanted if name not in there]).select(wanted)


def _read(data: bytes, fields: Sequence[int]) -> pa.Table:
    """Some fields of SCHEMA, but those that the file is too old to have: new ones come last."""
    options = pa.ipc.IpcReadOptions(included_fields=list(fields), use_threads=False)
    try:
        file = pa.ipc.open_file(pa.py_buffer(data), options=options)
        batches = [file.get_batch(number) for number in range(file.num_record_batches)]
        return pa.Table.from_batches(batches, None if batches else file.read_all().schema)
    except pa.ArrowInvalid:
        there = len(pa.ipc.open_file(pa.py_buffer(data)).schema)
        if max(fields, default=0) < there:
            raise
        return _read(data, [field for field in fields if field < there])


def _completed(table: pa.Table, missing: Sequence[str]) -> pa.Table:
    """An older judgement with nulls for what was not measured yet."""
    for name in missing:
        table = table.append_column(
            SCHEMA.field(name), pa.nulls(len(table), SCHEMA.field(name).type)
        )
    return table
