"""The verb `roadcomb streets`: the map of streets that tracks are held against (quality/)."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(streets)


def streets(
    file: Annotated[Path, typer.Argument(help="OpenStreetMap data: .osm or .osm.pbf.")],
    data: Annotated[Path | None, typer.Option(help="Folder of the node.")] = None,
) -> None:
    """Give the node a map of streets, so that tracks beside all of them are looked at."""
    import numpy as np

    from quality.evidence.streets import street_map
    from quality.streetmap import write_streets
    from roadcomb.errors import InvalidInput
    from roadcomb.node import open_existing
    from tiles.roads import read_edges

    node = open_existing(data)
    made = street_map(np.array(edge.nodes) for edge in read_edges(file))
    if not len(made.pieces):
        raise InvalidInput(f"{file} has no street that cars drive on: give another file")
    write_streets(node, made)
    typer.echo(f"{len(made.pieces)} pieces of street: they count from the judge's next start on")
