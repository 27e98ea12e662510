"""Looking again at published pictures: do they bear out the grades that were paid?

The law: of epochs that `audit` found equal, pictures are drawn (rewards/drawing.py) and each is
judged from its published bytes (quality/borne.py). A picture is named when its grade lies more than
50 of 1000 outside what it bears, when its zones hide nothing, when its bytes or its album are not
those that were committed to, or when the grades of its cell add up to no rows of the epoch that
paid for them. One that is no longer shown proves nothing and is counted as that. Masks may hide
more than was reckoned with: of honest pictures 1 in 178 was named (tests/benchmarks/
bench_regrading), so a grade in fifty is only told, and more of them are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from quality.borne import Borne, borne_grades
from quality.decode import Undecodable, read_header
from quality.publishing.album import Album, Pictured, parse_album
from quality.publishing.proof import is_proved
from rewards.albums import Listed, parse_albums
from rewards.drawing import Drawn, draw, seed_of
from rewards.folders import epochs_in
from rewards.inputs import Inputs, parse_inputs
from rewards.rows import rows_from_parquet
from rewards.sources import Source
from roadcomb.errors import IntegrityError, NotFound

__all__ = ["WORDS", "Seen", "adds_up", "look_again", "refused", "seen_again"]

WORDS = {
    "gone": "no longer shown",
    "grade": "its picture does not bear out its grade",
    "zones": "what it calls a mask hides nothing",
    "bytes": "it is not the picture that was committed to",
    "album": "its album is not what was committed to",
    "rows": "the grades of its cell add up to no rows of its epoch",
}
"""By fault; the first is none."""

_IN_HOW_MANY = 50
"""Of so many pictures that were looked at, one grade may lie outside by what masks hide."""
_MOST_SUMS = 100_000
"""Sums of a cell's rows that are tried; in a cell with more, every sum is taken to be there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A drawn picture. picture: random id and number, or the album's digest while that is unknown;
    grade: as it was paid; borne: what the picture bears; fault: a key of WORDS, None without any.
    """

    epoch: int
    picture: str
    grade: int | None = None
    borne: Borne | None = None
    fault: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether something is wrong with it."""
        return self.fault not in (None, "gone")


def refused(seen: Sequence[Seen]) -> int:
    """How many of those named are too many: all, but for one grade in fifty."""
    named = [one for one in seen if one.is_named]
    grades = sum(one.fault == "grade" for one in named)
    looked_at = sum(one.fault != "gone" for one in seen)
    return len(named) - (grades if _IN_HOW_MANY * grades <= looked_at else 0)


def look_again(published: Path, source: Source, count: int, own: str = "") -> Iterator[Seen]:
    """Draw `count` pictures and judge each again; own: words of the auditor's for the seed.

    Raises NotFound when no epoch is followed by one with a longer log.
    """
    listed, newest = _listed(published)
    drawn = draw(listed, seed_of(newest.log_root, own), count)
    if not drawn:
        raise NotFound("no pictures to draw: none was listed before the log of the newest epoch")
    rows = lru_cache(maxsize=1)(lambda epoch: _rows(published, epoch))
    for one in sorted(drawn, key=lambda each: (each.album.epoch, each.album, each.number)):
        yield seen_again(one, source, rows(one.album.epoch))


def seen_again(drawn: Drawn, source: Source, rows: pa.Table) -> Seen:
    """What a drawn picture shows now; rows: of the epoch that its album names."""
    epoch, digest = drawn.album.epoch, drawn.album.album
    try:
        found = source.album(digest)
        album = None if found is None else parse_album(found)
    except IntegrityError:
        return Seen(epoch, digest, fault="album")
    if album is None:
        return Seen(epoch, digest, fault="gone")
    if len(album.shown) != drawn.album.pictures:
        return Seen(epoch, digest, fault="album")
    return _judged(epoch, album, album.shown[drawn.number], source, rows)


def _judged(epoch: int, album: Album, one: Pictured, source: Source, rows: pa.Table) -> Seen:
    name, grades = f"{album.public_id}/{one.n}", _grades(album, one.cell)
    if not adds_up(_rows_of(rows, one.cell, album.day), grades):
        return Seen(epoch, name, one.grade, fault="rows")
    try:
        jpeg = source.picture(album.public_id, one.n, str(one.sha256))
        if jpeg is None:
            return Seen(epoch, name, one.grade, fault="gone")
        header = read_header(jpeg)
        if not is_proved(jpeg, header.width, header.height, one.zones):
            return Seen(epoch, name, one.grade, fault="zones")
        borne = borne_grades(jpeg, one.zones, album.view)
    except (IntegrityError, Undecodable):
        return Seen(epoch, name, one.grade, fault="bytes")
    return Seen(epoch, name, one.grade, borne, None if borne.bears(one.grade) else "grade")


def adds_up(rows: Sequence[tuple[int, int, int]], grades: Sequence[int]) -> bool:
    """Whether some rows of a cell and day, (frames, grade sum, best grade), are these grades'."""
    count, total, best = len(grades), sum(grades), max(grades, default=0)
    reached = {(0, 0, False)}
    for frames, grade_sum, row_best in rows:
        if row_best > best or len(reached) > _MOST_SUMS:
            continue
        more = {(f + frames, s + grade_sum, hit or row_best == best) for f, s, hit in reached}
        reached |= {each for each in more if each[0] <= count and each[1] <= total}
    return (count, total, True) in reached or len(reached) > _MOST_SUMS


def _grades(album: Album, cell: int) -> list[int]:
    return [picture.grade for picture in album.pictures if picture.cell == cell]


def _rows_of(rows: pa.Table, cell: int, day: int) -> list[tuple[int, int, int]]:
    same = pc.and_(
        pc.equal(rows["cell"], pa.scalar(cell, pa.uint64())),
        pc.equal(rows["day"], pa.scalar(day, pa.int32())),
    )
    found = rows.filter(same).select(["frames", "grade_sum", "best_grade"])
    return [(row["frames"], row["grade_sum"], row["best_grade"]) for row in found.to_pylist()]


def _listed(published: Path) -> tuple[list[Listed], Inputs]:
    """Albums that the newest log head could not have been chosen by, and that epoch's inputs."""
    epochs = epochs_in(published)
    inputs = {epoch: parse_inputs(_file(published, epoch, "inputs.json")) for epoch in epochs}
    newest = inputs[epochs[-1]]
    before = [epoch for epoch in epochs if inputs[epoch].log_size < newest.log_size]
    albums = (parse_albums(_file(published, epoch, "albums.json")) for epoch in before)
    return [album for each in albums for album in each], newest


def _rows(published: Path, epoch: int) -> pa.Table:
    return rows_from_parquet(_file(published, epoch, "rows.parquet"))


def _file(published: Path, epoch: int, name: str) -> bytes:
    try:
        return (published / str(epoch) / name).read_bytes()
    except OSError as error:
        raise NotFound(f"{epoch}/{name} cannot be read: {error.strerror}") from error
