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
from tiles.checked import Checked, stamp_of
from tiles.fold import empty
from tiles.snapshot import PREFIX, Snapshot, check_shard, digest, open_snapshot, shard_digests

__all__ = ["Footing"]

_log = logging.getLogger(__name__)

Stamps = dict[str, str]
"""What was seen of each damaged blob, by its key: it is read again when that changes."""


@dataclass
class Footing:
    """snapshot: the coverage of `epoch`, -1 before any. newest: the newest epoch that is closed.

    checked: shards that may be taken unread, and are hashed later; None: all are hashed at open.
    """

    node: Node
    checked: Checked | None = None
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
                    self.snapshot = self._opened(name, damaged)
                self.epoch = epoch
            except (IntegrityError, NotFound) as error:
                key = str(error.details.get("key", f"{PREFIX}/{name}"))
                damaged[key] = _stamp(self.node.blobs, key)
                upto = epoch - 1
        self.newest, self._damaged = newest, damaged
        if damaged.keys() - known:
            _log.error("%s", self.damage)
        if self.checked is not None:
            self.checked.save()

    def _opened(self, name: str, damaged: Stamps) -> Snapshot:
        """Shards are shared among epochs: one that is known as damaged is not checked again."""
        for shard in shard_digests(self.node.blobs, name):
            if (key := f"{PREFIX}/{shard}") in damaged:
                raise IntegrityError(f"{key} is damaged: run a restore", key=key)
        return open_snapshot(self.node.blobs, name, self.checked)

    def has_rotted(self) -> bool:
        """Hash one shard that was taken unread; whether it is not what its digest says."""
        name = None if self.checked is None else self.checked.due()
        if name is None or self.checked is None:
            return False
        try:
            check_shard(self.node.blobs, name)
        except (IntegrityError, NotFound):
            self.checked.forget(name)
            return True
        return False


def _stamp(blobs: Blobs, key: str) -> str:
    """Something that changes when the blob does."""
    path = blobs.local_path(key)
    if path is not None:
        return stamp_of(path) or "nothing"
    try:
        return digest_of_bytes(blobs.get(key))
    except NotFound:
        return "nothing"
