"""The policy: how an epoch pays, from a TOML file whose digest stands in every epoch.

The law: a policy composes mechanisms by figures alone (integers, and decimals in quotes), so it
means the same on any machine; a missing, unknown or contradicting entry is refused with its line,
before anything runs.

================  ==============================================================================
``[token]``       the contract, and the most base units that may ever be made available
``[emission]``    a schedule (rewards/mechanisms/schedules.py) by periods of some days
``[[purposes]]``  parts of what is emitted, per mille: for coverage, for demand, for a treasury
``[coverage]``    what a full cell earns at most, which passes are paid, and what a visit is
``[refill]``      how a cell's reward comes back after it was paid
``[density]``     whether crowded cells count less (rewards/mechanisms/density.py)
``[regional]``    what cells count by where they lie (rewards/regional.py)
``[factors]``     what counts by who vouches for a device (rewards/factors.py)
``[demand]``      what customers pay, and who has it (rewards/demand/rule.py)
``[vesting]``     what is free at once, and in which steps the rest is
``[stake]``       what is asked as a stake, and what a slash takes (rewards/stake_rule.py)
================  ==============================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.payout import checked_address
from rewards.demand.rule import POOL, DemandRule, demand_rule
from rewards.emission_rule import Emission, emission_of
from rewards.factors import Factors, factors_of
from rewards.mechanisms.density import HIP_17, HIP_104, Limit
from rewards.mechanisms.vesting import VestingSpec
from rewards.refill import CURVES, Curve
from rewards.regional import Regional, regional_of
from rewards.sections import Section, sections_of
from rewards.stake_rule import NO_STAKE, StakeRule, stake_rule
from rewards.weights import WEIGHT_PER_DAY
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import UsageError

__all__ = [
    "COVERAGE",
    "DEFAULT_POLICY",
    "DEMAND",
    "NO_TOKEN",
    "POLICIES",
    "RULES_VERSION",
    "TREASURY",
    "UNALLOCATED",
    "WHOLE",
    "Coverage",
    "Emission",
    "Policy",
    "Purpose",
    "RefillRule",
    "Vesting",
    "parse_policy",
    "read_policy",
]

RULES_VERSION = 5
"""Of the code that turns rows into money; raised with any change of a result."""

POLICIES = Path(__file__).parent / "policies"
DEFAULT_POLICY = POLICIES / "roadcomb.toml"

NO_TOKEN = f"0x{0:040x}"
"""The token's address as long as no contract is deployed."""

WHOLE = 1000
"""Shares are per mille."""

COVERAGE, DEMAND, TREASURY = "coverage", "demand", "treasury"
UNALLOCATED = "unallocated"

_MOST = 10**30
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Purpose:
    """share: per mille of what is emitted. unused: the purpose that gets what this one leaves."""

    name: str
    share: int
    kind: str
    unused: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """ceiling: base units of a full cell at grade 1000; oldest_days: of a capture that is paid."""

    ceiling: int
    minimum_grade: int
    oldest_days: int
    visit_gap_s: int


@dataclass(frozen=True, slots=True)
class RefillRule:
    """days: from paid to full again; curve: how the reward comes back in between."""

    days: int
    curve: Curve


@dataclass(frozen=True, slots=True)
class Vesting:
    """immediate: per mille that is free at once; spec: how the rest becomes free, in epochs."""

    immediate: int
    spec: VestingSpec


@dataclass(frozen=True, slots=True)
class Policy:
    """cap: base units that may ever be made available. Four may be None, for none."""

    name: str
    token: str
    cap: int
    emission: Emission
    purposes: tuple[Purpose, ...]
    coverage: Coverage
    refill: RefillRule
    density: Mapping[int, Limit] | None
    regional: Regional | None
    factors: Factors | None
    vesting: Vesting | None
    text: bytes
    stake: StakeRule = NO_STAKE
    demand: DemandRule | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return digest_of_bytes(self.text)


