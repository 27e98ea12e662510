"""Points: a month's pool shared by points, and a yearly emission cut into months and purposes.

The law: a share is points * pool / all points, exactly; parts of a month are parts of the year's
whole. Source: Render RNP-006 (9,126,804 in the first year: 760,567 a month, half of it the
foundation's; 500,000 of 50 million points of a pool of 95,071 are 950.71).
"""

from fractions import Fraction

__all__ = ["month_of", "share_of"]


def month_of(year: int) -> Fraction:
    """A twelfth of a year's emission."""
    return Fraction(year, 12)


def share_of(points: int, all_points: int, pool: Fraction) -> Fraction:
    """The part of a pool that points earn; 0 when nobody has any."""
    return pool * points / all_points if all_points else Fraction(0)
