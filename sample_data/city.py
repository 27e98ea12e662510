"""The plan of the city: streets, blocks, houses and what stands along the kerb.

A grid of straight streets. A block has four rows of houses; houses at a corner show the same
height to both streets. All lengths are metres in the local frame (x east, y north, z up), whose
origin lies in the open Atlantic (see `geodesy`): nobody lives here.
"""

from dataclasses import dataclass
from functools import lru_cache

from sample_data.dice import Dice

NORTHWARD = (-196.0, -96.0, 0.0, 104.0, 196.0, 308.0, 404.0, 508.0, 608.0)
"""x of the streets that run north."""

EASTWARD = (-204.0, -100.0, 0.0, 96.0, 204.0, 300.0, 412.0, 508.0, 608.0)
"""y of the streets that run east."""

HALF_STREET_M = 9.0
"""From the middle of a street to the houses."""

KERB_M = 5.4
"""From the middle of a street to the kerb."""

FLOOR_M, GROUND_FLOOR_M = 3.1, 4.0

CORNER_M = 11.0

SIDE_DEPTH_M = 10.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class House:
    """What is painted on a wall: its own number, size, and whether it is a front or a flank."""

    number: tuple[int, ...]
    width_m: float
    base_m: float
    top_m: float
    kind: str


@dataclass(frozen=True, slots=True)
class Wall:
    """An upright rectangle; seen from outside, `left` and `right` are its ends on the ground."""

    left: Point
    right: Point
    house: House


@dataclass(frozen=True, slots=True)
class Ground:
    """A rectangle of street: a stretch between two junctions, or a junction."""

    west_m: float
    south_m: float
    east_m: float
    north_m: float
    kind: str
    number: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """What stands on the pavement: tree, lamp or sign; or a parked car, with its heading."""

    kind: str
    x_m: float
    y_m: float
    heading_deg: float
    number: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Lot:
    width_m: float
    height_m: float
    kind: str
    number: tuple[int, ...]


def _corner(seed: int, column: int, row: int, corner: int) -> _Lot:
    dice = Dice(seed, "corner", column, row, corner)
    height = GROUND_FLOOR_M + FLOOR_M * (1 + dice.below(6))
    return _Lot(CORNER_M, height, dice.pick(("shop", "shop", "office")), (column, row, 9, corner))


def _lot(dice: Dice, width: float, number: tuple[int, ...]) -> _Lot:
    kind = dice.pick(("house", "house", "shop", "shop", "shop", "office", "garage", "garden"))
    floors = {"garden": 0, "garage": dice.below(2)}.get(kind, 1 + dice.below(5))
    height = 2.0 + dice.between(0.0, 1.2) if kind == "garden" else GROUND_FLOOR_M + FLOOR_M * floors
    return _Lot(width, height, kind, number)


def _row_of_lots(seed: int, column: int, row: int, side: int, length: float) -> list[_Lot]:
    dice = Dice(seed, "row", column, row, side)
    lots = [_corner(seed, column, row, side)]
    rest = length - 2 * CORNER_M
    while rest > 0:
        width = dice.between(6.5, 15.0)
        width = rest if rest - width < 6.5 else width
        lots.append(_lot(dice, width, (column, row, side, len(lots))))
        rest -= width
    return [*lots, _corner(seed, column, row, (side + 1) % 4)]


def _row_of_walls(start: Point, along: Point, lots: list[_Lot]) -> list[Wall]:
    inward = (-along[1], along[0])
    walls: list[Wall] = []
    reach = 0.0
    for place, lot in enumerate(lots):
        left = (start[0] + along[0] * reach, start[1] + along[1] * reach)
        reach += lot.width_m
        right = (start[0] + along[0] * reach, start[1] + along[1] * reach)
        walls.append(Wall(left, right, House(lot.number, lot.width_m, 0.0, lot.height_m, lot.kind)))
        if place > 0 and lots[place - 1].height_m < lot.height_m:
            deep = (left[0] + inward[0] * SIDE_DEPTH_M, left[1] + inward[1] * SIDE_DEPTH_M)
            walls.append(Wall(deep, left, _flank(lot, lots[place - 1].height_m, 0)))
        if place + 1 < len(lots) and lots[place + 1].height_m < lot.height_m:
            deep = (right[0] + inward[0] * SIDE_DEPTH_M, right[1] + inward[1] * SIDE_DEPTH_M)
            walls.append(Wall(right, deep, _flank(lot, lots[place + 1].height_m, 1)))
    return walls


