"""What goes into a stake from outside, and what is asked back: recorded as events.

The laws: a deposit is a transaction that the operator saw confirmed, and counts once; it is for a
contributor whom the node knows, so that a mistyped account swallows nothing. Only the contributor
asks a stake back, at most once a day, and only who has one: nobody fills the books with wishes.
"""

import sqlalchemy as sa

from rewards.chain import newest
from rewards.confirmed import record_confirmed
from rewards.dated import total
from rewards.in_force import stakes_after
from rewards.recorded import record
from rewards.staking import DEPOSIT, WITHDRAWAL
from roadcomb.catalog.tables import contributors
from roadcomb.epochs import epoch_of
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.keys import account_of
from roadcomb.node import Node

__all__ = ["ask_back", "deposit"]

_SHORTEST = 6


def deposit(node: Node, account: str, amount: int, transaction: str, by: str) -> str:
    """Record a confirmed deposit of base units; answers whose, by their account.

    account: or its first 6 or more characters. transaction: its hash, and `:n` for one of several
    transfers in it. The same again changes nothing. Raises UsageError, NotFound, Conflict.
    """
    whole = known_account(node, account)
    body = {"account": whole, "amount": str(amount)}
    record_confirmed(node, DEPOSIT, body, transaction, by)
    return whole


def ask_back(node: Node, contributor: str, amount: int) -> int:
    """Record that a contributor asks base units of their stake back; answers the epoch it is of.

    The same amount again on the same day changes nothing. Raises Conflict.
    """
    account, last = account_of(contributor), newest(node)
    staked = total(stakes_after(node, last).staked, account)
    if amount > staked:
        raise Conflict(
            f"{amount} base units are asked back and {staked} are staked in the newest books"
        )
    epoch = epoch_of(node.clock.now_ms())
    body = {"account": account, "amount": str(amount)}
    record(node, WITHDRAWAL, f"{account} {epoch}", body, "its contributor")
    return epoch


def known_account(node: Node, account: str) -> str:
    """The whole account of one or of its beginning. Raises UsageError or NotFound."""
    if len(account) < _SHORTEST:
        raise UsageError(f"{account!r} is too short: give {_SHORTEST} characters of the account")
    begins = contributors.c.account.startswith(account, autoescape=True)
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(contributors.c.account).where(begins).limit(2))
        known = found.scalars().all()
    if not known:
        raise NotFound(
            f"no contributor has the account {account[:64]}: `roadcomb stake show` names it"
        )
    if len(known) > 1:
        raise UsageError(f"{account} fits several accounts: give more characters")
    return str(known[0])
