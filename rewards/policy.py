"""The policy: the figures an epoch pays by, from a TOML file whose digest stands in every epoch.

The law: integers only. A float, a missing or an unknown entry is refused, so a policy means the
same on any machine.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.payout import checked_address
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import InvalidInput, UsageError

__all__ = ["DEFAULT_POLICY", "NO_TOKEN", "RULES_VERSION", "Policy", "parse_policy", "read_policy"]

RULES_VERSION = 1
"""Of the code that turns rows into money; raised with any change of a result."""

DEFAULT_POLICY = Path(__file__).parent / "policies" / "roadcomb.toml"

NO_TOKEN = f"0x{0:040x}"
"""The token's address as long as no contract is deployed."""

_INTEGERS = {
    ("emission", "pool_per_epoch"): (1, 10**30),
    ("emission", "ceiling_per_full_cell"): (1, 10**30),
    ("refill", "days"): (1, 3650),
    ("pass", "minimum_grade"): (1, 1000),
    ("visit", "gap_s"): (0, 86_400),
}
"""Section and name of each integer, with its lowest and highest value."""


@dataclass(frozen=True, slots=True)
class Policy:
    """pool, ceiling: base units per epoch, and per full cell at grade 1000. token: its contract."""

    name: str
    token: str
    pool: int
    ceiling: int
    refill_days: int
    minimum_grade: int
    visit_gap_s: int
    text: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return digest_of_bytes(self.text)


def parse_policy(text: bytes) -> Policy:
    """Policy of a TOML text. Raises InvalidInput or UsageError naming what is wrong."""
    try:
        raw = tomllib.loads(text.decode())
    except ValueError as error:
        raise InvalidInput(f"policy: not TOML: {error}") from error
    _refuse_others(raw)
    if raw["v"] != 1 or not isinstance(raw["name"], str):
        raise InvalidInput("policy: v = 1 and a name are asked for")
    return Policy(
        name=raw["name"],
        token=_token(str(raw["token"]["address"])),
        pool=_integer(raw, "emission", "pool_per_epoch"),
        ceiling=_integer(raw, "emission", "ceiling_per_full_cell"),
        refill_days=_integer(raw, "refill", "days"),
        minimum_grade=_integer(raw, "pass", "minimum_grade"),
        visit_gap_s=_integer(raw, "visit", "gap_s"),
        text=text,
    )


def read_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Policy of a file. Raises UsageError when it cannot be read."""
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        raise UsageError(f"the policy {path} cannot be read: {error.strerror}") from error


def _token(text: str) -> str:
    return text if text == NO_TOKEN else checked_address(text)


def _integer(raw: Mapping[str, Any], section: str, name: str) -> int:
    value = raw[section][name]
    low, high = _INTEGERS[section, name]
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput(f"policy: {section}.{name}: an integer {low}..{high} is asked for")
    return value


def _refuse_others(raw: Mapping[str, Any]) -> None:
    """Exactly the entries that are known: a misspelt one must not silently fall back."""
    known = {("v",), ("name",), ("token", "address"), *_INTEGERS}
    found = set[tuple[str, ...]]()
    for name, value in raw.items():
        found |= {(name, inner) for inner in value} if isinstance(value, dict) else {(name,)}
    for entry in sorted(found ^ known):
        state = "unknown" if entry in found else "missing"
        raise InvalidInput(f"policy: {'.'.join(entry)} is {state}")
