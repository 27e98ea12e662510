"""A rule of demand, events, and a price that sources agree on."""

from collections.abc import Sequence

from rewards.demand.market import BURN, OPENING
from rewards.demand.price import KIND, sign_quote
from rewards.demand.rule import DemandRule
from rewards.events import Event
from roadcomb.canonical import Json
from roadcomb.cells import format_cell
from roadcomb.epochs import end_ms, week_of
from roadcomb.keys import Key
from tests.rewards.town import CELLS, DAY, person

SOURCES: tuple[Key, ...] = tuple(person(f"source {n}") for n in range(3))
CENT = 10**6
"""Of 10**-8 USD."""
TOKEN = 10**9
HOUR_MS = 3_600_000

SECTION = """
[demand]
credit_usd = "0.0075"
sources = [{sources}]
quorum = 2
stale_hours = 36
outlier = 100
contributors = 250
cap_per_week = 500_000_000_000_000
window_days = 28
fewest_accounts = {fewest}
""".format(sources=", ".join(f'"{key.public}"' for key in SOURCES), fewest="{fewest}")

RULE = DemandRule(
    credit=750_000,
    sources=tuple(key.public for key in SOURCES),
    quorum=2,
    stale_hours=36,
    outlier=100,
    contributors=250,
    paid_from="burnt",
    cap_per_week=500_000 * TOKEN,
    window_days=28,
    fewest_accounts=1,
)


def prices(price: int, epoch: int = DAY, sources: Sequence[Key] = SOURCES) -> list[Event]:
    """The same price of every source, an hour before the end of an epoch."""
    return [
        Event(n, KIND, sign_quote(key, price, end_ms(epoch) - HOUR_MS))
        for n, key in enumerate(sources)
    ]


def burn(customer: str, tokens: int, number: int = 100) -> Event:
    """Tokens that a customer burnt."""
    body: dict[str, Json] = {
        "customer": customer,
        "amount": str(tokens * TOKEN),
        "transaction": f"0x{number:x}",
    }
    return Event(number, BURN, body)


def opening(customer: str, cell: int, epoch: int = DAY, number: int = 1000) -> Event:
    """A cell of the street (its index) that a customer opened."""
    named = format_cell(CELLS[cell])
    return Event(number, OPENING, {"customer": customer, "cell": named, "week": week_of(epoch)})


def openings(customer: str, cells: Sequence[int], epoch: int = DAY) -> list[Event]:
    """Several of them."""
    return [opening(customer, cell, epoch, 1000 + n) for n, cell in enumerate(cells)]
