"""`roadcomb key rotate`: the nodes learn the new key before this machine uses it.

Order, so that a crash anywhere is mended by running it again: the new key is on disk, every node
has taken it, the old key is put aside, the new one takes its place. A key put aside opens nothing
any more; it is kept since it costs nothing and proves what it signed.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from ingest.nodeclient import NodeClient, Pin, open_http
from ingest.rotation import sign_rotation
from ingest.settings import UploadSettings
from roadcomb.errors import UsageError
from roadcomb.keys import Key, generate_key, load_key, save_key

__all__ = ["rotate_key"]


def rotate_key(
    path: Path, urls: Sequence[str], settings: UploadSettings, pin: Pin | None = None
) -> Key:
    """Make a new key sign for the contributor whose key lies at `path`; answers it.

    urls: all nodes that know the contributor. Raises UsageError for none, Unreachable when one
    does not answer and Unauthorised when one has another key than the pinned: then the old key
    stays in use.
    """
    if not urls:
        raise UsageError("no node knows this key yet: make another one, or name the node by --to")
    old = load_key(path)
    following = path.with_suffix(".next.pem")
    if not following.exists():
        save_key(generate_key(old.public), following)
    new = load_key(following)
    if old.signer != new.signer:
        for url in urls:
            _tell(url, old, new, settings, pin)
        aside = path.with_name(f"{path.stem}.until-{new.signer[:12]}.pem")
        if not aside.exists():
            os.link(path, aside)
    following.replace(path)
    return new


def _tell(url: str, old: Key, new: Key, settings: UploadSettings, pin: Pin | None) -> None:
    with open_http(url, settings) as http:
        client = NodeClient(http, settings, pin)
        client.post("/v1/rotations", sign_rotation(old, new, client.info().now_ms))
