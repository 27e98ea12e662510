"""What became of the drives of this machine: its own memory and what their nodes say."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ingest.localstate import DriveRecord
from ingest.nodeclient import NodeClient, Pin, open_http
from ingest.settings import UploadSettings
from roadcomb.errors import InvalidInput, NotFound, RoadcombError
from roadcomb.keys import Key

__all__ = ["payouts", "stakes", "states"]

_COUNTS = ("offered", "pending", "held", "accepted", "rejected")


def states(
    records: Sequence[DriveRecord],
    url: str | None,
    settings: UploadSettings,
    pin: Pin | None = None,
) -> Iterator[dict[str, Any]]:
    """A row each drive, asked of `url` or else of the node that it was sent to.

    A row has state, counts and reasons; `trouble` is None or why the node could not tell. Frames
    that no node has judged are pending, so the counts always add up. A node whose key is not the
    pinned one tells nothing: that is the trouble.
    """
    down: dict[str, RoadcombError] = {}
    for record in records:
        address = url or record.url
        if address in down:
            yield _row(record, {}, str(down[address]))
            continue
        with open_http(address, settings) as http:
            client = NodeClient(http, settings, pin)
            try:
                yield _told(record, client.drive(record.drive_id))
            except NotFound as error:
                yield _row(record, {}, _unknown(record, error, client))
            except RoadcombError as error:
                down[address] = error
                yield _row(record, {}, str(error))


def payouts(
    records: Sequence[DriveRecord],
    url: str | None,
    key: Key,
    settings: UploadSettings,
    pin: Pin | None = None,
) -> Iterator[dict[str, Any]]:
    """Where each node pays, of those that answer: `node` (its address), `address`, and, while a
    changed one waits, `following` and `from_ms`."""
    for address in dict.fromkeys(url or record.url for record in records):
        with open_http(address, settings) as http, suppress(RoadcombError):
            standing = NodeClient(http, settings, pin).payout(key)
            from_ms = standing.get("from_ms")
            yield {
                "node": address,
                "address": _word(standing, "address"),
                "following": _word(standing, "following"),
                "from_ms": from_ms if isinstance(from_ms, int) else None,
            }


def stakes(
    records: Sequence[DriveRecord],
    url: str | None,
    key: Key,
    settings: UploadSettings,
    pin: Pin | None = None,
) -> Iterator[dict[str, Any]]:
    """What each node says of one's stake, of those that answer: `node`, and `words`, sentences."""
    for address in dict.fromkeys(url or record.url for record in records):
        with open_http(address, settings) as http, suppress(RoadcombError):
            told = NodeClient(http, settings, pin).get_signed("/v1/stake", key)
            words = told.get("words")
            listed = [str(each) for each in words] if isinstance(words, list) else []
            yield {"node": address, "words": listed}


def _told(record: DriveRecord, answer: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _row(record, answer, None)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"{record.url} does not answer like a Roadcomb node") from error


def _unknown(record: DriveRecord, error: NotFound, client: NodeClient) -> str | None:
    """Unsealed drives may be unknown to a node; a receipt that it forgot is its broken promise,
    but not one of another node that answers at the address now."""
    if record.receipt is None:
        return None
    with suppress(RoadcombError):
        if client.info().public != record.node:
            return f"{client.url} is not the node that has the drive: its key was {record.node}"
    return f"{error}; its receipt proves that the node had it: {record.receipt}"


def _row(record: DriveRecord, answer: Any, trouble: str | None) -> dict[str, Any]:
    local = "open" if record.receipt is None else "sealed"
    unjudged = {"offered": record.frames, "pending": record.frames}
    return {
        "drive_id": record.drive_id,
        "node": record.node,
        "folder": record.folder,
        "started_ms": record.started_ms,
        "state": str(answer.get("state", local if trouble is None else "unknown")),
        **{name: int(answer.get(name, unjudged.get(name, 0))) for name in _COUNTS},
        "reasons": dict(answer.get("reasons") or {}),
        "verdict": _word(answer, "verdict"),
        "reason": _word(answer, "reason"),
        "doubts": [str(doubt) for doubt in answer.get("doubts") or ()],
        "appeals": int(answer.get("appeals", 0)),
        "level": _word(answer, "level"),
        "pictures": _pictures(answer.get("pictures")),
        "receipt": None if record.receipt is None else str(record.receipt),
        "trouble": trouble,
    }


def _pictures(told: Any) -> dict[str, Any] | None:
    """How many pictures the node shows, and those that wait for their blur, by reason."""
    if told is None:
        return None
    waiting = {str(reason): int(count) for reason, count in dict(told["waiting"]).items()}
    return {"published": int(told["published"]), "waiting": waiting}


def _word(answer: Mapping[str, Any], name: str) -> str | None:
    return None if answer.get(name) is None else str(answer[name])
