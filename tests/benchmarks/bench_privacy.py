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
from tests.benchmarks.homes import SPACING_M, Resident, draw_town, shown_of

__all__ = ["Figures", "Outcome", "attack_all", "cost", "main"]

HOMES, SEED = 200, 2026
GOAL_M, GOAL_SHARE = 250, 0.07
TRADE_M, TRADE_HOMES = (500.0, 800.0, 1000.0, 1500.0), 150
WAYS_KM, WAY_HOMES = (2, 3, 5, 8, 12, 20), 40


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


def cost(residents: Sequence[Resident], settings: TrimSettings) -> tuple[float, float]:
    """(share of the way that discs cut, share of trips of which nothing is shown)."""
    shown = [shown_of(resident, settings) for resident in residents]
    way_m = [len(trip) * SPACING_M for resident in residents for trip in resident.trips]
    cut_m = [2 * one for home in shown for one in home.cut_m]
    return sum(cut_m) / sum(way_m), 1 - sum(len(home.tracks) for home in shown) / len(way_m)


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
    print(
        f"what a disc of {default:.0f} m costs: share of the way, trips of which nothing is shown"
    )
    for way_km in WAYS_KM:
        town = draw_town(WAY_HOMES, SEED, (950.0 * way_km, 1050.0 * way_km))
        way, trips = cost(town, TrimSettings(radius_m=default))
        print(f"  trips of {way_km:2} km: {100 * way:3.0f} %, {100 * trips:3.0f} %")


def _told(outcome: Outcome) -> str:
    (far_m, share), (habits_m, habits_share) = outcome.worst(False), outcome.worst(True)
    return (
        f"{far_m:.0f} m, {100 * share:.1f} %; "
        f"who knows the drivers' habits {habits_m:.0f} m, {100 * habits_share:.1f} %"
    )


if __name__ == "__main__":
    main()
