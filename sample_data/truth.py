"""What is true of the drawn drives, kept so that later work can be measured against it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sample_data import facades, streets
from sample_data.city import EASTWARD, HALF_STREET_M, KERB_M, NORTHWARD, grounds, standing, walls
from sample_data.formats import table
from sample_data.geodesy import ORIGIN_LAT_DEG, ORIGIN_LON_DEG, degrees
from sample_data.render import PlateTruth
from sample_data.scenario import Drive, Scenario
from sample_data.timeline import Shot

POSES_HEADER = "drive,file,t,lat,lon,x,y,heading,expected"
PLATES_HEADER = "drive,file,x0,y0,x1,y1,text"


@dataclass(frozen=True, slots=True)
class Truth:
    """Poses in the order (drive, file, shot), and plates of every drawn frame."""

    scenario: Scenario
    poses: tuple[tuple[str, str, Shot], ...]
    plates: tuple[PlateTruth, ...]


def _pose_row(drive: str, file: str, shot: Shot) -> tuple[object, ...]:
    lat, lon = degrees(shot.pose.x_m, shot.pose.y_m)
    return (
        drive, file, f"{shot.t_ms / 1000:.3f}", f"{lat:.8f}", f"{lon:.8f}",
        f"{shot.pose.x_m:.3f}", f"{shot.pose.y_m:.3f}", f"{shot.pose.heading_deg % 360:.2f}",
        shot.expected,
    )  # fmt: skip


def _city(scenario: Scenario) -> dict[str, object]:
    """The plan and its paints: enough to find every wall, tree and texture again."""
    seed = scenario.seed
    return {
        "seed": seed,
        "origin": {"lat": ORIGIN_LAT_DEG, "lon": ORIGIN_LON_DEG},
        "streets": {"northward_x_m": NORTHWARD, "eastward_y_m": EASTWARD,
                    "half_width_m": HALF_STREET_M, "kerb_m": KERB_M},
        "texels_per_m": {"facades": facades.TEXELS, "streets": streets.TEXELS},
        "walls": [asdict(wall) for wall in walls(seed)],
        "standing": [asdict(thing) for ground in grounds(seed) if ground.kind != "junction"
                     for thing in standing(ground)],
        "drives": [_described(drive) for drive in scenario.drives],
    }  # fmt: skip


def _described(drive: Drive) -> dict[str, object]:
    return {"name": drive.name, **asdict(drive)}


def _manifest(truth: Truth) -> list[dict[str, object]]:
    counts: dict[str, dict[str, int]] = {}
    for name, _, shot in truth.poses:
        expected = counts.setdefault(name, {})
        expected[shot.expected] = expected.get(shot.expected, 0) + 1
    return [
        {
            "contributor": drive.contributor,
            "day": drive.day,
            "folder": f"drives/{drive.name}",
            "format": drive.layout,
            "frames": sum(counts[drive.name].values()),
            "expected": counts[drive.name],
            "note": drive.note,
        }
        for drive in truth.scenario.drives
    ]


def write(truth: Truth, out: Path) -> None:
    """Write truth/poses.csv, truth/plates.csv, truth/city.json and manifest.json below `out`."""
    folder = out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    poses = [_pose_row(*pose) for pose in truth.poses]
    plates = [tuple(asdict(plate).values()) for plate in truth.plates]
    (folder / "poses.csv").write_text(table(POSES_HEADER, poses))
    (folder / "plates.csv").write_text(table(PLATES_HEADER, plates))
    (folder / "city.json").write_text(json.dumps(_city(truth.scenario), indent=1) + "\n")
    (out / "manifest.json").write_text(json.dumps(_manifest(truth), indent=1) + "\n")