def parse_policy(text: bytes) -> Policy:
    """Policy of a TOML text. Raises InvalidInput naming what is wrong, and where."""
    file = sections_of(text)
    file.integer("v", _VERSION, _VERSION)
    token, refill = file.section("token"), _refill(file.section("refill"))
    purposes = _purposes(file)
    policy = Policy(
        name=file.text("name"),
        token=_address(token),
        cap=token.integer("cap", 1, _MOST),
        emission=emission_of(file.section("emission")),
        purposes=purposes,
        coverage=_coverage(file.section("coverage")),
        refill=refill,
        density=_density(file.optional("density")),
        regional=regional_of(file.optional("regional")),
        factors=factors_of(file.optional("factors"), WEIGHT_PER_DAY * refill.days),
        vesting=_vesting(file.optional("vesting")),
        text=text,
        stake=stake_rule(file.optional("stake"), _treasuries(purposes)),
        demand=_demand(file, purposes),
    )
    token.end()
    file.end()
    return policy


def read_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Policy of a file. Raises UsageError when it cannot be read."""
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        raise UsageError(f"the policy {path} cannot be read: {error.strerror}") from error


def _address(token: Section) -> str:
    text = token.text("address")
    try:
        return text if text == NO_TOKEN else checked_address(text)
    except UsageError as error:
        raise token.refused("address", str(error)) from error


def _purposes(file: Section) -> tuple[Purpose, ...]:
    purposes = tuple(_purpose(section) for section in file.each("purposes"))
    names = [purpose.name for purpose in purposes]
    if sum(purpose.share for purpose in purposes) != WHOLE:
        raise file.refused("purposes", f"the shares must sum to {WHOLE} per mille")
    if len(set(names)) != len(names):
        raise file.refused("purposes", "two purposes have one name")
    if [purpose.kind for purpose in purposes].count(COVERAGE) != 1:
        raise file.refused("purposes", f"one purpose of the kind {COVERAGE} is asked for")
    for purpose in purposes:
        if purpose.unused not in {UNALLOCATED, *names} - {purpose.name}:
            raise file.refused("purposes", f"{purpose.name}: unused = names no other purpose")
    return purposes


def _purpose(section: Section) -> Purpose:
    kinds = {kind: kind for kind in (COVERAGE, DEMAND, TREASURY)}
    purpose = Purpose(
        section.text("name"),
        section.integer("share", 0, WHOLE),
        section.one_of("kind", kinds),
        section.text("unused", default=UNALLOCATED),
    )
    section.end()
    return purpose


def _treasuries(purposes: tuple[Purpose, ...]) -> list[str]:
    return [purpose.name for purpose in purposes if purpose.kind == TREASURY]


def _coverage(section: Section) -> Coverage:
    coverage = Coverage(
        section.integer("ceiling_per_full_cell", 1, _MOST),
        section.integer("minimum_grade", 1, 1000),
        section.integer("oldest_days", 0, 3650),
        section.integer("visit_gap_s", 0, 86_400),
    )
    section.end()
    return coverage


def _refill(section: Section) -> RefillRule:
    rule = RefillRule(
        section.integer("days", 1, 3650), section.one_of("curve", CURVES, default="linear")
    )
    section.end()
    return rule


def _density(section: Section | None) -> Mapping[int, Limit] | None:
    if section is None:
        return None
    rules: dict[str, Mapping[int, Limit]] = {"hip17": HIP_17, "hip104": HIP_104}
    rule: Mapping[int, Limit] = section.one_of("rule", rules)
    section.end()
    return rule


def _demand(file: Section, purposes: tuple[Purpose, ...]) -> DemandRule | None:
    rule = demand_rule(file.optional("demand"))
    pools = [purpose.kind for purpose in purposes].count(DEMAND)
    if rule is not None and rule.paid_from == POOL and pools != 1:
        raise file.refused("demand", f"one purpose of the kind {DEMAND} is asked for to pay from")
    return rule


def _vesting(section: Section | None) -> Vesting | None:
    if section is None:
        return None
    step = section.integer("step_days", 1, 3650)
    vesting = Vesting(
        section.integer("immediate", 0, WHOLE),
        VestingSpec(
            section.integer("delay_days", 0, 3650, default=0),
            section.integer("days", 1, 3650),
            step,
            step,
        ),
    )
    section.end()
    return vesting
