"""Sessions: how a contributor reads their own in a browser that does not hold their key.

The laws: a link is a signed request for POST /v1/sessions (ingest/requests.py), so it is worth
nothing after five minutes; it opens one session and no second; a session lasts SESSION_MS and is
known to the node by its digest alone, so that whoever reads the catalog can open nothing with it;
it reads and changes nothing; a key that was rotated away has none.
"""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.signers import authorized
from roadcomb.canonical import digest_of_bytes
from roadcomb.catalog.tables import rotations, sessions
from roadcomb.errors import Unauthorised
from roadcomb.node import Node

__all__ = ["PATH", "SESSION_MS", "Session", "end_session", "open_session", "reader_of"]

PATH = "/v1/sessions"
SESSION_MS = 30 * 60_000
_TOKEN_BYTES = 32
_GONE = "you are signed in no longer: `roadcomb rewards --open` opens your statement again"


@dataclass(frozen=True, slots=True)
class Session:
    """token: the browser's secret, told once."""

    token: str
    contributor: str
    expires_ms: int


def open_session(node: Node, header: str | None) -> Session:
    """A session for whoever signed. Raises Unauthorised for a link that is old, wrong or used."""
    contributor, now_ms = authorized(node, header, "POST", PATH), node.clock.now_ms()
    link = digest_of_bytes((header or "").encode())
    session = Session(secrets.token_urlsafe(_TOKEN_BYTES), contributor, now_ms + SESSION_MS)
    with node.catalog.writing() as connection:
        connection.execute(sa.delete(sessions).where(sessions.c.expires_ms <= now_ms))
        known = sa.select(sessions.c.link).where(sessions.c.link == link)
        if connection.execute(known).first() is not None:
            raise Unauthorised(
                "this link was used already: `roadcomb rewards --open` makes another"
            )
        values = {"contributor": contributor, "expires_ms": session.expires_ms}
        token = _digest(session.token)
        connection.execute(sa.insert(sessions).values(token=token, link=link, **values))
    return session


def reader_of(node: Node, token: str) -> str:
    """Whose session it is. Raises Unauthorised for one that is over or never was."""
    with node.catalog.reading() as connection:
        row = connection.execute(
            sa.select(sessions).where(sessions.c.token == _digest(token))
        ).first()
        if row is None or row.expires_ms <= node.clock.now_ms():
            raise Unauthorised(_GONE)
        since_ms = row.expires_ms - SESSION_MS
        rotated = sa.select(rotations.c.id).where(
            rotations.c.contributor == row.contributor, rotations.c.rotated_ms >= since_ms
        )
        if connection.execute(rotated).first() is not None:
            raise Unauthorised(_GONE)
    return str(row.contributor)


def end_session(node: Node, token: str) -> None:
    """End a session now; its link stays used as long as it would count.

    Harmless for one that is over.
    """
    own = sessions.c.token == _digest(token)
    ended = {"token": _digest(secrets.token_urlsafe(_TOKEN_BYTES))}
    with node.catalog.writing() as connection:
        connection.execute(sa.update(sessions).where(own).values(**ended))


def _digest(token: str) -> str:
    return digest_of_bytes(token.encode())
