"""Net emission: what was burnt comes back into the pool, smoothed and up to a cap.

The law: nothing is minted again that was not burnt, never more than the cap in an epoch, and the
rest of what was burnt stays burnt. Sources: Helium HIP-20, "Net Emissions" (an epoch mints again a
share of what a week burnt, at most 1 % of the pool), and helium-sub-daos
`calculate_utility_score_v0` (days: smoothed = before * 6 / 7 + burnt / 7, in integers).
"""

from dataclasses import dataclass

__all__ = ["NetEmission", "reissue", "smoothed", "supply_burnt"]

SMOOTHING_DAYS = 7


@dataclass(frozen=True, slots=True)
class NetEmission:
    """reissued + kept_burnt = what was burnt and due."""

    reissued: int
    kept_burnt: int


def smoothed(before: int, burnt: int, days: int = SMOOTHING_DAYS) -> int:
    """Yesterday's smoothed burn and today's burn, base units; each term floored by itself."""
    return before * (days - 1) // days + burnt // days


def supply_burnt(before: int, now: int, not_emitted: int) -> int:
    """What was burnt between two readings of the supply: never negative."""
    return max(0, before - now - not_emitted)


def reissue(smoothed_burn: int, cap: int) -> NetEmission:
    """The smoothed burn is minted again, up to the cap."""
    again = min(smoothed_burn, cap)
    return NetEmission(again, smoothed_burn - again)
