"""An agreement of a driver with a fleet's manager: what it says, and the two signatures; pure.

::

    {"agreement": {"v": 1, "node", "manager", "driver", "share", "created_ms"},
     "manager": {"key", "signature"}, "driver": {"key", "signature"}}

    {"end": {"v": 1, "node", "agreement", "contributor", "created_ms"},
     "key", "signature"}

The law: nothing is split unless both signed the same words: manager and driver by the keys that
they are known by, the share in per mille, and the node, so that no other node can use it. `key` is
the one that signs for them now (ingest/signers.py). An invitation, signed by the manager alone, can
be accepted for a week; either of the two ends an agreement alone, at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from roadcomb.canonical import Json, canonical_json, digest_of_json
from roadcomb.errors import InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, Key, verify

__all__ = [
    "DOMAIN",
    "END_DOMAIN",
    "VALID_MS",
    "Agreement",
    "End",
    "accepted",
    "agreement_in",
    "end_in",
    "invitation",
    "signed_end",
]

DOMAIN: Final = "roadcomb fleet v1"
END_DOMAIN: Final = "roadcomb fleet end v1"
VALID_MS: Final = 7 * 86_400_000
"""How long an invitation can be accepted."""

_NOW_MS: Final = 5 * 60_000
_WHOLE: Final = 1000
_HEX: Final = set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Agreement:
    """A checked agreement. share: per mille for the manager; signers: of manager and driver."""

    digest: str
    manager: str
    driver: str
    share: int
    signers: tuple[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """A checked end. contributor: manager or driver of the agreement, which is to be seen."""

    agreement: str
    contributor: str
    signer: str


def invitation(manager: Key, driver: str, share: int, node: str, created_ms: int) -> Json:
    """What a manager hands to a driver, known by a public key; created_ms by the node's clock.

    Raises InvalidInput for a driver that is no public key, or is the manager.
    """
    words: dict[str, Json] = {
        "v": 1,
        "node": node,
        "manager": manager.public,
        "driver": driver,
        "share": share,
        "created_ms": created_ms,
    }
    _of_words(words, node)
    return {"agreement": words, "manager": _signed(manager, DOMAIN, words)}


def accepted(invited: Json, driver: Key, node: str) -> Json:
    """The invitation with the driver's signature, as the node takes it.

    Raises InvalidInput for another's invitation or another node's, Unauthorised for one that its
    manager has not signed.
    """
    match invited:
        case {"agreement": Mapping() as words, "manager": Mapping() as manager, **nothing} if (
            not nothing
        ):
            _of_words(words, node)
            _verified(manager, DOMAIN, words)
        case _:
            raise InvalidInput("this is no invitation of `roadcomb fleet invite`")
    if words["driver"] != driver.public:
        raise InvalidInput(f"the invitation is for another driver: {words['driver']}")
    both: Json = {"agreement": words, "manager": manager, "driver": _signed(driver, DOMAIN, words)}
    return both


def agreement_in(value: Json, node: str, now_ms: int) -> Agreement:
    """Check shape, node, time and both signatures. Raises InvalidInput or Unauthorised."""
    match value:
        case {
            "agreement": Mapping() as words,
            "manager": Mapping() as manager,
            "driver": Mapping() as driver,
            **nothing,
        } if not nothing:
            share, created_ms = _of_words(words, node)
        case _:
            raise InvalidInput('{"agreement", "manager", "driver"} of both is asked for')
    if not -_NOW_MS <= now_ms - created_ms <= VALID_MS:
        raise InvalidInput("the invitation is older than a week: ask the manager for another one")
    signers = _verified(manager, DOMAIN, words), _verified(driver, DOMAIN, words)
    digest = digest_of_json(dict(words))
    return Agreement(digest, str(words["manager"]), str(words["driver"]), share, signers)


def signed_end(key: Key, agreement: str, node: str, created_ms: int) -> Json:
    """The end of the agreement with this digest, by one of the two."""
    words: dict[str, Json] = {
        "v": 1,
        "node": node,
        "agreement": agreement,
        "contributor": key.public,
        "created_ms": created_ms,
    }
    return {"end": words, **_signed(key, END_DOMAIN, words)}


def end_in(value: Json, node: str, now_ms: int) -> End:
    """Check shape, node, time and signature. Raises InvalidInput or Unauthorised."""
    match value:
        case {
            "end": {
                "v": 1,
                "node": str(told),
                "agreement": str(agreement),
                "contributor": str(contributor),
                "created_ms": int(created_ms),
                **unknown,
            } as words,
            "key": str(key),
            "signature": str(signature),
            **others,
        } if not (unknown or others) and _is_digest(agreement) and _is_digest(contributor):
            if told != node or abs(now_ms - created_ms) > _NOW_MS:
                raise InvalidInput("the end is for this node, and of now by GET /v1/node")
            verify(key, END_DOMAIN, canonical_json(words), signature)
            return End(agreement, contributor, key)
    raise InvalidInput('{"end": {v, node, agreement, contributor, created_ms}, "key", "signature"}')


def _of_words(words: Mapping[str, Json], node: str) -> tuple[int, int]:
    """Share and created_ms of an agreement that says what one says."""
    match words:
        case {
            "v": 1,
            "node": str(told),
            "manager": str(manager),
            "driver": str(driver),
            "share": int(share),
            "created_ms": int(created_ms),
            **unknown,
        } if not unknown and _is_digest(manager) and _is_digest(driver):
            if told != node:
                raise InvalidInput(f"the agreement is for the node {told[:16]}.., not this one")
            if manager == driver or not 0 <= share <= _WHOLE or type(share) is not int:
                raise InvalidInput("two contributors and a share of 0 to 1000 per mille are needed")
            return share, created_ms
    raise InvalidInput("an agreement has v, node, manager, driver (public keys), share, created_ms")


def _signed(key: Key, domain: str, words: Json) -> dict[str, Json]:
    return {"key": key.signer, "signature": key.sign(domain, canonical_json(words))}


def _verified(signed: Mapping[str, Json], domain: str, words: Mapping[str, Json]) -> str:
    """The key that signed. Raises Unauthorised when it did not."""
    match signed:
        case {"key": str(key), "signature": str(signature), **nothing} if not nothing:
            verify(key, domain, canonical_json(dict(words)), signature)
            return key
    raise InvalidInput("a signature has key and signature")


def _is_digest(text: str) -> bool:
    return len(text) == PUBLIC_KEY_HEX and set(text) <= _HEX
