"""One byte string for one value: canonical JSON (RFC 8785) and SHA-256 digests of it.

Digests and signatures always cover these bytes. Integers beyond 2**53 are refused by RFC 8785,
so amounts of money travel as decimal strings.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

import rfc8785

from roadcomb.errors import InvalidInput

__all__ = ["Json", "canonical_json", "digest_of_bytes", "digest_of_json", "parse_json"]

Json = None | bool | int | str | float | Sequence["Json"] | Mapping[str, "Json"]


def canonical_json(value: Json) -> bytes:
    """RFC 8785 bytes of a JSON value.

    Raises InvalidInput for NaN, integers over 2**53 and text that is no Unicode.
    """
    try:
        encoded: bytes = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise InvalidInput(f"not canonical JSON: {error}") from error
    return encoded


def parse_json(data: bytes) -> Json:
    """JSON value of UTF-8 bytes; duplicate keys, NaN and bad UTF-8 raise InvalidInput."""
    try:
        value: Json = json.loads(data, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"not JSON: {error}") from error
    return value


def digest_of_bytes(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of_json(value: Json) -> str:
    """SHA-256 of the canonical JSON, lower-case hex."""
    return digest_of_bytes(canonical_json(value))


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a key stands twice among {sorted(names)[:10]}")
    return dict(pairs)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
