"""Watching a folder: it is sent when something in it changed and then nothing did for a while.

Law: while a file is still being copied nothing is sent, so that a card that takes minutes to copy
is a few drives and not many pieces. What was sent is told by the uploader's own memory; here is
only decided when to look again.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

__all__ = ["listing", "settled"]

Listing = Mapping[Path, tuple[int, int]]


def listing(folder: Path) -> Listing:
    """(size, time of change in ns) of each file in a folder and the folders in it."""
    return {
        path: (status.st_size, status.st_mtime_ns)
        for where, _, names in os.walk(folder)
        for path in (Path(where, name) for name in names)
        if (status := _status(path)) is not None
    }


def settled(
    look: Callable[[], Listing], sleep: Callable[[float], None], quiet_s: float
) -> Iterator[Listing]:
    """Each state of a folder, begun with the present one, that stayed the same for `quiet_s`."""
    sent: Listing = {}
    before = look()
    while True:
        sleep(quiet_s)
        now = look()
        if now == before and now != sent:
            yield now
            sent = now
        before = now


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # gone meanwhile
        return None
