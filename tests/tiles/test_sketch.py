"""The sketch: it counts contributors and names none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import cell_of, cells_of, parents
from tests.tiles.worlds import scattered
from tiles.sketch import BITS, MANY, NEIGHBOURHOOD, estimate, sketch_bits

SECRET = b"s" * 32


def union(accounts: list[str]) -> int:
    cell = np.array([cell_of(0.5, -25)], np.uint64)
    sketch = 0
    for account in accounts:
        sketch |= 1 << int(sketch_bits(SECRET, account, cell)[0])
    return sketch


def test_one_account_sets_one_bit_in_a_neighbourhood_and_others_elsewhere() -> None:
    cells = scattered(2_000)
    bits = sketch_bits(SECRET, "alice", cells)
    neighbourhoods = parents(cells, NEIGHBOURHOOD)
    for neighbourhood in np.unique(neighbourhoods):
        assert len(set(bits[neighbourhoods == neighbourhood])) == 1
    assert len(set(bits)) > BITS // 2


def test_nobody_without_the_secret_can_compute_the_bits() -> None:
    cells = scattered(2_000)
    same = sketch_bits(SECRET, "alice", cells) == sketch_bits(b"t" * 32, "alice", cells)
    assert same.mean() < 0.1


def test_the_same_account_again_is_not_counted_again() -> None:
    assert union(["alice", "bob", "alice"]) == union(["bob", "alice"])


@pytest.mark.parametrize("contributors", [1, 2, 5, 10, 15])
def test_the_estimate_is_near_the_truth(contributors: int) -> None:
    groups = [[f"{group}-{n}" for n in range(contributors)] for group in range(200)]
    estimates = estimate(np.array([union(group) for group in groups], np.uint64))
    assert abs(estimates.mean() - contributors) < 0.1 * contributors
    assert np.abs(estimates.astype(int) - contributors).max() <= max(1, contributors // 2)


@given(st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_one_more_bit_never_lowers_the_estimate(sketch: int, bit: int) -> None:
    fewer, more = estimate(np.array([sketch, sketch | 1 << bit], np.uint64))
    assert 0 <= fewer <= more <= MANY


def test_no_cells_have_no_bits() -> None:
    assert len(sketch_bits(SECRET, "alice", cells_of([], []))) == 0
