"""The judgement: what a drive's frames measured and what became of each, one columnar file a drive.

One row a frame of the manifest, in its order. `verdict` is the frame's own; a drive that is held
or rejected as a whole overrides it in the decision's counts, never here. The digest is an address,
no epoch depends on these bytes.

The file under `judgements/<digest>` has two parts. The outline, OUTLINE's columns, is what a night
and the map read of thousands of drives: a fourth of the bytes, not compressed. The rest is an Arrow
file.

==========  ====================================================================================
8 bytes     length of the batch, little endian
32          SHA-256 of the rest
length      an Arrow record batch of OUTLINE, with `accepted`, a bit, in the place of `verdict`
the others  the rest
==========  ====================================================================================

The digest is the SHA-256 of all but the rest.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from roadcomb.blobs import Blobs
from roadcomb.errors import DigestMismatch, IntegrityError, NotFound
from roadcomb.records import Verdict

__all__ = ["BROKEN", "DAMAGE", "OUTLINE", "PREFIX", "SCHEMA", "load", "outline", "store"]

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

OUTLINE = ("n", "t_ms", "lat_e7", "lon_e7", "heading_cdeg", "cell", "verdict", "grade")
_ACCEPTED = pa.field("accepted", pa.bool_(), nullable=False)
_OUTLINE = pa.schema([_ACCEPTED if name == "verdict" else SCHEMA.field(name) for name in OUTLINE])
_REST = pa.schema([field for field in SCHEMA if field.name not in OUTLINE])
_LENGTH_BYTES, _DIGEST_BYTES = 8, 32
_MOST_BYTES = 1 << 26
"""Of an outline: a length beyond it is damage. (20,000 frames have a megabyte.)"""


def store(blobs: Blobs, judgement: pa.Table) -> str:
    """Store a judgement of this schema; answers its digest."""
    table = judgement.cast(SCHEMA)
    rest = _rest_to_bytes(table.select(_REST.names))
    batch = _outlined(table).serialize()
    start = batch.size.to_bytes(_LENGTH_BYTES, "little") + hashlib.sha256(rest).digest()
    digest = _digest_of_both(start, batch)
    if not blobs.exists(f"{PREFIX}/{digest}"):
        blobs.put(f"{PREFIX}/{digest}", b"".join((start, batch, rest)))
    return digest


def outline(blobs: Blobs, digest: str) -> pa.RecordBatch:
    """OUTLINE of a judgement, with `accepted` in the place of `verdict`, for who reads thousands.
    Raises NotFound or IntegrityError."""
    with blobs.reading(f"{PREFIX}/{digest}") as file:
        return _outline(file, digest)[0]


def load(blobs: Blobs, digest: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The judgement of a digest, or some columns of it. Raises NotFound or IntegrityError."""
    wanted = SCHEMA.names if columns is None else list(columns)
    with blobs.reading(f"{PREFIX}/{digest}") as file:
        batch, rest_digest = _outline(file, digest)
        accepted = batch.column(_ACCEPTED.name)
        verdict = pc.if_else(accepted, Verdict.ACCEPTED.value, Verdict.REJECTED.value)
        table = pa.Table.from_batches([batch]).append_column(SCHEMA.field("verdict"), verdict)
        missing = [name for name in wanted if name not in OUTLINE]
        if missing:
            rest = _rest(file, rest_digest, missing)
            for name in missing:
                table = table.append_column(SCHEMA.field(name), rest[name])
    return table.select(wanted)


def _outlined(table: pa.Table) -> pa.RecordBatch:
    """The frames' outline. Raises ValueError for a verdict that no frame has."""
    accepted = pc.equal(table["verdict"], Verdict.ACCEPTED.value)
    rejected = pc.equal(table["verdict"], Verdict.REJECTED.value)
    if not pc.all(pc.or_(accepted, rejected), skip_nulls=False, min_count=0).as_py():
        raise ValueError("a frame is accepted or rejected")
    columns = [accepted if name == "verdict" else table[name] for name in OUTLINE]
    whole = pa.Table.from_arrays(columns, schema=_OUTLINE).combine_chunks()
    return next(iter(whole.to_batches()), None) or pa.RecordBatch.from_pylist([], _OUTLINE)


def _outline(file: BinaryIO, digest: str) -> tuple[pa.RecordBatch, bytes]:
    """The outline, and the digest of the rest."""
    start = file.read(_LENGTH_BYTES + _DIGEST_BYTES)
    length = int.from_bytes(start[:_LENGTH_BYTES], "little")
    batch = pa.py_buffer(file.read(length) if length <= _MOST_BYTES else b"")
    if _digest_of_both(start, batch) != digest:
        raise IntegrityError(f"stored bytes of {PREFIX}/{digest} are damaged: run a restore")
    return pa.ipc.read_record_batch(batch, _OUTLINE), start[_LENGTH_BYTES:]


def _digest_of_both(start: bytes, batch: pa.Buffer) -> str:
    hasher = hashlib.sha256(start)
    hasher.update(batch)
    return hasher.hexdigest()


def _rest(file: BinaryIO, digest: bytes, wanted: Sequence[str]) -> pa.Table:
    """Columns of the other part; with nulls for what was not measured when it was written."""
    data = file.read()
    if hashlib.sha256(data).digest() != digest:
        raise IntegrityError(f"stored bytes of a judgement's rest {digest.hex()} are damaged")
    fields = [_REST.get_field_index(name) for name in wanted]
    there = len(pa.ipc.open_file(pa.py_buffer(data)).schema)
    known = [field for field in fields if field < there]
    options = pa.ipc.IpcReadOptions(included_fields=known, use_threads=False)
    table = pa.ipc.open_file(pa.py_buffer(data), options=options).read_all()
    for field in set(fields) - set(known):  # new ones come last
        nulls = pa.nulls(len(table), _REST.field(field).type)
        table = table.append_column(_REST.field(field), nulls)
    return table


def _rest_to_bytes(rest: pa.Table) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, rest.schema, options=options) as file:
        file.write_table(rest)
    return sink.getvalue()
