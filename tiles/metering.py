"""May this account open this cell this week, and was it counted? Keys for full pictures.

The law: where imagery is metered a full picture leaves only for a key that stands, and an account
is counted once for a cell and a week, however often and by whichever of its keys it asks. Of a key
only the digest is kept: it is random, so that nothing slower is needed. Thumbnails are never asked.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from roadcomb.canonical import digest_of_bytes
from roadcomb.catalog.tables import api_keys, openings
from roadcomb.epochs import epoch_of, week_of
from roadcomb.errors import NotFound, PaymentRequired, UsageError
from roadcomb.node import Node

__all__ = [
    "ApiKey",
    "Paid",
    "account_of_key",
    "create_key",
    "for_nothing",
    "list_keys",
    "open_cell",
    "revoke_key",
]

_PREFIX = "rck_"
_KEY_BYTES = 24
_LONGEST_ACCOUNT = 64


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its operator sees it; opened: cells and weeks that its account was counted for."""

    id: int
    account: str
    created_ms: int
    revoked_ms: int | None
    opened: int


def create_key(node: Node, account: str) -> str:
    """A new key of an account; its text is nowhere but here. Raises UsageError for no name."""
    if not account.strip() or len(account) > _LONGEST_ACCOUNT or not account.isprintable():
        raise UsageError(f"account: a name of 1 to {_LONGEST_ACCOUNT} printable signs is asked for")
    key = _PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    values = {"key": _digest(key), "account": account, "created_ms": node.clock.now_ms()}
    with node.catalog.writing() as connection:
        connection.execute(sa.insert(api_keys).values(values))
    return key


def list_keys(node: Node) -> list[ApiKey]:
    """All keys, the oldest first, revoked ones too."""
    counted = sa.select(sa.func.count()).where(openings.c.account == api_keys.c.account)
    query = sa.select(
        api_keys.c.id,
        api_keys.c.account,
        api_keys.c.created_ms,
        api_keys.c.revoked_ms,
        counted.scalar_subquery(),
    )
    with node.catalog.reading() as connection:
        return [ApiKey(*row) for row in connection.execute(query.order_by(api_keys.c.id))]


def revoke_key(node: Node, id_: int) -> None:
    """From now on the key opens nothing. Raises NotFound for none; once more changes nothing."""
    own = api_keys.c.id == id_
    with node.catalog.writing() as connection:
        if connection.scalar(sa.select(api_keys.c.id).where(own)) is None:
            raise NotFound(f"there is no key {id_}: see `roadcomb apikey list`")
        standing = sa.update(api_keys).where(own, api_keys.c.revoked_ms.is_(None))
        connection.execute(standing.values(revoked_ms=node.clock.now_ms()))


Paid = Callable[[sa.Connection, str, int, int], None]
"""Takes an account's payment for a cell and a week, in the transaction that counts it; raises
PaymentRequired when it has none."""


def for_nothing(connection: sa.Connection, account: str, cell: int, week: int) -> None:
    """Where no credits are sold, opening is counted and costs nothing."""


def open_cell(node: Node, key: str | None, cell: int, paid: Paid = for_nothing) -> bool:
    """Let a key's account open a cell this week; True when it is counted now, False when it was
    before. Raises PaymentRequired without a key that stands, or what `paid` raises."""
    week = week_of(epoch_of(node.clock.now_ms()))
    with node.catalog.reading() as connection:
        account = _account(connection, key)
        if _is_counted(connection, account, cell, week):
            return False
    with node.catalog.writing() as connection:
        account = _account(connection, key)
        if _is_counted(connection, account, cell, week):
            return False
        paid(connection, account, cell, week)
        values = {"account": account, "cell": f"{cell:x}", "week": week}
        connection.execute(sa.insert(openings).values(values))
        return True


def account_of_key(node: Node, key: str | None) -> str:
    """Whose key it is. Raises PaymentRequired without one that stands."""
    with node.catalog.reading() as connection:
        return _account(connection, key)


def _account(connection: sa.Connection, key: str | None) -> str:
    if key is None:
        raise PaymentRequired("full pictures of this node need a key: send it as X-Api-Key")
    standing = sa.select(api_keys.c.account).where(
        api_keys.c.key == _digest(key), api_keys.c.revoked_ms.is_(None)
    )
    account = connection.scalar(standing)
    if account is None:
        raise PaymentRequired("this key opens nothing: ask the operator of the node for one")
    return str(account)


def _is_counted(connection: sa.Connection, account: str, cell: int, week: int) -> bool:
    same = (openings.c.account == account, openings.c.cell == f"{cell:x}", openings.c.week == week)
    return connection.scalar(sa.select(openings.c.week).where(*same)) is not None


def _digest(key: str) -> str:
    return digest_of_bytes(key.encode())
