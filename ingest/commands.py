"""Command line verbs of a contributor: scan, upload, status; init and key from key_commands."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest import key_commands

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.client import Progress
    from ingest.planning import Plan
    from ingest.settings import ScreenSettings

__all__ = ["register"]

PARTLY = 4
_EPILOG = (
    "Exit codes: 0 done, 4 partly done (some file or drive had trouble, each named on stderr), "
    "others as `roadcomb --help` lists them."
)

FramesPath = Annotated[Path, typer.Argument(help="Folder of frames (one folder, one recording).")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
MinFrames = Annotated[
    int | None,
    typer.Option(min=1, help="Shortest drive to send. [env: ROADCOMB_SCREEN_MIN_FRAMES]"),
]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    key_commands.register(app)
    app.command(epilog=_EPILOG)(scan)
    app.command(epilog=_EPILOG)(upload)
    app.command(epilog=_EPILOG)(status)


def scan(path: FramesPath, min_frames: MinFrames = None, as_json: AsJson = False) -> None:
    """Say what would be sent of a folder and what not, and why. Nothing leaves this machine."""
    from ingest.report import faults, plans_json, print_plans, print_troubles

    plans = _plans(path, _screening(min_frames))
    if as_json:
        _print_json(plans_json(plans))
    else:
        print_plans(_console(), plans)
    troubles = [trouble for plan in plans for trouble in plan.troubles]
    print_troubles(_console(stderr=True), troubles)
    if troubles or any(faults(plan.rejected) for plan in plans):
        raise typer.Exit(PARTLY)


def upload(
    path: FramesPath,
    to: Annotated[str, typer.Option(help="Address of the node, http://host:port.")],
    device: Annotated[
        str | None, typer.Option(help="Name of the camera. Default: what its EXIF says.")
    ] = None,
    min_frames: MinFrames = None,
    as_json: AsJson = False,
) -> None:
    """Send a folder's drives to a node. A second run sends nothing twice; a cut one goes on.

    What leaves this machine: the pictures without their metadata; each picture's time, position,
    direction, speed and orientation; the camera's name; counts of what was not sent. Names of
    files and folders, and everything else that EXIF holds, stay here.
    """
    from ingest.client import Uploader, bind_payout
    from ingest.localstate import open_state
    from ingest.nodeclient import NodeClient, open_http
    from ingest.payout import load_payout
    from ingest.report import faults, outcome_json, print_outcome, print_plans, print_troubles
    from ingest.settings import UploadSettings
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours, sending, screening = ClientSettings(), UploadSettings(), _screening(min_frames)
    key = load_key(ours.key_file)
    console, errors = _console(), _console(stderr=True)
    with open_http(to, sending) as http, open_state(ours.state) as state:
        client = NodeClient(http, sending)
        _say_pauses(errors)
        # A wrong address should be told soon; a node that was there once is worth waiting for.
        info = NodeClient(http, sending.model_copy(update={"attempts": 3})).info()
        longest = min(screening.max_frames, info.drive_frames)
        plans = _plans(path, screening.model_copy(update={"max_frames": longest}))
        if not as_json:
            print_plans(console, plans)
        payout = load_payout(ours.config)
        if payout is not None:
            bind_payout(client, info, key, state, payout)
        with _progress(errors, sum(plan.offered for plan in plans)) as progress:
            outcome = Uploader(
                client,
                info,
                key,
                state,
                progress,
                sending.batch_bytes,
                screening.min_frames,
                device,
            ).upload(plans)
    if as_json:
        _print_json(outcome_json(outcome))
    else:
        print_outcome(console, outcome, sum(len(plan.rejected) for plan in plans))
    print_troubles(errors, outcome.troubles)
    if outcome.stopped is not None:
        raise outcome.stopped
    if outcome.troubles or faults(outcome.rejected):
        raise typer.Exit(PARTLY)


def status(
    to: Annotated[
        str | None, typer.Option(help="Address of the node. Default: where the drives were sent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of each drive sent from this machine: state, counts and reasons."""
    from ingest.localstate import open_state
    from ingest.report import print_states, print_troubles
    from ingest.settings import UploadSettings
    from ingest.status import states
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    key = load_key(ours.key_file)
    with open_state(ours.state) as state:
        rows = list(states(state.drives(key.public), to, UploadSettings(attempts=2)))
    if as_json:
        _print_json({"contributor": key.public, "drives": rows})
    elif rows:
        print_states(_console(), rows)
    else:
        typer.echo("nothing was sent from this machine yet: `roadcomb upload PATH --to URL`")
    troubles = {row["trouble"]: None for row in rows if row["trouble"]}
    print_troubles(_console(stderr=True), troubles)
    if troubles:
        raise typer.Exit(PARTLY)


def _screening(min_frames: int | None) -> "ScreenSettings":
    from ingest.settings import ScreenSettings

    return ScreenSettings() if min_frames is None else ScreenSettings(min_frames=min_frames)


def _plans(path: Path, screening: "ScreenSettings") -> "Sequence[Plan]":
    from ingest.folder import read_recordings
    from ingest.planning import plan_recording
    from ingest.settings import ReadSettings

    reading = ReadSettings()
    return [plan_recording(r, screening, reading) for r in read_recordings(path, reading)]


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = 400  # nothing is cut in a file or a pipe
    return console


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))  # in ASCII: names of files may be no Unicode


def _say_pauses(errors: "Console") -> None:
    """Waiting for a busy node is told, once a pause."""
    from stamina.instrumentation import RetryDetails, set_on_retry_hooks

    from roadcomb.printable import printable

    def say(details: RetryDetails) -> None:
        line = f"the node is busy or away ({details.caused_by}): again in {details.wait_for:.0f} s"
        errors.print(printable(line), markup=False, soft_wrap=True)

    set_on_retry_hooks([say])


@contextmanager
def _progress(console: "Console", offered: int) -> "Iterator[Progress]":
    """A bar on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("pictures"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=offered)

        class Shown:
            def at(self, frames: int) -> None:
                bar.update(task, completed=frames)

        yield Shown()
