"""What signals say in words, to the person who drove and to the one who decides."""

from collections.abc import Mapping
from typing import Any

__all__ = ["WORDS", "sentences"]

WORDS = {
    "turns": "the pictures and the track do not turn at the same places",
    "still": "the pictures stand still while the track moves",
    "forwards": "the pictures run backwards: a drive in reverse order, or a camera that looks back",
    "order": "neighbouring pictures do not follow each other",
    "drawn": "the track is too smooth for a receiver in a car",
    "jumps": "the track jumps further than a car drives",
    "force": "the track speeds up and brakes harder than a car can",
    "sun-height": "the light does not fit the height of the sun at that time and place",
    "sun-side": "the light comes from another side than the sun stood",
    "shade": "the sunny side of the street is not the one that others' pictures lead to expect",
    "clock": "metres, seconds and the receiver's speed do not fit each other",
    "future": "frames are from a time after the node received them",
    "screen": "fine stripes as of a filmed screen",
    "repeats": "the track is another drive's, place by place, at another time",
    "streets": "the track does not follow the streets that the map knows",
    "neighbours": "others' pictures of the same places show something else",
}


def sentences(evidence: Mapping[str, Any]) -> list[str]:
    """What speaks against a drive, the gravest first; of evidence as `combined.evidence_of` makes
    it, or of any other evidence (nothing).
    """
    signals = evidence.get("signals")
    against = [one for one in signals or () if isinstance(one, Mapping) and _weight(one) < 0]
    return [_sentence(one) for one in against if str(one.get("name")) in WORDS]


def _weight(signal: Mapping[str, Any]) -> int:
    strength = signal.get("strength")
    return strength if isinstance(strength, int) else 0


def _sentence(signal: Mapping[str, Any]) -> str:
    facts = signal.get("facts")
    told = ", ".join(f"{key} {value}" for key, value in sorted(dict(facts or {}).items()))
    note = " (only told, not counted)" if signal.get("advisory") else ""
    return f"{WORDS[str(signal['name'])]} ({_weight(signal)}; {told}){note}"
