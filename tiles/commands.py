"""Command line verbs of this room: `roadcomb export`."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    app.command()(export)


def export(
    path: Annotated[Path, typer.Argument(help="File to write: .gpkg or .parquet.")],
    data: Annotated[Path | None, typer.Option(help="Folder of the node.")] = None,
    resolution: Annotated[int, typer.Option(min=0, max=12, help="H3 resolution.")] = 12,
) -> None:
    """Write the coverage as a GIS layer, one polygon a cell."""
    from rich.console import Console

    from roadcomb.node import open_existing
    from tiles.export import export as write
    from tiles.live import LiveMap

    count = write(LiveMap(open_existing(data)).state.table(resolution), path)
    Console().print(f"{count} cells of resolution {resolution} written to {path}", highlight=False)
