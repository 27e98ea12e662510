"""The link that opens a contributor's statement in a browser, without handing the key to it.

The law: what it carries is a signature that opens one session at one node for five minutes; it
stands in the fragment, which no browser sends and no server logs.
"""

import base64

import httpx

from ingest.knownnodes import check_node
from ingest.localstate import open_state
from ingest.requests import authorization
from ingest.sessions import PATH
from rewards.fetch import fetch_public, node_at
from roadcomb.keys import Key, load_key
from roadcomb.settings import ClientSettings

__all__ = ["link_of", "signin_link"]


def link_of(key: Key, to: str, now_ms: int) -> str:
    """The viewer's address with the signed sign-in. to: of the node; now_ms: by its clock."""
    signed = authorization(key, "POST", PATH, now_ms)
    token = base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")
    return f"{to.rstrip('/')}/#signin={token}"


def signin_link(to: str) -> str:
    """The link for this machine's key; the node at the address must be the one known there.

    Raises what rewards.fetch.fetch_mine does.
    """
    ours = ClientSettings()
    key = load_key(ours.key_file)
    with httpx.Client(base_url=to, timeout=60) as client, open_state(ours.state) as state:
        node, url = node_at(client), str(client.base_url).rstrip("/")
        check_node(ours.state, url, node, state.node_at(url))
    return link_of(key, to, int(fetch_public(to, "/v1/node")["now_ms"]))
