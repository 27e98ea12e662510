"""The album of the map as it is now, made again when the map or what is published changed."""

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from roadcomb.settings import CaptureTime
from tiles.live import LiveMap
from tiles.stac.album import Album, album_of
from tiles.stac.layers import encode
from tiles.state import MapState
from tiles.webmercator import Tile

__all__ = ["Shelf", "Shelved"]

_TILES_KEPT = 512
_COMPRESSION = 6


@dataclass(frozen=True, slots=True)
class Shelved:
    """An album, its tag for caches, and its tiles (tiles/stac/layers.py), gzipped."""

    state: MapState
    tag: str
    album: Album
    tile: Callable[[Tile], bytes]


class Shelf:
    """Follows a live map, whose pictures tell `times`; nothing is made before it is asked for."""

    def __init__(self, live: LiveMap, times: CaptureTime = CaptureTime.DAY) -> None:
        self._live = live
        self._times = times
        self._lock = threading.Lock()
        self._now: Shelved | None = None

    @property
    def now(self) -> Shelved:
        """The published pictures of this moment."""
        with self._lock:
            state = self._live.state
            tag = f"{state.tag}-{self._live.published}-{self._times}"
            if self._now is None or self._now.state is not state or self._now.tag != tag:
                album = album_of(
                    state.pictures, self._live.shown, lambda name: state.drives[name].licence
                )
                self._now = Shelved(state, tag, album, _tiles(album, state))
            return self._now


def _tiles(album: Album, state: MapState) -> Callable[[Tile], bytes]:
    def compressed(tile: Tile) -> bytes:
        body = encode(album, state.lines, tile)
        return gzip.compress(body, _COMPRESSION, mtime=0) if body else b""

    return lru_cache(_TILES_KEPT)(compressed)
