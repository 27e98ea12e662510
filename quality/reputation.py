"""Reputation: what the decisions on a contributor's drives say of the next one; pure, exact.

The law: it is a fold over decisions in the order of their epochs. A drive that was accepted counts
_GOOD, one that was rejected for what it claimed counts _BAD (a dark picture is nobody's lie), and
both fade with a half-life of HALF_LIFE epochs. A fresh key stands at NEUTRAL, and only accepted
drives raise anybody above it; the value is between 0 and 1000:

    value = 1000 * (PRIOR + good) / (2 * PRIOR + good + bad)

So parting one record of accepted drives over several keys gives none of them more. It orders who
is judged first and how often an accepted drive is looked at again. It is no factor of any reward:
whatever lowers a key's reward for its past is escaped by a new key, so a policy that paid by the
value would pay whoever parts the honest drives from the false ones. What rewards are made of adds
up over frames and names nobody (rewards/weights.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from roadcomb.records import Verdict

__all__ = ["FRESH", "NEUTRAL", "Decided", "Reputation", "audit_per_mille", "fold"]

NEUTRAL = 500
_UNIT = 1_000_000
_PRIOR = 4 * _UNIT
"""Four drives either way: nobody is sure after one."""
_GOOD, _BAD = _UNIT, 5 * _UNIT
HALF_LIFE = 30
_KEPT = 977_160
"""Millionths left after one epoch: 2 ** (-1 / HALF_LIFE), floored."""
_LIES = frozenset({"replay", "replay-suspected", "authenticity-doubted"})


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a drive: its epoch, verdict, and the reason that goes with it."""

    epoch: int
    verdict: Verdict
    reason: str | None


@dataclass(frozen=True, slots=True)
class Reputation:
    """Millionths of drives, faded to `epoch`."""

    good: int
    bad: int
    epoch: int

    @property
    def value(self) -> int:
        """0..1000."""
        return 1000 * (_PRIOR + self.good) // (2 * _PRIOR + self.good + self.bad)

    def at(self, epoch: int) -> "Reputation":
        """Faded to an epoch not before its own."""
        good, bad = self.good, self.bad
        for _ in range(epoch - self.epoch):
            if not good and not bad:
                break
            good, bad = good * _KEPT // _UNIT, bad * _KEPT // _UNIT
        return Reputation(good, bad, epoch)

    def after(self, decided: Decided) -> "Reputation":
        """With one decision more, of its epoch or a later one."""
        now = self.at(max(self.epoch, decided.epoch))
        if decided.verdict is Verdict.ACCEPTED:
            return Reputation(now.good + _GOOD, now.bad, now.epoch)
        if decided.verdict is Verdict.REJECTED and decided.reason in _LIES:
            return Reputation(now.good, now.bad + _BAD, now.epoch)
        return now


FRESH = Reputation(0, 0, 0)
"""Of a key that nothing is known of."""


def fold(decisions: Iterable[Decided], epoch: int) -> Reputation:
    """The reputation at an epoch of a contributor with these decisions, in their order."""
    reputation = FRESH
    for decided in decisions:
        reputation = reputation.after(decided)
    return reputation.at(max(epoch, reputation.epoch))


def audit_per_mille(value: int) -> int:
    """Accepted drives of 1000 that a person should look at: 20 at NEUTRAL, 2 of the best known,
    250 of those known to lie.
    """
    if value >= NEUTRAL:
        return 20 - 18 * (value - NEUTRAL) // (1000 - NEUTRAL)
    return 20 + 230 * (NEUTRAL - value) // NEUTRAL
