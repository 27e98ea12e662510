"""The verbs that open the front door: of a node, and of a demo of one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.demo.commands import demo
from api.upkeep import commands as upkeep
from ingest import verify_commands

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `serve` and `demo`."""
    app.command()(serve)
    app.command()(demo)
    verify_commands.register(app)
    upkeep.register(app)


def serve(
    data: Annotated[
        Path | None, typer.Option(help="Folder of catalog, blobs and books. [env: ROADCOMB_DATA]")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. [env: ROADCOMB_HOST]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port; 0 takes a free one. [env: ROADCOMB_PORT]"),
    ] = None,
    port_file: Annotated[
        Path | None, typer.Option(help="Write the real port here once requests are answered.")
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge/--no-judge", help="Judge what was sealed, as it comes in.")
    ] = True,
    publish: Annotated[
        bool,
        typer.Option("--publish/--no-publish", help="Blur and publish the pictures of drives."),
    ] = True,
) -> None:
    """Run a node: take uploads, judge and publish them, serve map, books and viewer."""
    from roadcomb.node import open_node
    from roadcomb.settings import NodeSettings

    given: dict[str, Any] = {"data": data, "host": host, "port": port}
    settings = NodeSettings(**{name: value for name, value in given.items() if value is not None})

    from api.serve import listen, write_port
    from api.serve import serve as run

    def announce(url: str, real_port: int) -> None:
        if port_file is not None:
            write_port(port_file, real_port)
        print(f"Roadcomb listens on {url} (data: {settings.data})", flush=True)

    with listen(settings.host, settings.port) as listening:  # a taken port makes no folder
        run(open_node(settings), listening, judge, publish, announce)
