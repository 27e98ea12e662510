"""What stays put over a drive: things in the way of the view, drops and dirt, frost.

The law: equal pictures in equal order give equal findings on every machine (all sums are exact
integers, all comparisons are multiplied out), a picture like the one before adds nothing (a car at
a light), and fewer than `_ENOUGH` pictures of a moving car say nothing.

The scene moves, the glass does not. Of each pixel of the small pictures f are kept: the sum of f,
of f squared and of the squared gradient of f. From them, per tile of 8 px:

- variance over time: next to nothing behind something opaque, which is darker than the picture, or
  truly still and no brighter (a clear sky may be still, but is bright);
- detail (mean squared gradient) to variance: a drop or a smear throws out of focus what moves
  behind it, so that it changes as its surroundings do, with a sixth of their detail or less;
- static detail, the squared gradient of the mean picture, less what chance gives it: texture that
  belongs to the glass, a quarter or more of all detail there.

Along the lower edge the own car may take a tenth of the picture. It is told, but costs nothing.
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.grade import CLEAR, View
from quality.sectors import sector_of
from roadcomb.records import Frame

__all__ = ["Finding", "Seen", "ViewObserver"]

Grey = NDArray[np.uint8]
Sums = NDArray[np.int64]
Whole = TypeVar("Whole", NDArray[np.int32], NDArray[np.int64])
Mask = NDArray[np.bool_]

_TILE, _AREA = 8, 64
_ENOUGH = 8
_MOVED = 2
"""Mean difference, grey levels, from which two pictures were not taken at a standstill."""
_AROUND = 9
"""Tiles across the surroundings that a tile is compared with."""
_OWN_CAR = 100
"""Per mille of the picture along its lower edge that bonnet and dashboard may take."""
_TOLD = {"view-covered": 22, "glass-spotted": 20, "glass-frosted": 130}
"""Per mille from which a finding costs something and is worth telling (quality/settings.py)."""
_GONE = 6
"""In how many times less detail than its surroundings a tile is out of focus."""
_MOSTLY = 60
"""Per cent of a place's tiles that lack detail in a frame that counts for the place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """code: view-covered, glass-spotted or glass-frosted; where: as sectors.WORDS names it;
    per_mille of the picture; in `frames` of the `of` frames that were compared.
    """

    code: str
    where: str
    per_mille: int
    frames: int
    of: int


@dataclass(frozen=True, slots=True)
class Seen:
    """view: for the grade; own_car: per mille, what hides the view from the lower edge upwards;
    findings: worst first.
    """

    view: View
    own_car: int
    findings: tuple[Finding, ...]


class ViewObserver:
    """Gathers a drive's small pictures; those unlike the first in shape are left out."""

    def __init__(self) -> None:
        self._last: Grey | None = None
        self._flat: list[bytes] = []
        self._sums: tuple[Sums, Sums, Sums] | None = None

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        """Add a frame's picture."""
        if small is None or min(small.shape) <= _TILE or self._like_the_last(small):
            return
        values = small.astype(np.int32)
        detail = _squared_gradient(values)
        if self._sums is None:
            nothing = np.zeros((3, *small.shape), np.int64)
            self._sums = (nothing[0], nothing[1], nothing[2])
        for total, more in zip(self._sums, (values, values * values, detail), strict=True):
            total += more
        self._last = small
        self._flat.append(np.packbits(_without_detail(_tiled(detail))).tobytes())

    def seen(self) -> Seen:
        """What the pictures so far tell."""
        count = len(self._flat)
        if self._sums is None or count < _ENOUGH:
            return Seen(CLEAR, 0, ())
        tiles = _Tiles.of(self._sums, count)
        covered = tiles.covered()
        own_car = _touching_below(covered)
        own = own_car & _lowest(own_car)
        spotted, frosted = tiles.spotted() & ~covered, tiles.frosted() & ~covered
        places = {
            "view-covered": covered & ~own,
            "glass-spotted": spotted,
            "glass-frosted": frosted,
        }
        found = [
            self._finding(code, place)
            for code, place in places.items()
            if _per_mille(place) >= _TOLD[code]
        ]
        view = View(*(_per_mille(place) for place in places.values()))
        worst_first = tuple(sorted(found, key=lambda finding: -finding.per_mille))
        return Seen(view, _per_mille(own_car), worst_first)

    def _like_the_last(self, small: Grey) -> bool:
        """Or of another shape, which no sum can take."""
        if self._last is None:
            return False
        if small.shape != self._last.shape:
            return True
        return cv2.norm(small, self._last, cv2.NORM_L1) < _MOVED * small.size

    def _finding(self, code: str, place: Mask) -> Finding:
        of = len(self._flat)
        frames = of if code == "glass-frosted" else sum(self._hides(place))
        return Finding(code, sector_of(place), _per_mille(place), frames, of)

    def _hides(self, place: Mask) -> list[bool]:
        """Of each frame: whether most of the place is without detail in it."""
        inside = place.ravel()
        needed = int(inside.sum()) * _MOSTLY
        bits = (np.unpackbits(np.frombuffer(flat, np.uint8)) for flat in self._flat)
        return [100 * int(flat[: inside.size][inside].sum()) >= needed for flat in bits]


