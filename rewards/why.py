"""Why a row earned what it earned, and why not more: sentences out of its figures; pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rewards.emission import Rate
from rewards.policy import Policy
from rewards.tokens import in_tokens
from rewards.weights import FULL_GRADE, WEIGHT_PER_DAY
from rewards.worth import worth_of_days

__all__ = ["GOOD_GRADE", "why_epoch", "why_row"]

GOOD_GRADE = 950
"""From here on a driver need not hear of the grade."""


def why_row(row: Mapping[str, Any], epoch: int, policy: Policy) -> list[str]:
    """Sentences on a row of the openings (rewards/openings.py); none: it earned all there was."""
    if row["best_grade"] < policy.coverage.minimum_grade:
        return [
            f"grade {row['best_grade']} is below {policy.coverage.minimum_grade}: "
            "it is on the map, but it is not paid"
        ]
    age = epoch - int(row["day"])
    if age > policy.coverage.oldest_days:
        return [
            f"taken {age} days before it was judged: what is older than "
            f"{policy.coverage.oldest_days} days enters the map, but it is not paid"
        ]
    return [
        *_refill(row["days"], policy),
        *_lying(row, policy),
        *_graded(row["cell_best"]),
        *_sharing(row),
    ]


def why_epoch(rate: Rate, pool: int, policy: Policy) -> str:
    """How the epoch's rate came about."""
    full_cell = in_tokens(rate.pay(WEIGHT_PER_DAY * policy.refill.days))
    if rate.capped:
        return (
            f"a full cell earned {full_cell} at grade {FULL_GRADE}, the most it can: "
            "the day's pool was not used up"
        )
    return (
        f"the day's pool of {in_tokens(pool)} was shared by all who drove: "
        f"a full cell earned {full_cell} at grade {FULL_GRADE} "
        f"instead of {in_tokens(policy.coverage.ceiling)}"
    )


def _refill(days: int, policy: Policy) -> list[str]:
    full = policy.refill.days
    if days >= full:
        return []
    since = "yesterday" if days == 1 else f"{days} days before"
    percent = 100 * _refilled(days, policy) // (WEIGHT_PER_DAY * full)
    return [f"the cell was paid {since}, so {percent} % of its reward had refilled"]


def _lying(row: Mapping[str, Any], policy: Policy) -> list[str]:
    """What the cell counts where it lies: in its region, in a crowded neighbourhood."""
    whole = _refilled(row["days"], policy)
    if row["worth"] >= whole:
        return []
    percent = 100 * row["worth"] // whole
    if policy.regional is None:
        return [f"many passed the neighbourhood that day: its cells count {percent} %"]
    if policy.density is None:
        return [f"cells count {percent} % in its region, as far as that has come"]
    return [f"its region and how many passed the neighbourhood that day: it counts {percent} %"]


def _refilled(days: int, policy: Policy) -> int:
    return int(worth_of_days(np.array([days]), policy)[0])


def _graded(cell_best: int) -> list[str]:
    if cell_best >= GOOD_GRADE:
        return []
    return [
        f"the cell's best picture that day has grade {cell_best} of {FULL_GRADE}: it pays so much"
    ]


def _sharing(row: Mapping[str, Any]) -> list[str]:
    """With whom, and the part that is left of what the cell pays."""
    company = [
        *_counted(row["others"], "other pass", "other passes", " in this visit"),
        *_counted(row["other_visits"], "other visit", "other visits", " to the cell that day"),
    ]
    if not company:
        return []
    percent = 100 * FULL_GRADE * row["weight"] // (row["worth"] * row["cell_best"])
    return [f"shared with {' and '.join(company)}: {percent} % of it is yours"]


def _counted(count: int, one: str, several: str, where: str) -> list[str]:
    return [f"{count} {one if count == 1 else several}{where}"] if count else []
