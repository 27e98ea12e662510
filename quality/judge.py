"""Judging: every sealed drive gets its first decision, and no drive gets two.

The order: look at the frames, compare with all earlier decisions, store the judgement, then one
transaction inserts the decision and points the drive at it. That transaction refuses when another
judge was faster, and it starts again when decisions were made that the comparison did not see, so
that of two copies judged at the same time one is always compared with the other. Killed anywhere,
it leaves blobs that nobody names, and the drive is judged again.

What is decided never depends on what is looked at meanwhile: while one drive is compared and
decided, the engine's workers have the first frames of the next one, and no others.
"""

import json
import logging
from collections.abc import Collection, Generator, Sequence
from dataclasses import replace

import cv2
import sqlalchemy as sa

from ingest.settings import ScreenSettings, TrimSettings
from ingest.trimming import Privacy
from quality import judgement
from quality.companions import companions
from quality.decisions import decision_of, enter, newest_decision
from quality.deleting import DELETED, discard
from quality.evidence.combined import signals_of
from quality.evidence.signals import Signal
from quality.evidence.streets import along_streets
from quality.evidence.watching import Watcher
from quality.indexfile import IndexFile
from quality.looking import Looked, looking
from quality.overlapping import overlapping
from quality.pictures import StoredPictures
from quality.private import open_hiding
from quality.records import reputations
from quality.reputation import NEUTRAL
from quality.settings import QualitySettings
from quality.streetmap import open_streets
from quality.telling import told
from quality.verdicts import DriveVerdict, counts_of, doubted, judge_drive, judgement_of
from quality.witnesses import course_of_frames, other_signals
from roadcomb.catalog.tables import drives
from roadcomb.engine import Engine, InlineEngine
from roadcomb.errors import Unreachable
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["DECIDED_BY", "Judge", "judge_pending"]

DECIDED_BY = "judge"

_log = logging.getLogger(__name__)


