"""Terms: what a contributor agreed to and how the client kept their privacy, told in the manifest.

::

    "terms": {"consent": 1, "consented_ms": ..., "licence": "CC-BY-SA-4.0", "trimmed_m": 500}

Laws. A manifest that tells `trimmed_m` was trimmed by its own client, with discs of so many metres
(0: its contributor wished none), so a node does not trim it again. One that does not tell it, or
has no terms, was made by a client that cuts nothing: the node trims it. Nothing here tells how much
was cut, nor where.

The claim cannot be checked: a track that begins on a disc's edge looks like one that begins at a
door. But it is signed with the contributor's own key, and a lie gains nothing that an honest 0
does not: it harms nobody but who lies, or chose a client that does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from roadcomb.canonical import Json
from roadcomb.errors import InvalidInput, UsageError

__all__ = ["CONSENT", "CONSENT_TEXT", "LICENCES", "Terms", "check_licence", "parse_terms"]

CONSENT = 1
"""Number of the text below; raise it whenever its sense changes."""
CONSENT_TEXT = """\
Your pictures, each with its place and its day, are sent to the node that you name. The node judges
them; what it accepts is published under the licence that you choose, once faces and number plates
are blurred. Who you are is not published: the books of rewards name nobody. Both ends of each trip
and your privacy zones stay on this machine. `roadcomb export-my-data` gives you everything that a
node holds about you, `roadcomb delete DRIVE` makes it forget a drive; copies that others made under
the licence are beyond its reach."""
LICENCES = ("CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0", "etalab-2.0")
"""SPDX identifiers; the first, Mapillary's and Panoramax's default for pictures, is ours."""

_LAST_MS = 2**48
_WIDEST_M = 20_000


@dataclass(frozen=True, slots=True)
class Terms:
    """consent: number of the text agreed to. trimmed_m: radius of the discs that cut trip ends;
    None: they are left to the node."""

    consent: int
    consented_ms: int
    licence: str
    trimmed_m: int | None = None

    def to_json(self) -> Json:
        """The manifest's member."""
        return {
            "consent": self.consent,
            "consented_ms": self.consented_ms,
            "licence": self.licence,
            **({} if self.trimmed_m is None else {"trimmed_m": self.trimmed_m}),
        }


def check_licence(licence: str) -> None:
    """Raises UsageError for a licence that no node takes."""
    if licence not in LICENCES:
        raise UsageError(f"{licence[:60]!r} is no licence that nodes take: {', '.join(LICENCES)}")


def parse_terms(value: Json) -> Terms:
    """Terms of a manifest. Raises InvalidInput."""
    names = {"consent", "consented_ms", "licence"}
    if not isinstance(value, Mapping) or set(value) - {"trimmed_m"} != names:
        raise InvalidInput(
            f"terms: an object of {sorted(names)} and maybe 'trimmed_m' is asked for"
        )
    if value["licence"] not in LICENCES:
        raise InvalidInput(f"terms.licence: one of {', '.join(LICENCES)} is asked for")
    return Terms(
        _integer(value["consent"], "consent", 1, CONSENT),
        _integer(value["consented_ms"], "consented_ms", 0, _LAST_MS),
        str(value["licence"]),
        _integer(value["trimmed_m"], "trimmed_m", 0, _WIDEST_M) if "trimmed_m" in value else None,
    )


def _integer(value: Json, name: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput(f"terms.{name}: an integer {low}..{high} is asked for")
    return value
