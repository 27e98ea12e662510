"""UBX: messages of one time of week are one fix; what is damaged or invalid says nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ubx import ubx_fixes
from roadcomb.records import Fix
from tests.ingest.receivers import pvt, ubx

T0_MS = 1_767_600_000_000  # 2026-01-05 08:00:00 UTC
TOW_MS = 115_200_000
WHOLE = Fix(T0_MS, 0.5, -25.0, 4.0, 10.0, 90.0, 0.9, 11, 3, 1.5)


def test_pvt_and_dop_make_a_whole_fix() -> None:
    assert ubx_fixes([pvt(0), ubx("NAV-DOP", iTOW=TOW_MS, hDOP=0.9)]) == ([WHOLE], 0)


@pytest.mark.parametrize("nano", [-500_000_000, 350_000_000])
def test_the_nanoseconds_are_signed(nano: int) -> None:
    assert ubx_fixes([pvt(1, nano=nano)])[0][0].t_ms == T0_MS + 1000 + nano // 1_000_000


@pytest.mark.parametrize(
    "fields",
    [{"gnssFixOk": 0}, {"validDate": 0}, {"validTime": 0}, {"fixType": 5}, {"month": 13}],
)
def test_what_the_receiver_calls_invalid_is_no_fix(fields: dict[str, Any]) -> None:
    assert ubx_fixes([pvt(0, **fields)]) == ([], 0)


def test_a_fix_in_two_dimensions_is_called_so_and_dead_reckoning_alone_is_none() -> None:
    kinds = [ubx_fixes([pvt(0, fixType=kind)])[0][0].dimension for kind in (1, 2, 3, 4)]
    assert kinds == [0, 2, 3, 3]


def test_the_course_of_a_standing_receiver_is_noise() -> None:
    assert ubx_fixes([pvt(0, gSpeed=300)])[0][0].heading_deg is None


def older(tow_ms: int, *day: bytes) -> list[bytes]:
    return [
        ubx("NAV-POSLLH", iTOW=tow_ms, lat=0.5, lon=-25.0, hMSL=4_000, hAcc=1_500),
        ubx("NAV-SOL", iTOW=tow_ms, gpsFix=3, gpsfixOK=1, numSV=11),
        ubx("NAV-VELNED", iTOW=tow_ms, gSpeed=1_000, heading=90.0),
        ubx("NAV-DOP", iTOW=tow_ms, hDOP=0.9),
        *day,
    ]


def test_older_receivers_say_the_same_in_pieces() -> None:
    valid = {"towValid": 1, "weekValid": 1, "leapSValid": 1}
    gps = ubx("NAV-TIMEGPS", iTOW=TOW_MS + 18_000, week=2400, leapS=18, **valid)
    utc = ubx("NAV-TIMEUTC", iTOW=TOW_MS + 18_000, year=2026, month=1, day=5, hour=8, validUTC=1)
    for day in (gps, utc):
        assert ubx_fixes(older(TOW_MS + 18_000, day)) == ([WHOLE], 0)


def test_a_time_told_once_counts_for_the_fixes_after_it() -> None:
    utc = ubx("NAV-TIMEUTC", iTOW=TOW_MS, year=2026, month=1, day=5, hour=8, validUTC=1)
    found, _ = ubx_fixes([*older(TOW_MS, utc), *older(TOW_MS + 1000)])
    assert [fix.t_ms - T0_MS for fix in found] == [0, 1000]
    assert ubx_fixes(older(TOW_MS)) == ([], 0)


def test_a_damaged_message_is_counted_and_says_nothing() -> None:
    wrong = bytearray(pvt(1))
    wrong[30] ^= 1
    found, damaged = ubx_fixes([pvt(0), bytes(wrong), pvt(2)[:50], pvt(3)])
    assert [fix.t_ms - T0_MS for fix in found] == [0, 3000]
    assert damaged == 2


@given(st.binary(max_size=120), st.sampled_from([2, 3, 4, 6, 7, 18, 32, 33]))
def test_no_message_is_an_exception(payload: bytes, kind: int) -> None:
    body = bytes([1, kind]) + len(payload).to_bytes(2, "little") + payload
    a = b = 0
    for byte in body:
        a = (a + byte) % 256
        b = (b + a) % 256
    fixes, damaged = ubx_fixes([b"\xb5b" + body + bytes([a, b])])
    assert len(fixes) + damaged <= 1
