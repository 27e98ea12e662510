"""A stake in sentences, for the person whose it is; pure.

The law: whoever has something set aside reads what for, how much, until when an appeal stops it,
and the command that makes one.
"""

from collections.abc import Mapping
from typing import Any

from rewards.reasons import in_words
from rewards.slashing import LAPSED, LIFTED, TAKEN
from rewards.tokens import in_tokens
from roadcomb.records import Verdict

__all__ = ["sentences"]

_OUTCOMES = {
    TAKEN: "{} tokens were slashed",
    LIFTED: "{} tokens were given back: the appeal was granted",
    LAPSED: "{} tokens were given back: nobody had decided the appeal in time",
}


def sentences(stake: Mapping[str, Any]) -> list[str]:
    """All there is to say of a stake as rewards/stake_of.py shows it; nothing of nothing."""
    return [
        *_staked(stake),
        *(_cooling(each) for each in stake["cooling"]),
        *(_case(case) for case in stake["cases"]),
        *(_ended(ended) for ended in stake["ended"]),
    ]


def _staked(stake: Mapping[str, Any]) -> list[str]:
    staked, minimum = int(stake["staked"]), int(stake["minimum"])
    told = [f"{in_tokens(staked)} tokens are staked"] if staked else []
    if stake["gate"] and stake["by_device"]:
        told.append(
            f"{in_tokens(minimum)} tokens or more are asked for each of your devices: what you "
            "earn is kept as your stake until they are there, then all is paid out"
        )
    elif stake["gate"] and staked < minimum:
        told.append(
            f"your first {in_tokens(minimum)} tokens are kept as your stake; "
            f"{in_tokens(minimum - staked)} are missing, then all you earn is paid out"
        )
    return told


def _cooling(part: Mapping[str, Any]) -> str:
    amount = in_tokens(int(part["amount"]))
    return f"{amount} tokens of your stake are claimable from {part['from']} on"


def _case(case: Mapping[str, Any]) -> str:
    drive, amount = _drive(case), in_tokens(int(case["amount"]))
    why = _why(case["evidence"])
    begins = f"{amount} tokens are set aside for {drive} ({why})"
    if case["state"] == Verdict.HELD:
        return (
            f"{begins}: your appeal is with a person; nothing is taken before they decide, and "
            f"undecided by {case['lapses']} all is given back"
        )
    return (
        f"{begins}: they are taken after {case['appeal_until']} (UTC) unless you appeal by then, "
        f'with `roadcomb appeal {(case["drive_id"] or "")[:12]} --words "..."`'
    )


def _why(evidence: Mapping[str, Any]) -> str:
    """What a person says of it; after what was proved, where that was enough to reject."""
    proof = [] if evidence["rejected_by"] == "a person" else [in_words(str(evidence["reason"]))]
    return "; ".join([*proof, str(evidence["note"])])


def _ended(ended: Mapping[str, Any]) -> str:
    told = _OUTCOMES[ended["outcome"]].format(in_tokens(int(ended["amount"])))
    return f"{told} on {ended['day']}, for {_drive(ended)}"


def _drive(case: Mapping[str, Any]) -> str:
    return f"drive {case['drive_id'][:12]}" if case["drive_id"] else "a drive"
