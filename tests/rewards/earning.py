"""From frames to amounts in memory: the pure core of a night, for laws."""

from collections.abc import Mapping, Sequence

from rewards.allocation import Allocation, allocate
from rewards.books import first_standing, raw_weights, refill_days, weighed, worth
from rewards.commitments import Owner
from rewards.earned import Device
from rewards.factors import counted, weights_of_accounts
from rewards.policy import Policy, parse_policy
from rewards.rows import make_rows
from rewards.visits import chains_of, gathered
from rewards.week import NO_WEEK
from tests.rewards.town import DAY, Shot, frames_of, person

POLICY = """
v = 2
name = "test"
[token]
address = "0x00000000000000000000000000000000000000aa"
cap = 1_000_000_000_000_000_000_000_000_000_000
[emission]
schedule = "fixed"
amount = {pool}
[[purposes]]
name = "map"
share = 1000
kind = "coverage"
[coverage]
ceiling_per_full_cell = {ceiling}
minimum_grade = {minimum}
oldest_days = 10
visit_gap_s = 300
[refill]
days = 7
"""


def policy_of(pool: int = 10**12, ceiling: int = 10**12, minimum: int = 100) -> Policy:
    """A policy for tests."""
    return parse_policy(POLICY.format(pool=pool, ceiling=ceiling, minimum=minimum).encode())


def owner_of(name: str, drive: int) -> Owner:
    """Somebody's drive, with a salt of its own."""
    return Owner(f"{name} {drive}".encode().ljust(32, b"."), person(name).public)


def account(name: str) -> str:
    """Somebody's account."""
    return owner_of(name, 0).account


def earn(drives: Sequence[tuple[str, Sequence[Shot]]], policy: Policy) -> Allocation:
    """What everybody earns of fresh cells; drives: (name of the owner, accepted frames)."""
    owners = [owner_of(name, number) for number, (name, _) in enumerate(drives)]
    frames = frames_of([shots for _, shots in drives])
    gap_ms = policy.coverage.visit_gap_s * 1000
    chains = gathered([chains_of(frames, gap_ms)], len(drives))
    frozen, drive_of_row = make_rows(chains, gap_ms, owners, DAY, b"secret")
    days = refill_days(frozen, first_standing(), DAY, policy)
    rows = weighed(frozen, worth(frozen, days, first_standing(), DAY, policy), DAY, policy)
    earned = raw_weights(rows, drive_of_row, [Device(owner.account) for owner in owners], policy)
    weights = weights_of_accounts(counted(earned, policy.factors, NO_WEEK))
    return allocate(weights, policy.emission.at(DAY), policy)


def by_name(allocation: Allocation, names: Sequence[str]) -> Mapping[str, int]:
    """Amounts by name."""
    return {name: allocation.amounts.get(account(name), 0) for name in names}
