"""A contributor's statement over HTTP: signed request, then checked against the signed books."""

from collections.abc import Mapping
from typing import Any

import httpx

from ingest.knownnodes import check_node
from ingest.localstate import open_state
from ingest.requests import authorization
from rewards.check import (
    check_claim,
    check_devices,
    check_epoch,
    check_fleet,
    check_statement,
    signed_manifest,
)
from rewards.demand.reading import check_demand
from roadcomb.errors import (
    IntegrityError,
    NotFound,
    PaymentRequired,
    Unauthorised,
    Unreachable,
    UsageError,
)
from roadcomb.keys import Key, load_key
from roadcomb.settings import ClientSettings

__all__ = ["fetch_mine", "fetch_public", "fetch_statement", "node_at", "send_public"]

_PATH = "/v1/statements"
_REFUSALS = {401: Unauthorised, 402: PaymentRequired, 404: NotFound}


def fetch_mine(to: str, epochs: int) -> Mapping[str, Any]:
    """The statement of this machine's key from the node at an address, which must be the known one.

    Raises what `fetch_statement` does, and Unauthorised for another node than was met there before.
    """
    ours = ClientSettings()
    key = load_key(ours.key_file)
    with httpx.Client(base_url=to, timeout=60) as client, open_state(ours.state) as state:
        node, url = node_at(client), str(client.base_url).rstrip("/")
        check_node(ours.state, url, node, state.node_at(url))
        return fetch_statement(client, key, epochs, node)


def fetch_public(to: str, path: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """What anybody may read at a node. Raises Unreachable, or the node's refusal."""
    with httpx.Client(base_url=to, timeout=60) as client:
        return _get(client, path, headers)


def send_public(
    to: str, path: str, body: bytes, headers: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Post what bears its own signature, or comes with a key. Raises what `fetch_public` does."""
    with httpx.Client(base_url=to, timeout=60) as client:
        try:
            answer = client.post(path, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{to} does not answer: {error}") from error
        return _object(client, path, answer)


def node_at(client: httpx.Client) -> str:
    """The public key that the server names as its own: to be checked before it is trusted."""
    return str(_get(client, "/v1/node").get("node"))


def fetch_statement(client: httpx.Client, key: Key, epochs: int, node: str) -> Mapping[str, Any]:
    """The key's statement, all of it checked.

    client: its base URL is the node. node: the public key that must have signed the books, known
    from elsewhere (ingest/knownnodes.py). Raises Unreachable, the refusal, Unauthorised for books
    of another key, or IntegrityError when the statement does not bear its check.
    """
    now_ms = _get(client, "/v1/node")["now_ms"]
    signed = {"Authorization": authorization(key, "GET", _PATH, now_ms)}
    statement = dict(_get(client, f"{_PATH}?epochs={epochs}", signed))
    while (after := statement.get("next")) is not None:
        page = _get(client, f"{_PATH}?after={after}", signed)
        if not page["drives"] or page["next"] == after:
            raise IntegrityError("the statement's pages of drives never end")
        statement = {
            **statement,
            "drives": [*statement["drives"], *page["drives"]],
            "next": page["next"],
        }
    check_statement(statement, key.public)
    for epoch in statement["epochs"]:
        _check_epoch(client, epoch, statement["account"], node)
    for night in statement["demand"]:
        _check_night(client, night, statement["account"], node)
    books = statement["books"]
    if books is not None and books["claim"] is not None:
        check_claim(statement, _manifest(client, books["epoch"], node))
    return statement


def _check_epoch(client: httpx.Client, epoch: Mapping[str, Any], account: str, node: str) -> None:
    number = int(epoch["epoch"])
    manifest = _manifest(client, number, node)

    def file(name: str) -> bytes:
        return _answer(client, f"/v1/epochs/{number}/{name}").content

    check_epoch(epoch, account, manifest, file("accounts.json"), file("allocation.json"))
    if any(each["level"] != "none" or each["why"] for each in epoch["devices"]):
        check_devices(epoch, account, manifest, file("devices.json"))
    if epoch["fleet"]["gave"] or epoch["fleet"]["received"]:
        check_fleet(epoch, account, manifest, file("fleets.json"))


def _check_night(client: httpx.Client, night: Mapping[str, Any], account: str, node: str) -> None:
    epoch = int(night["epoch"])
    demand = _answer(client, f"/v1/epochs/{epoch}/demand.json").content
    check_demand(night, account, _manifest(client, epoch, node), demand)


def _manifest(client: httpx.Client, epoch: int, node: str) -> Mapping[str, Any]:
    return signed_manifest(_get(client, f"/v1/epochs/{epoch}"), epoch, node)


def _answer(
    client: httpx.Client, path: str, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    try:
        return client.get(path, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{client.base_url} does not answer: {error}") from error


def _get(
    client: httpx.Client, path: str, headers: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    return _object(client, path, _answer(client, path, headers))


def _object(client: httpx.Client, path: str, answer: httpx.Response) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError as error:
        raise Unreachable(f"{client.base_url} is no Roadcomb node: no JSON at {path}") from error
    if not isinstance(document, dict):
        raise IntegrityError(f"{client.base_url}{path} answers no JSON object")
    if answer.is_error:
        refusal = _REFUSALS.get(answer.status_code, UsageError)
        raise refusal(str(document.get("detail", answer.reason_phrase)))
    return document
