"""Command line verbs of whoever runs a node: fsck, backup, restore."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.upkeep import doctor_command

if TYPE_CHECKING:
    from api.upkeep.checks import Damage
    from roadcomb.node import Node

__all__ = ["register"]

DAMAGED = 11
_EPILOG = "Exit codes: 0 whole, 11 damaged (one line each on stderr), others as `roadcomb --help`."

Data = Annotated[Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(epilog=_EPILOG)(fsck)
    app.command()(backup)
    app.command(epilog=_EPILOG)(restore)
    doctor_command.register(app)


def fsck(
    data: Data = None,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Remove what a cut upload left behind more than a day ago."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read everything that the node keeps, and compare it with what was promised.

    May run while the node works. What contributors had deleted is no damage.
    """
    from api.upkeep import fsck as checking
    from roadcomb.clock import SystemClock

    node = _node(data)
    report = checking.fsck(node)
    now_ms = SystemClock().now_ms()
    pruned = list(checking.prune(node, report.unreferenced, now_ms)) if prune else []
    left = [key for key in report.unreferenced if key not in pruned]
    if as_json:
        found = [{"place": damage.place, "what": damage.what} for damage in report.damages]
        _print_json(
            {
                "checked": report.checked,
                "damages": found,
                "unreferenced": left,
                "pruned": pruned,
                "notes": list(report.notes),
            }
        )
    else:
        typer.echo(
            f"{report.checked} checked, {len(report.damages)} damaged, "
            f"{len(left)} unreferenced, {len(pruned)} pruned"
        )
        for key in left:
            typer.echo(f"unreferenced: {key}")
        for note in report.notes:
            typer.echo(f"note: {note}")
    _end(report.damages)


def backup(
    folder: Annotated[Path, typer.Argument(help="New folder, or one with an earlier backup.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy the node while it works; a second backup copies only what is new.

    The backup holds the node's private key: keep it as safe as the node itself.
    """
    from api.upkeep.backup import backup as run
    from roadcomb.clock import SystemClock

    done = run(_node(data), folder, SystemClock().now_ms())
    if as_json:
        _print_json(
            {
                "files": done.files,
                "copied": done.copied,
                "bytes": done.bytes,
                "forgotten": done.forgotten,
            }
        )
    else:
        typer.echo(
            f"{folder}: {done.files} files, {done.copied} blobs copied ({done.bytes} bytes), "
            f"{done.forgotten} forgotten"
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder of a backup.")],
    into: Annotated[
        Path | None, typer.Option(help="New data folder. Default: only look at the backup.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the restored node as `roadcomb fsck` does.")
    ] = False,
) -> None:
    """Make a node of its backup; every file is compared with the backup's signed index first.

    A catalog on PostgreSQL goes into the empty database that ROADCOMB_CATALOG names.
    """
    from api.upkeep import fsck as checking
    from api.upkeep.backup import damages, read_backup
    from api.upkeep.backup import restore as run
    from roadcomb.settings import NodeSettings

    index = read_backup(folder)
    _end(damages(folder, index))
    typer.echo(f"{folder}: {len(index.files)} files of node {index.node} are whole")
    if into is None:
        return
    run(folder, index, into, NodeSettings().catalog)
    typer.echo(f"restored into {into}")
    if verify:
        report = checking.fsck(_node(into))
        typer.echo(f"{report.checked} checked, {len(report.damages)} damaged")
        _end(report.damages)


def _node(data: Path | None) -> "Node":
    from roadcomb.node import open_existing

    return open_existing(data)


def _end(found: "Iterable[Damage]") -> None:
    """One line a damage; ends with the exit code when there is any."""
    damaged = False
    for damage in found:
        typer.echo(f"damaged: {damage.place}: {damage.what}", err=True)
        damaged = True
    if damaged:
        raise typer.Exit(DAMAGED)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
