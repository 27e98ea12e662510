"""`make bench-fraud`: how many liars the evidence holds, and how many honest drivers with them."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from quality.evidence.combined import doubt, signals_of, suspicious
from quality.evidence.signals import Signal
from roadcomb.cells import cells_of
from roadcomb.records import Frame, degrees
from sample_data.dice import Dice
from tests.benchmarks.fraud.attacks import APART, ATTACKS, Attack
from tests.benchmarks.fraud.honest import RECORDERS, frames_of, honest
from tests.benchmarks.fraud.real import say_real
from tests.benchmarks.fraud.studio import Recording, recordings, watched

SCENES = 200
EACH = 60
"""Drives of each attack."""
_RECEIVED_MS = 1_800_000_000_000
"""2027-01-15: after all of them."""


def main(scenes: int = SCENES) -> None:
    """Print the figures of docs/authenticity.md."""
    made = list(recordings(scenes, min(2, os.cpu_count() or 1)))
    honest_ones = [_signals(one, frames_of(honest(one.number))) for one in made]
    held = [one.number for one, told in zip(made, honest_ones, strict=True) if suspicious(told)]
    _say_honest(made, honest_ones, held)
    caught = {name: _caught(made, attack, name) for name, attack in ATTACKS.items()}
    for name, (found, turned, found_all, every) in caught.items():
        print(f"{name}: {found} of {turned} with a turn held, {found_all} of all {every}")
    found, turned = (sum(counts[n] for counts in caught.values()) for n in (0, 1))
    print(f"together: {found} of {turned} with a turn: {found / turned:.1%}")
    for name, attack in APART.items():
        found, turned, found_all, every = _caught(made, attack, name)
        print(f"apart, {name}: {found} of {turned} with a turn held, {found_all} of all {every}")
    _say_money(made, held)
    say_real()


def _signals(one: Recording, frames: Sequence[Frame]) -> list[Signal]:
    return signals_of(frames, watched(one), _RECEIVED_MS)


def _say_honest(
    made: Sequence[Recording], told: Sequence[Sequence[Signal]], held: Sequence[int]
) -> None:
    share = len(held) / len(made)
    print(f"honest: {len(held)} of {len(made)} drives held: {share:.2%} {held}")
    doubts = sorted(map(doubt, told))
    print(f"honest doubt: lowest {doubts[:5]}, median {doubts[len(doubts) // 2]}")


def _caught(made: Sequence[Recording], attack: Attack, name: str) -> tuple[int, int, int, int]:
    """(held, all) of the lies that hold a turn, and (held, all) of all."""
    counts = [0, 0, 0, 0]
    for number, turns, found in _tried(made, attack, name):
        del number
        counts[0] += found and turns
        counts[1] += turns
        counts[2] += found
        counts[3] += 1
    return counts[0], counts[1], counts[2], counts[3]


def _tried(
    made: Sequence[Recording], attack: Attack, name: str
) -> Iterator[tuple[int, bool, bool]]:
    """(number, whether it holds a turn, whether it is held) of each lie."""
    dice = Dice("attack", name)
    for _ in range(EACH):
        one = made[dice.below(len(made))]
        lie = attack(honest(one.number), dice)
        told = signals_of(lie.frames, watched(one, lie.order), _RECEIVED_MS)
        yield one.number, lie.turns, suspicious(told)


def _say_money(made: Sequence[Recording], held: Sequence[int]) -> None:
    """A cell's reward is split among the drives through it; a tenth of the drives lie."""
    dice = Dice("a pool")
    drives: list[tuple[bool, list[int]]] = []
    kinds = list(ATTACKS.values())
    city = [one for one in made if one.number % RECORDERS == 0]
    for one in city:
        if dice.chance(0.1):
            lie = dice.pick(kinds)(honest(one.number), dice)
            found = suspicious(signals_of(lie.frames, watched(one, lie.order), _RECEIVED_MS))
            drives.append((True, [] if found else _cells(lie.frames)))
        elif one.number not in held:
            drives.append((False, _cells(frames_of(honest(one.number)))))
    shares = _shares(drives)
    liars = sum(lies for lies, _ in drives)
    print(
        f"money: {shares[True]:.1f} of {sum(shares.values()):.1f} cells' rewards reach {liars} "
        f"lying drives of {len(city)}: {shares[True] / sum(shares.values()):.2%}"
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
