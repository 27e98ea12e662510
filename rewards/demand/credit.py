"""Credits, and the tokens that were burnt for them; pure.

The law: spending k of n credits spends k of n parts of what was burnt for them, floored, so the
last credit spends the last base unit; giving both back undoes it.
"""

from dataclasses import dataclass

__all__ = ["NO_CREDIT", "Credit"]


@dataclass(frozen=True, slots=True)
class Credit:
    """What a customer has: credits, and the base units burnt for them."""

    credits: int = 0
    burnt: int = 0

    def and_of(self, other: "Credit") -> "Credit":
        """Together."""
        return Credit(self.credits + other.credits, self.burnt + other.burnt)

    def split(self, count: int) -> tuple["Credit", "Credit"]:
        """(so many of the credits, which must be there; the rest)."""
        burnt = self.burnt * count // self.credits if count else 0
        return Credit(count, burnt), Credit(self.credits - count, self.burnt - burnt)


NO_CREDIT = Credit()
