"""The snapshot: it is its digest, and it is read where it lies."""

from pathlib import Path

import h3
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadcomb.blobs import Blobs, open_blobs
from roadcomb.cells import cell_of, cells_of, parents
from roadcomb.errors import IntegrityError, NotFound
from tests.tiles.worlds import AT_SEA, coverage_at, scattered
from tiles.fold import COVERAGE, coarsen, empty, merge
from tiles.shards import shards_of
from tiles.snapshot import PREFIX, digest, open_snapshot, write

ELSEWHERE = cells_of([35.6, 35.61], [139.7, 139.71])
COVERED = coverage_at(np.concatenate([scattered(3_000), ELSEWHERE]))


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(tmp_path.as_uri())


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Blobs:
    blobs = open_blobs(tmp_path_factory.mktemp("stored").as_uri())
    write(blobs, COVERED)
    return blobs


def stored_under(blobs: Blobs) -> dict[str, bytes]:
    return {key: blobs.get(key) for key in blobs.keys(PREFIX)}


def test_what_is_written_is_read_again_at_every_resolution(stored: Blobs) -> None:
    snapshot = open_snapshot(stored, digest(COVERED))
    for res in range(13):
        wanted = coarsen(COVERED, res)
        assert snapshot.table(res).combine_chunks().equals(wanted)
        assert snapshot.count(res) == len(wanted)


def test_the_digest_is_known_without_writing(blobs: Blobs) -> None:
    assert write(blobs, COVERED) == digest(COVERED)


def test_the_digest_of_a_known_coverage_never_changes() -> None:
    assert digest(empty()) == "317185aa7c6b0324e0f15b35da4cd10aa1295e223401bfb3caa6cdf0f2c392ab"
    values = (0x8C754E649929DFF, 2, 9, 20_458, 20_459, 5, 7, 8, 3)
    arrays = [pa.array([v], f.type) for v, f in zip(values, COVERAGE, strict=True)]
    known = pa.Table.from_arrays(arrays, schema=COVERAGE)
    assert digest(known) == ("672f51b85269d2c4e85bc7987a9584e27995c04cb5684ec4ce8b6aba97e1dfa3")


@settings(max_examples=40)
@given(st.integers(0, len(COVERED) - 1), st.sampled_from(COVERAGE.names[1:]))
def test_one_changed_value_changes_the_digest(row: int, name: str) -> None:
    values = COVERED[name].to_numpy().copy()
    values[row] ^= 1
    at = COVERED.schema.get_field_index(name)
    changed = COVERED.set_column(at, COVERAGE.field(name), pa.array(values))
    assert digest(changed) != digest(COVERED)


@given(
    st.tuples(st.floats(-0.3, 0.8), st.floats(-0.3, 0.8)), st.integers(0, 12), st.integers(0, 12)
)
def test_a_slice_is_all_descendants_and_nothing_else(
    stored: Blobs, offset: tuple[float, float], own: int, res: int
) -> None:
    own, res = min(own, res), max(own, res)
    cell = cell_of(AT_SEA[0] + offset[0], AT_SEA[1] + offset[1], own)
    snapshot = open_snapshot(stored, digest(COVERED))
    wanted = coarsen(COVERED, res)
    wanted = wanted.filter(parents(wanted["cell"].to_numpy(), own) == cell)
    assert snapshot.slice(cell, res).combine_chunks().equals(wanted.combine_chunks())


def test_a_cell_is_one_row_and_an_unseen_one_is_none(stored: Blobs) -> None:
    snapshot = open_snapshot(stored, digest(COVERED))
    cell = int(ELSEWHERE[0])
    assert snapshot.get(cell)["cell"].to_pylist() == [cell]
    assert len(snapshot.get(cell_of(-45, -120))) == 0
    assert len(snapshot.slice(h3.str_to_int(h3.get_pentagons(0)[0]), 12)) == 0


def test_an_unchanged_shard_keeps_its_digest_and_is_not_written_again(blobs: Blobs) -> None:
    write(blobs, COVERED)
    before = stored_under(blobs)
    times = {key: (blobs.local_path(key) or Path()).stat().st_mtime_ns for key in before}
    write(blobs, merge([COVERED, coverage_at(ELSEWHERE, seed=9)]))
    after = stored_under(blobs)
    assert all(after[key] == content for key, content in before.items())
    assert {key: (blobs.local_path(key) or Path()).stat().st_mtime_ns for key in before} == times
    assert len(after) - len(before) == 10 + 1  # its resolutions 3..12, and the index


def test_a_damaged_shard_is_refused(blobs: Blobs) -> None:
    name = write(blobs, COVERED)
    for shard in shards_of(COVERED):
        path = blobs.local_path(f"{PREFIX}/{shard.digest}")
        assert path is not None
        good = path.read_bytes()
        value = int(shard.table["grade_sum"][0].as_py()).to_bytes(8, "little")
        damaged = good.replace(value, bytes([value[0] ^ 1]) + value[1:])
        for bad in (damaged, good[: len(good) // 2], b""):
            path.write_bytes(bad)
            with pytest.raises(IntegrityError):
                open_snapshot(blobs, name)
        path.write_bytes(good)
    open_snapshot(blobs, name)


def test_a_shard_in_the_place_of_another_is_refused(blobs: Blobs) -> None:
    name = write(blobs, COVERED)
    first, second = list(shards_of(COVERED))[:2]
    blobs.put(f"{PREFIX}/{first.digest}", blobs.get(f"{PREFIX}/{second.digest}"))
    with pytest.raises(IntegrityError):
        open_snapshot(blobs, name)


def test_a_missing_shard_and_a_missing_snapshot_are_not_found(blobs: Blobs) -> None:
    name = write(blobs, COVERED)
    blobs.delete(f"{PREFIX}/{next(shards_of(COVERED)).digest}")
    for wanted in (name, "0" * 64):
        with pytest.raises(NotFound):
            open_snapshot(blobs, wanted)


def test_shards_are_mapped_and_not_read_into_memory(stored: Blobs) -> None:
    before = pa.total_allocated_bytes()
    snapshot = open_snapshot(stored, digest(COVERED))
    table = snapshot.slice(cell_of(*AT_SEA, 5), 12)
    column = table["cell"].chunk(table["cell"].num_chunks - 1)
    address = column.buffers()[1].address
    maps = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    spans = [(line[0].split("-"), line[-1]) for line in maps]
    [file] = [name for (low, high), name in spans if int(low, 16) <= address < int(high, 16)]
    assert f"/{PREFIX}/" in file
    assert pa.total_allocated_bytes() - before < table.nbytes


def test_a_store_that_is_no_folder_is_read_too() -> None:
    blobs = open_blobs("memory:///")
    name = write(blobs, COVERED)
    assert open_snapshot(blobs, name).table(12).combine_chunks().equals(COVERED)
