"""Drives for the tests of evidence: what a camera would see, without any picture."""

import math
import random
from collections.abc import Sequence

from quality.evidence.light import Brightness
from quality.evidence.motion import UNSEEN, Sight
from quality.evidence.watching import Seen
from roadcomb.records import Frame, e7

__all__ = ["NOON_MS", "clear", "drive", "seen_of"]

NOON_MS = 1_767_618_000_000
"""2026-01-05 13:00 UTC, noon a little west of Greenwich."""
_LAT_DEG, _LON_DEG = 48.0, -15.0
_M_PER_DEG = 111_195.0


def drive(turns_deg: Sequence[float], spacing_m: float = 8.0, seed: int = 1) -> list[Frame]:
    """Frames of a car that turns by so much after each, as a receiver tells them."""
    noise, heading, x, y, t_s = random.Random(seed), 20.0, 0.0, 0.0, 0.0
    drift_x, drift_y = 0.0, 0.0
    frames = []
    for n, turn in enumerate((*turns_deg, 0.0)):
        drift_x, drift_y = (0.95 * d + noise.gauss(0, 0.15) for d in (drift_x, drift_y))
        lat = _LAT_DEG + (y + drift_y) / _M_PER_DEG
        lon = _LON_DEG + (x + drift_x) / _M_PER_DEG / math.cos(math.radians(_LAT_DEG))
        speed = 9 + 2 * math.sin(n / 3)
        t_ms = NOON_MS + round(1000 * t_s)
        frames.append(Frame(f"{n:064x}", 1, t_ms, e7(lat), e7(lon), speed_cmps=round(100 * speed)))
        heading += turn / 2
        x += spacing_m * math.sin(math.radians(heading))
        y += spacing_m * math.cos(math.radians(heading))
        heading += turn / 2
        t_s += spacing_m / speed
    return frames


def clear(turn_deg: float = 0.0, growth: float = 0.7) -> Sight:
    """Two pictures that show one place."""
    return Sight(120, 45, 3, turn_deg, growth)


def seen_of(turns_deg: Sequence[float], hidden: Sequence[int] = (), upper: float = 150.0) -> Seen:
    """What was seen of a car that turns so; pairs that are hidden have nothing in common."""
    sights = [UNSEEN if n in hidden else clear(turn) for n, turn in enumerate(turns_deg)]
    return Seen(tuple(sights), (Brightness(upper, 90.0, 95.0, 70.0),) * (len(turns_deg) + 1))
