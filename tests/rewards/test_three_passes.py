"""Shard, reduce, allocate: however rows are cut, in whatever order drives come, the same books."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.vouching import LEVELS as TOLD
from rewards.books import (
    Books,
    close_books,
    first_standing,
    raw_weights,
    refill_days,
    weighed,
    worth,
)
from rewards.commitments import Owner
from rewards.documents import DERIVED, tree_document
from rewards.earned import HARDWARE, LEVELS, NONE, SOFTWARE, UNVOUCHED, Device, device_of, joined
from rewards.inputs import Inputs
from rewards.policy import RULES_VERSION, Policy, parse_policy
from rewards.rows import book_digest, make_rows, rows_digest
from rewards.visits import chains_of, gathered
from tests.rewards.earning import POLICY, account, owner_of
from tests.rewards.town import DAY, Shot, frames_of

FACTORS = """
[factors]
none = 300
software_key = 300
hardware_key = 900
floor = 2
ceiling = 1
"""
PERMUTATIONS = 200

Driven = tuple[str, int, str, Sequence[Shot]]
"""A drive: whose, with which of their devices, at which level, its frames."""

shots = st.builds(
    Shot,
    minute=st.sampled_from([0, 1, 4, 9, 40]).map(float),
    cell=st.integers(0, 5),
    grade=st.sampled_from([0, 99, 500, 999, 1000]),
)
drives = st.tuples(
    st.sampled_from("abc"),
    st.integers(0, 1),
    st.sampled_from(LEVELS),
    st.lists(shots, min_size=1, max_size=6),
)


def policy_with_factors() -> Policy:
    return parse_policy((POLICY.format(pool=10**6, ceiling=10**12, minimum=100) + FACTORS).encode())


@dataclass(frozen=True, slots=True)
class Cut:
    """What a night would freeze of some drives. drive_of_row: shape (n,)."""

    rows: pa.Table
    drive_of_row: NDArray[np.uint32]
    owners: Sequence[Owner]
    devices: Sequence[Device]


def cut_of(driven: Sequence[Driven], policy: Policy) -> Cut:
    """Each drive's salt follows from what it is."""
    owners = [owner_of(each[0], hash_of(each)) for each in driven]
    frames = frames_of([each[3] for each in driven])
    gap_ms = policy.coverage.visit_gap_s * 1000
    chains = gathered([chains_of(frames, gap_ms)], len(driven))
    rows, drive_of_row = make_rows(chains, gap_ms, owners, DAY, b"secret")
    devices = [device_of(account(each[0]), key_of(each), each[2]) for each in driven]
    return Cut(rows, drive_of_row, owners, devices)


def hash_of(drive: Driven) -> int:
    """A number of its own for every drive of a test."""
    return int.from_bytes(repr(drive).encode()[-40:], "big")


def key_of(drive: Driven) -> str:
    """The device's id."""
    return f"{drive[1]:064x}"


def books_of(driven: Sequence[Driven], policy: Policy) -> tuple[Cut, Books]:
    """The books of the first night."""
    cut = cut_of(driven, policy)
    days = refill_days(cut.rows, first_standing(), DAY, policy)
    rows = weighed(cut.rows, worth(cut.rows, days, first_standing(), DAY, policy), DAY, policy)
    earned = raw_weights(rows, cut.drive_of_row, cut.devices, policy)
    digest, count = rows_digest(cut.rows), len(cut.rows)
    inputs = Inputs(
        DAY, None, RULES_VERSION, policy.digest, len(driven), digest, count, {}, 0, "0" * 64
    )
    return cut, close_books(inputs, policy, rows, earned, first_standing())


def published(driven: Sequence[Driven], policy: Policy) -> dict[str, Any]:
    """Every byte that an epoch publishes of its money, and the rows that each owner can open."""
    cut, books = books_of(driven, policy)
    files: dict[str, Any] = {name: made(books) for name, made in DERIVED.items()}
    files["tree.json"] = tree_document(books.balances, policy)
    files["rows"] = book_digest(books.inputs.rows_digest, books.rows)
    salts = [cut.owners[drive].salt for drive in cut.drive_of_row.tolist()]
    return {**files, "statements": list(zip(salts, books.rows.to_pylist(), strict=True))}


