"""Tries again, with growing pauses, what waiting may heal.

Law: what is tried ends with its first success, with the first error that waiting does not heal, or
with the last attempt's error. stamina is loaded by the first failure: most runs never wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Pauses", "patiently"]

T = TypeVar("T")
_FIRST_S = 0.2
_JITTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Pauses:
    """How often something is tried, and the longest pause between; `told` hears of each pause (its
    cause, its seconds)."""

    attempts: int
    longest_s: float
    told: Callable[[Exception, float], None] | None = None


def patiently(
    again: Callable[[Exception], bool | float], pauses: Pauses, call: Callable[[], T]
) -> T:
    """What `call` answers; `again` says of an error whether, or after how many seconds, waiting may
    heal it."""
    try:
        return call()
    except Exception as error:
        if again(error) is False:
            raise
        return _retried(error, again, pauses, call)


def _retried(
    error: Exception,
    again: Callable[[Exception], bool | float],
    pauses: Pauses,
    call: Callable[[], T],
) -> T:
    import stamina

    first = [error]

    def replayed() -> T:
        if first:
            raise first.pop()
        return call()

    if pauses.told is not None:
        _hear(pauses.told)
    caller = stamina.RetryingCaller(
        attempts=pauses.attempts,
        timeout=None,
        wait_initial=min(_FIRST_S, pauses.longest_s),
        wait_max=pauses.longest_s,
        wait_jitter=min(_JITTER_S, pauses.longest_s),
    )
    return caller(again, replayed)


def _hear(told: Callable[[Exception, float], None]) -> None:
    from stamina.instrumentation import RetryDetails, set_on_retry_hooks

    def hook(details: RetryDetails) -> None:
        told(details.caused_by, details.wait_for)

    set_on_retry_hooks([hook])
