"""A log record as one JSON object a line, for machines; each line of a request carries its id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

__all__ = ["JsonFormatter", "request_id"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered; threads of the request inherit it."""


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
