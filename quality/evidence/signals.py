"""A signal of authenticity: how much one thing that was seen speaks for or against a drive.

The law: `strength` is 100 times the natural logarithm of how much likelier what was seen is if the
drive was recorded as it claims than if it was not. Below 0 speaks against it, 0 says nothing. It is
an integer, so that a threshold means the same everywhere, and each signal bounds its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["NAT", "Signal", "bounded"]

NAT = 100
"""Strength of one natural logarithm."""


@dataclass(frozen=True, slots=True)
class Signal:
    """name: kebab-case. facts: what it was read from, integers, for a person to look at.

    advisory: told and never counted.
    """

    name: str
    strength: int
    facts: Mapping[str, int] = field(default_factory=dict)
    advisory: bool = False


def bounded(nats: float, lowest: float, highest: float) -> int:
    """Natural logarithms as a strength within bounds."""
    return round(NAT * min(highest, max(lowest, nats)))
