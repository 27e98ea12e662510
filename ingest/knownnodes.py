"""Is this the node that we know by this address? Its key is trusted at first use, then pinned.

The law: a key is never taken from the server that it is to check. The key of an address is that of
its receipts on this machine, or the one that answered at the first contact, written to a file in
the client's state; another key at that address is refused until a person writes that key there.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.files import write_durably
from roadcomb.keys import PUBLIC_KEY_HEX

__all__ = ["check_node", "compare_node", "known_node", "pinned"]

_FOLDER = "known-nodes"


def pinned(state: Path, receipts_of: Callable[[str], str | None]) -> Callable[[str, str], None]:
    """`check_node` for a client (ingest/nodeclient.py) that is given an address and its key.

    receipts_of: address -> whose receipts lie there.
    """

    def check(url: str, public: str) -> None:
        check_node(state, url, public, receipts_of(url))

    return check


def check_node(state: Path, url: str, public: str, receipts_of: str | None = None) -> None:
    """Raise Unauthorised unless `public` is the key that the address is known by.

    state: folder of the client's state. receipts_of: whose receipts lie there for this address,
    asked at the first contact only.
    """
    pin = known_node(state, url)
    known = pin or receipts_of
    if pin is None:
        write_durably(_file(state, url), f"{known or public}\n".encode())
    compare_node(state, url, public, receipts_of)


def compare_node(state: Path, url: str, public: str, receipts_of: str | None = None) -> None:
    """The same without writing anything down, also at the first contact."""
    known = known_node(state, url) or receipts_of
    if known is not None and known != public:
        raise Unauthorised(
            f"{url} answers with another node key than before: somebody may be in between; only if "
            f"its operator confirms the key {public}, write it to {_file(state, url)}"
        )


def known_node(state: Path, url: str) -> str | None:
    """The key that an address is pinned to; None before the first contact."""
    file = _file(state, url)
    try:
        key = file.read_text("ascii").strip()
        if len(bytes.fromhex(key)) * 2 == PUBLIC_KEY_HEX:
            return key
    except FileNotFoundError:
        return None
    except ValueError:
        pass
    raise InvalidInput(
        f"{file} holds no key of a node: write there the key that its operator names"
    )


def _file(state: Path, url: str) -> Path:
    """One file an address, so that two runs never write over each other's."""
    return state / _FOLDER / quote(url.rstrip("/"), safe="")