def _flank(lot: _Lot, base_m: float, side: int) -> House:
    return House((*lot.number, side), SIDE_DEPTH_M, base_m, lot.height_m, "flank")


@lru_cache(maxsize=4)
def walls(seed: int) -> tuple[Wall, ...]:
    """Every wall that can be seen from a street."""
    found: list[Wall] = []
    for column in range(len(NORTHWARD) - 1):
        for row in range(len(EASTWARD) - 1):
            west, east = NORTHWARD[column] + HALF_STREET_M, NORTHWARD[column + 1] - HALF_STREET_M
            south, north = EASTWARD[row] + HALF_STREET_M, EASTWARD[row + 1] - HALF_STREET_M
            sides: list[tuple[Point, Point, float]] = [
                ((west, south), (1.0, 0.0), east - west),
                ((east, south), (0.0, 1.0), north - south),
                ((east, north), (-1.0, 0.0), east - west),
                ((west, north), (0.0, -1.0), north - south),
            ]
            for side, (start, along, length) in enumerate(sides):
                lots = _row_of_lots(seed, column, row, side, length)
                found.extend(_row_of_walls(start, along, lots))
    return tuple(found)


@lru_cache(maxsize=4)
def grounds(seed: int) -> tuple[Ground, ...]:
    """Every stretch of street and every junction; the seed only numbers them."""
    half = HALF_STREET_M
    found: list[Ground] = []
    for i, x in enumerate(NORTHWARD):
        for j, y in enumerate(EASTWARD):
            found.append(
                Ground(x - half, y - half, x + half, y + half, "junction", (seed, i, j, 0))
            )
            if j + 1 < len(EASTWARD):
                end = EASTWARD[j + 1] - half
                found.append(Ground(x - half, y + half, x + half, end, "north", (seed, i, j, 1)))
            if i + 1 < len(NORTHWARD):
                end = NORTHWARD[i + 1] - half
                found.append(Ground(x + half, y - half, end, y + half, "east", (seed, i, j, 2)))
    return tuple(found)


def place(ground: Ground, along_m: float, right_m: float) -> Point:
    """A point of a stretch: metres along it, and to the right of its middle."""
    if ground.kind == "north":
        return (ground.west_m + ground.east_m) / 2 + right_m, ground.south_m + along_m
    return ground.west_m + along_m, (ground.south_m + ground.north_m) / 2 - right_m


def length(ground: Ground) -> float:
    """Metres along a stretch."""
    if ground.kind == "north":
        return ground.north_m - ground.south_m
    return ground.east_m - ground.west_m


@lru_cache(maxsize=256)
def standing(ground: Ground) -> tuple[Thing, ...]:
    """Trees, lamps and signs of a stretch; they stay the same from day to day."""
    found: list[Thing] = []
    for side in (-1, 1):
        dice = Dice("standing", *ground.number, side)
        leafy = dice.chance(0.7)
        along = dice.between(3.0, 9.0)
        while along < length(ground) - 2:
            kind = "tree" if leafy and dice.chance(0.7) else dice.pick(("lamp", "sign", "lamp"))
            x, y = place(ground, along, side * dice.between(6.0, 6.5))
            found.append(Thing(kind, x, y, 0.0, (*ground.number, side, len(found))))
            along += dice.between(6.0, 15.0)
    return tuple(found)


@lru_cache(maxsize=512)
def parked(ground: Ground, day_seed: int) -> tuple[Thing, ...]:
    """Cars parked along a stretch on a day, each facing as traffic on its side does."""
    found: list[Thing] = []
    for side in (-1, 1):
        dice = Dice("parked", *ground.number, side, day_seed)
        share = dice.between(0.25, 0.8)
        forward = 0.0 if ground.kind == "north" else 90.0
        along = 5.0
        while along < length(ground) - 9:
            if dice.chance(share):
                x, y = place(ground, along + 2.2, side * dice.between(4.25, 4.45))
                heading = forward if side > 0 else forward + 180.0
                number = (*ground.number, side, len(found), day_seed)
                found.append(Thing("car", x, y, heading, number))
            along += dice.between(5.2, 6.6)
    return tuple(found)
