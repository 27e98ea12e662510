"""stake.json: stakes, what cools down, and every case of a slash, open or ended; pure.

::

    {"v", "epoch",
     "staked": {epoch it came in: {account: amount}}, "cooling": {epoch it is free: {..}},
     "cases": [{"case", "account", "receipt", "evidence", "decided", "until", "state",
                "unvested": {epoch: amount}, "staked": {..}, "cooling": {..}}],
     "ended": [{"case", "account", "receipt", "epoch", "outcome", "amount"}]}

Accounts are pseudonyms; amounts are decimal text; evidence is the digest of what the case's event
shows in the events.json of the epoch `decided`; receipt: its index in the transparency log.
"""

from collections.abc import Mapping

from rewards.dated import Dated, Parts
from rewards.slashing import Case, Ended
from rewards.staking import Stakes
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["parse_stakes", "stakes_document"]

_VERSION = 1


def stakes_document(stakes: Stakes, epoch: int) -> bytes:
    """stake.json after an epoch."""
    return canonical_json(
        {
            "v": _VERSION,
            "epoch": epoch,
            "staked": _dated(stakes.staked),
            "cooling": _dated(stakes.cooling),
            "cases": [_case(case) for case in stakes.cases],
            "ended": [_ended(ended) for ended in stakes.ended],
        }
    )


def parse_stakes(data: bytes) -> Stakes:
    """Stakes of their file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {
            "v": 1,
            "epoch": int(),
            "staked": Mapping() as staked,
            "cooling": Mapping() as cooling,
            "cases": list() as cases,
            "ended": list() as ended,
            **nothing,
        } if not nothing:
            return Stakes(
                _dated_of(staked),
                _dated_of(cooling),
                tuple(_case_of(case) for case in cases),
                tuple(_ended_of(one) for one in ended),
            )
    raise IntegrityError("stake.json holds no stakes that this version can read")


def _case(case: Case) -> Json:
    return {
        "case": case.number,
        "account": case.account,
        "receipt": case.receipt,
        "evidence": case.evidence,
        "decided": case.decided,
        "until": case.until,
        "state": case.state,
        "unvested": _parts(case.unvested),
        "staked": _parts(case.staked),
        "cooling": _parts(case.cooling),
    }


def _ended(ended: Ended) -> Json:
    return {
        "case": ended.number,
        "account": ended.account,
        "receipt": ended.receipt,
        "epoch": ended.epoch,
        "outcome": ended.outcome,
        "amount": str(ended.amount),
    }


def _case_of(value: Json) -> Case:
    match value:
        case {
            "case": int(number),
            "account": str(account),
            "receipt": int(receipt),
            "evidence": str(evidence),
            "decided": int(decided),
            "until": int(until),
            "state": str(state),
            "unvested": Mapping() as unvested,
            "staked": Mapping() as staked,
            "cooling": Mapping() as cooling,
            **nothing,
        } if not nothing:
            parts = [_parts_of(each) for each in (unvested, staked, cooling)]
            return Case(number, account, receipt, evidence, decided, until, state, *parts)
    raise IntegrityError(f"stake.json: {str(value)[:80]} is no case")


def _ended_of(value: Json) -> Ended:
    match value:
        case {
            "case": int(number),
            "account": str(account),
            "receipt": int(receipt),
            "epoch": int(epoch),
            "outcome": str(outcome),
            "amount": str(amount),
            **nothing,
        } if not nothing:
            return Ended(number, account, receipt, epoch, outcome, _integer(amount))
    raise IntegrityError(f"stake.json: {str(value)[:80]} is no case that ended")


def _dated(dated: Dated) -> dict[str, Json]:
    return {
        str(date): {account: str(amount) for account, amount in amounts.items()}
        for date, amounts in dated.items()
    }


def _dated_of(value: Mapping[str, Json]) -> Dated:
    dates = sorted((_integer(date), amounts) for date, amounts in value.items())
    return {date: dict(sorted(_amounts(amounts).items())) for date, amounts in dates}


def _parts(parts: Parts) -> Json:
    return {str(date): str(amount) for date, amount in sorted(parts.items())}


def _parts_of(value: Mapping[str, Json]) -> Parts:
    return {_integer(date): amount for date, amount in _amounts(value).items()}


def _amounts(value: Json) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise IntegrityError(f"stake.json: {str(value)[:80]} holds no amounts")
    return {name: _integer(amount) for name, amount in value.items()}


def _integer(value: Json) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    raise IntegrityError(f"stake.json: {str(value)[:40]!r} is no integer text")
