"""How far a camera's clock is off, seen from the track beside its pictures. Pure.

A clock is plainly off when the track places under half of the pictures at their own times. Then
the offsets that people and cameras make are tried:

1. time zones, quarter-hours up to 14 hours. Those that place nearly all pictures as well as the
   best one does are offered, whole hours alone where there are any, the smallest first;
2. a clock that was never set: where the two spans do not even touch, the pictures' first time is
   laid on the track's first, as if camera and receiver were switched on together.

Law: an offset is only offered if with it the track places at least 9 of 10 pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.tracks import Track

__all__ = ["Suggestion", "suggest"]

PLAINLY_OFF = 0.5
WELL = 0.9
_QUARTER_MS = 900_000
_WIDEST = 14 * 4
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Seconds to add to the pictures' times, the likeliest first; `guessed`: by rule 2."""

    offsets_s: tuple[float, ...]
    guessed: bool = False

    def words(self) -> str:
        """A line for people."""
        if self.guessed:
            return (
                "the camera's clock and the track have no time in common: if both were switched on "
                f"together, --time-offset {self.offsets_s[0]} is right; look at a place you know"
            )
        likeliest, *others = (f"{offset:g}" for offset in self.offsets_s)
        more = f" (or {', '.join(others[:3])}: look at a place you know)" if others else ""
        return (
            "the camera's clock seems to be in another time zone than the track: "
            f"try --time-offset {likeliest}{more}"
        )


def suggest(times_ms: Sequence[int], track: Track, gap_s: float) -> Suggestion | None:
    """Offsets for pictures of these times; None where the clock is not plainly off, or hopeless."""
    sample = sorted(times_ms)[:: max(1, len(times_ms) // _SAMPLE)]
    if not sample or not track.fixes or _placed(sample, 0, track, gap_s) >= PLAINLY_OFF:
        return None
    zones = [step * _QUARTER_MS for step in range(-_WIDEST, _WIDEST + 1)]
    placed = {zone: _placed(sample, zone, track, gap_s) for zone in zones}
    best = max(placed.values())
    if best >= WELL:
        fitting = sorted((zone for zone in zones if placed[zone] == best), key=abs)
        hours = [zone for zone in fitting if zone % (4 * _QUARTER_MS) == 0]
        return Suggestion(tuple(zone / 1000 for zone in hours or fitting))
    shift = track.times_ms[0] - sample[0]
    apart = sample[-1] < track.times_ms[0] or sample[0] > track.times_ms[-1]
    if apart and _placed(sample, shift, track, gap_s) >= WELL:
        return Suggestion((shift / 1000,), guessed=True)
    return None


def _placed(times_ms: Sequence[int], shift_ms: int, track: Track, gap_s: float) -> float:
    """Share of the times at which the track says a place."""
    return sum(track.at(t_ms + shift_ms, gap_s) is not None for t_ms in times_ms) / len(times_ms)
