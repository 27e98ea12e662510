"""NMEA: sentences of one time of day are one fix; what is damaged or void says nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.nmea import nmea_fixes
from roadcomb.records import Fix
from tests.ingest.receivers import log, nmea

T0_MS = 1_767_600_000_000  # 2026-01-05 08:00:00 UTC
RMC = "GNRMC,080000.00,A,0030.00000,N,02500.00000,W,20.0,271.5,050126,,,A"
GGA = "GNGGA,080000.00,0030.00000,N,02500.00000,W,1,11,0.91,4.5,M,-21.3,M,,"
GSA = "GNGSA,A,3,67,70,,,,,,,,,,,1.7,0.9,1.5"
WHOLE = Fix(T0_MS, 0.5, -25.0, 4.5, 20 * 1852 / 3600, 271.5, 0.91, 11, 3)


def test_the_sentences_of_one_time_make_one_whole_fix() -> None:
    assert nmea_fixes(log(RMC, GGA, GSA)) == ([WHOLE], 0)
    assert nmea_fixes(log(GGA, GSA, RMC)) == ([WHOLE], 0)


def test_speed_and_course_come_from_vtg_and_the_day_from_zda() -> None:
    sentences = log(
        "GPZDA,080000.00,05,01,2026,00,00", GGA, GSA, "GPVTG,271.5,T,,M,19.4,N,36.0,K,A"
    )
    (fix,) = nmea_fixes(sentences)[0]
    assert fix.speed_mps == pytest.approx(10)
    assert replace(fix, speed_mps=WHOLE.speed_mps) == WHOLE


def test_fractions_of_seconds_are_kept() -> None:
    fixes, _ = nmea_fixes(log(RMC.replace("00.00,A", "00.35,A")))
    assert [fix.t_ms for fix in fixes] == [T0_MS + 350]


def test_talkers_that_count_their_own_satellites_are_added_up() -> None:
    parts = log(RMC, GGA.replace("GN", "GP").replace(",11,", ",08,"), GGA.replace("GN", "GL"))
    assert [fix.satellites for fix in nmea_fixes(parts)[0]] == [19]
    assert [fix.satellites for fix in nmea_fixes([*parts, nmea(GGA)])[0]] == [11]


def test_a_day_that_is_told_late_or_once_reaches_across_midnight() -> None:
    clocks = ("235958.00", "235959.00", "000000.00", "000001.00")
    timed = [GGA.replace("080000.00", clock) for clock in clocks]
    day = "GPZDA,{},06,01,2026,00,00"
    told_late = [*timed[:3], day.format("000000.00"), timed[3]]
    told_once = [timed[0], day.format("235958.00").replace("06", "05", 1), *timed[1:]]
    midnight = T0_MS + 16 * 3_600_000
    for sentences in (told_late, told_once):
        times = [fix.t_ms - midnight for fix in nmea_fixes(log(*sentences))[0]]
        assert times == [-2000, -1000, 0, 1000]


def test_what_the_receiver_calls_void_is_no_fix() -> None:
    void = "GPRMC,080001.00,V,0030.00000,N,02500.00000,W,,,050126,,,N"
    unfixed = GGA.replace("080000", "080002").replace("W,1,", "W,0,")
    assert nmea_fixes(log(RMC, void, unfixed))[0] == nmea_fixes(log(RMC))[0]


def test_a_fix_in_two_dimensions_is_called_so() -> None:
    assert [f.dimension for f in nmea_fixes(log(RMC, GSA.replace(",3,", ",2,")))[0]] == [2]


def test_the_course_of_a_standing_receiver_is_noise() -> None:
    assert [f.heading_deg for f in nmea_fixes(log(RMC.replace("20.0", "0.5")))[0]] == [None]


def test_a_damaged_sentence_is_counted_and_says_nothing() -> None:
    later = [RMC.replace("080000", f"08000{n}") for n in range(1, 5)]
    wrong = nmea(later[0]).replace(b"271.5", b"272.5")
    cut = nmea(later[1])[:-3]
    found, damaged = nmea_fixes([nmea(RMC), wrong, cut, *log(*later[2:])])
    assert [fix.t_ms - T0_MS for fix in found] == [0, 3000, 4000]
    assert damaged == 2


def test_a_log_whose_writer_gets_all_checksums_wrong_is_read_without() -> None:
    wrong = [nmea(RMC.replace("080000", f"08000{n}"))[:-2] + b"00" for n in range(4)]
    found, damaged = nmea_fixes(wrong)
    assert (len(found), damaged) == (4, 4)


def test_without_a_day_there_is_no_fix() -> None:
    assert nmea_fixes(log(GGA, GSA)) == ([], 0)


FIELDS = st.lists(st.text("0123456789.,AVNEWM-nax", max_size=12), max_size=18)


NAMES = st.sampled_from(["RMC", "GGA", "GSA", "VTG", "ZDA"])


@given(st.lists(st.tuples(NAMES, FIELDS)), st.booleans())
def test_no_sentence_is_an_exception(sentences: list[tuple[str, list[str]]], checked: bool) -> None:
    written = log(*(f"GN{name},{','.join(fields)}" for name, fields in sentences))
    offered = [nmea(RMC), *(line if checked else line[:-3] for line in written)]
    fixes, damaged = nmea_fixes(offered)
    assert damaged <= len(written)
    assert len(fixes) <= len(offered)


@given(st.sampled_from([RMC, GGA, GSA, "GPZDA,080000.00,05,01,2026,00,00"]), st.integers(1, 60))
def test_a_sentence_cut_anywhere_is_no_exception(body: str, length: int) -> None:
    cut = nmea(body)[: length + 6]
    assert len(nmea_fixes([cut, cut, cut])[0]) <= 1
