"""Command line verb `pull`: FrameKMs from a dashcam to this machine and on to a node."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.dashcam import Dashcam
    from ingest.settings import TrimSettings

__all__ = ["register"]

PARTLY = 4
_EPILOG = "Exit codes: 0 done, 4 partly done (each trouble on stderr), 6 the camera is away."


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=_EPILOG)(pull)


def pull(
    dashcam: Annotated[str, typer.Option(help="Name or address of the camera: HOST or HOST:PORT.")],
    into: Annotated[
        Path | None, typer.Option(help="Folder for the FrameKMs. Default: in your state folder.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Node to send them to; without it they are only copied.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Delete nothing on the camera, receipt or not.")
    ] = False,
    no_trim: Annotated[
        bool, typer.Option("--no-trim", help="As for `upload`: trip ends leave as well.")
    ] = False,
) -> None:
    """Copy FrameKMs from a camera that speaks odc-api, and send them to a node.

    A FrameKM is deleted on the camera only after the node's receipt covers it; the copy in the
    folder stays. Run again, it goes on: what is there whole is not copied again.
    """
    from ingest.dashcam import open_dashcam
    from ingest.pulling import pull as copy
    from ingest.settings import TrimSettings
    from ingest.telling import print_troubles
    from ingest.voice import STDERR
    from roadcomb.settings import ClientSettings

    folder = into or ClientSettings().state / "dashcam"
    with open_dashcam(dashcam) as camera:
        pulled = copy(camera, folder, lambda name, size: typer.echo(f"{name}: {size:,} bytes"))
    typer.echo(f"{len(pulled.fresh)} FrameKMs copied, {len(pulled.whole)} whole in {folder}")
    print_troubles(STDERR, pulled.troubles)
    partly = bool(pulled.troubles)
    if to is not None and pulled.whole:
        trim = TrimSettings(radius_m=0) if no_trim else TrimSettings()
        done, troubled = _send(folder, to, pulled.whole, trim)
        partly |= troubled
        if not keep:
            with open_dashcam(dashcam) as camera:  # the upload may have taken hours
                _delete(camera, done)
    if partly:
        raise typer.Exit(PARTLY)


def _send(
    folder: Path, to: str, names: "Sequence[str]", trim: "TrimSettings"
) -> "tuple[list[str], bool]":
    """FrameKMs that stand under receipts of the node, and whether anything had trouble."""
    from ingest.containers import container_reader
    from ingest.folder import read_recordings
    from ingest.knownnodes import pinned
    from ingest.localstate import open_state
    from ingest.nodeclient import NodeClient, open_http
    from ingest.planning import Plan, plan_recording
    from ingest.privacy import open_privacy
    from ingest.pulling import delivered
    from ingest.report import faults
    from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
    from ingest.uploading import Errand, deliver
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours, reading, sending = ClientSettings(), ReadSettings(), UploadSettings()
    key = load_key(ours.key_file)
    privacy = open_privacy(ours.config, key, trim)
    planned: list[Plan] = []

    def planning(screening: ScreenSettings) -> list[Plan]:
        containers = container_reader(ours.state, screening, reading)
        recordings = read_recordings(folder, reading, containers)
        planned[:] = [plan_recording(one, screening, reading, privacy) for one in recordings]
        return planned

    errand = Errand(to, ScreenSettings(), sending, trimmed_m=trim.radius_m)
    outcome = deliver(errand, planning)
    with open_http(to, sending) as http, open_state(ours.state) as state:
        pin = pinned(ours.state, state.node_at)
        node = NodeClient(http, sending, pin).info().public
        done = delivered(names, planned, state, node, key.public)
    return done, bool(outcome.troubles) or faults(outcome.rejected) > 0


def _delete(camera: "Dashcam", names: "Sequence[str]") -> None:
    for name in names:
        camera.delete(name)
        typer.echo(f"{name}: sent, and deleted on the camera")
