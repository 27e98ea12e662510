"""The section ``[demand]`` of a policy: what a credit costs, and who gets what was burnt; pure.

================================  ===============================================================
``credit_usd``                    price of one credit, which opens one cell for one week
``sources``                       public keys whose prices count; none: no credit is sold
``quorum``                        how many of them must agree for a price
``stale_hours``                   older than this at the end of the day a price does not count
``outlier``                       per mille off the median; a price further away does not count
``contributors``                  per mille of what was burnt that the cells' contributors get
``paid_from``                     ``burnt``: minted again of what was burnt (Hivemapper MIP-15);
                                  ``pool``: out of the emission of purposes of the kind demand
``most``                          of a pool: per mille of what customers paid that demand gets
``[demand.net]``                  of a pool: what was burnt comes back into it (Helium HIP-149):
                                  ``cap`` base units a day of the smoothed burns, and what is over
                                  it as far as demand lacks ``least`` per mille of what customers
                                  paid; of both demand has the part ``share``
``[demand.bursts]``               areas that customers pay for: ``credits`` for one, of all cells
                                  within ``rings`` steps, for ``days``; none where it is left out
``cap_per_week``                  base units that demand is paid in a week; what is over is burnt
``boost``                         per mille that a cell which a customer opened this week or the
                                  last, or in a burst, counts in weights; 1000 by default
``window_days``                   whose passes of a cell count as its contributors'
``fewest_accounts``               a night that would pay fewer accounts waits for company
================================  ===============================================================
"""

from dataclasses import dataclass
from decimal import Decimal

from rewards.sections import Section

__all__ = ["BURNT", "POOL", "USD", "WHOLE", "BurstRule", "DemandRule", "NetRule", "demand_rule"]

BURNT, POOL = "burnt", "pool"

USD = 10**8
"""Prices are integers of 10**-8 USD."""

WHOLE = 1000
MILLION = 10**6

_MOST = 10**30
_DEAREST = 10_000
_KEY_HEX = 64


@dataclass(frozen=True, slots=True)
class NetRule:
    """cap: base units a day; share: of 10**6, demand's part; least: per mille of what was paid."""

    cap: int
    share: int
    least: int

    def part(self, amount: int) -> int:
        """Of what comes back."""
        return amount * self.share // MILLION


@dataclass(frozen=True, slots=True)
class BurstRule:
    """credits: that one takes; days: that it is open; rings: of cells around its own."""

    credits: int
    days: int
    rings: int


@dataclass(frozen=True, slots=True)
class DemandRule:
    """credit: 10**-8 USD; the rest as the table above says."""

    credit: int
    sources: tuple[str, ...]
    quorum: int
    stale_hours: int
    outlier: int
    contributors: int
    paid_from: str
    cap_per_week: int
    window_days: int
    fewest_accounts: int
    most: int = WHOLE
    boost: int = WHOLE
    net: NetRule | None = None
    bursts: BurstRule | None = None

    @property
    def open(self) -> bool:
        """Whether credits are sold at all: where nobody says what a token costs, none are."""
        return bool(self.sources)


def demand_rule(section: Section | None) -> DemandRule | None:
    """The rule of a section; None where there is none. Raises InvalidInput naming its line."""
    if section is None:
        return None
    sources = section.texts("sources")
    rule = DemandRule(
        credit=_credit(section),
        sources=sources,
        quorum=section.integer("quorum", 1, max(1, len(sources))),
        stale_hours=section.integer("stale_hours", 1, 24 * 30),
        outlier=section.integer("outlier", 0, WHOLE),
        contributors=section.integer("contributors", 0, WHOLE),
        paid_from=section.one_of("paid_from", {BURNT: BURNT, POOL: POOL}, default=BURNT),
        cap_per_week=section.integer("cap_per_week", 0, _MOST),
        window_days=section.integer("window_days", 1, 366),
        fewest_accounts=section.integer("fewest_accounts", 1, 1000),
        most=section.integer("most", 0, 100 * WHOLE, default=WHOLE),
        boost=section.integer("boost", WHOLE, 10 * WHOLE, default=WHOLE),
        net=_net(section.optional("net")),
        bursts=_bursts(section.optional("bursts")),
    )
    _refuse_no_keys(section, sources)
    section.end()
    return rule


def _net(section: Section | None) -> NetRule | None:
    if section is None:
        return None
    share = section.decimal("share", Decimal(0), Decimal(1)) * MILLION
    if share != int(share):
        raise section.refused("share", "at most six places are asked for")
    cap, least = section.integer("cap", 0, _MOST), section.integer("least", 0, WHOLE)
    section.end()
    return NetRule(cap, int(share), least)


def _bursts(section: Section | None) -> BurstRule | None:
    if section is None:
        return None
    rule = BurstRule(
        section.integer("credits", 1, 10**6),
        section.integer("days", 1, 90),
        section.integer("rings", 0, 20),
    )
    section.end()
    return rule


def _credit(section: Section) -> int:
    exact = section.decimal("credit_usd", Decimal(1) / USD, Decimal(_DEAREST)) * USD
    if exact != int(exact):
        raise section.refused("credit_usd", "at most eight places are asked for")
    return int(exact)


def _refuse_no_keys(section: Section, sources: tuple[str, ...]) -> None:
    for source in sources:
        if len(source) != _KEY_HEX or not set(source) <= set("0123456789abcdef"):
            raise section.refused("sources", f"{source[:20]!r} is no public key in hex")
