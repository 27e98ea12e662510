"""What a picture depends on besides the place: light, sky, parked cars, camera and its glass."""

from dataclasses import dataclass, field

from sample_data.camera import Pose, View, direction


@dataclass(frozen=True, slots=True)
class Light:
    """Sun (degrees; azimuth clockwise of north), clouds in percent of the sky, colour of light.

    `warmth` raises red and lowers blue by that many grey levels at white.
    """

    sun_azimuth_deg: float = 150.0
    sun_elevation_deg: float = 48.0
    clouds_percent: int = 45
    warmth: int = 6


@dataclass(frozen=True, slots=True)
class Device:
    """A dashcam. Focal length and horizon are shares of the picture's width and height.

    `exposure` multiplies the light in percent; `contrast` stretches it around the middle grey in
    percent; `dirt` is the strength of what sticks to the glass, 0..100, placed by `dirt_seed`;
    `grain` is the sensor's noise in percent.
    """

    width: int = 1280
    height: int = 720
    focal_share: float = 0.56
    horizon_share: float = 0.46
    mount_m: float = 1.45
    exposure: int = 100
    contrast: int = 100
    dirt: int = 0
    dirt_seed: int = 0
    grain: int = 100


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything that, together with a pose, decides a picture.

    `city_seed` names the city, `day_seed` its clouds and parked cars, `grain_seed` the sensor's
    noise in this one frame.
    """

    city_seed: int = 7
    day_seed: int = 1
    grain_seed: int = 0
    light: Light = field(default_factory=Light)
    device: Device = field(default_factory=Device)

    def view(self, pose: Pose) -> View:
        """The camera at a pose."""
        east, north = direction(pose.heading_deg)
        lens = self.device
        return View(
            pose.x_m,
            pose.y_m,
            east,
            north,
            focal_px=lens.focal_share * lens.width,
            height_m=lens.mount_m,
            horizon_row=lens.horizon_share * lens.height,
            width=lens.width,
            height=lens.height,
        )
