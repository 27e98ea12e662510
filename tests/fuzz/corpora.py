"""Sound files for chance to damage: drawn, built in memory, and real ones where they are.

::

    <folder>/<target>/samples/<file>   what is damaged, one at a time
    <folder>/<target>/beside/<file>    what lies intact beside it, as on a card
"""

import base64
import gzip
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.batches import encode_batch
from ingest.mapillary import FILE_NAME
from roadcomb.canonical import canonical_json
from roadcomb.jpeg import canonical_jpeg
from roadcomb.packs import encode_pack
from tests.drives import drive_of, pictures
from tests.fuzz.vouchers import RECEIVER, applications, chain
from tests.ingest.pictures import LAT, METRE_DEG, T0_MS, exif, gps, jpeg
from tests.ingest.receivers import nmea, pvt, ubx
from tests.ingest.test_framekm import framekm
from tests.ingest.test_mapillary import IMAGE
from tests.ingest.video.drawn import (
    free_gps,
    lat_at,
    video,
    with_blackvue,
    with_camm,
    with_free_gps,
)

__all__ = ["build"]

_DRIVE = Path(__file__).parents[2] / "sample_data" / "drive"
_MOST_REAL_BYTES = 4 * 2**20


def build(folder: Path, real: Path | None) -> None:
    """The samples of every target."""
    for target, draw in _DRAWN.items():
        samples, beside = folder / target / "samples", folder / target / "beside"
        samples.mkdir(parents=True)
        beside.mkdir()
        draw(samples, beside)
        for pattern in _REAL.get(target, ()) if real is not None else ():
            _copy_real(real, pattern, samples)


def _copy_real(real: Path | None, pattern: str, samples: Path) -> None:
    for path in sorted(real.glob(pattern))[:12] if real is not None else ():
        if path.stat().st_size <= _MOST_REAL_BYTES:
            shutil.copyfile(path, samples / path.name)


def _pictures(samples: Path, _: Path) -> None:
    for path in sorted(_DRIVE.glob("*.jpg"))[::8]:
        shutil.copyfile(path, samples / path.name)
    for seed in range(3):
        (samples / f"drawn_{seed}.jpg").write_bytes(jpeg(seed, exif(gps()), size=16 + 700 * seed))


def _beside_a_picture(name: str, *contents: bytes) -> Callable[[Path, Path], None]:
    def draw(samples: Path, beside: Path) -> None:
        for number, content in enumerate(contents):
            (samples / name.format(number)).write_bytes(content)
        for second in range(3):
            (beside / f"{T0_MS + 1000 * second}.jpg").write_bytes(jpeg(second))

    return draw


def _sentences() -> bytes:
    lines = []
    for second in range(20):
        clock, lat = f"0800{second:02d}.00", f"0030.{100 + second:04d},N,02500.0000,W"
        lines.append(nmea(f"GNRMC,{clock},A,{lat},19.4,0.0,050126,,,A"))
        lines.append(nmea(f"GNGGA,{clock},{lat},1,09,1.1,4.0,M,0.0,M,,"))
        lines.append(nmea("GNGSA,A,3,01,02,03,04,,,,,,,,,2.0,1.1,1.6"))
        lines.append(nmea("GNVTG,0.0,T,,M,19.4,N,36.0,K,A"))
        lines.append(nmea(f"GNZDA,{clock},05,01,2026,00,00"))
    return b"\r\n".join(lines)


def _messages() -> bytes:
    return b"".join(
        pvt(n) + ubx("NAV-DOP", iTOW=115_200_000 + n * 1000, hDOP=1.2) for n in range(20)
    )


def _table() -> bytes:
    rows = (
        f"{T0_MS + 1000 * n}.jpg,{T0_MS / 1000 + n},{LAT + n * 9 * METRE_DEG},-25"
        for n in range(20)
    )
    return "\n".join(["file,t_unix,lat,lon", *rows]).encode()


def _geojson() -> bytes:
    line = [[-25, LAT + n * 9 * METRE_DEG, 4] for n in range(10)]
    times = [f"2026-01-05T08:00:{n:02d}Z" for n in range(10)]
    point = {"type": "Point", "coordinates": line[0]}
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"coordinateProperties": {"times": times}},
        },
        {"type": "Feature", "geometry": point, "properties": {"time": T0_MS, "speed": 9.5}},
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _description() -> bytes:
    return json.dumps([IMAGE, {**IMAGE, "filename": f"{T0_MS}.jpg"}]).encode()


def _framekm_json(samples: Path, beside: Path) -> None:
    framekm(beside, 6, metadata=samples)


def _framekm_pictures(samples: Path, beside: Path) -> None:
    framekm(samples, 6, metadata=beside, exif=exif(gps()))


def _videos(samples: Path, _: Path) -> None:
    with_camm(video(samples / "camm.mp4", 5), 5)
    with_blackvue(video(samples / "blackvue.mp4", 5), 5)
    blocks = [free_gps(second, lat_at(second)) for second in range(5)]
    with_free_gps(video(samples / "novatek.mp4", 5), blocks)


def _manifest(samples: Path, _: Path) -> None:
    (samples / "manifest.json").write_bytes(canonical_json(drive_of(pictures(5)).to_json()))


