"""The live map: the newest good snapshot, an overlay of later verdicts, and the pictures.

Everything in it is derived and rebuilt from the catalog at start; `refresh` then follows the
catalog by ids. Readers take `state` once: it is replaced as a whole and never changed, so no answer
mixes two states. A tile is encoded and compressed once in a state.

A judgement that cannot be read costs the map that drive and no other: it is logged once, named in
the state's `unread` and tried again at each refresh. What a snapshot holds of it stays drawn.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quality import judgement as judgements
from roadcomb.blobs import Blobs
from roadcomb.node import Node
from roadcomb.settings import CaptureTime
from tiles.accepted import Changes, Decided, Position, read_changes
from tiles.checked import Checked
from tiles.compression import compress
from tiles.fold import empty, fold, merge
from tiles.footing import Footing
from tiles.forgotten import remaining
from tiles.gallery import Gallery
from tiles.kept import Kept
from tiles.lines import NO_LINES, Lines, joined, lines_of
from tiles.passes import passes_of
from tiles.pictures import Picture, index_of, pictures_of
from tiles.sketch import sketch_bits
from tiles.snapshot import Snapshot
from tiles.state import LAYERS, MapState, overlay_of
from tiles.webmercator import Tile

__all__ = ["LiveMap"]

_log = logging.getLogger(__name__)

_TILES_KEPT = 2_048
_PICTURES_KEPT = 512

Left = tuple[Snapshot, tuple[pa.Table, ...]]
"""A snapshot, and what is drawn where drives were taken out of it (tiles/forgotten.py)."""


@dataclass(frozen=True, slots=True)
class _Drive:
    """An accepted drive's part of the map; rows: None once a snapshot holds them."""

    decided: Decided
    rows: pa.Table | None
    pictures: pa.Table
    lines: Lines


@dataclass(frozen=True, slots=True)
class _Served:
    """A state with its tiles, compressed, and its pictures, as they were asked for."""

    state: MapState
    tile: Kept
    picture: Kept


