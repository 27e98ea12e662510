"""Command line verbs of a contributor's rights: export-my-data, delete, appeal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.localstate import DriveRecord
    from ingest.nodeclient import NodeClient
    from roadcomb.keys import Key

__all__ = ["register"]

SHORTEST = 6

Node = Annotated[
    str | None, typer.Option("--to", help="Address of the node. Default: where drives were sent.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("export-my-data")(export_my_data)
    app.command()(delete)
    app.command()(appeal)


def export_my_data(
    file: Annotated[Path, typer.Argument(help="Archive to write (.tar); must not exist yet.")],
    to: Node = None,
) -> None:
    """Fetch everything that a node holds about you: drives, published pictures, judgements,
    rewards."""
    from roadcomb.errors import UsageError
    from roadcomb.files import check_named

    check_named(file)
    if file.exists():
        raise UsageError(f"{file} exists already and is not overwritten")
    with _asking(to, _sent(to)) as (client, key):
        path = f"/v1/contributors/{key.public}/data"
        partial = file.with_name(f"{file.name}.part")
        try:
            with partial.open("xb") as archive:
                size = client.download(path, key, archive)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    typer.echo(f"{file}: {size:,} bytes, all that {client.url} holds about {key.public}")


def delete(
    drive: Annotated[str, typer.Argument(help="Drive id, or its first 6 or more characters.")],
    to: Node = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Have a node forget a drive: pictures, thumbnails, track, its place on the map.

    What it earned stays in the books, which name nobody. There is no way back: the same drive is
    not taken again, and its pictures earn nothing a second time.
    """
    found = _named(drive, to)
    if not yes:
        typer.confirm(f"Delete drive {found.drive_id[:12]}, {found.frames} pictures?", abort=True)
    with _asking(to, [found]) as (client, key):
        count = client.delete_drive(found.drive_id, key)
    typer.echo(f"drive {found.drive_id[:12]}: {count} pictures are deleted from {client.url}")


def appeal(
    drive: Annotated[str, typer.Argument(help="Drive id, or its first 6 or more characters.")],
    words: Annotated[str, typer.Option(help="Why the decision is wrong; a person reads it.")],
    to: Node = None,
) -> None:
    """Have a person look again at a drive that is held or rejected, with your words beside it.

    The words stay with the node for good, signed by your key: write nothing you would not say.
    """
    from ingest.appeal import sign_appeal

    found = _named(drive, to)
    with _asking(to, [found]) as (client, key):
        body = sign_appeal(key, found.drive_id, words, client.info().now_ms)
        client.post(f"/v1/drives/{found.drive_id}/appeal", body)
    typer.echo(f"drive {found.drive_id[:12]}: your words are with the reviewers of {client.url}")


def _named(drive: str, to: str | None) -> "DriveRecord":
    from roadcomb.errors import NotFound, UsageError

    if len(drive) < SHORTEST:
        raise UsageError(f"{drive!r} is too short: give {SHORTEST} characters of the drive's id")
    found = [record for record in _sent(to) if record.drive_id.startswith(drive)]
    if not found:
        raise NotFound(f"no drive {drive[:64]!r} was sent from this machine: see `roadcomb status`")
    if len(found) > 1:
        raise UsageError(f"{drive} fits several drives: give more of its id, or name the node --to")
    return found[0]


def _sent(to: str | None) -> "list[DriveRecord]":
    """Drives sent from this machine (to a node, if one is named), the oldest first."""
    from ingest.localstate import open_state
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    with open_state(ours.state) as state:
        records = state.drives(load_key(ours.key_file).public)
    here = [record for record in records if to in (None, record.url)]
    return here or records


@contextmanager
def _asking(to: str | None, sent: "list[DriveRecord]") -> "Iterator[tuple[NodeClient, Key]]":
    from ingest.knownnodes import pinned
    from ingest.localstate import open_state
    from ingest.nodeclient import NodeClient, open_http
    from ingest.settings import UploadSettings
    from roadcomb.errors import UsageError
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    url = to or (sent[-1].url if sent else None)
    if url is None:
        raise UsageError("nothing was sent from this machine: name the node with --to URL")
    ours, settings = ClientSettings(), UploadSettings(attempts=3)
    with open_http(url, settings) as http, open_state(ours.state) as state:
        pin = pinned(ours.state, state.node_at)
        yield NodeClient(http, settings, pin), load_key(ours.key_file)
