"""The envelope of an epoch's manifest: the manifest and the node's signature over it.

The law: the signature covers the manifest's canonical JSON in a domain of its own, so a signature
of anything else by the same key never passes for one. Light on purpose: a contributor's check of a
statement needs nothing more.
"""

from collections.abc import Mapping
from typing import Any

from roadcomb.canonical import canonical_json
from roadcomb.keys import Key, verify

__all__ = ["DOMAIN", "sign_epoch", "verify_epoch"]

DOMAIN = "roadcomb epoch v1"
"""What the node's signature of a manifest is for."""


def sign_epoch(manifest: Mapping[str, Any], key: Key) -> bytes:
    """manifest.json: the manifest and the node's signature over its canonical JSON."""
    signature = key.sign(DOMAIN, canonical_json(manifest))
    return canonical_json({"manifest": manifest, "signature": signature})


def verify_epoch(manifest: Mapping[str, Any], signature: str, node: str) -> None:
    """Raises Unauthorised unless the signature is that of the node's key over this manifest."""
    verify(node, DOMAIN, canonical_json(manifest), signature)