class LiveMap:
    """The map of a node, now; safe to read while another thread refreshes it.

    checked: coverage shards that are taken unread; whoever gives it calls `look_again`.
    """

    def __init__(self, node: Node, checked: Checked | None = None) -> None:
        self._node = node
        self._checked = checked
        self._secret = node.key.derive("sketch")
        self._lock = threading.Lock()
        self._gallery = Gallery(node)
        self._clear()
        nothing = self._footing.snapshot
        self._served = _serving(MapState(Position(), nothing, self._overlay, self._pictures, {}))
        self.refresh()

    def _clear(self) -> None:
        """Know nothing of the catalog yet."""
        self._drives: dict[str, _Drive] = {}
        self._unread: dict[str, Decided] = {}
        self._epochs: dict[str, int] = {}
        self._counted: frozenset[str] = frozenset()
        self._footing = Footing(self._node, self._checked)
        self._overlay, self._pictures = overlay_of([]), index_of([])
        self._lines = NO_LINES
        nothing: Left = (self._footing.snapshot, ())
        self._left: tuple[tuple[str, frozenset[str]], Left] = (("", frozenset()), nothing)

    @property
    def state(self) -> MapState:
        """The map at this moment."""
        return self._served.state

    @property
    def etag(self) -> str:
        """Strong entity tag of everything drawn from the present state, with its quotes."""
        return f'"{self.state.tag}"'

    def tile(
        self, tile: Tile, layers: Sequence[str] = LAYERS[:1]
    ) -> tuple[str, Callable[[], bytes]]:
        """Tag of the state, and what makes the tile's gzipped bytes; none when it is empty."""
        served = self._served
        return served.state.tag, partial(served.tile, tile, tuple(layers))

    def has_tile(self, tile: Tile, layers: Sequence[str]) -> bool:
        """Whether the tile of the present state was made already."""
        return self._served.tile.has(tile, tuple(layers))

    def picture(self, tile: Tile, today: int) -> tuple[str, Callable[[], bytes]]:
        """Tag of the state and the day, and what makes a PNG of freshness; none of nothing."""
        served = self._served
        return f"{served.state.tag}-{today}", partial(served.picture, tile, today)

    def is_shown(self, picture: Picture) -> bool:
        """Whether a picture of the map is published."""
        drive = self.state.drives.get(picture.public_id)
        return drive is not None and self._gallery.shows(drive.drive_id, picture.n)

    @property
    def published(self) -> int:
        """The newest publication that was heard of, by its id: `shown` changes with it."""
        return self._gallery.last

    def shown(self, public_id: str) -> NDArray[np.int32]:
        """The numbers of a drive's published pictures."""
        drive = self.state.drives.get(public_id)
        return self._gallery.numbers(drive.drive_id if drive else "")

    @property
    def damage(self) -> str | None:
        """What is wrong with the newest coverage, in words; None of a good one."""
        return self._footing.damage

    def refresh(self) -> bool:
        """Follow the catalog; True when the map changed."""
        with self._lock:
            self._gallery.refresh()
            return self._advance(self.state.position)

    def look_again(self, shards: int) -> bool:
        """Hash so many shards that were taken unread; True when the map changed: one has rotted,
        and all is drawn as by a node that starts now."""
        if not any(self._footing.has_rotted() for _ in range(shards)):
            return False
        with self._lock:
            self._clear()
            return self._advance(Position())

    def _advance(self, since: Position) -> bool:
        changes = read_changes(self._node.catalog, since)
        closed = changes.position.epoch > since.epoch or self._footing.is_mended()
        if changes.position == since and not closed and not self._restored():
            return False
        self._epochs.update(changes.counted)
        if closed:
            self._footing.advance(changes.position.epoch)
        self._follow(changes, closed)
        self._served = _serving(self._state(changes.position))
        return True

    def _follow(self, changes: Changes, closed: bool) -> None:
        drives = dict(self._drives)
        unread = dict(self._unread)
        for decided in (*self._unread.values(), *changes.decided):
            drives.pop(decided.drive_id, None)
            was_unread = unread.pop(decided.drive_id, None) is not None
            if not decided.accepted:
                continue
            try:
                drives[decided.drive_id] = self._load(decided)
            except judgements.DAMAGE as error:
                unread[decided.drive_id] = decided
                if not was_unread:
                    _log.error("drive %s is not on the map: %s", decided.drive_id, error)
        before, self._drives, self._unread = self._drives, drives, unread
        known = self._counted
        if closed:
            upto = self._footing.epoch
            self._counted = frozenset(d for d, epoch in self._epochs.items() if epoch <= upto)
        self._redraw(before, self._counted - known)

    def _load(self, decided: Decided) -> _Drive:
        judgement = judgements.load(self._node.blobs, decided.judgement, judgements.OUTLINE)
        exact = self._node.settings.capture_time is CaptureTime.EXACT
        pictures = pictures_of(decided.public_id, judgement, exact)
        rows = _rows(judgement, decided, self._secret)
        return _Drive(decided, rows, pictures, lines_of(pictures))

    def _redraw(self, before: Mapping[str, _Drive], counted: Collection[str]) -> None:
        """Overlay and pictures: new drives are merged in; only what left has all drawn anew."""
        new = [d for d, one in self._drives.items() if before.get(d) is not one]
        left = any(self._drives.get(drive_id) is not one for drive_id, one in before.items())
        known = [] if left else [self._pictures]
        added = list(self._drives) if left else new
        if added or left:
            self._pictures = index_of([*known, *(self._drives[d].pictures for d in added)])
            lines = [] if left else [self._lines]
            self._lines = joined([*lines, *(self._drives[d].lines for d in added)])
        for drive_id in self._counted & self._drives.keys():
            if self._drives[drive_id].rows is not None:
                self._drives[drive_id] = replace(self._drives[drive_id], rows=None)
        if left or counted:
            self._overlay = _overlay(self._drives.values())
        elif new:
            increment = _overlay(self._drives[d] for d in new)
            pairs = zip(self._overlay, increment, strict=True)
            self._overlay = tuple(merge(pair) for pair in pairs)

    def _restored(self) -> bool:
        """Whether a judgement that could not be read can be read now."""
        return any(_readable(self._node.blobs, one.judgement) for one in self._unread.values())

    def _state(self, position: Position) -> MapState:
        by_public_id = {one.decided.public_id: one.decided for one in self._drives.values()}
        snapshot, redrawn = self._without_forgotten()
        overlay = self._overlay
        if redrawn:
            overlay = tuple(merge(pair) for pair in zip(overlay, redrawn, strict=True))
        unread = frozenset(one.judgement for one in self._unread.values())
        return MapState(
            position, snapshot, overlay, self._pictures, by_public_id, unread, self._lines
        )

    def _without_forgotten(self) -> Left:
        """The snapshot without drives that were counted and are no longer there."""
        gone = frozenset(self._counted - self._drives.keys() - self._unread.keys())
        if not gone:
            return self._footing.snapshot, ()
        known = (self._footing.snapshot.digest, gone | self._unread.keys())
        if self._left[0] != known:
            there = sorted(self._counted & self._drives.keys())
            counted = merge([self._coverage_of(drive_id) for drive_id in there])
            self._left = known, remaining(self._footing.snapshot, counted)
        return self._left[1]

    def _coverage_of(self, drive_id: str) -> pa.Table:
        """COVERAGE of a drive that a snapshot holds: read again, since it is rarely asked for."""
        decided = self._drives[drive_id].decided
        try:
            judgement = judgements.load(self._node.blobs, decided.judgement, judgements.OUTLINE)
        except judgements.DAMAGE as error:
            _log.error("drive %s cannot be drawn beside deleted ones: %s", drive_id, error)
            return empty()
        return fold(None, _rows(judgement, decided, self._secret))


def _overlay(drives: Iterable[_Drive]) -> tuple[pa.Table, ...]:
    return overlay_of([one.rows for one in drives if one.rows is not None])


def _readable(blobs: Blobs, digest: str) -> bool:
    try:
        judgements.load(blobs, digest, judgements.OUTLINE)
    except judgements.DAMAGE:
        return False
    return True


def _rows(judgement: pa.Table, decided: Decided, secret: bytes) -> pa.Table:
    passes = passes_of(judgement)
    bits: np.ndarray = sketch_bits(secret, decided.account, passes["cell"].to_numpy())
    return passes.append_column("sketch", pa.array(bits, pa.uint8()))


def _serving(state: MapState) -> _Served:
    def compressed(tile: Tile, layers: Sequence[str]) -> bytes:
        return compress(state.tile(tile, layers))

    return _Served(state, Kept(compressed, _TILES_KEPT), Kept(state.picture, _PICTURES_KEPT))
