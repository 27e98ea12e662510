"""From frames to amounts in memory: the pure core of a night, for laws."""

from collections.abc import Mapping, Sequence

from rewards.allocation import Allocation, allocate
from rewards.books import account_weights, first_standing, refill_days, weighed
from rewards.commitments import Owner
from rewards.policy import Policy, parse_policy
from rewards.rows import make_rows
from rewards.visits import passes_by_visit
from tests.rewards.town import DAY, Shot, frames_of, person

POLICY = """
v = 1
name = "test"
[token]
address = "0x00000000000000000000000000000000000000aa"
[emission]
pool_per_epoch = {pool}
ceiling_per_full_cell = {ceiling}
[refill]
days = 7
[pass]
minimum_grade = {minimum}
[visit]
gap_s = 300
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
    passes = passes_by_visit(frames, len(drives), policy.visit_gap_s * 1000)
    frozen, drive_of_row = make_rows(passes, owners, DAY, b"secret")
    rows = weighed(frozen, refill_days(frozen, first_standing(), DAY, policy), policy)
    accounts = [owner.account for owner in owners]
    return allocate(account_weights(rows, drive_of_row, accounts), policy)


def by_name(allocation: Allocation, names: Sequence[str]) -> Mapping[str, int]:
    """Amounts by name."""
    return {name: allocation.amounts.get(account(name), 0) for name in names}
