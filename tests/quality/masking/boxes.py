"""Boxes and sights made up for tests."""

from hypothesis import strategies as st

from quality.masking.drives import Sight
from quality.masking.regions import Kind, Region

__all__ = ["HEIGHT", "REGIONS", "WIDTH", "person", "sight", "vehicle"]

WIDTH, HEIGHT = 1920, 1080


def vehicle(x0: int, y0: int, x1: int, y1: int, score: float = 0.9) -> Region:
    return Region(x0, y0, x1, y1, Kind.VEHICLE, score)


def person(x0: int, y0: int, x1: int, y1: int, score: float = 0.9) -> Region:
    return Region(x0, y0, x1, y1, Kind.PERSON, score)


def sight(*regions: Region) -> Sight:
    return Sight(WIDTH, HEIGHT, regions)


@st.composite
def _regions(draw: st.DrawFn) -> Region:
    x0, y0 = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    x1, y1 = draw(st.integers(x0 + 1, WIDTH)), draw(st.integers(y0 + 1, HEIGHT))
    kind = draw(st.sampled_from(Kind))
    return Region(x0, y0, x1, y1, kind, draw(st.integers(10, 100)) / 100)


REGIONS = _regions()
"""Any box in a picture of WIDTH x HEIGHT."""
