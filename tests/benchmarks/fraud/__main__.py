"""`make bench-fraud`: how many liars the evidence holds, and how many honest drivers with them."""

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import cv2

from quality.evidence.combined import doubt, signals_of, suspicious
from quality.evidence.signals import Signal
from roadcomb.cells import cells_of
from roadcomb.records import Frame, degrees
from sample_data.dice import Dice
from tests.benchmarks.fraud.attacks import APART, ATTACKS, Attack, Lie
from tests.benchmarks.fraud.honest import RECORDERS, frames_of, honest
from tests.benchmarks.fraud.real import say_real
from tests.benchmarks.fraud.studio import Recording, recordings, watched
from tests.benchmarks.fraud.town import PLACES, Town

SCENES = 200
EACH = 60
"""Drives of each attack."""
WITHOUT = {
    "with others' drives and a map": (),
    "with others' drives": ("streets",),
    "with a map": ("neighbours", "shade"),
    "with neither": PLACES,
}
_RECEIVED_MS = 1_800_000_000_000
"""2027-01-15: after all of them."""

Told = list[Signal]


def main(scenes: int = SCENES) -> None:
    """Print the figures of docs/authenticity.md."""
    workers = min(2, os.cpu_count() or 1)
    made = list(recordings(scenes, workers))
    town = Town(made)
    with ThreadPoolExecutor(workers) as pool:
        honest_ones = list(pool.map(lambda one: _told(town, one, _truth(one)), made))
        for name, left_out in WITHOUT.items():
            _say_honest(name, [_only(told, left_out) for told in honest_ones])
        caught = {name: _caught(pool, town, made, name, lie) for name, lie in ATTACKS.items()}
        apart = {name: _caught(pool, town, made, name, lie) for name, lie in APART.items()}
        held = [one.number for one, told in zip(made, honest_ones, strict=True) if suspicious(told)]
        _say_money(pool, town, made, held)
    for name, left_out in WITHOUT.items():
        _say_caught(name, caught, left_out)
        _say_caught(f"apart, {name}", apart, left_out)
    say_real()


def _truth(one: Recording) -> Lie:
    return Lie(frames_of(honest(one.number)))


def _told(town: Town, one: Recording, lie: Lie) -> Told:
    cv2.setNumThreads(1)
    own = signals_of(lie.frames, watched(one, lie.order), _RECEIVED_MS)
    return [*own, *town.signals(one, lie.frames, lie.order)]


def _only(told: Told, left_out: Collection[str]) -> Told:
    return [signal for signal in told if signal.name not in left_out]


def _say_honest(name: str, told: Sequence[Told]) -> None:
    held = sum(map(suspicious, told))
    doubts = sorted(map(doubt, told))
    print(f"honest, {name}: {held} of {len(told)} held: {held / len(told):.2%}; {doubts[:5]}")


def _caught(
    pool: Executor, town: Town, made: Sequence[Recording], name: str, attack: Attack
) -> list[tuple[bool, Told]]:
    """(whether it holds a turn, what is told of it) of EACH lies."""
    dice = Dice("attack", name)
    drawn = [made[dice.below(len(made))] for _ in range(EACH)]
    lies = [(one, attack(honest(one.number), dice)) for one in drawn]
    told = pool.map(lambda lie: _told(town, *lie), lies)
    return [(lie.turns, signals) for (_, lie), signals in zip(lies, told, strict=True)]


def _say_caught(
    name: str, caught: Mapping[str, list[tuple[bool, Told]]], left_out: Collection[str]
) -> None:
    found, turned = 0, 0
    for lie, tries in caught.items():
        held = [(turns, suspicious(_only(told, left_out))) for turns, told in tries]
        of_turns = [was_held for turns, was_held in held if turns]
        found, turned = found + sum(of_turns), turned + len(of_turns)
        everything = f"{sum(was_held for _, was_held in held)} of all {len(held)}"
        print(f"{name}, {lie}: {sum(of_turns)} of {len(of_turns)} with a turn, {everything}")
    print(f"{name}, together: {found} of {turned} with a turn: {found / turned:.1%}")


def _say_money(
    pool: Executor, town: Town, made: Sequence[Recording], held: Collection[int]
) -> None:
    """A cell's reward is split among the drives through it; a tenth of the drives lie."""
    dice = Dice("a pool")
    kinds = list(ATTACKS.values())
    city = [one for one in made if one.number % RECORDERS == 0]
    lying = {one.number for one in city if dice.chance(0.1)}
    lies = [
        (one, dice.pick(kinds)(honest(one.number), dice)) for one in city if one.number in lying
    ]
    told = list(pool.map(lambda lie: _told(town, *lie), lies))
    honest_ones = [one for one in city if one.number not in lying | set(held)]
    true = [(False, _cells(_truth(one).frames)) for one in honest_ones]
    for name, left_out in WITHOUT.items():
        paid = [
            (True, _cells(lie.frames))
            for (_, lie), signals in zip(lies, told, strict=True)
            if not suspicious(_only(signals, left_out))
        ]
        shares = _shares([*true, *paid])
        print(
            f"money, {name}: {shares[True]:.1f} of {sum(shares.values()):.1f} cells' rewards reach "
            f"{len(lies)} lying drives of {len(city)}: {shares[True] / sum(shares.values()):.2%}"
        )


def _cells(frames: Sequence[Frame]) -> list[int]:
    cells = cells_of([degrees(f.lat_e7) for f in frames], [degrees(f.lon_e7) for f in frames])
    return sorted(set(cells.tolist()))


def _shares(drives: Sequence[tuple[bool, list[int]]]) -> Mapping[bool, float]:
    through: dict[int, list[bool]] = {}
    for lies, cells in drives:
        for cell in cells:
            through.setdefault(cell, []).append(lies)
    shares = {True: 0.0, False: 0.0}
    for who in through.values():
        for lies in who:
            shares[lies] += 1 / len(who)
    return shares


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
