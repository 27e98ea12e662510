"""A node's refusal as the error that it was raised as.

The law: a problem (RFC 9457) names its kind, so that what the node refuses is refused here in the
same class and with its words; anything else is an invalid answer, or a node that is away.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.nodehttp import Answer
from roadcomb.canonical import Json, parse_json
from roadcomb.errors import InvalidInput, RoadcombError, Unreachable

__all__ = ["Refused", "parsed"]


class Refused(Exception):
    """The node answered with a problem."""

    def __init__(self, response: Answer) -> None:
        self.status = response.status
        self.retry_after_s = _retry_after_s(response.headers.get("Retry-After"))
        self.error = _problem(response)
        super().__init__(str(self.error))


def _problem(response: Answer) -> RoadcombError:
    """The node's problem (RFC 9457) as the error it was raised as."""
    problem = parsed(response)
    words: Any = problem if isinstance(problem, Mapping) else {}
    name = str(words.get("type", "")).rpartition("/")[2]
    kind = _KINDS.get(name, Unreachable if response.status >= 500 else InvalidInput)
    said = words.get("detail") or f"{response.reason} (in no node's words: check the address)"
    return kind(f"the node refuses: {said}")


def parsed(response: Answer) -> Json:
    """The JSON of an answer; None for anything else."""
    try:
        return parse_json(response.content)
    except InvalidInput:
        return None


def _retry_after_s(value: str | None) -> float | None:
    """Seconds of a Retry-After header; an HTTP date or nonsense counts as absent."""
    return float(value) if value is not None and value.isascii() and value.isdigit() else None


def _kinds(root: type[RoadcombError]) -> Iterator[tuple[str, type[RoadcombError]]]:
    if "type" in vars(root):  # errors that are nowhere told to a client are of their parent's type
        yield root.type, root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


_KINDS = dict(_kinds(RoadcombError))
