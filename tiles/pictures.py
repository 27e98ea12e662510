"""The picture index: where each accepted frame of the accepted drives was taken; derived, pure.

A picture carries its position, its UTC day and the random public id of its drive; never the
contributor or the device, and the time of day only where the operator so decides.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roadcomb.cells import PAID_RESOLUTION
from roadcomb.epochs import start_ms
from roadcomb.records import Verdict, degrees
from tiles.passes import day_of
from tiles.snapshot import slice_of

__all__ = [
    "PICTURES",
    "Picture",
    "best",
    "days_of",
    "first_shown",
    "in_order",
    "index_of",
    "newest",
    "pictures_of",
]

PICTURES = pa.schema(
    [
        pa.field("cell", pa.uint64(), nullable=False),
        pa.field("day", pa.int32(), nullable=False),
        pa.field("grade", pa.int32(), nullable=False),
        pa.field("public_id", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("n", pa.int32(), nullable=False),
        pa.field("lat_e7", pa.int32(), nullable=False),
        pa.field("lon_e7", pa.int32(), nullable=False),
        pa.field("heading_cdeg", pa.int32()),
        pa.field("ms", pa.int32()),
    ]
)
"""ms: since its day began, null unless exact times are told. A drive has one day, so a picture that
was taken after midnight has more than a day's."""
_NEWEST_FIRST = [("day", "descending"), ("grade", "descending"), ("n", "ascending")]
"""Within a day the better picture comes first: the order must not tell the time of day."""
_BEST_FIRST = [("grade", "descending"), ("day", "descending"), ("n", "ascending")]


@dataclass(frozen=True, slots=True)
class Picture:
    """One accepted frame: n-th of the drive `public_id`; day is a number, heading in degrees.

    t_ms: when it was taken, where that is told.
    """

    public_id: str
    n: int
    day: int
    grade: int
    lat_deg: float
    lon_deg: float
    heading_deg: float | None
    t_ms: int | None = None


def pictures_of(public_id: str, judgement: pa.Table, exact: bool = False) -> pa.Table:
    """PICTURES of one accepted drive, in the order of its frames; exact: with the time of day.

    They are numbered from the first that is shown: times the spacing of frames, the number of
    those cut off before it would tell the way from the trip's beginning.
    """
    frames = judgement.filter(pc.equal(judgement["verdict"], Verdict.ACCEPTED.value))
    numbers = frames["n"].to_numpy() - first_shown(judgement)
    names = pa.DictionaryArray.from_arrays(np.zeros(len(frames), np.int32), [public_id])
    t_ms = frames["t_ms"].to_numpy()
    day = day_of(t_ms)
    of_day = pa.array(t_ms - start_ms(day), pa.int32()) if exact else pa.nulls(len(frames))
    known: dict[str, object] = {
        "n": pa.array(numbers, pa.int32()),
        "day": pa.array(np.full(len(frames), day), pa.int32()),
        "public_id": names,
        "ms": of_day,
    }
    return pa.table([known.get(f.name, _column(frames, f.name)) for f in PICTURES], schema=PICTURES)


def first_shown(judgement: pa.Table) -> int:
    """Index in the manifest of the first accepted frame: picture 0 of the drive."""
    shown = np.flatnonzero(judgement["verdict"].to_numpy(zero_copy_only=False) == Verdict.ACCEPTED)
    return int(judgement["n"][int(shown[0])].as_py()) if len(shown) else 0


def index_of(tables: list[pa.Table]) -> pa.Table:
    """PICTURES of many drives together, sorted by cell."""
    joined = pa.concat_tables([PICTURES.empty_table(), *tables]).unify_dictionaries()
    return joined.take(np.argsort(joined["cell"].to_numpy(), kind="stable")).combine_chunks()


def best(index: pa.Table, cell: int) -> Picture | None:
    """The picture of the highest grade in a cell, of equal ones the newest; None where none is."""
    found = slice_of(index, cell, PAID_RESOLUTION)
    first = pc.sort_indices(found, sort_keys=_BEST_FIRST)[:1]
    return next(map(_picture, found.take(first).to_pylist()), None)


def newest(index: pa.Table, cell: int, limit: int, day: int | None = None) -> list[Picture]:
    """The newest pictures of a cell of resolution 12 or coarser, at most `limit`; of one day."""
    found = slice_of(index, cell, PAID_RESOLUTION)
    if day is not None:
        found = found.filter(pc.equal(found["day"], day))
    order = pc.sort_indices(found, sort_keys=_NEWEST_FIRST)
    return [_picture(row) for row in found.take(order[:limit]).to_pylist()]


def in_order(pictures: pa.Table) -> list[Picture]:
    """PICTURES of one drive as a camera took them."""
    return [_picture(row) for row in pictures.sort_by("n").to_pylist()]


def days_of(index: pa.Table, cell: int, limit: int) -> list[tuple[int, int, int]]:
    """(day, pictures, best grade) of a cell's newest days, newest first, at most `limit`."""
    found = slice_of(index, cell, PAID_RESOLUTION).group_by("day")
    days = found.aggregate([("grade", "count"), ("grade", "max")]).sort_by([("day", "descending")])
    listed = zip(
        *(days[name].to_pylist() for name in ("day", "grade_count", "grade_max")), strict=True
    )
    return [(day, count, best) for day, count, best in listed][:limit]


def _column(frames: pa.Table, name: str) -> object:
    return frames[name] if name in frames.column_names else None


def _picture(row: dict[str, int]) -> Picture:
    heading, ms = row["heading_cdeg"], row["ms"]
    return Picture(
        str(row["public_id"]),
        row["n"],
        row["day"],
        row["grade"],
        degrees(row["lat_e7"]),
        degrees(row["lon_e7"]),
        None if heading is None else heading / 100,
        None if ms is None else start_ms(row["day"]) + ms,
    )
