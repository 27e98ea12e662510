"""Flipped bits: each one, anywhere in the store or the published files, is found in its place.

So is each one in what the catalog's pages hold of receipts, the log, packs' indices and epochs.
Bits elsewhere in the catalog are found where SQLite can tell; how many is printed, not promised.
ROADCOMB_FLIPS sets how many are tried (200; `make torture` asks for 1,000).
"""

import os
import random
from pathlib import Path

import sqlalchemy as sa

from api.upkeep.fsck import fsck
from roadcomb.catalog.tables import drives, epochs, log_entries, packs
from roadcomb.node import Node
from tests.api.lived import copy_of, kept_files, place_of

FLIPS = int(os.environ.get("ROADCOMB_FLIPS", "200"))
AT_ONCE = 10


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


def promises(node: Node) -> list[bytes]:
    """What the catalog holds of receipts, the log, packs and epochs, as its pages have it."""
    columns = (drives.c.receipt, log_entries.c.leaf, packs.c["index"], epochs.c.manifest)
    with node.catalog.reading() as connection:
        values = [one for column in columns for one in connection.scalars(sa.select(column))]
    return [one if isinstance(one, bytes) else one.encode() for one in values if one is not None]


def noticed(node: Node, data: bytearray, at: int) -> bool:
    """Whether fsck finds the bit `at` of the catalog's bytes flipped."""
    flipped = bytearray(data)
    flipped[at // 8] ^= 1 << at % 8
    (node.settings.data / "catalog.sqlite").write_bytes(flipped)
    found = fsck(node).damages
    node.catalog.close()  # it keeps pages in memory
    return bool(found)


def test_every_flipped_bit_of_a_promise_in_the_catalog_is_found(
    lived: Node, tmp_path: Path
) -> None:
    node, chance = copy_of(lived, tmp_path / "node"), random.Random(20_260_105)
    written = promises(node)
    node.catalog.scrub()
    node.catalog.close()
    data = bytearray((node.settings.data / "catalog.sqlite").read_bytes())
    found = [one for one in written if one in data]  # long ones are spread over pages
    assert len(found) > len(written) / 2
    for _ in range(FLIPS // 20):
        wanted = chance.choice(found)
        at = data.index(wanted) * 8 + chance.randrange(len(wanted) * 8)
        assert noticed(node, data, at), (wanted, at)
    anywhere = [noticed(node, data, chance.randrange(len(data) * 8)) for _ in range(FLIPS // 20)]
    print(f"{FLIPS // 20} bits of promises in the catalog flipped, all found")
    print(f"of as many anywhere in the catalog's file, {sum(anywhere)} found")