@dataclass(frozen=True, slots=True)
class _Tiles:
    """Per tile: mean; n(n-1) times variance, detail and static detail, all times the area."""

    mean: Sums
    variance: Sums
    detail: Sums
    static: Sums
    one: int
    """What one grey level squared is in the three."""

    @staticmethod
    def of(sums: tuple[Sums, Sums, Sums], n: int) -> "_Tiles":
        values, squares, detail = sums
        own = _tiled(detail)
        return _Tiles(
            _tiled(values) // (n * _AREA),
            _tiled(n * squares - values * values),
            own * (n - 1),
            _tiled(_squared_gradient(values)) - own,
            n * (n - 1) * _AREA,
        )

    def covered(self) -> Mask:
        """Still and dark, or still beyond doubt and no brighter than usual: a clear sky is."""
        usual, light = int(np.median(self.variance)), int(np.median(self.mean))
        if usual < 4 * self.one:
            return np.zeros(self.mean.shape, np.bool_)
        dark = (12 * self.variance < usual) & (4 * self.mean < 3 * light)
        return np.asarray(dark | ((100 * self.variance < usual) & (self.mean <= light)))

    def spotted(self) -> Mask:
        """Changing like their surroundings, without their detail."""
        share = 1000 * self.detail // (self.variance + 4 * self.one)
        return (_GONE * _AROUND**2 * share < _around(share)) & (self.variance > 30 * self.one)

    def frosted(self) -> Mask:
        """With texture of their own."""
        return (4 * self.static >= self.detail) & (self.static >= 10 * self.one)


def _squared_gradient(values: Whole) -> Whole:
    """Squared differences to the right and lower neighbours, 0 along the last row and column."""
    squared = np.zeros_like(values)
    squared[:, :-1] += np.diff(values, axis=1) ** 2
    squared[:-1] += np.diff(values, axis=0) ** 2
    squared[-1], squared[:, -1] = 0, 0
    return squared


def _tiled(values: NDArray[np.int32] | Sums) -> Sums:
    """Sums over whole tiles."""
    rows, columns = values.shape[0] // _TILE, values.shape[1] // _TILE
    whole = values[: rows * _TILE, : columns * _TILE].reshape(rows, _TILE, columns, _TILE)
    return np.asarray(whole.sum(axis=1, dtype=np.int64).sum(axis=2))


def _around(tiles: Sums) -> Sums:
    """Sums over each tile's surroundings, mirrored at the edges; exact up to 2**53."""
    sums = cv2.boxFilter(
        tiles.astype(np.float64),
        cv2.CV_64F,
        (_AROUND, _AROUND),
        normalize=False,
        borderType=cv2.BORDER_REFLECT,
    )
    return sums.astype(np.int64)


def _without_detail(detail: Sums) -> Mask:
    """In one frame: much less detail than around, or next to none."""
    return np.asarray((_GONE * _AROUND**2 * detail < _around(detail)) | (detail < 6 * _AREA))


def _touching_below(covered: Mask) -> Mask:
    """What hangs together with the lower edge: bonnet and dashboard, or what lies on it."""
    _, labels = cv2.connectedComponents(covered.astype(np.uint8), connectivity=4)
    return np.isin(labels, np.setdiff1d(labels[-1], [0]))


def _lowest(own_car: Mask) -> Mask:
    """The rows, from below, in which the own car takes no more than its share."""
    so_far = np.cumsum(own_car[::-1].sum(axis=1))[::-1]
    return np.asarray((1000 * so_far <= _OWN_CAR * own_car.size)[:, None])


def _per_mille(place: Mask) -> int:
    return 1000 * int(place.sum()) // place.size
