"""An epoch is one UTC day, numbered from 1970-01-01; its window is half open, [start, end)."""

from datetime import UTC, date, datetime, timedelta

__all__ = [
    "DAY_MS",
    "date_of",
    "end_ms",
    "epoch_of",
    "instant_text",
    "last_closed",
    "parse_epoch",
    "start_ms",
    "week_of",
]

DAY_MS = 86_400_000
_DAY_0 = date(1970, 1, 1)
_TO_MONDAY = 3
"""1970-01-01 was a Thursday."""


def epoch_of(t_ms: int) -> int:
    """The epoch that the instant `t_ms` (milliseconds since 1970-01-01 UTC) belongs to."""
    return t_ms // DAY_MS


def start_ms(epoch: int) -> int:
    """First millisecond of the epoch."""
    return epoch * DAY_MS


def end_ms(epoch: int) -> int:
    """First millisecond after the epoch."""
    return (epoch + 1) * DAY_MS


def last_closed(now_ms: int) -> int:
    """The newest epoch that is over at `now_ms`."""
    return epoch_of(now_ms) - 1


def date_of(epoch: int) -> date:
    """The UTC day of the epoch."""
    return _DAY_0 + timedelta(days=epoch)


def instant_text(t_ms: int) -> str:
    """The instant in RFC 3339, to the millisecond, in UTC: "2026-01-05T08:00:00.250Z"."""
    return to_datetime(t_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def week_of(epoch: int) -> int:
    """Number of the week, Monday to Sunday, that the day is in."""
    return (epoch + _TO_MONDAY) // 7


def parse_epoch(text: str) -> int:
    """Epoch from its number ("20458") or its day ("2026-01-05"); ValueError otherwise."""
    if text.isascii() and text.isdigit():
        return int(text)
    return (date.fromisoformat(text) - _DAY_0).days


def to_datetime(t_ms: int) -> datetime:
    """The instant as an aware UTC datetime."""
    return datetime.fromtimestamp(t_ms / 1000, tz=UTC)
