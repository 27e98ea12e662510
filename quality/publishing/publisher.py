"""Publishing accepted drives: mask, verify, store, and only then one transaction shows them.

Law: a drive is shown by the row of its publication and by nothing else. The row is entered last,
when every blob that it names is durable; then the originals go. Killed anywhere, what is left is a
drive that is not shown yet and blobs that nobody names, or a shown one whose originals go at the
next turn. Without a detector that passes its self-test nothing is published, and it is said why.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import partial

from quality import judgement
from quality.decisions import newest_decision
from quality.masking.settings import MaskingSettings
from quality.publishing import originals, publications, record
from quality.publishing.composing import Anew, compose
from quality.publishing.discarding import purge
from quality.publishing.entering import enter, give_up, retire
from quality.publishing.fates import Fate
from quality.publishing.opening import OpenDetector
from quality.publishing.passing import Workers, windows
from quality.publishing.publications import Draft, Publication
from quality.publishing.record import FrameRecord
from quality.publishing.settings import PublishSettings
from quality.publishing.sources import known_frames, sources, with_news
from quality.publishing.staffing import staffed
from quality.publishing.work import Opening
from roadcomb.engine import Engine
from roadcomb.errors import StorageFull, Unreachable
from roadcomb.node import Node

__all__ = ["Publisher"]

_TURNS_OF_REST = 60
"""Turns between two self-tests of a detector that fails it: each costs a second."""

_log = logging.getLogger(__name__)


class Publisher:
    """The stage that publishes; one thread at a time may use it.

    trouble: why nothing can be published just now, None when nothing stands in the way.
    """

    def __init__(
        self,
        node: Node,
        engine: Engine,
        settings: PublishSettings | None = None,
        opening: Opening | None = None,
    ) -> None:
        self._node = node
        self._engine = engine
        self._settings = settings or PublishSettings()
        self._opening = opening or OpenDetector(MaskingSettings())
        self._workers: Workers | None = None
        self._rest = 0
        self._stuck: set[str] = set()
        self._unsettled = True
        self._after = 0
        self.trouble: str | None = None

    def publish_pending(self, most: int | None = None) -> int:
        """Publish accepted drives that were not (at most so many); how many are now. What an
        earlier turn was killed in is finished first."""
        self._settle()
        waiting = self._waiting()
        done = 0
        for drive_id in [one for one in waiting if one not in self._stuck][:most]:
            workers = self.workers()
            if workers is None:
                break
            done += self.publish(workers, drive_id, "published")
        return done

    def _waiting(self) -> list[str]:
        """Once nothing waits, only later decisions are looked at: a node has ever more of them."""
        with self._node.catalog.reading() as connection:
            last = newest_decision(connection)
            waiting = publications.unpublished(connection, self._after)
        if not waiting:
            self._after = last
        return waiting

    def workers(self) -> Workers | None:
        """The workers, once their detector has passed its self-test; else `trouble` says why."""
        if self._workers is None and self._rest == 0:
            self._test()
        self._rest = max(0, self._rest - 1)
        return self._workers

    def publish(
        self,
        workers: Workers,
        drive_id: str,
        cause: str = "published",
        shown_too: bool = False,
        wait: bool = False,
    ) -> bool:
        """Mask the frames of a drive that wait (`shown_too`: those that are shown as well) and
        show them. Whether that was entered; a drive whose bytes cannot be read is logged once.
        wait: as in `enter`."""
        if self._published(workers, drive_id, cause, shown_too, wait):
            return True
        give_up(self._node, drive_id)
        return False

    def _published(
        self, workers: Workers, drive_id: str, cause: str, shown_too: bool, wait: bool
    ) -> bool:
        before = self._newest(drive_id)
        try:
            draft = self.draft(workers, drive_id, cause, before, shown_too)
        except judgement.DAMAGE as error:
            if self._newest(drive_id) != before:
                return False  # another process was faster and took the originals away
            self._stuck.add(drive_id)
            _log.error("drive %s cannot be published and stays so: %s", drive_id, error)
            return False
        except judgement.BROKEN:
            self._stuck.add(drive_id)
            _log.exception("drive %s breaks the publisher and stays unpublished", drive_id)
            return False
        except Unreachable as error:
            _log.warning("drive %s is published later: %s", drive_id, error)
            return False
        return self._enter(draft, before, wait)

    def _test(self) -> None:
        workers = staffed(self._engine, self._opening, self._settings)
        if isinstance(workers, Workers):
            self._workers, self.trouble = workers, None
            return
        if workers != self.trouble:
            _log.error("nothing is published: %s", workers)
        self.trouble, self._rest = workers, _TURNS_OF_REST

    def draft(
        self,
        workers: Workers,
        drive_id: str,
        cause: str,
        before: Publication | None,
        shown_too: bool,
    ) -> Draft:
        """Store what a drive may show next (see `publish`); nothing is shown before `enter`."""
        known = known_frames(self._node, drive_id, before, self._settings.every)
        wanted = Fate.WAITING if not shown_too else Fate.PUBLISHED
        chosen = [one for one in known if one.fate in (Fate.WAITING, wanted)]
        anew = self._anew(workers, drive_id, chosen)
        detector = workers.detector
        changed = with_news(anew, known)
        return compose(self._node.blobs, drive_id, cause, detector, known, changed)

    def _enter(self, draft: Draft, before: Publication | None, wait: bool) -> bool:
        """Show a draft; originals that cannot go just now go at the next turn."""
        try:
            return enter(self._node, self._settings, draft, before, wait)
        except (StorageFull, Unreachable) as error:
            self._unsettled = True
            _log.warning("originals of drive %s go later: %s", draft.drive_id, error)
        except judgement.DAMAGE as error:  # or the drive was deleted by now
            _log.error("originals of drive %s cannot be retired: %s", draft.drive_id, error)
        return self._newest(draft.drive_id) != before

    def _anew(
        self, workers: Workers, drive_id: str, chosen: Sequence[FrameRecord]
    ) -> Iterator[Anew]:
        for window in windows(chosen):
            yield from workers.masked(partial(sources, self._node, drive_id, window))

    def _settle(self) -> None:
        """Finish what earlier turns began; afterwards only what a retention lets go."""
        if self._unsettled:
            for drive_id in originals.unretired(self._node):
                self._retire_again(drive_id)
            self._unsettled = False
        originals.expire(self._node, self._settings.retention_days)
        purge(self._node)

    def _retire_again(self, drive_id: str) -> None:
        shown = self._newest(drive_id)
        try:
            if shown is not None:
                frames = record.load(self._node.blobs, drive_id, shown.masks)
                retire(self._node, self._settings, drive_id, frames)
        except judgement.DAMAGE as error:
            _log.error("originals of drive %s cannot be retired: %s", drive_id, error)

    def _newest(self, drive_id: str) -> Publication | None:
        with self._node.catalog.reading() as connection:
            return publications.newest(connection, drive_id)
