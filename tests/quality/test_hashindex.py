"""Searching columns gives what looking at each row would give, however the rows came in."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from quality.columns import Columns, picture_key
from quality.fingerprint import Words
from quality.frametable import FrameTable
from quality.hashindex import Found, buckets_of, joined, table_of
from roadcomb.cells import cells_of

PLACES = cells_of(48.0 + np.arange(6) * 0.01, np.full(6, 2.0), 10)
"""A kilometre apart: the ring of one holds no other."""
SIZES = st.lists(st.integers(0, 12), min_size=1, max_size=12)


def _random(count: int, seed: int) -> Words:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 4), np.uint64)


def _turned(words: Words, bits: int, seed: int) -> Words:
    """With so many bits of each turned."""
    chance = np.random.default_rng(seed)
    flags = np.zeros((len(words), 256), np.uint8)
    for row in flags:
        row[chance.permutation(256)[:bits]] = 1
    return words ^ np.packbits(flags, axis=1).view(np.uint64)


def _pairs(found: Found) -> set[tuple[int, int, int]]:
    return set(
        zip(found.queries.tolist(), found.rows.tolist(), found.distances.tolist(), strict=True)
    )


def _all_within(queries: Words, words: Words, radius: int) -> set[tuple[int, int, int]]:
    bits = np.bitwise_count(queries[:, None] ^ words[None]).sum(axis=2, dtype=np.int64)
    return {(int(q), int(row), int(bits[q, row])) for q, row in np.argwhere(bits <= radius)}


def _columns(words: Words, places: NDArray[np.uint64], pictures: Sequence[int]) -> Columns:
    rows = np.arange(len(words), dtype=np.uint32)
    keyed = rows[::2]
    accepted = np.ones(len(words), np.bool_)
    keys = np.array(pictures, np.uint64)
    return Columns(keys, places, accepted, rows, words, keyed, words[keyed])


@given(st.lists(st.integers(0, 15), max_size=40), st.lists(st.integers(0, 15), max_size=10))
def test_buckets_hold_each_row_under_its_key(keys: list[int], asked: list[int]) -> None:
    which, rows = buckets_of(np.array(keys, np.int64), 16).find(np.array(asked, np.int64))
    found = sorted(zip(which.tolist(), rows.tolist(), strict=True))
    assert found == sorted(
        (i, r) for i, a in enumerate(asked) for r, k in enumerate(keys) if k == a
    )


def test_most_of_what_is_within_31_bits_is_found_and_nothing_else() -> None:
    words = _random(20_000, 1)
    queries = _turned(words[:1000], 31, 2)
    table = table_of(words, np.arange(len(words), dtype=np.uint32))
    truth = _all_within(queries[:100], words, 31)
    for flips, least in ((0, 600), (1, 980)):
        found = table.within(queries, 31, flips)
        assert sum(q == row for q, row, _ in _pairs(found)) >= least
        assert {pair for pair in _pairs(found) if pair[0] < 100} <= truth


def test_what_is_the_same_is_always_found() -> None:
    words = _random(500, 3)
    found = table_of(words, np.arange(500, dtype=np.uint32)).within(words, 0, 0)
    assert _pairs(found) == {(n, n, 0) for n in range(500)}


@given(SIZES, st.integers(0, 2**32))
def test_near_its_place_everything_is_found_however_it_came_in(sizes: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = sum(sizes)
    words, at = (
        _turned(np.repeat(_random(1, seed), count, axis=0), 20, seed),
        chance.integers(0, len(PLACES), count),
    )
    bit_by_bit, at_once = FrameTable(), FrameTable()
    start = 0
    for number, size in enumerate(sizes):
        rows = slice(start, start + size)
        part = _columns(words[rows], PLACES[at[rows]], range(start, start + size))
        for table in (bit_by_bit, at_once):
            table.add(f"drive {number}", part)
        bit_by_bit.settle()
        start += size
    at_once.settle()
    asked = chance.integers(0, len(PLACES), 8)
    queries = _turned(np.repeat(_random(1, seed), 8, axis=0), 20, seed + 1)
    truth = {pair for pair in _all_within(queries, words, 36) if at[pair[1]] == asked[pair[0]]}
    for table in (bit_by_bit, at_once):
        found = joined(list(table.near(queries, PLACES[asked].tolist(), 36)))
        assert _pairs(found) == truth
        inner = joined(list(table.near(queries, PLACES[asked].tolist(), 36, inner=True)))
        assert _pairs(inner) <= truth
        for row in range(count):
            drive, n = table.frame(row)
            assert row == sum(sizes[: int(drive.split()[1])]) + n
            assert (row, True) in table.same_picture(row)


def test_an_empty_table_has_nothing_to_forget_and_finds_nothing() -> None:
    table = FrameTable()
    table.settle()
    assert not table.forget("drive")
    assert not list(table.near(_random(1, 1), PLACES[:1].tolist(), 256))
    table.add("empty", _columns(_random(0, 1), PLACES[:0], []))
    table.settle()
    found = joined([*table.near(_random(1, 1), PLACES[:1].tolist(), 256)])
    assert not len(found.rows)
    assert not list(table.same_picture(0))


def test_what_is_forgotten_leaves_no_bits_behind() -> None:
    table = FrameTable()
    words = _random(30, 5)
    for number in range(3):
        rows = slice(10 * number, 10 * number + 10)
        keys = [picture_key(bytes([n + 1]) * 32) for n in range(30)[rows]]
        table.add(f"drive {number}", _columns(words[rows], np.repeat(PLACES[number], 10), keys))
    assert table.forget("drive 1")
    kept = [word for word in words.tolist() if word not in words[10:20].tolist()]
    for segment in table.segments:
        columns = segment.columns()
        assert all(word in kept for word in [*columns.whole.tolist(), *columns.inner.tolist()])
        assert not columns.pictures[10:20].any()
        assert not columns.places[10:20].any()
    assert table.frame(25) == ("drive 2", 5)
    found = joined(list(table.near(words[20:], PLACES[[2] * 10].tolist(), 0)))
    assert _pairs(found) == {(n, 20 + n, 0) for n in range(10)}
    assert table.drives_around(PLACES[:3].tolist()) == {"drive 0", "drive 2"}
