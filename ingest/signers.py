"""Which key signs for a contributor, by the rotations that this node has taken.

Laws: at any time exactly one key signs for a contributor, the newest; a key that was rotated away
signs for nobody any more, and no key signs for two. Rotations are never changed or forgotten.
"""

import sqlalchemy as sa

from ingest.requests import check_authorization
from ingest.rotation import Rotation
from roadcomb.catalog.tables import contributors, rotations
from roadcomb.errors import Conflict, Unauthorised
from roadcomb.node import Node

__all__ = ["authorized", "check_signer", "contributor_of", "rotate", "signer_of"]


def signer_of(connection: sa.Connection, contributor: str) -> str:
    """The key that signs for a contributor now."""
    newest = connection.execute(
        sa.select(rotations.c.new)
        .where(rotations.c.contributor == contributor)
        .order_by(rotations.c.id.desc())
        .limit(1)
    ).scalar()
    return contributor if newest is None else str(newest)


def check_signer(connection: sa.Connection, contributor: str, signer: str) -> None:
    """Raise Unauthorised unless the key signs for the contributor now."""
    if signer_of(connection, contributor) != signer:
        raise Unauthorised("this key does not sign for this contributor: it was rotated, or never")


def contributor_of(connection: sa.Connection, signer: str) -> str:
    """Whom a key signs for. Raises Unauthorised for one that was rotated away."""
    named = connection.execute(
        sa.select(rotations.c.contributor).where(rotations.c.new == signer)
    ).scalar()
    contributor = signer if named is None else str(named)
    check_signer(connection, contributor, signer)
    return contributor


def authorized(node: Node, header: str | None, method: str, path: str) -> str:
    """The contributor whose key signed this request (ingest/requests.py). Raises Unauthorised."""
    signer = check_authorization(header, method, path, node.clock.now_ms())
    with node.catalog.reading() as connection:
        return contributor_of(connection, signer)


def rotate(node: Node, rotation: Rotation) -> None:
    """Store a rotation durably; the same keys again change nothing.

    Raises Unauthorised when the old key does not sign for the contributor, Conflict when the new
    one is in use already.
    """
    with node.catalog.writing() as connection:
        if signer_of(connection, rotation.contributor) == rotation.new:
            return
        check_signer(connection, rotation.contributor, rotation.old)
        if _in_use(connection, rotation.new):
            raise Conflict("the new key is or was somebody's already: make another one")
        connection.execute(
            sa.insert(rotations).values(
                contributor=rotation.contributor,
                old=rotation.old,
                new=rotation.new,
                message=rotation.message,
                rotated_ms=node.clock.now_ms(),
            )
        )


def _in_use(connection: sa.Connection, key: str) -> bool:
    named = sa.select(rotations.c.id).where((rotations.c.old == key) | (rotations.c.new == key))
    known = sa.select(contributors.c.key).where(contributors.c.key == key)
    return any(connection.execute(query).first() is not None for query in (named, known))
