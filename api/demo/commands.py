"""The verb `demo`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo"]


def demo(
    city: Annotated[Path, typer.Argument(help="Folder that `python -m sample_data` drew.")],
    into: Annotated[Path, typer.Option(help="Folder of the demo's node; emptied first.")] = Path(
        "build/demo"
    ),
    serve: Annotated[
        str, typer.Option(help="Keep serving the map: 1, 0, or auto (on a terminal).")
    ] = "auto",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the map.")] = 8300,
) -> None:
    """Play three days of a drawn city: upload, judge, pay, audit; then show the map."""
    from api.demo.play import play
    from roadcomb.errors import UsageError

    if serve not in ("0", "1", "auto"):
        raise UsageError(f"--serve {serve}: 1, 0 or auto is asked for")
    keep = serve == "1" or (serve == "auto" and sys.stdout.isatty())
    play(
        city,
        into,
        port if keep else 0,
        lambda line: print(line, flush=True),
        _wait_at if keep else None,
    )


def _wait_at(url: str) -> None:
    """Keep the node up until Ctrl-C."""
    import threading

    print(f"\nThe map is at {url}/ - Ctrl-C ends it.", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
