"""What a server logs: one JSON object a line, for machines that read logs.

Without ROADCOMB_LOG=json nothing here is used: warnings go to stderr in plain words.
"""

import logging
import sys

from roadcomb.jsonlog import JsonFormatter

__all__ = ["access", "log_json"]

_access = logging.getLogger("roadcomb.access")


def log_json() -> None:
    """From here on everything that is logged goes to stderr as JSON, requests included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _access.setLevel(logging.INFO)


def access(route: str, method: str, status: int, seconds: float, received: int) -> None:
    """One answered request; its path is told by the template alone, since paths name drives."""
    fields = {
        "route": route,
        "method": method,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "received_bytes": received,
    }
    _access.info("%s %s %s", method, route, status, extra={"fields": fields})
