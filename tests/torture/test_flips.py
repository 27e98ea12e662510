"""Flipped bits: each one, in the store, the published files or the catalog, is found in its place.

ROADCOMB_FLIPS sets how many are tried of files (200; `make torture` asks for 1,000); of the
catalog a tenth as many.
"""

import os
import random
from pathlib import Path

import pytest

from api.upkeep.fsck import fsck
from roadcomb.node import Node
from tests.api.lived import copy_of, kept_files, place_of

FLIPS = int(os.environ.get("ROADCOMB_FLIPS", "200"))
AT_ONCE = 10
FLIPS_OF_CATALOG = FLIPS // 10


def flip(path: Path, chance: random.Random) -> None:
    """One bit of a file, each as likely; called twice with the same chance it is as before."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data) * 8)
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)


def test_every_flipped_bit_is_found_in_its_place(lived: Node) -> None:
    files = kept_files(lived)
    chance = random.Random(20_260_105)
    found_in_all = 0
    for number in range(0, FLIPS, AT_ONCE):
        flipped = {path: number + n for n, path in enumerate(chance.sample(files, AT_ONCE))}
        for path, seed in flipped.items():
            flip(path, random.Random(seed))
        found = {damage.place for damage in fsck(lived).damages}
        missed = {place_of(lived, path) for path in flipped} - found
        for path, seed in flipped.items():
            flip(path, random.Random(seed))
        assert not missed
        found_in_all += len(flipped)
    assert fsck(lived).damages == ()
    print(f"{FLIPS} bits flipped, {found_in_all} found")


@pytest.mark.sqlite("flips bits of its file")
def test_every_flipped_bit_of_the_catalogs_file_is_found(lived: Node, tmp_path: Path) -> None:
    """Its header, its rows, its indices, its free pages, and what a page does not use."""
    node = copy_of(lived, tmp_path / "node")
    node.catalog.scrub()
    node.catalog.close()
    file = node.settings.data / "catalog.sqlite"
    for number in range(FLIPS_OF_CATALOG):
        flip(file, random.Random(number))
        places = {damage.place for damage in fsck(node).damages}
        node.catalog.close()  # it keeps pages in memory
        flip(file, random.Random(number))
        assert "catalog" in places, number
    assert fsck(node).damages == ()
    print(f"{FLIPS_OF_CATALOG} bits of the catalog's file flipped, all found")
