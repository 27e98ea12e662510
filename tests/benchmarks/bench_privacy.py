"""Where do they live? An attack on everything that is published, over simulated homes.

The drawn town is tests/benchmarks/homes.py, the attacks are tests/benchmarks/attacks_on_homes.py.
Nothing here is timed, all is seeded.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np

from ingest.settings import TrimSettings
from tests.benchmarks.attacks_on_homes import HABITS, NEAR_M, guesses, seen_cells
from tests.benchmarks.homes import Resident, draw_town, shown_of

__all__ = ["Figures", "Outcome", "attack_all", "main"]

HOMES, SEED = 200, 2026
GOAL_M, GOAL_SHARE = 250, 0.07
TRADE_M, TRADE_HOMES = (500.0, 800.0, 1000.0, 1500.0), 150


@dataclass(frozen=True)
class Figures:
    """Of one attack over all homes: median error in metres, share of guesses within 100 m."""

    name: str
    median_m: float
    within: float


@dataclass(frozen=True)
class Outcome:
    """trips: how many were driven, lost: of which nothing is shown; cut_m: mean at a trip's end."""

    trips: int
    lost: int
    cut_m: float
    attacks: tuple[Figures, ...]

    def worst(self, habits: bool) -> tuple[float, float]:
        """(least median error, highest share) over the attacks that know habits, or do not."""
        found = [one for one in self.attacks if one.name.startswith(HABITS) == habits]
        return min(one.median_m for one in found), max(one.within for one in found)


def attack_all(residents: Sequence[Resident], settings: TrimSettings) -> Outcome:
    """What all attacks find where trips are cut by these settings."""
    shown = [shown_of(resident, settings) for resident in residents]
    town = [home for home in shown if home.tracks]
    seen = seen_cells(town)
    found = [guesses(home, settings, seen) for home in town]
    attacks = []
    for name in found[0]:
        off = [math.dist(g[name], home.place) for g, home in zip(found, town, strict=True)]
        attacks.append(Figures(name, float(np.median(off)), mean(one <= NEAR_M for one in off)))
    cut_m = [metres for home in shown for metres in home.cut_m]
    lost = len(cut_m) - sum(len(home.tracks) for home in shown)
    return Outcome(len(cut_m), lost, mean(cut_m), tuple(attacks))


def main() -> None:
    """Print each attack's figures at the default, and what other radii would cost and give."""
    default = TrimSettings.model_fields["radius_m"].default
    outcome = attack_all(draw_town(HOMES, SEED), TrimSettings(radius_m=default))
    print(
        f"{HOMES} homes, {outcome.trips} trips ({outcome.lost} not shown at all), seed {SEED}, "
        f"disc of {default:.0f} m, {outcome.cut_m:.0f} m cut at a trip's end"
    )
    print("error of the best guess: median, share within 100 m")
    for figures in outcome.attacks:
        print(f"  {figures.name:54} {figures.median_m:6.0f} m {100 * figures.within:6.1f} %")
    print(
        f"goal: at least {GOAL_M} m, at most {100 * GOAL_SHARE:.0f} %; the worst: {_told(outcome)}"
    )
    residents = draw_town(TRADE_HOMES, SEED)
    for radius_m in TRADE_M:
        other = attack_all(residents, TrimSettings(radius_m=radius_m))
        print(f"  {radius_m:4.0f} m, {TRADE_HOMES} homes, {other.cut_m:4.0f} m cut: {_told(other)}")


def _told(outcome: Outcome) -> str:
    (far_m, share), (habits_m, habits_share) = outcome.worst(False), outcome.worst(True)
    return (
        f"{far_m:.0f} m, {100 * share:.1f} %; "
        f"who knows the drivers' habits {habits_m:.0f} m, {100 * habits_share:.1f} %"
    )


if __name__ == "__main__":
    main()
