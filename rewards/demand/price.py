"""The price of a token: the median of what pinned sources say, or none; pure.

The law: a source is a public key that the policy pins, each counts once with the newest price it
signed, so one that repeats itself does not weigh more. A price that is stale at the end of the day,
from the future, or too far from the median does not count; below the quorum there is no price, and
demand waits. The order in which prices came in does not matter. Prices are integers of 10**-8 USD a
token. Helium's and Akash's oracles are medians, too; the outlier rule is AEP-76's (1.5 % there).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rewards.demand.rule import USD, WHOLE, DemandRule
from roadcomb.canonical import Json, canonical_json
from roadcomb.epochs import end_ms
from roadcomb.errors import InvalidInput, Unauthorised, UsageError
from roadcomb.keys import Key, verify

__all__ = [
    "KIND",
    "Quote",
    "in_usd",
    "median",
    "newest",
    "price_of",
    "price_of_usd",
    "quote_of",
    "sign_quote",
]

KIND = "price"
"""Of events: a price that a source has signed."""

_DOMAIN = "roadcomb price v1"
_HOUR_MS = 3_600_000
_PRICE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_MOST = 10**9 * USD


@dataclass(frozen=True, slots=True)
class Quote:
    """price: 10**-8 USD a token; at_ms: the instant it stands for, by its source."""

    source: str
    price: int
    at_ms: int


def sign_quote(key: Key, price: int, at_ms: int) -> dict[str, Json]:
    """The body of an event: what a source says of the price at an instant."""
    said = Quote(key.signer, price, at_ms)
    return {**_said(said), "signature": key.sign(_DOMAIN, canonical_json(_said(said)))}


def quote_of(body: Mapping[str, Json]) -> Quote:
    """Quote of an event's body. Raises InvalidInput without its form, Unauthorised when its
    signature is not its source's."""
    match body:
        case {
            "source": str(source),
            "price": str(price),
            "at_ms": int(at_ms),
            "signature": str(signature),
            **nothing,
        } if not nothing and _PRICE.fullmatch(price) and int(price) <= _MOST:
            quote = Quote(source, int(price), at_ms)
            verify(source, _DOMAIN, canonical_json(_said(quote)), signature)
            return quote
    raise InvalidInput("this is no price: source, price, at_ms and signature are asked for")


def newest(
    known: Mapping[str, Quote],
    bodies: Iterable[Mapping[str, Json]],
    rule: DemandRule,
    epoch: int,
) -> dict[str, Quote]:
    """The newest quote of each pinned source; what is of no form, not signed by its source or from
    after the epoch counts for nothing."""
    kept = {source: quote for source, quote in known.items() if source in rule.sources}
    for body in bodies:
        try:
            quote = quote_of(body)
        except (InvalidInput, Unauthorised):
            continue
        before = kept.get(quote.source, Quote(quote.source, 0, -1))
        if quote.source in rule.sources and quote.at_ms < end_ms(epoch):
            kept[quote.source] = max(before, quote, key=_age)
    return dict(sorted(kept.items()))


def _age(quote: Quote) -> tuple[int, int]:
    """Of two of one instant the dearer one, in whatever order they came."""
    return quote.at_ms, quote.price


def price_of(quotes: Mapping[str, Quote], rule: DemandRule, epoch: int) -> int | None:
    """The price at the end of an epoch, 10**-8 USD a token; None when too few count."""
    end = end_ms(epoch)
    fresh = [
        quotes[source].price
        for source in rule.sources
        if source in quotes and end - quotes[source].at_ms <= rule.stale_hours * _HOUR_MS
    ]
    if not fresh:
        return None
    middle = median(fresh)
    near = [price for price in fresh if abs(price - middle) * WHOLE <= middle * rule.outlier]
    return median(near) if len(near) >= rule.quorum else None


def median(values: Sequence[int]) -> int:
    """The middle one; of an even number the floored mean of both."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) // 2


def price_of_usd(text: str) -> int:
    """10**-8 USD of a text as 0.02. Raises UsageError for no price, and for more than 8 places."""
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,8}))?", text, re.ASCII)
    if found is None or not (price := int(found[1] + (found[2] or "").ljust(8, "0"))):
        raise UsageError(f"{text[:40]!r} is no price: USD as 0.02, at most eight places")
    return price


def in_usd(price: int) -> str:
    """A price or a sum of 10**-8 USD as decimal text."""
    return f"{price // USD}.{price % USD:08d}"


def _said(quote: Quote) -> dict[str, Json]:
    return {"source": quote.source, "price": str(quote.price), "at_ms": quote.at_ms}
