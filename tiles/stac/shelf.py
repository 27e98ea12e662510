"""The album of the map as it is now, made again when the map or what is published changed."""

import threading

from tiles.live import LiveMap
from tiles.stac.album import Album, album_of
from tiles.state import MapState

__all__ = ["Shelf"]


class Shelf:
    """Follows a live map; nothing is made before it is asked for."""

    def __init__(self, live: LiveMap) -> None:
        self._live = live
        self._lock = threading.Lock()
        self._made: tuple[MapState, int, Album] | None = None

    @property
    def album(self) -> Album:
        """The published pictures of this moment."""
        with self._lock:
            state, published = self._live.state, self._live.published
            made = self._made
            if made is None or made[0] is not state or made[1] != published:
                made = (state, published, album_of(state.pictures, self._live.shown))
                self._made = made
            return made[2]
