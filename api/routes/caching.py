"""Strong entity tags: what is sent, when the client has it already, and in which encoding.

A strong tag names bytes, so the compressed form has a tag of its own (RFC 9110, sections 8.8.3.3
and 13.1.2).
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from roadcomb.canonical import digest_of_bytes

__all__ = ["PRIVATE", "SHARED", "compressed", "json_answer", "made", "plain"]

SHARED = "public, max-age=30, stale-while-revalidate=300"
"""A cache may answer for half a minute without asking; verdicts come once a second at most."""
PRIVATE = "private, no-store"
"""What is one person's own is kept nowhere on its way."""

_GZIP = "-gzip"


def plain(request: Request, tag: str, body: bytes, media_type: str, cache: str) -> Response:
    """Bytes as they are; 304 when the client's tag matches. An empty body is 204."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": cache}
    if _matches(request, f'"{tag}"'):
        return Response(status_code=304, headers=headers)
    if not body:
        return Response(status_code=204, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def compressed(
    request: Request, tag: str, pack: Callable[[], bytes], media_type: str, cache: str
) -> Response:
    """What `pack` gives, gzipped for a client that takes it; not packed when the tag matches."""
    wants_gzip = _accepts_gzip(request.headers.get("accept-encoding", ""))
    own_tag = tag + _GZIP if wants_gzip else tag
    packed = b"" if _matches(request, f'"{own_tag}"') else pack()
    body = packed if wants_gzip or not packed else gzip.decompress(packed)
    answer = plain(request, own_tag, body, media_type, cache)
    answer.headers["Vary"] = "Accept-Encoding"
    if body and wants_gzip:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def made(
    request: Request, tag: str, make: Callable[[], bytes], media_type: str, cache: str
) -> Response:
    """What `make` gives, as it is; not made when the client's tag matches."""
    body = b"" if _matches(request, f'"{tag}"') else make()
    return plain(request, tag, body, media_type, cache)


def json_answer(request: Request, document: Any) -> Response:
    """A JSON document, tagged by its own bytes."""
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return plain(request, digest_of_bytes(body)[:32], body, "application/json", SHARED)


def _matches(request: Request, tag: str) -> bool:
    """Whether If-None-Match names the tag; it is compared weakly (RFC 9110, section 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    named = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return "*" in named or tag in named


def _accepts_gzip(header: str) -> bool:
    """Whether Accept-Encoding allows gzip: named, or by `*`, with a weight over 0."""
    weights = dict(_weighted(part) for part in header.lower().split(",") if part.strip())
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighted(part: str) -> tuple[str, float]:
    coding, _, weight = part.partition(";")
    try:
        return coding.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return coding.strip(), 0.0
