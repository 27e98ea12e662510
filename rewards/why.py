"""Why a row earned what it earned, and why not more: sentences out of its figures; pure."""

from collections.abc import Mapping
from typing import Any

from rewards.emission import Rate
from rewards.policy import Policy
from rewards.tokens import in_tokens
from rewards.weights import FULL_GRADE, WEIGHT_PER_DAY

__all__ = ["why_epoch", "why_row"]

GOOD_GRADE = 950
"""From here on a driver need not hear of the grade."""


def why_row(row: Mapping[str, Any], policy: Policy) -> list[str]:
    """Sentences on a row of the openings (rewards/openings.py); none: it earned all there was."""
    if row["best_grade"] < policy.minimum_grade:
        return [
            f"grade {row['best_grade']} is below {policy.minimum_grade}: "
            "it is on the map, but it is not paid"
        ]
    return [*_refill(row["days"], policy.refill_days), *_graded(row["best_grade"]), *_sharing(row)]


def why_epoch(rate: Rate, policy: Policy) -> str:
    """How the epoch's rate came about."""
    full_cell = in_tokens(rate.pay(WEIGHT_PER_DAY * policy.refill_days))
    if rate.capped:
        return f"a full cell earned {full_cell}, the most it can: the day's pool was not used up"
    return (
        f"the day's pool of {in_tokens(policy.pool)} was shared by all who drove: "
        f"a full cell earned {full_cell} instead of {in_tokens(policy.ceiling)}"
    )


def _refill(days: int, full: int) -> list[str]:
    if days >= full:
        return []
    since = "yesterday" if days == 1 else f"{days} days before"
    return [f"the cell was paid {since}, so {days} of {full} parts of its reward had refilled"]


def _graded(best_grade: int) -> list[str]:
    if best_grade >= GOOD_GRADE:
        return []
    return [f"its best picture has grade {best_grade} of {FULL_GRADE}, and counts so much"]


def _sharing(row: Mapping[str, Any]) -> list[str]:
    alone = row["days"] * WEIGHT_PER_DAY * row["best_grade"] // FULL_GRADE
    percent = 100 * row["weight"] // alone
    words = []
    if row["others"]:
        passes = "1 other pass" if row["others"] == 1 else f"{row['others']} other passes"
        words.append(f"shared with {passes} in this visit")
    if percent < 99 and not words:
        words.append("other visits to the cell that day took their part")
    return [f"{text}: {percent} % of it is yours" for text in words]
