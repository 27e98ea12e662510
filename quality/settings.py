"""The thresholds of judging, each with the reason for its number.

What enters a grade (curves, `USABLE_GRADE`) is a constant of these rules and no setting: two nodes
of one version must grade a frame alike. What protects the node (sizes) or decides whether a person
has to look (replays) is a setting, environment variables ROADCOMB_QUALITY_<NAME>.

The curves were laid through 97 undegraded frames of eight cameras (two dashcams, two action
cameras, a 360-degree one, three stills cameras) and the same frames degraded with seeds
(`python -m tests.benchmarks.bench_grade`, docs/grade.md). Each is flat at 1000 over what sound
cameras differ in, so that a lens or an encoder a little better earns nothing, and falls where the
degraded twins begin.
"""

from pydantic import Field

from roadcomb.environment import FromEnvironment

__all__ = [
    "BLOCKING_CURVE",
    "CONTRAST_CURVE",
    "COVER_CURVE",
    "DARK_CURVE",
    "FROST_CURVE",
    "GLARE_CURVE",
    "GOOD_SCORE",
    "HAZE_CURVE",
    "NIGHT_BRIGHT",
    "NIGHT_CONTRAST",
    "NOISE_CURVE",
    "OVER_CURVE",
    "OWN_COVER",
    "SHARPNESS_CURVE",
    "SOFT_CURVE",
    "SPOTS_CURVE",
    "USABLE_GRADE",
    "MountSettings",
    "QualitySettings",
]

Curve = tuple[tuple[int, int], ...]
"""Points (measure, score 0..1000), linear between them and constant outside."""

SHARPNESS_CURVE: Curve = ((65, 0), (90, 150), (120, 300), (138, 450), (172, 1000))
"""Measured: undegraded 236..365, soft low-resolution video 146..184; motion of 9 px 84..136, out of
focus by sigma 2 78..115. In theory 62 is a picture without detail, 250 one of step edges."""

DARK_CURVE: Curve = ((20, 0), (50, 100), (100, 180), (126, 380), (137, 840), (140, 1000))
"""Of the 90th percentile of brightness: undegraded 153..255 (one 122), at -2 stops 80..137."""

NIGHT_BRIGHT, NIGHT_CONTRAST = 60, 25
"""Night, when even the 90th percentile is this dark and lamps still make a spread."""

OVER_CURVE: Curve = ((20, 1000), (40, 600), (100, 450), (200, 250), (500, 0))
"""Of blown pixels, per mille: undegraded dashcam frames 0..17, a wide blown sky up to 82, at +2
stops 30 (dim original) to 540."""

GLARE_CURVE: Curve = ((24, 1000), (34, 600), (60, 350), (110, 100))
"""Of grey levels by which the tiles under something burnt out are lifted: blown skies 0..25, a sun
in the picture 28..84."""

CONTRAST_CURVE: Curve = ((10, 0), (40, 500), (80, 1000))
"""Of the 5..95 % spread of brightness, grey levels: undegraded 83..230, at -2 stops 55..127."""

HAZE_CURVE: Curve = ((46, 1000), (56, 620), (75, 420), (95, 300), (120, 180), (180, 0))
"""Of the darkest pixels of all but a twentieth of the tiles: undegraded 5..55 (milky stills of a
motorway up to 69), fog and veils 95..167, frost 54..109."""

COVER_CURVE: Curve = ((22, 1000), (40, 650), (90, 430), (200, 200), (450, 0))
OWN_COVER = 133
"""Of what hides the view beyond the own car's share, per mille. Dark and flat areas of undegraded
frames take up to 133 (shadows, bonnet), one still of a shaded wall 218; a quarter covered 180..282.
The drive's own evidence (view.py) has its shares of bonnet already taken off."""

SOFT_CURVE: Curve = ((14, 1000), (22, 850), (42, 690), (120, 350), (300, 0))
"""Of tiles with contrast but no edges, per mille: undegraded road frames 0..14, distorted poles of
a 360-degree camera 20..61; with drops on the glass 12..103, 42 in the middle."""

SPOTS_CURVE: Curve = ((20, 1000), (45, 550), (100, 280), (250, 0))
"""Of the picture that stays out of focus over a drive, per mille: clean 0..12, drops 90..130."""

FROST_CURVE: Curve = ((130, 1000), (200, 650), (400, 350), (900, 100))
"""Of the picture with texture that stays put, per mille: clean 10..20, on a straight motorway,
whose markings stay put, up to 127; frost 25 (a faint one) .. 980."""

