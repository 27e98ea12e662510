"""Command line verbs of this room: `roadcomb export`, and those of the others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roadcomb.errors import UsageError
from tiles import apikey_commands, region_commands, street_commands

if TYPE_CHECKING:
    import geopandas

    from tiles.state import Bounds, MapState

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    app.command()(export)
    region_commands.register(app)
    apikey_commands.register(app)
    street_commands.register(app)


def export(
    path: Annotated[Path, typer.Argument(help="File: .pmtiles, .gpkg, .parquet or .csv.")],
    data: Annotated[Path | None, typer.Option(help="Folder of the node.")] = None,
    layer: Annotated[str, typer.Option(help="Of a table: cells or drives.")] = "cells",
    resolution: Annotated[int, typer.Option(min=0, max=12, help="H3 resolution of cells.")] = 12,
    bbox: Annotated[str | None, typer.Option(help="Only here: west,south,east,north.")] = None,
    last_zoom: Annotated[int, typer.Option(min=0, max=16, help="Of a .pmtiles file.")] = 14,
) -> None:
    """Write the map as tiles in one file (.pmtiles) or as a GIS layer."""
    from rich.console import Console

    from roadcomb.files import check_named
    from roadcomb.node import open_existing
    from tiles.archive import write_archive
    from tiles.live import LiveMap
    from tiles.tilejson import Terms

    box = None if bbox is None else _box(bbox)
    check_named(path)
    node = open_existing(data)
    state = LiveMap(node).state
    if path.suffix == ".pmtiles":
        terms = Terms(node.settings.attribution, node.settings.licence)
        said = f"{write_archive(state, path, terms, box, last_zoom=last_zoom)} tiles"
    else:
        frame, what = _frame(state, layer, resolution, node.settings.licence)
        said = f"{_write_table(frame, path, layer, box)} {what}"
    Console().print(f"{said} written to {path}", highlight=False)


def _write_table(
    frame: "geopandas.GeoDataFrame", path: Path, layer: str, box: "Bounds | None"
) -> int:
    from tiles.export import export as write
    from tiles.export import inside

    return write(frame if box is None else inside(frame, box), path, layer)


def _frame(
    state: "MapState", layer: str, resolution: int, licence: str
) -> tuple["geopandas.GeoDataFrame", str]:
    """The rows and what they are; licence: of drives whose manifest names none."""
    from tiles.export import frame_of, frame_of_drives

    match layer:
        case "cells":
            return frame_of(state.table(resolution)), f"cells of resolution {resolution}"
        case "drives":
            licences = {name: one.licence or licence for name, one in state.drives.items()}
            return frame_of_drives(state.lines, licences), "drives"
    raise UsageError(f"--layer {layer}: there are cells and drives")


def _box(text: str) -> "Bounds":
    """West, south, east, north in degrees; across 180 degrees east is less than west."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--bbox {text}: give four numbers, west,south,east,north") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise UsageError(f"--bbox {text}: longitudes are -180..180, latitudes -90..90, south first")
    return west, south, east, north
