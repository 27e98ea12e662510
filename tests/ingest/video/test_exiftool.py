"""What ExifTool says of a video may be anything; what makes no sense is no track."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.video.exiftool import parse_xml, read_exiftool
from roadcomb.geo import distance_m

ANSWER = (
    "<?xml version='1.0' encoding='{encoding}'?>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description rdf:about='a' xmlns:QuickTime='http://ns.exiftool.org/QuickTime/QuickTime/1.0/'>"
    "<QuickTime:GPSDateTime>2026:01:05 08:00:{second}Z</QuickTime:GPSDateTime>"
    "<QuickTime:GPSLatitude>1</QuickTime:GPSLatitude>"
    "<QuickTime:GPSLongitude>2</QuickTime:GPSLongitude>"
    "</rdf:Description></rdf:RDF>"
)


def test_a_place_with_a_time_is_a_fix() -> None:
    assert len(parse_xml(ANSWER.format(encoding="UTF-8", second="00").encode()).fixes) == 1


@pytest.mark.parametrize(
    ("encoding", "second"),
    [("UTF-0", "00"), ("UTF-8", "nan"), ("UTF-8", "inf"), ("UTF-8", "9" * 400)],
)
def test_an_unknown_encoding_or_a_time_without_sense_is_no_fix(encoding: str, second: str) -> None:
    assert parse_xml(ANSWER.format(encoding=encoding, second=second).encode()).fixes == ()


def test_the_real_exiftool_finds_the_track_that_a_gopro_wrote(real_data: Path) -> None:
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("no ExifTool on this machine's PATH")
    found = read_exiftool(real_data / "gpmf" / "karma.mp4", program).fixes
    assert len(found) > 40
    assert all(before.t_ms < after.t_ms for before, after in pairwise(found))
    first = found[0]
    assert distance_m(first.lat_deg, first.lon_deg, 33.12537, -117.33107) < 5