def _bodies(samples: Path, _: Path) -> None:
    manifest = canonical_json(drive_of(pictures(5)).to_json())
    (samples / "manifest.json").write_bytes(manifest)
    (samples / "manifest.gz").write_bytes(gzip.compress(manifest, mtime=0))
    (samples / "frames.batch").write_bytes(encode_batch(pictures(5)))
    (samples / "frame.jpg").write_bytes(canonical_jpeg(jpeg(1)))


def _batch(samples: Path, _: Path) -> None:
    (samples / "small.batch").write_bytes(encode_batch(pictures(5)))
    (samples / "drawn.batch").write_bytes(encode_batch([canonical_jpeg(jpeg(n)) for n in range(3)]))


def _pack(samples: Path, _: Path) -> None:
    (samples / "pack").write_bytes(encode_pack(pictures(5))[0])


def _attestations(samples: Path, _: Path) -> None:
    for number, body in enumerate(applications()):
        (samples / f"application{number}.json").write_bytes(body)
    parts = [len(der).to_bytes(4, "big") + der for der in chain()]
    (samples / "phone.chain").write_bytes(b"".join(parts))
    (samples / "rig.ubx").write_bytes(RECEIVER.log(4))


def _dashcam(samples: Path, _: Path) -> None:
    """The download pipe of a camera: objects and base64 with nothing between them."""
    letters = base64.b64encode(jpeg(1))
    name = b"km_20260105_080000_3_0"
    said = b'{"keepAlive":1}{"name":"%s","bytes":9}%s{"name":"%s","done":true}'
    (samples / "stream.txt").write_bytes(said % (name, letters, name))


def _exiftool(samples: Path, _: Path) -> None:
    """An answer of `exiftool -X -n -ee`: a GPS track of a few seconds."""
    points = "".join(
        f"<QuickTime:GPSDateTime>2026:01:05 08:00:{n:02d}Z</QuickTime:GPSDateTime>"
        f"<QuickTime:GPSLatitude>{LAT + n * 9 * METRE_DEG}</QuickTime:GPSLatitude>"
        "<QuickTime:GPSLongitude>-25</QuickTime:GPSLongitude>"
        for n in range(6)
    )
    (samples / "answer.xml").write_text(
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='a.mp4' xmlns:IFD0='http://ns.exiftool.org/EXIF/IFD0/1.0/' "
        "xmlns:QuickTime='http://ns.exiftool.org/QuickTime/QuickTime/1.0/'>"
        f"<IFD0:Make>Maker</IFD0:Make><IFD0:Model>Cam</IFD0:Model>{points}"
        "</rdf:Description></rdf:RDF>"
    )


def _zones(samples: Path, _: Path) -> None:
    ring = [[-25, 0.5], [-25, 0.501], [-24.999, 0.501], [-25, 0.5]]
    shapes: list[dict[str, object]] = [
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "Point", "coordinates": [-25, 0.5]},
        {"type": "LineString", "coordinates": ring[:3]},
    ]
    features = [
        {"type": "Feature", "geometry": one, "properties": {"margin_m": 40}} for one in shapes
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (samples / "zones.geojson").write_text(json.dumps(collection))


def _names(samples: Path, _: Path) -> None:
    for number, name in enumerate(("1767600000000_0.5_-25.0.jpg", "frame_0001.jpg", "été 1.jpg")):
        (samples / f"{number}.name").write_bytes(name.encode())


_DRAWN: Mapping[str, Callable[[Path, Path], None]] = {
    "picture": _pictures,
    "judged": _pictures,
    "gpx": _beside_a_picture("track{}.gpx", (_DRIVE / "track.gpx").read_bytes()),
    "nmea": _beside_a_picture("log{}.nmea", _sentences()),
    "ubx": _beside_a_picture("log{}.ubx", _messages(), _messages() + _sentences()),
    "csv": _beside_a_picture("frames{}.csv", (_DRIVE / "frames.csv").read_bytes(), _table()),
    "geojson": _beside_a_picture("track{}.geojson", _geojson()),
    "description": _beside_a_picture(FILE_NAME, _description()),
    "framekm-json": _framekm_json,
    "framekm-pictures": _framekm_pictures,
    "video": _videos,
    "novatek": _videos,
    "manifest": _manifest,
    "batch": _batch,
    "pack": _pack,
    "service": _bodies,
    "names": _names,
    "attestation": _attestations,
    "dashcam": _dashcam,
    "exiftool": _exiftool,
    "zones": _zones,
}
_REAL: Mapping[str, tuple[str, ...]] = {
    "picture": ("odd_images/*.jpg", "stills_mapillary/*.JPG"),
    "judged": ("odd_images/*.jpg", "seq_rennes_sony_road/*.jpg"),
    "gpx": ("*/track.gpx", "traces/*.gpx"),
    "nmea": ("traces/gpsd_logs/sirf*.log",),
    "ubx": ("traces/gpsd_logs/ublox*.log", "traces/gpsd_logs/neo*.log"),
    "csv": ("*/frames.csv",),
    "video": ("gpmf/*.mp4",),
}
