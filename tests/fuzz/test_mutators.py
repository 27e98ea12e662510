"""Damage is the same for the same seed, bounded, and of every kind that was asked for."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.decode import read_header
from tests.fuzz.mutators import KINDS, giant_header, mutate
from tests.ingest.pictures import jpeg

PICTURE = jpeg(1)


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300), st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_damage_and_never_much_more_bytes(
    kind: str, data: bytes, seed: int
) -> None:
    damaged = mutate(Random(seed), data, kind)
    assert damaged == mutate(Random(seed), data, kind)
    assert len(damaged) <= len(data) + 2**20


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_hardly_any_input_is_the_file_itself(kind: str) -> None:
    data = json.dumps({"a": list(range(50))}).encode()
    data = PICTURE if kind == "jpeg" else data
    assert sum(mutate(Random(seed), data, kind) == data for seed in range(100)) < 20


def test_headers_of_40_000_by_40_000_pixels_are_among_them() -> None:
    sizes = {(read.width, read.height) for read in map(read_header, _giants())}
    assert (40_000, 40_000) in sizes


def test_entity_bombs_are_among_them() -> None:
    documents = [mutate(Random(seed), b"<gpx></gpx>", "xml") for seed in range(200)]
    assert any(b"<!ENTITY" in document for document in documents)


def _giants() -> list[bytes]:
    return [giant_header(Random(seed), PICTURE) for seed in range(20)]
