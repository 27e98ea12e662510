"""The album: every published picture in one order, so that searches and pages are slices; pure.

The law: rows are sorted by (drive, n), and drives by their random public ids, so a picture's place
among the others never changes when new ones come, and its order tells nothing but what a camera's
own order in its drive tells. Derived from the picture index (tiles/pictures.py), thrown away and
made again: 32 bytes a picture.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.epochs import start_ms
from roadcomb.records import E7
from tiles.lines import FINE
from tiles.webmercator import world

__all__ = ["NOT_KNOWN", "Album", "album_of", "parse_id", "picture_id"]

NOT_KNOWN = -1
"""In place of a heading, and of a time."""
_LARGEST = 2**31
_N_BITS = 32

Ints = NDArray[np.int32]
Rows = NDArray[np.int64]
Key = tuple[str, int]
"""A picture: public id of its drive, its number there."""


@dataclass(frozen=True)
class Album:
    """m pictures of the drives `names`, which are sorted; columns of shape (m,).

    drive: index into names. day: epoch day. lat_e7, lon_e7: 1e-7 degrees. heading_cdeg: hundredths
    of a degree, or NOT_KNOWN. ms: since the day began, or NOT_KNOWN where times are not told.
    licences: SPDX ids that the drives' contributors chose, or None. Pictures of drive i are
    starts[i]:starts[i + 1], never none.
    """

    names: tuple[str, ...]
    licences: tuple[str | None, ...]
    starts: Rows
    drive: Ints
    n: Ints
    day: Ints
    grade: Ints
    lat_e7: Ints
    lon_e7: Ints
    heading_cdeg: Ints
    ms: Ints

    def __len__(self) -> int:
        return len(self.n)

    @cached_property
    def places(self) -> dict[str, int]:
        """The index of each drive, by its name."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def world(self) -> tuple[Rows, Rows]:
        """x and y of each picture in FINE units of the square map (tiles/lines.py)."""
        places = world(self.lon_e7 / E7, self.lat_e7 / E7)
        x, y = (np.clip(np.floor(place * FINE), 0, FINE - 1).astype(np.int64) for place in places)
        return x, y

    def of_drive(self, name: str) -> slice:
        """Rows of a drive; an empty slice for one that is not here."""
        place = self.places.get(name)
        if place is None:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    def row(self, key: Key) -> int | None:
        """The row of a picture, or None."""
        own = self.of_drive(key[0])
        at = own.start + int(np.searchsorted(self.n[own], key[1]))
        return at if at < own.stop and self.n[at] == key[1] else None

    def after(self, key: Key) -> int:
        """The first row behind a picture, which need not be here any more."""
        place = bisect_left(self.names, key[0])
        if place == len(self.names) or self.names[place] != key[0]:
            return int(self.starts[place])
        own = self.of_drive(key[0])
        return int(own.start + np.searchsorted(self.n[own], key[1], "right"))

    @cached_property
    def exact(self) -> bool:
        """Whether times of day are told."""
        return bool((self.ms != NOT_KNOWN).any())

    def instant_ms(self, row: int) -> int | None:
        """When a picture was taken, where that is told."""
        ms = int(self.ms[row])
        return None if ms == NOT_KNOWN else start_ms(int(self.day[row])) + ms

    def key(self, row: int) -> Key:
        """The picture of a row."""
        return self.names[self.drive[row]], int(self.n[row])


def album_of(
    pictures: pa.Table,
    shown: Callable[[str], NDArray[np.int32]],
    licence: Callable[[str], str | None] = lambda name: None,
) -> Album:
    """The album of PICTURES; shown: the numbers of a drive's published pictures; licence: what its
    contributor chose for them."""
    codes = pictures["public_id"].combine_chunks()
    found = codes.dictionary.to_pylist() if len(pictures) else []
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    own = rank[codes.indices.to_numpy()] if len(pictures) else np.zeros(0, np.int64)
    keys = own << _N_BITS | pictures["n"].to_numpy().astype(np.int64)
    published = [
        place << _N_BITS | np.unique(shown(found[code])).astype(np.int64)
        for place, code in enumerate(order)
    ]
    rows = np.argsort(keys, kind="stable")
    seen = np.isin(keys[rows], np.concatenate([np.zeros(0, np.int64), *published]))
    rows = rows[seen]
    there, drive, counts = np.unique(own[rows], return_inverse=True, return_counts=True)
    names = tuple(found[order[place]] for place in there.tolist())
    return Album(
        names,
        tuple(licence(name) for name in names),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        drive.astype(np.int32),
        n=pictures["n"].to_numpy()[rows],
        day=pictures["day"].to_numpy()[rows],
        grade=pictures["grade"].to_numpy()[rows],
        lat_e7=pictures["lat_e7"].to_numpy()[rows],
        lon_e7=pictures["lon_e7"].to_numpy()[rows],
        heading_cdeg=pictures["heading_cdeg"].fill_null(NOT_KNOWN).to_numpy()[rows],
        ms=pictures["ms"].fill_null(NOT_KNOWN).to_numpy()[rows],
    )


def picture_id(key: Key) -> str:
    """What a picture is called where one name must do."""
    return f"{key[0]}-{key[1]}"


def parse_id(text: str) -> Key | None:
    """The picture that is called so; None for what is no name of one."""
    drive, _, n = text.rpartition("-")
    if not drive or not n.isascii() or not n.isdigit() or len(n) > len(str(_LARGEST)):
        return None
    number = int(n)
    return (drive, number) if number < _LARGEST and str(number) == n else None
