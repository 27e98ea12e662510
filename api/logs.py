"""One JSON object a line, for machines that read logs; each line of a request carries its id.

Without ROADCOMB_LOG=json nothing here is used: warnings go to stderr in plain words.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

__all__ = ["JsonFormatter", "access", "log_json", "request_id"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered; threads of the request inherit it."""

_access = logging.getLogger("roadcomb.access")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, what `extra` gave."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


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