def test_two_hundred_orders_of_drives_give_the_same_sums_root_and_statements() -> None:
    policy, dice = policy_with_factors(), Random(7)
    driven: list[Driven] = [
        (name, device, LEVELS[(device + number) % 3], street(dice))
        for number, name in enumerate("abcd")
        for device in (0, 1)
    ]
    first = published(driven, policy)
    for _ in range(PERMUTATIONS):
        assert published(dice.sample(driven, len(driven)), policy) == first


def street(dice: Random) -> list[Shot]:
    return [
        Shot(dice.choice([0.0, 1.0, 7.0, 30.0]), dice.randrange(8), dice.randrange(50, 1001))
        for _ in range(6)
    ]


@settings(max_examples=40)
@given(
    st.lists(drives, max_size=4, unique_by=hash_of),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_any_sharding_by_cell_earns_the_same(driven: list[Driven], shard: list[int]) -> None:
    policy = policy_with_factors()
    cut = cut_of(driven, policy)
    days = refill_days(cut.rows, first_standing(), DAY, policy)
    whole = weighed(cut.rows, worth(cut.rows, days, first_standing(), DAY, policy), DAY, policy)
    expected = raw_weights(whole, cut.drive_of_row, cut.devices, policy)
    cells = cut.rows["cell"].to_numpy()
    distinct = sorted(set(cells.tolist()))
    of_row = np.array([shard[distinct.index(cell)] for cell in cells.tolist()], np.int64)
    parts = []
    for number in sorted(set(shard)):
        mine = np.flatnonzero(of_row == number)
        own = cut.rows.take(pa.array(mine))
        rows = weighed(own, worth(own, days[mine], first_standing(), DAY, policy), DAY, policy)
        parts.append(raw_weights(rows, cut.drive_of_row[mine], cut.devices, policy))
    assert joined(parts) == expected
    assert joined(reversed(parts)) == expected


def test_a_drive_cut_in_pieces_passes_no_more_cells() -> None:
    policy = policy_with_factors()
    way = [Shot(minute, 0, 800) for minute in (0, 1, 2)] + [Shot(60, 0, 800), Shot(3, 1, 800)]
    whole: list[Driven] = [("a", 0, HARDWARE, way)]
    cut: list[Driven] = [("a", 0, HARDWARE, [shot]) for shot in way]
    for driven in (whole, cut):
        _, books = books_of(driven, policy)
        (raw,) = books.earned[account("a")].values()
        assert raw.passes == 3


def test_what_nobody_vouches_for_is_one_device_an_account_and_no_camera_is_told() -> None:
    policy = policy_with_factors()
    driven: list[Driven] = [
        ("a", 0, NONE, [Shot(0, 0, 800)]),
        ("a", 1, NONE, [Shot(0, 1, 800)]),
        ("a", 1, SOFTWARE, [Shot(0, 2, 800)]),
    ]
    _, books = books_of(driven, policy)
    named = device_of(account("a"), key_of(driven[2]), SOFTWARE).name
    assert sorted(books.earned[account("a")]) == sorted([UNVOUCHED, named])


def test_a_device_has_another_name_in_every_account() -> None:
    names = {device_of(account(who), f"{1:064x}", HARDWARE).name for who in "abc"}
    assert len(names) == 3


def test_the_lower_level_counts_where_a_device_had_two_in_one_day() -> None:
    policy = policy_with_factors()
    driven: list[Driven] = [
        ("a", 0, HARDWARE, [Shot(0, 0, 800)]),
        ("a", 0, SOFTWARE, [Shot(0, 1, 800)]),
    ]
    for order in (driven, driven[::-1]):
        _, books = books_of(order, policy)
        (raw,) = books.earned[account("a")].values()
        assert raw.level == SOFTWARE


def test_a_policy_that_asks_nothing_of_devices_publishes_nothing_of_them() -> None:
    policy = parse_policy(POLICY.format(pool=10**6, ceiling=10**12, minimum=100).encode())
    _, books = books_of([("a", 0, HARDWARE, [Shot(0, 0, 800)])], policy)
    assert b'"earned":{},"epoch"' in DERIVED["devices.json"](books)


def test_levels_are_those_of_the_registry() -> None:
    assert tuple(TOLD) == LEVELS
