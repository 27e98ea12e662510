"""A contributor's statement over HTTP: signed request, then checked against the signed manifest."""

from collections.abc import Mapping
from typing import Any

import httpx

from ingest.requests import authorization
from rewards.check import check_claim, check_statement
from roadcomb.errors import IntegrityError, NotFound, Unauthorised, Unreachable, UsageError
from roadcomb.keys import Key

__all__ = ["fetch_statement"]

_PATH = "/v1/statements"
_REFUSALS = {401: Unauthorised, 404: NotFound}


def fetch_statement(client: httpx.Client, key: Key, epochs: int) -> Mapping[str, Any]:
    """The key's statement, all of it checked.

    client: its base URL is the node. Raises Unreachable, the refusal, or IntegrityError when the
    statement does not bear its own check.
    """
    now_ms = _get(client, "/v1/node")["now_ms"]
    signed = {"Authorization": authorization(key, "GET", _PATH, now_ms)}
    statement = _get(client, f"{_PATH}?epochs={epochs}", signed)
    check_statement(statement, key.public)
    books = statement["books"]
    if books is not None and books["claim"] is not None:
        check_claim(statement, _get(client, f"/v1/epochs/{books['epoch']}"))
    return statement


def _get(
    client: httpx.Client, path: str, headers: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    try:
        answer = client.get(path, headers=headers)
        document = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{client.base_url} does not answer: {error}") from error
    except ValueError as error:
        raise Unreachable(f"{client.base_url} is no Roadcomb node: no JSON at {path}") from error
    if not isinstance(document, dict):
        raise IntegrityError(f"{client.base_url}{path} answers no JSON object")
    if answer.is_error:
        refusal = _REFUSALS.get(answer.status_code, UsageError)
        raise refusal(str(document.get("detail", answer.reason_phrase)))
    return document
