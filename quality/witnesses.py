"""Others' drives of the same places and their pictures, for `neighbours`, `repeats` and `shade`.

The laws: only accepted drives of other contributors are asked, and of them the newest, because
streets change. What is lost, damaged or lawfully gone says nothing and stops no judging. Pictures
are those that judging keeps (quality/thumbnails.py), so no original is decoded again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import pyarrow.compute as pc
import sqlalchemy as sa

from quality.columns import COMPARABLE_CONTRAST, PLACE_RESOLUTION
from quality.evidence.landmarks import Asked, answer, answer_sides, tells
from quality.evidence.light import UNLIT, Brightness, brightness_of
from quality.evidence.meetings import Course, course_of
from quality.evidence.neighbours import Question, neighbours
from quality.evidence.repeats import repeated_track
from quality.evidence.shade import shade
from quality.evidence.signals import Signal
from quality.geometry import Grey
from quality.judgement import DAMAGE, load
from quality.replays import Pictures
from quality.search import FrameIndex
from roadcomb.catalog.tables import decisions, drives
from roadcomb.cells import cells_of
from roadcomb.engine import Engine, Lost
from roadcomb.node import Node
from roadcomb.records import Frame, Verdict

__all__ = ["course_of_frames", "other_signals"]

Told = TypeVar("Told")

_NEWEST = 32
_AGE_MS = 400 * 86_400_000
"""A year and a bit, so that there is a picture of each season."""
_COLUMNS = ["n", "lat_e7", "lon_e7", "t_ms", "verdict", "contrast"]


def course_of_frames(
    drive_id: str, contributor: str, frames: Sequence[tuple[int, Frame]]
) -> Course:
    """The course of (n, frame) in their order."""
    lat, lon = ([getattr(one, axis) for _, one in frames] for axis in ("lat_e7", "lon_e7"))
    times = [one.t_ms for _, one in frames]
    return course_of(drive_id, contributor, [n for n, _ in frames], lat, lon, times)


def other_signals(
    node: Node,
    engine: Engine,
    index: FrameIndex,
    own: Course,
    frames: Sequence[tuple[int, Frame]],
    pictures: Pictures,
) -> list[Signal]:
    """The signals of a drive; frames: those of its course, which are good by themselves."""
    places = np.unique(cells_of(own.lat_deg, own.lon_deg, PLACE_RESOLUTION)).tolist()
    after_ms = min((frame.t_ms for _, frame in frames), default=0) - _AGE_MS
    around = index.table.drives_around(places) - {own.drive_id}
    known = _newest(index, around, own.contributor, after_ms)
    others = list(_courses(node, index, known))
    ask = _Asking(engine, own, pictures)
    return [
        neighbours(own, others, lambda questions: ask(answer, questions)),
        repeated_track(own, others),
        shade(own, others, ask.light, lambda questions: ask(answer_sides, questions)),
    ]


def _newest(index: FrameIndex, around: set[str], contributor: str, after_ms: int) -> list[str]:
    eligible = [
        (-index.drives[other].ended_ms, other)
        for other in around
        if index.drives[other].contributor != contributor
        and index.drives[other].verdict is Verdict.ACCEPTED
        and index.drives[other].ended_ms >= after_ms
    ]
    return [other for _, other in sorted(eligible)[:_NEWEST]]


def _courses(node: Node, index: FrameIndex, known: Sequence[str]) -> Iterator[Course]:
    query = sa.select(drives.c.drive_id, decisions.c.judgement)
    query = query.join(drives, drives.c.decision == decisions.c.id)
    with node.catalog.reading() as connection:
        made = connection.execute(query.where(drives.c.drive_id.in_(known))).all()
    for row in sorted(made):
        try:
            table = load(node.blobs, row.judgement, _COLUMNS)
        except DAMAGE:
            continue
        good = pc.and_(
            pc.equal(table["verdict"], Verdict.ACCEPTED.value),
            pc.greater_equal(table["contrast"], float(COMPARABLE_CONTRAST)),
        )
        columns = table.filter(good).sort_by("n")
        places = (columns[name].to_numpy() for name in ("n", "lat_e7", "lon_e7", "t_ms"))
        yield course_of(row.drive_id, index.drives[row.drive_id].contributor, *places)


class _Asking:
    """Answers questions about pictures; each is fetched once a call."""

    def __init__(self, engine: Engine, own: Course, pictures: Pictures) -> None:
        self._engine = engine
        self._own_id = own.drive_id
        self._pictures = pictures

    def __call__(
        self, task: Callable[[Asked], Told], questions: Sequence[Question]
    ) -> list[Told | None]:
        wanted = {(one.drive_id, one.n) for one in questions}
        wanted |= {(one.other_id, one.other_n) for one in questions}
        shown = {one: self._telling(*one) for one in sorted(wanted)}
        able = [
            (number, own, other)
            for number, one in enumerate(questions)
            if (own := shown[one.drive_id, one.n]) is not None
            and (other := shown[one.other_id, one.other_n]) is not None
        ]
        tasks = [Asked(own, other) for _, own, other in able]
        told: list[Told | None] = [None] * len(questions)
        for (number, _, _), found in zip(able, self._engine.map(task, tasks), strict=True):
            told[number] = None if isinstance(found, Lost) else found
        return told

    def light(self, n: int) -> Brightness:
        """Of a frame of the own drive."""
        picture = self._telling(self._own_id, n)
        return UNLIT if picture is None else brightness_of(picture)

    def _telling(self, drive_id: str, n: int) -> Grey | None:
        own = drive_id == self._own_id
        picture = self._pictures.own(n) if own else self._pictures.of(drive_id, n)
        return picture if picture is not None and tells(picture) else None
