"""Signed blocks of a receiver's log, and how a drive's frames agree with them."""

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attestation.agreement import agree, speaking_of
from ingest.attestation.blocks import (
    MOST_BLOCKS,
    fixes_of,
    signed_blocks,
    verify_blocks,
    whole_blocks,
)
from roadcomb.errors import Conflict, InvalidInput, RoadcombError, TooLarge, Unauthorised
from roadcomb.records import Frame, e7
from tests.ingest.attestation.receiver import Receiver
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS

OURS = Receiver(bytes(range(24)))
LOG = OURS.log(30)
SENTENCE = b"$GNZDA,080000.00,05,01,2026,00,00*7C\r\n"


def drive(seconds: int, first: int = 0, east_m: float = 0.0) -> list[Frame]:
    return [
        Frame(
            f"{n:064x}",
            200,
            T0_MS + 1000 * n,
            e7(LAT + 10 * n * METRE_DEG),
            e7(LON + east_m * METRE_DEG),
        )
        for n in range(first, first + seconds)
    ]


def test_a_log_is_its_blocks_and_each_verifies_alone() -> None:
    blocks = signed_blocks(LOG)
    assert len(blocks) == len(fixes_of(blocks)) == 30
    assert b"".join(block.data for block in blocks) == LOG
    verify_blocks(blocks, OURS.public_key, OURS.session)
    verify_blocks(blocks[3:7], OURS.public_key, OURS.session)


def test_sentences_between_the_messages_are_signed_as_well() -> None:
    message = LOG[: len(LOG) // 30 - 116]
    block = signed_blocks(OURS.block([SENTENCE, message, SENTENCE]))
    verify_blocks(block, OURS.public_key, OURS.session)
    assert len(fixes_of(block)) == 1


def test_another_receiver_another_session_and_a_block_twice_do_not_verify() -> None:
    blocks = signed_blocks(LOG)
    with pytest.raises(Unauthorised, match="not of this receiver"):
        verify_blocks(blocks, Receiver(OURS.session).public_key, OURS.session)
    with pytest.raises(Unauthorised, match="another session"):
        verify_blocks(blocks, OURS.public_key, bytes(24))
    with pytest.raises(Conflict, match="used before"):
        verify_blocks([*blocks, blocks[0]], OURS.public_key, OURS.session)


def test_a_lost_byte_costs_its_block_and_no_other() -> None:
    damaged = bytearray(LOG)
    damaged[len(LOG) // 30 * 4 + 20] ^= 1
    whole = {block.data for block in signed_blocks(LOG)}
    left = {block.data for block in whole_blocks(b"noise" + bytes(damaged))}
    assert left < whole
    assert len(left) == 28  # the first one has noise in it


def test_countless_small_messages_are_refused_before_they_are_kept() -> None:
    tracemalloc.start()
    with pytest.raises(TooLarge, match="messages are taken"):
        signed_blocks(b"$\n" * 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()
    with pytest.raises(TooLarge, match="blocks are taken"):
        signed_blocks(OURS.block([]) * (MOST_BLOCKS + 2))


def test_frames_where_the_receiver_was_agree() -> None:
    found = agree(drive(30), fixes_of(signed_blocks(LOG)))
    assert (found.frames, found.covered) == (30, 30)
    assert found.apart_m < 0.1


def test_frames_elsewhere_or_without_signed_fixes_do_not_agree() -> None:
    fixes = fixes_of(signed_blocks(LOG))
    with pytest.raises(Unauthorised, match="30 m from where"):
        agree(drive(30, east_m=30), fixes)
    with pytest.raises(Unauthorised, match="20 of 30 frames"):
        agree(drive(30, first=10), fixes)
    one_away = drive(30)
    one_away[17] = replace(one_away[17], lat_e7=one_away[17].lat_e7 + 10_000)
    with pytest.raises(Unauthorised, match="from where"):
        agree(one_away, fixes)
    with pytest.raises(InvalidInput, match="back in time"):
        agree(drive(30), fixes[::-1])


def test_a_gap_in_the_signed_fixes_covers_nothing() -> None:
    blocks = signed_blocks(LOG)
    fixes = fixes_of([*blocks[:5], *blocks[9:]])
    assert agree(drive(30), fixes).covered == 26


def test_only_blocks_between_a_drives_frames_are_shown() -> None:
    blocks = signed_blocks(LOG)
    shown = speaking_of(blocks, drive(10, first=8))
    assert [block.data for block in shown] == [block.data for block in blocks[8:18]]
    zone = [frame for frame in drive(30) if not 10 <= (frame.t_ms - T0_MS) // 1000 < 28]
    hidden = {block.data for block in blocks[15:23]}
    assert hidden.isdisjoint(block.data for block in speaking_of(blocks, zone))


@given(st.data())
def test_damaged_logs_are_blocks_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(LOG[: len(LOG) // 10])
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[data.draw(st.integers(0, 300)) :])
    assert all(block.data in cut for block in whole_blocks(cut))
    try:
        fixes_of(signed_blocks(cut))
    except RoadcombError:
        return
