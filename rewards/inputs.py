"""Inputs: everything an epoch depends on but code and policy text, frozen and published.

The law: the same inputs give the same books on any machine, on any day. `inputs.json` carries no
instant of the nightly run, and names accounts only by pseudonym and payout address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.payout import checked_address
from rewards.albums import NO_ALBUMS
from rewards.events import NO_EVENTS
from rewards.notice import Announced, announced_of
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["Inputs", "parse_inputs"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Inputs:
    """previous: digest of the manifest before, None in the first epoch. drives: how many came in.

    rows_digest: of the rows without weights. bindings: payout address by account, of the accounts
    that this epoch concerns. log_size, log_root: head of the transparency log when the day closed.
    released: indices of the rows of drives that were held, by the epoch of their first judgement,
    whose refill they take; rising.
    announced: policies of epochs to come (rewards/notice.py).
    reputation: 0..1000 by account, of those whose drives came in (quality/reputation.py).
    log_digest: of log.json (rewards/accounted.py). decisions: number of the newest one it tells.
    events_digest: of events.json (rewards/events.py). events: number of the newest so far.
    albums_digest: of albums.json (rewards/albums.py). publications: number of the newest so far.
    """

    epoch: int
    previous: str | None
    rules_version: int
    policy: str
    drives: int
    rows_digest: str
    rows_count: int
    bindings: Mapping[str, str]
    log_size: int
    log_root: str
    released: Mapping[int, Sequence[int]] = field(default_factory=dict)
    announced: tuple[Announced, ...] = ()
    log_digest: str = ""
    decisions: int = 0
    reputation: Mapping[str, int] = field(default_factory=dict)
    events_digest: str = NO_EVENTS
    events: int = 0
    albums_digest: str = NO_ALBUMS
    publications: int = 0

    def to_bytes(self) -> bytes:
        """inputs.json."""
        document: Json = {
            "v": _VERSION,
            "epoch": self.epoch,
            "previous": self.previous,
            "rules_version": self.rules_version,
            "policy": self.policy,
            "drives": self.drives,
            "rows": {"digest": self.rows_digest, "count": self.rows_count},
            "bindings": dict(self.bindings),
            "log": {
                "size": self.log_size,
                "root": self.log_root,
                "digest": self.log_digest,
                "decisions": self.decisions,
            },
            "released": [
                {"judged": judged, "rows": list(rows)}
                for judged, rows in sorted(self.released.items())
            ],
            "announced": [each.document() for each in self.announced],
            "reputation": dict(self.reputation),
            "events": {"digest": self.events_digest, "newest": self.events},
            "albums": {"digest": self.albums_digest, "newest": self.publications},
        }
        return canonical_json(document)


def parse_inputs(data: bytes) -> Inputs:
    """Inputs of their file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {
            "v": 1,
            "epoch": int(epoch),
            "previous": str() | None as previous,
            "rules_version": int(rules_version),
            "policy": str(policy),
            "drives": int(drives),
            "rows": {"digest": str(rows_digest), "count": int(rows_count), **no_rows},
            "bindings": Mapping() as bindings,
            "log": {
                "size": int(log_size),
                "root": str(log_root),
                "digest": str(log_digest),
                "decisions": int(decided),
                **no_log,
            },
            "released": [*released],
            "announced": list() as announced,
            "reputation": Mapping() as reputation,
            "events": {"digest": str(events_digest), "newest": int(newest), **no_events},
            "albums": {"digest": str(albums_digest), "newest": int(shown), **no_albums},
            **nothing,
        } if not (nothing or no_rows or no_log or no_events or no_albums):
            return Inputs(
                epoch,
                previous,
                rules_version,
                policy,
                drives,
                rows_digest,
                rows_count,
                {account: _address(address) for account, address in bindings.items()},
                log_size,
                log_root,
                dict(_released(one, epoch, rows_count) for one in released),
                announced_of(announced),
                log_digest,
                decided,
                {account: _value(value) for account, value in reputation.items()},
                events_digest,
                newest,
                albums_digest,
                shown,
            )
    raise IntegrityError("inputs.json is no inputs that this version can read")


def _released(value: Json, epoch: int, rows_count: int) -> tuple[int, Sequence[int]]:
    match value:
        case {"judged": int(judged), "rows": [*rows], **nothing} if not nothing and judged < epoch:
            known = [row for row in rows if isinstance(row, int) and 0 <= row < rows_count]
            if known and known == sorted(set(known)) and len(known) == len(rows):
                return judged, known
    raise IntegrityError(f"inputs.json: {value!r} names no released rows")


def _value(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
        raise IntegrityError(f"inputs.json: {value!r} is no reputation, 0 to 1000")
    return value


def _address(value: Json) -> str:
    if not isinstance(value, str) or checked_address(value) != value:
        raise IntegrityError(f"inputs.json: {value!r} is no address in lower case")
    return value