NOISE_CURVE: Curve = ((600, 1000), (1100, 650), (4000, 200), (8000, 0))
"""Of the noise's variance, hundredths of a grey level squared, at half scale: undegraded 0..231;
sigma 10 at full scale about 2500; a picture of nothing but noise 200,000."""

BLOCKING_CURVE: Curve = (
    (1090, 1000),
    (1180, 640),
    (1250, 450),
    (1450, 250),
    (2000, 60),
    (2800, 0),
)
"""Of steps at block edges, per mille of the others: undegraded 1001..1085, saved again at quality
50 1007..1389 (1045 in the middle), at 15 and then at 90 1189..2123, at 5..15 1261..2783."""

USABLE_GRADE = 60
"""Below it a frame shows too little to be worth keeping. No undegraded frame was under 200."""

GOOD_SCORE = 700
"""A measure that scores less is named to the driver as a reason why the grade is not higher."""


class MountSettings(FromEnvironment):
    """When a mount is told to be wrong; advice only, so a setting and no rule."""

    PREFIX = "ROADCOMB_MOUNT_"

    most_roll_deg: float = Field(
        default=5.0,
        description="lean of upright things; a real mount that nobody minded had 3 to 4",
    )
    highest_horizon: float = Field(
        default=0.25, description="share of the height; higher, and the camera films the bonnet"
    )
    lowest_horizon: float = Field(
        default=0.65, description="share of the height; lower, and most of the picture is sky"
    )
    most_off_middle: float = Field(
        default=0.2, description="share of the width by which the road may vanish off the middle"
    )
    most_own_car: int = Field(
        default=180, description="per mille of the picture that bonnet and dashboard may take"
    )
    enough_uprights: int = Field(
        default=300, description="pixels of upright structure a small picture that roll needs"
    )
    enough_slanting: int = Field(default=60, description="slanting lines that a vote needs")
    vanishing_share: float = Field(
        default=0.12, description="of all lines' length that must meet; by chance 0.06 do"
    )


class QualitySettings(FromEnvironment):
    """Limits that protect the node and thresholds of suspicion."""

    PREFIX = "ROADCOMB_QUALITY_"

    max_pixels: int = Field(
        default=36_000_000,
        description="largest picture decoded; an 8K 360-degree one has 29.5 million",
    )
    max_scans: int = Field(
        default=64,
        description="scans in a JPEG; progressive ones have 10, bombs thousands",
    )
    max_scanned_pixels: int = Field(
        default=16 * 36_000_000,
        description="pixels times scans: each scan goes over all of them, 64 of 36 megapixels "
        "took 3.4 s from half a megabyte; progressive ones have 10",
    )
    min_width: int = Field(default=320, description="narrower pictures show no street")
    min_height: int = Field(default=240, description="lower pictures show no street")
    max_aspect: int = Field(
        default=8,
        description="longer side in shorter ones; panoramas have 2 to 5. The thumbnail of a strip "
        "of 320 x 60,000 is one pixel wide, which no search for features takes",
    )
    fingerprint_distance: int = Field(
        default=31,
        ge=0,
        le=256,
        description="bits by which two fingerprints of one picture may differ: real neighbours 8 m "
        "apart differ by 54 or more, re-encoded copies by 16, brightened ones by 22 at most",
    )
    replay_distance: int = Field(
        default=48,
        ge=0,
        le=256,
        description="bits by which a replayed frame's fingerprint may differ: a logo of 2.5 % of "
        "the picture turns up to 48; several frames in order, compared point by point, decide",
    )
    replay_frames: int = Field(
        default=3,
        description="frames matching another drive's in order, or any others' drives in no order; "
        "two can be chance",
    )
    min_accepted: int = Field(default=1, description="accepted frames a drive needs to be accepted")
    worker_bytes: int = Field(
        default=3 * 2**30,
        gt=0,
        description="memory of a judging worker; a picture of 36 megapixels in scans takes 0.4 GB",
    )
    worker_seconds: int = Field(
        default=20,
        ge=1,
        description="for one frame, then its worker is ended: thousands of times what it takes",
    )
    chunk_frames: int = Field(
        default=32,
        description="frames of a drive judged at a time, two such chunks being under way",
    )
    chunk_bytes: int = Field(default=32 * 2**20, description="bytes of frames in a chunk")
