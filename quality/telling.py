"""What a drive's pictures showed of glass and mount, as its contributor and the operator read it.

The law: only what costs or could cost something is told, each with a sentence; a drive without any
of it has nothing added to its evidence.
"""

from quality.mount import Mount
from quality.sectors import WORDS as PLACES
from quality.view import Finding, Seen
from roadcomb.canonical import Json

__all__ = ["ADVICE", "in_words", "told"]

_SHORT = {
    "view-covered": "something hides the view",
    "glass-spotted": "drops or dirt on the glass",
    "glass-frosted": "frost or dirt on the glass",
}

ADVICE = {
    "mount-tilted": "the camera leans to a side: turn it until poles and walls stand upright",
    "mount-looks-down": "the camera looks down: raise it until the horizon is near the middle",
    "mount-looks-up": "the camera looks up: lower it until the horizon is near the middle",
    "mount-looks-aside": "the camera looks aside: turn it to where the car goes",
    "mount-sees-own-car": "bonnet and dashboard fill much of the picture: mount the camera higher",
}
"""Of a mount's faults: advice and no reason, since the rating enters no grade."""


def in_words(finding: Finding) -> str:
    """One sentence, such as "drops or dirt on the glass in the lower left in 38 of 40 frames"."""
    place = PLACES[finding.where]
    return f"{_SHORT[finding.code]} {place} in {finding.frames} of {finding.of} frames"


def told(seen: Seen, mount: Mount) -> dict[str, Json]:
    """Entries for a decision's evidence: `view`, findings worst first; `mount`, when rated."""
    evidence: dict[str, Json] = {}
    if seen.findings:
        evidence["view"] = [_finding(finding) for finding in seen.findings]
    if mount.rating is not None:
        evidence["mount"] = {
            "rating": mount.rating,
            "roll_deg": mount.roll_deg,
            "horizon": mount.horizon,
            "middle": mount.middle,
            "faults": list(mount.faults),
            "words": [ADVICE[code] for code in mount.faults],
        }
    return evidence


def _finding(finding: Finding) -> dict[str, Json]:
    return {
        "code": finding.code,
        "where": finding.where,
        "per_mille": finding.per_mille,
        "frames": finding.frames,
        "of": finding.of,
        "words": in_words(finding),
    }
