"""Command line verbs about what may be shown: publish, reblur, blur."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from quality.publishing.passing import Workers
    from quality.publishing.publisher import Publisher
    from roadcomb.node import Node

__all__ = ["register"]

_PAUSE_S = 1.0
_PARTLY = 4
_EPILOG = "Exit codes: 0 done, 4 some picture was not written (each named on stderr)."
_FRAME = re.compile(r"([0-9a-f-]{6,64})/(\d{1,9})")
_BOX = re.compile(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})")

Data = Annotated[Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(publish)
    app.command()(reblur)
    app.command(epilog=_EPILOG)(blur)


def publish(
    data: Data = None,
    again: Annotated[
        bool, typer.Option("--again", help="Try frames again that wait for a reason.")
    ] = False,
    watch: Annotated[bool, typer.Option(help="Go on, looking again each second.")] = False,
) -> None:
    """Blur and publish the pictures of accepted drives; `serve` does so by itself."""
    import time

    publisher, close = _publisher(_node(data))
    try:
        count = publisher.publish_pending()
        workers = _workers(publisher)
        if again:
            count += sum(publisher.publish(workers, one) for one in _waiting(_node(data)))
        _say(count, "published")
        while watch:
            time.sleep(_PAUSE_S)
            if count := publisher.publish_pending():
                _say(count, "published")
    finally:
        close()


def reblur(
    data: Data = None,
    drive: Annotated[
        str | None, typer.Option(help="Id or public id of a drive, or 6 characters of one.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All drives that are published.")] = False,
    frame: Annotated[
        str | None, typer.Option(help="A picture as the map names it: PUBLIC-ID/N.")
    ] = None,
    add: Annotated[
        str | None, typer.Option(help="With --frame: x0,y0,x1,y1 to mask, in its pixels.")
    ] = None,
) -> None:
    """Mask more of what is published: what the present detector finds, or a box of yours.

    Pictures are made anew of their originals while ROADCOMB_PUBLISH_RETENTION_DAYS keeps these,
    else of what is shown. The bytes that were shown before are destroyed.
    """
    from roadcomb.errors import UsageError

    if [drive is not None, every, frame is not None].count(True) != 1:
        raise UsageError("say what to blur again: --drive ID, --all, or --frame ID/N --add BOX")
    if (frame is None) != (add is None):
        raise UsageError("--frame PUBLIC-ID/N and --add x0,y0,x1,y1 belong together")
    if frame is not None and add is not None:
        _add(_node(data), frame, add)
        return
    _again(_node(data), drive)


def blur(
    source: Annotated[Path, typer.Argument(help="Folder of frames.")],
    into: Annotated[Path, typer.Argument(help="New folder for the blurred ones.")],
) -> None:
    """Blur faces and plates of a folder of frames on this machine, before you upload them.

    Times, positions and tracks come along, so the new folder uploads like the old one, and its
    manifest says who blurred it. A node blurs what it shows in any case.
    """
    from rich.progress import Progress

    from quality.publishing.fates import WORDS
    from quality.publishing.folder import blur_folder, pictures_in

    found = pictures_in(source, into)
    count = sum(map(len, found.values()))
    workers, close = _at_home()
    try:
        with Progress(transient=True) as progress:
            task = progress.add_task("blurring", total=count)
            tell = partial(_tell, progress, task)
            left = list(blur_folder(workers, source, into, found, tell))
    finally:
        close()
    for one in left:
        typer.echo(f"{one.path}: not written: {WORDS[one.reason]}", err=True)
    typer.echo(f"{into}: {count - len(left)} of {count} pictures")
    if left:
        raise typer.Exit(_PARTLY)


def _tell(progress: "Progress", task: "TaskID", done: int) -> None:
    progress.update(task, completed=done)


def _at_home() -> "tuple[Workers, Callable[[], None]]":
    """Workers of this machine. Raises UsageError without a detector that works."""
    from quality.masking.settings import MaskingSettings
    from quality.publishing.opening import OpenDetector
    from quality.publishing.settings import PublishSettings
    from quality.publishing.staffing import staffed
    from roadcomb.engine import ProcessEngine
    from roadcomb.errors import UsageError

    engine = ProcessEngine()
    workers = staffed(engine, OpenDetector(MaskingSettings()), PublishSettings())
    if isinstance(workers, str):
        engine.close()
        raise UsageError(f"nothing can be blurred: {workers}")
    return workers, engine.close


def _again(node: "Node", drive: str | None) -> None:
    from quality.publishing.reblur import published_drives

    publisher, close = _publisher(node)
    try:
        workers = _workers(publisher)
        found = published_drives(node, drive)
        count = sum(
            publisher.publish(workers, one, "reblurred", shown_too=True, wait=True) for one in found
        )
        _say(count, "blurred again")
    finally:
        close()


def _add(node: "Node", frame: str, box: str) -> None:
    from quality.publishing.reblur import add_mask, published_drives
    from quality.publishing.settings import PublishSettings
    from roadcomb.errors import UsageError

    named, sides = _FRAME.fullmatch(frame), _BOX.fullmatch(box)
    if named is None or sides is None:
        raise UsageError("--frame is PUBLIC-ID/N, --add is x0,y0,x1,y1 in pixels of that picture")
    x0, y0, x1, y1 = map(int, sides.groups())
    [drive_id] = published_drives(node, named[1])
    add_mask(node, PublishSettings(), drive_id, int(named[2]), (x0, y0, x1, y1))
    typer.echo(f"{frame}: masked; what was shown before is destroyed")


def _publisher(node: "Node") -> "tuple[Publisher, Callable[[], None]]":
    from quality.publishing.publisher import Publisher
    from roadcomb.engine import ProcessEngine

    engine = ProcessEngine(node.settings.workers)
    return Publisher(node, engine), engine.close


def _workers(publisher: "Publisher") -> "Workers":
    from roadcomb.errors import UsageError

    workers = publisher.workers()
    if workers is None:
        raise UsageError(f"nothing is published: {publisher.trouble}")
    return workers


def _waiting(node: "Node") -> list[str]:
    from quality.publishing.publications import with_waiting

    with node.catalog.reading() as connection:
        return with_waiting(connection)


def _node(data: Path | None) -> "Node":
    from roadcomb.node import open_existing

    return open_existing(data)


def _say(drives: int, what: str) -> None:
    typer.echo(f"1 drive {what}" if drives == 1 else f"{drives} drives {what}")
