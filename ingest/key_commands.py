"""Command line verbs of a contributor's key: init, key show, backup, restore and rotate."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

VARIABLE = "ROADCOMB_PASSPHRASE"
_SHORTEST = 8


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(init)
    key_app = typer.Typer(
        help="Show, back up, restore or change the contributor's key.", no_args_is_help=True
    )
    key_app.command()(show)
    key_app.command()(backup)
    key_app.command()(restore)
    key_app.command()(rotate)
    app.add_typer(key_app, name="key")


def init(
    payout: Annotated[
        str | None, typer.Option(help="Address that rewards go to: 0x and 40 hex digits.")
    ] = None,
    consent: Annotated[
        bool | None,
        typer.Option(
            envvar="ROADCOMB_CONSENT",
            help="You agree that your pictures are published, or not. Default: asks.",
        ),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            envvar="ROADCOMB_LICENCE", help="Licence of your pictures (SPDX). Default: asks."
        ),
    ] = None,
) -> None:
    """Make the contributor's key, unless there is one; ask for consent and a licence."""
    from ingest.payout import payout_address, save_payout
    from ingest.terms import check_licence
    from roadcomb.keys import generate_key, load_key, save_key
    from roadcomb.settings import ClientSettings

    settings = ClientSettings()
    address = None if payout is None else payout_address(payout)
    if licence is not None:
        check_licence(licence)
    made = not settings.key_file.exists()
    if made:
        save_key(generate_key(), settings.key_file)
    key = load_key(settings.key_file)
    typer.echo(f"{'new key' if made else 'your key is'} {key.public}")
    typer.echo(f"it lies in {settings.key_file}: who holds it holds your rewards")
    if made:
        typer.echo("losing it is losing them: `roadcomb key backup FILE` writes an encrypted copy")
    if address is not None:
        save_payout(settings.config, address)
        typer.echo(f"rewards go to {address} from your next upload on")
    _agree(settings.config, consent, licence)
    typer.echo(_what_stays())


def _what_stays() -> str:
    """What trip ends cost: the mean way to a disc's edge is 1.1 radii (docs/upload.md)."""
    from ingest.settings import TrimSettings

    radius_m = TrimSettings().radius_m
    if not radius_m:
        return "no trip ends are cut: ROADCOMB_TRIM_RADIUS_M is 0"
    return (
        f"about {1.1 * radius_m / 1000:.1f} km at each end of a trip stay at home, all of a short "
        f"one (a disc of {radius_m:.0f} m: ROADCOMB_TRIM_RADIUS_M); `scan` tells what is left"
    )


def _agree(folder: Path, consent: bool | None, licence: str | None) -> None:
    """Consent is asked for once, on a terminal; a script says it by its flag."""
    import sys

    from ingest.privacy import load_terms, save_consent
    from ingest.terms import CONSENT_TEXT, LICENCES
    from roadcomb.clock import SystemClock
    from roadcomb.errors import UsageError

    if consent is None and licence is None:
        try:
            typer.echo(f"pictures go out under {load_terms(folder, 0).licence}, as you agreed")
        except UsageError as error:
            if not sys.stdin.isatty():
                typer.echo(str(error))
                return
        else:
            return
    if consent is None:
        typer.echo(CONSENT_TEXT)
        consent = typer.confirm("Do you agree?")
    if not consent:
        typer.echo("without your consent nothing is sent")
        return
    if licence is None:
        licence = LICENCES[0]
        if sys.stdin.isatty():
            licence = typer.prompt(f"Licence ({', '.join(LICENCES)})", default=licence)
    save_consent(folder, licence, SystemClock().now_ms())
    typer.echo(f"pictures go out under {licence}; your consent is told in each drive's manifest")


def show() -> None:
    """Print the public key, where the private one lies, and the payout address."""
    from ingest.payout import load_payout
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    settings = ClientSettings()
    key = load_key(settings.key_file)
    typer.echo(f"public key: {key.public}")
    if key.signer != key.public:
        typer.echo(f"signs by: {key.signer}")
    typer.echo(f"private key: {settings.key_file}")
    typer.echo(f"payout: {load_payout(settings.config) or 'none (roadcomb init --payout 0x...)'}")


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; must not exist yet.")],
) -> None:
    """Write a copy of the key, encrypted with a passphrase (asked for, or ROADCOMB_PASSPHRASE)."""
    import os

    from ingest.doctor import note_key_backup
    from roadcomb.errors import UsageError
    from roadcomb.files import check_named
    from roadcomb.keys import load_key, save_key
    from roadcomb.settings import ClientSettings

    settings = ClientSettings()
    key = load_key(settings.key_file)
    check_named(file)
    passphrase = os.environ.get(VARIABLE) or typer.prompt(
        "Passphrase", hide_input=True, confirmation_prompt=True
    )
    if len(passphrase) < _SHORTEST:
        raise UsageError(f"a passphrase of less than {_SHORTEST} characters protects nothing")
    save_key(key, file, passphrase)
    if load_key(file, passphrase).public != key.public:
        raise UsageError(f"{file} could not be read back: write the backup elsewhere")
    note_key_backup(settings.config, key.signer, file)
    typer.echo(f"{file} holds the key, encrypted; keep it and its passphrase apart")


def restore(
    file: Annotated[Path, typer.Argument(help="File that `key backup` wrote.")],
) -> None:
    """Put a backup's key where a lost one lay; a key that is there is never overwritten."""
    import os

    from ingest.doctor import note_key_backup
    from roadcomb.errors import NotFound
    from roadcomb.keys import load_key, save_key
    from roadcomb.settings import ClientSettings

    settings = ClientSettings()
    if not file.is_file():
        raise NotFound(f"there is no backup at {file}")
    passphrase = os.environ.get(VARIABLE) or typer.prompt("Passphrase", hide_input=True)
    key = load_key(file, passphrase)
    save_key(key, settings.key_file)
    note_key_backup(settings.config, key.signer, file)
    typer.echo(f"key {key.public} lies in {settings.key_file}")
    typer.echo("consent and payout address are not in it: run `roadcomb init` again")
    if key.signer != key.public:
        typer.echo("it was rotated: copy trip-ends.secret of the old folder, too, before you send")


def rotate(
    to: Annotated[
        list[str] | None,
        typer.Option(help="Address of a node. Default: all that drives were sent to."),
    ] = None,
) -> None:
    """Make a new key that signs for you from now on; your drives, account and rewards stay yours.

    For a key that others may have seen. The old key signs to the nodes that the new one follows it,
    and then signs no more. Your next upload binds your payout address again, which takes back a
    change that somebody else made. Write a new backup afterwards.
    """
    from ingest.knownnodes import pinned
    from ingest.localstate import open_state
    from ingest.rotating import rotate_key
    from ingest.settings import UploadSettings
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    settings = ClientSettings()
    contributor = load_key(settings.key_file).public
    with open_state(settings.state) as state:
        known = dict.fromkeys(record.url for record in state.drives(contributor))
        pin = pinned(settings.state, state.node_at)
        new = rotate_key(settings.key_file, to or list(known), UploadSettings(attempts=3), pin)
        state.forget_bindings(contributor)
    typer.echo(f"{new.signer} signs for {new.public} now")
    typer.echo("older backups are of a key that signs no more: `roadcomb key backup FILE`")
