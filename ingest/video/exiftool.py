"""Every other camera, by ExifTool where it is installed; its XML is read by mapillary_tools.

ExifTool is Perl and called as a program of its own, within the child's limits; no configuration of
the user's is loaded (it may hold code).
"""

import subprocess
from pathlib import Path
from xml.etree.ElementTree import ElementTree

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from mapillary_tools.exiftool_read_video import ExifToolReadVideo

from ingest.video.telemetry import Sample, Telemetry, telemetry_of
from roadcomb.records import Fix

__all__ = ["parse_xml", "read_exiftool"]

_ARGUMENTS = "-fast -q -n -X -ee -api LargeFileSupport=1 -charset filename=utf8"


def read_exiftool(path: Path, program: str) -> Telemetry:
    """What ExifTool finds; without fixes where it finds none or fails."""
    command = [program, "-config", "", *_ARGUMENTS.split(), str(path.absolute())]
    answer = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return parse_xml(answer.stdout)


def parse_xml(xml: bytes) -> Telemetry:
    """The telemetry in `exiftool -X -n -ee`; without fixes where there is none."""
    try:
        descriptions = list(fromstring(xml, forbid_dtd=True)) if xml.strip() else []
    except (ParseError, DefusedXmlException, LookupError, ValueError):  # also unknown encodings
        descriptions = []
    if not descriptions:
        return Telemetry("ExifTool")
    try:
        return _told(ExifToolReadVideo(ElementTree(descriptions[0])))
    except Exception:  # times and numbers without sense break the parser in any way there is
        return Telemetry("ExifTool")


def _told(video: ExifToolReadVideo) -> Telemetry:
    points = video.extract_gps_track()
    samples = [
        Sample(
            round(point.time * 1000),
            round(seconds * 1000) if (seconds := point.get_gps_epoch_time()) else None,
            Fix(0, point.lat, point.lon, alt_m=point.alt, heading_deg=point.angle),
        )
        for point in points
    ]
    names = (video.extract_make(), video.extract_model())
    return telemetry_of("ExifTool", samples, " ".join(filter(None, names)))