class Judge:
    """A judge that keeps its index of frames between calls; one thread at a time may use it."""

    def __init__(
        self,
        node: Node,
        engine: Engine,
        settings: QualitySettings | None = None,
        screening: ScreenSettings | None = None,
        trimming: TrimSettings | None = None,
    ) -> None:
        self._node = node
        self._engine = engine
        self._settings = settings or QualitySettings()
        self._screening = screening or ScreenSettings()
        self._hiding = open_hiding(node, trimming)
        self._streets = open_streets(node)
        self._file = IndexFile(node)
        self._index = self._file.index
        self._damaged: set[str] = set()

    def unread(self) -> Collection[str]:
        """Digests of judgements that new drives should be compared with and cannot be."""
        return list(self._index.unread.values())

    def judge_pending(self) -> int:
        """Judge all sealed drives without a decision; how many were decided. In the log's order,
        but those of keys that are known to have lied come after the others.

        A drive whose stored bytes are damaged, or that breaks the judge, is logged once and left
        pending until a restart; one whose bytes cannot be had just now is left to the next call.
        """
        waiting = [row for row in _pending(self._node) if row[0] not in self._damaged]
        values = reputations(self._node, {contributor for _, contributor, _ in waiting})
        waiting.sort(key=lambda row: values[row[1]] < NEUTRAL)
        decided = sum(overlapping(self._try(*row) for row in waiting))
        if decided:
            self._file.keep()
        return decided

    def _try(self, drive_id: str, contributor: str, sealed_ms: int) -> Generator[None, None, bool]:
        """`_judge`, but a drive that breaks it costs itself and no other."""
        try:
            return (yield from self._judge(drive_id, contributor, sealed_ms))
        except (*judgement.BROKEN, cv2.error):
            self._damaged.add(drive_id)
            _log.exception("drive %s breaks the judge and stays pending", drive_id)
            return False

    def _judge(
        self, drive_id: str, contributor: str, sealed_ms: int
    ) -> Generator[None, None, bool]:
        """Whether this call decided, in the steps of `looking`."""
        watcher = Watcher(self._engine)
        try:
            privacy = self._hiding.of(drive_id, contributor)
            steps = looking(self._node, self._engine, drive_id, self._settings, (watcher,))
            looked = yield from steps
        except judgement.DAMAGE as error:
            self._damaged.add(drive_id)
            _log.error("drive %s cannot be judged and stays pending: %s", drive_id, error)
            return False
        except Unreachable as error:
            _log.warning("drive %s is judged later: %s", drive_id, error)
            return False
        frames = [frame for frame, _ in looked.frames]
        signals = signals_of(frames, watcher.seen(), sealed_ms)
        decided = None
        while decided is None:
            decided = self._decide(drive_id, contributor, looked, privacy, signals)
        return decided

    def _decide(
        self,
        drive_id: str,
        contributor: str,
        looked: Looked,
        privacy: Privacy | None,
        signals: Sequence[Signal],
    ) -> bool | None:
        """Whether this call decided; None when newer decisions have to be looked at first."""
        self._index.follow(self._node)
        pictures = _pictures(self._node, looked)
        verdict = judge_drive(
            looked.frames,
            self._index,
            drive_id,
            contributor,
            self._settings,
            self._screening,
            privacy,
            pictures,
            signals,
        )
        if verdict.verdict is Verdict.ACCEPTED:
            asked = self._asked(verdict, drive_id, contributor, looked, pictures)
            verdict = doubted(verdict, [*signals, *asked])
        verdict = self._with_companions(verdict, drive_id, contributor, looked)
        digest = judgement.store(self._node.blobs, judgement_of(looked.frames, verdict.reasons))
        with self._node.catalog.writing() as connection:
            if newest_decision(connection) != self._index.last_decision:
                return None
            known = decision_of(connection, drive_id)
            if known is None:
                enter(connection, self._node.clock, _values(drive_id, looked, verdict, digest))
                return True
        if known.reason == DELETED:  # while we looked at it
            discard(self._node, {digest}, {looked.thumbnails})
        return False

    def _asked(
        self,
        verdict: DriveVerdict,
        drive_id: str,
        contributor: str,
        looked: Looked,
        pictures: StoredPictures,
    ) -> list[Signal]:
        """What others' pictures of the same places say, and the map of streets.

        The few pictures are compared here: in the engine they would wait for the next drive's.
        """
        shown = enumerate(frame for frame, _ in looked.frames)
        good = [(n, frame) for n, frame in shown if n not in verdict.reasons]
        own = course_of_frames(drive_id, contributor, good)
        asked = other_signals(self._node, InlineEngine(), self._index, own, good, pictures)
        return [*asked, *(along_streets(own, one) for one in self._streets)]

    def _with_companions(
        self, verdict: DriveVerdict, drive_id: str, contributor: str, looked: Looked
    ) -> DriveVerdict:
        if verdict.verdict is Verdict.REJECTED:
            return verdict
        frames = [frame for frame, _ in looked.frames]
        together = companions(self._node, self._index, drive_id, contributor, frames)
        if not together:
            return verdict
        return replace(verdict, evidence={**verdict.evidence, "together": together})


def judge_pending(node: Node, engine: Engine) -> int:
    """Judge all that waits, once; a server that calls again and again keeps a `Judge`."""
    return Judge(node, engine).judge_pending()


def _pictures(node: Node, looked: Looked) -> StoredPictures:
    shown = [seen.fingerprint is not None for _, seen in looked.frames]
    return StoredPictures(node, looked.thumbnails, shown)


def _pending(node: Node) -> list[tuple[str, str, int]]:
    """(id, contributor, when sealed) of sealed drives without a decision, in the log's order."""
    query = (
        sa.select(drives.c.drive_id, drives.c.contributor, drives.c.sealed_ms)
        .where(drives.c.sealed_ms.is_not(None), drives.c.decision.is_(None))
        .order_by(drives.c.log_index)
    )
    with node.catalog.reading() as connection:
        return [(row.drive_id, row.contributor, row.sealed_ms) for row in connection.execute(query)]


def _values(drive_id: str, looked: Looked, verdict: DriveVerdict, digest: str) -> dict[str, object]:
    good = len(looked.frames) - len(verdict.reasons)
    counts = counts_of(verdict.verdict, len(looked.frames), good)
    evidence = {**told(looked.seen, looked.mount), **verdict.evidence}
    return {
        "drive_id": drive_id,
        "verdict": verdict.verdict.value,
        "reason": verdict.reason,
        "judgement": digest,
        "thumbnails": looked.thumbnails,
        "accepted": counts.accepted,
        "held": counts.held,
        "rejected": counts.rejected,
        "evidence": json.dumps(evidence, sort_keys=True),
        "decided_by": DECIDED_BY,
    }
