"""Is this the node that we know by this address? Its key is trusted at first use, then pinned.

The law: a key is never taken from the server that it is to check. The key of an address is that of
its receipts on this machine, or the one that answered at the first contact, written to a file in
the client's state; another key at that address is refused until a person writes that key there.
"""

from pathlib import Path
from urllib.parse import quote

from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.files import write_durably
from roadcomb.keys import PUBLIC_KEY_HEX

__all__ = ["check_node", "known_node"]

_FOLDER = "known-nodes"


def check_node(state: Path, url: str, public: str, receipts_of: str | None = None) -> None:
    """Raise Unauthorised unless `public` is the key that the address is known by.

    state: folder of the client's state. receipts_of: whose receipts lie there for this address,
    asked at the first contact only.
    """
    file = _file(state, url)
    known = known_node(state, url) or receipts_of
    if known is not None and known != public:
        write_durably(file, f"{known}\n".encode())
        raise Unauthorised(
            f"{url} answers with another node key than before: somebody may be in between; only if "
            f"its operator confirms the key {public}, write it to {file}"
        )
    if known_node(state, url) is None:
        write_durably(file, f"{public}\n".encode())


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
