"""Which epoch's coverage the map stands on: the newest whose every shard is what its digest says.

The law: a damaged snapshot is refused at open and the last good one stays; where there is none yet,
as at start, the newest good one is looked for, epoch by epoch back. Nothing is lost by it: what
later epochs counted is drawn from judgements, like every verdict since the last night.
"""

import logging
from dataclasses import dataclass, field

from roadcomb.blobs import Blobs
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError, NotFound
from roadcomb.node import Node
from tiles.accepted import coverage_upto
from tiles.fold import empty
from tiles.snapshot import PREFIX, Snapshot, digest, open_snapshot, shard_digests

__all__ = ["Footing"]

_log = logging.getLogger(__name__)

Stamps = dict[str, str]
"""What was seen of each damaged blob, by its key: it is read again when that changes."""


@dataclass
class Footing:
    """snapshot: the coverage of `epoch`, -1 before any. newest: the newest epoch that is closed."""

    node: Node
    snapshot: Snapshot = field(default_factory=lambda: Snapshot(digest(empty()), {}))
    epoch: int = -1
    newest: int = -1
    _damaged: Stamps = field(default_factory=dict)

    @property
    def damage(self) -> str | None:
        """What is wrong and what the map is drawn from meanwhile, in words; None of a good one."""
        if not self._damaged:
            return None
        what = ", ".join(sorted(self._damaged))
        meanwhile = "no epoch" if self.epoch < 0 else f"epoch {self.epoch}"
        return (
            f"the coverage of epoch {self.newest} is lost or damaged ({what}): restore it; the map "
            f"is drawn from {meanwhile} and the judgements since"
        )

    def is_mended(self) -> bool:
        """Whether a blob that was damaged is another now, so that it is worth another look."""
        return any(_stamp(self.node.blobs, key) != seen for key, seen in self._damaged.items())

    def advance(self, newest: int) -> None:
        """Stand on the newest good coverage of the epochs up to `newest`.

        Raises Unreachable when the store does not answer.
        """
        known, damaged, upto = self._damaged.keys(), Stamps(), newest
        while (found := coverage_upto(self.node.catalog, upto)) and found[0] > self.epoch:
            epoch, name = found
            try:
                if name != self.snapshot.digest:
                    self.snapshot = _opened(self.node.blobs, name, damaged)
                self.epoch = epoch
            except (IntegrityError, NotFound) as error:
                key = str(error.details.get("key", f"{PREFIX}/{name}"))
                damaged[key] = _stamp(self.node.blobs, key)
                upto = epoch - 1
        self.newest, self._damaged = newest, damaged
        if damaged.keys() - known:
            _log.error("%s", self.damage)


def _opened(blobs: Blobs, name: str, damaged: Stamps) -> Snapshot:
    """Shards are shared among epochs: one that is known as damaged is not checked again."""
    for shard in shard_digests(blobs, name):
        if (key := f"{PREFIX}/{shard}") in damaged:
            raise IntegrityError(f"{key} is damaged: run a restore", key=key)
    return open_snapshot(blobs, name)


def _stamp(blobs: Blobs, key: str) -> str:
    """Something that changes when the blob does."""
    path = blobs.local_path(key)
    try:
        if path is None:
            return digest_of_bytes(blobs.get(key))
        found = path.stat()
    except (NotFound, FileNotFoundError):
        return "nothing"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
