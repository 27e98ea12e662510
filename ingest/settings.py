"""Thresholds of reading, screening and sending; each with the source of its number.

Environment variables ROADCOMB_SCREEN_<NAME>, ROADCOMB_READ_<NAME> and ROADCOMB_UPLOAD_<NAME>.
A node screens with the same numbers when it judges, so contributor and node agree on every frame.
"""

from pydantic import Field

from roadcomb.environment import FromEnvironment

__all__ = ["ReadSettings", "ScreenSettings", "TrimSettings", "UploadSettings"]


class ScreenSettings(FromEnvironment):
    """What screening keeps (ingest/screening.py states the rules)."""

    PREFIX = "ROADCOMB_SCREEN_"

    spacing_m: float = Field(
        default=8.0, gt=0, description="wanted distance of frames; Hivemapper odc-api config.ts DX"
    )
    fast_spacing_m: float = Field(
        default=12.0, gt=0, description="the same above fast_mps; odc-api: DX * 1.5"
    )
    fast_mps: float = Field(default=24.0, gt=0, description="odc-api SpeedToIncreaseDx")
    slack: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="share of the spacing that is enough: a Bee's spacings scatter 7.6..8.2 m",
    )
    max_speed_mps: float = Field(default=40.0, gt=0, description="144 km/h; odc-api MAX_SPEED")
    gap_s: float = Field(
        default=240.0,
        gt=0,
        description="a longer pause ends the drive; odc-api: a restart within 4 min is one trip",
    )
    gap_m: float = Field(
        default=500.0,
        gt=0,
        description="a longer hole ends the drive. Mapillary's and Panoramax's 100 m would cut a "
        "camera of one frame each 5 s at 25 m/s after every frame; 10 s at 40 m/s is 400 m",
    )
    gap_spacings: float = Field(
        default=2.0,
        ge=1,
        description="a gap over so many spacings ends a drive on the same trip; odc-api: DX * 2",
    )
    by_distance: bool = Field(
        default=False,
        description="whether every camera takes its frames by spacing_m, as a FrameKM's and "
        "those that we take of videos; false: such a camera's spacing is what its drive shows",
    )
    min_frames: int = Field(default=3, ge=1, description="a shorter drive is not sent; odc-api: 3")
    strand_frames: int = Field(
        default=3,
        ge=1,
        description="frames that must agree before an impossible jump is believed; as min_frames",
    )
    max_frames: int = Field(
        default=20_000, ge=10, description="of one drive; a node's drive_frames"
    )
    min_satellites: int = Field(
        default=4, ge=0, description="of a fix that names them; odc-api GnssFilter minSatellites"
    )
    max_hdop: float = Field(
        default=4.0, gt=0, description="of a fix that states it; odc-api GnssFilter hdop"
    )
    need_3d: bool = Field(
        default=True, description="no fix that calls itself 2D; odc-api GnssFilter 3dLock"
    )
    max_error_m: float = Field(
        default=15.0,
        gt=0,
        description="of a fix that estimates its error; mapillary_tools' GoPro precision "
        "(odc-api's eph of 10 m is that of its one receiver)",
    )
    zigzag_window: int = Field(
        default=5, ge=3, description="frames looked back; mapillary_tools ZIGZAG_WINDOW_SIZE"
    )
    zigzag_ratio: float = Field(
        default=0.8, gt=0, le=1, description="mapillary_tools ZIGZAG_DEVIATION_THRESHOLD"
    )
    zigzag_jump_m: float = Field(
        default=30.0, gt=0, description="mapillary_tools ZIGZAG_MIN_DISTANCE"
    )
    standing_m: float = Field(
        default=10.0,
        ge=0,
        description="a drive that never leaves its first frame by more stands; mapillary_tools",
    )


class ReadSettings(FromEnvironment):
    """How cameras' files are understood."""

    PREFIX = "ROADCOMB_READ_"

    clock_offset_min: int = Field(
        default=0,
        ge=-14 * 60,
        le=14 * 60,
        description="minutes east of UTC of camera clocks that state no zone",
    )
    time_offset_s: float = Field(
        default=0.0,
        ge=-(2**40),
        le=2**40,
        description="seconds added to the times that pictures state themselves (EXIF, name), "
        "before they are laid on a track",
    )
    held_fix_s: float = Field(
        default=10.0,
        gt=0,
        description="longest time a receiver may repeat a fix while driving on; the slowest "
        "receivers in use give one fix each few seconds",
    )
    track_gap_s: float = Field(
        default=10.0, gt=0, description="longest hole of a track in which frames are still placed"
    )
    in_order: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="share of times that must increase for names to be the order",
    )
    max_bytes: int = Field(
        default=12_000_000, gt=0, description="of one picture; a node's frame_bytes"
    )
    cpu_s: float = Field(
        default=5.0, gt=0, description="seconds of CPU to read one file; a real picture takes 0.001"
    )
    cpu_s_per_mb: float = Field(
        default=5.0, ge=0, description="more for each MiB of a track; NMEA, the slowest, takes 1"
    )
    memory_bytes: int = Field(
        default=4 * 2**30, gt=0, description="to read one file; CSV takes 27 times its size"
    )


class TrimSettings(FromEnvironment):
    """What is hidden of trips (ingest/trimming.py); ROADCOMB_TRIM_<NAME>.

    A node uses the same numbers for clients that did not trim. A disc of 500 m holds against who
    does not know the streets; the default is the smallest of those tried that held against all
    attacks of `tests.benchmarks.bench_privacy` but those that know by which habits drivers turn.
    """

    PREFIX = "ROADCOMB_TRIM_"

    radius_m: float = Field(
        default=1400.0,
        ge=0,
        le=20_000,
        description="of the disc at each trip's end; 0: cut nothing",
    )
    displaced: float = Field(
        default=0.8,
        gt=0,
        lt=1,
        description="share of the radius that its centre may lie off: 1120 m, so that at least "
        "280 m are cut whichever way the trip leaves",
    )
    lattice_m: float = Field(
        default=2400.0, gt=0, description="two places this far apart have independent displacements"
    )
    zone_margin_m: float = Field(
        default=50.0, ge=0, description="added around privacy zones: a lot's width and GPS noise"
    )


class UploadSettings(FromEnvironment):
    """How frames are sent."""

    PREFIX = "ROADCOMB_UPLOAD_"

    batch_bytes: int = Field(
        default=8 * 2**20, gt=0, description="of one request; a node takes packs of 16 MB"
    )
    connections: int = Field(
        default=4, ge=1, le=32, description="pictures read, and batches under way, at a time"
    )
    bytes_per_s: float | None = Field(
        default=None, ge=1, description="most that all connections send; none: as fast as it goes"
    )
    quiet_s: float = Field(
        default=30.0, gt=0, description="a watched folder is sent after nothing changed so long"
    )
    attempts: int = Field(default=8, ge=1, description="tries of one request before giving up")
    wait_max_s: float = Field(default=30.0, ge=0, description="longest pause between two tries")
    patience_s: float = Field(
        default=120.0, ge=0, description="longest Retry-After that is waited for"
    )
    timeout_s: float = Field(default=60.0, gt=0, description="silence after which a request is cut")
