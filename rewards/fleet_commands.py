"""Command line verbs of fleets: fleet invite, accept, list, leave."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.asking import asking

__all__ = ["register"]

To = Annotated[str, typer.Option(help="Address of the node.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

_HERE = "http://127.0.0.1:8300"


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    fleets = typer.Typer(
        no_args_is_help=True, help="Drive for a manager, or have others drive for you."
    )
    fleets.command()(invite)
    fleets.command()(accept)
    fleets.command("list")(list_fleet)
    fleets.command()(leave)
    app.add_typer(fleets, name="fleet")


def invite(
    driver: Annotated[str, typer.Argument(help="The driver's public key: `roadcomb key show`.")],
    percent: Annotated[
        int, typer.Option(min=0, max=100, help="Of what the driver earns, for you.")
    ],
    out: Annotated[Path, typer.Option(help="The invitation, to be handed to the driver.")],
    to: To = _HERE,
) -> None:
    """The manager: write an invitation; nothing counts before the driver accepts it."""
    from rewards.agreement import invitation
    from roadcomb.canonical import canonical_json
    from roadcomb.files import write_durably

    with asking(to) as (client, key):
        info = client.info()
        invited = invitation(key, driver, 10 * percent, info.public, info.now_ms)
    write_durably(out, canonical_json(invited))
    typer.echo(f"{out}: the driver has a week to `roadcomb fleet accept` it at {to}")


def accept(
    invitation: Annotated[Path, typer.Argument(help="The manager's file.")],
    to: To = _HERE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """The driver: sign an invitation and register it; from then on the manager has its share."""
    from rewards.agreement import accepted
    from roadcomb.canonical import parse_json

    with asking(to) as (client, key):
        both: Any = accepted(parse_json(_read(invitation)), key, client.info().public)
        words = both["agreement"]
        percent, manager = words["share"] / 10, words["manager"]
        question = f"{percent:g} % of what you earn will go to {manager}. Do you agree?"
        if not yes and not typer.confirm(question):
            raise typer.Exit(1)
        told = client.post_json("/v1/fleets", both)
    _say(f"{percent:g} % of what you earn goes to your manager", told)


def list_fleet(to: To = _HERE, as_json: AsJson = False) -> None:
    """Whom I drive for, and who drives for me."""
    import json

    from roadcomb.printable import printable

    with asking(to) as (client, key):
        mine = client.get_signed("/v1/fleets", key)
    if as_json:
        typer.echo(json.dumps(mine))
        return
    if own := mine["manager"]:
        share = f"{own['share'] / 10:g} %"
        typer.echo(printable(f"{share} of what I earn goes to account {own['manager']}"))
    for each in mine["drivers"]:
        share = f"{each['share'] / 10:g} %"
        typer.echo(printable(f"{each['agreement']}: {share} of account {each['driver']}"))
    if not own and not mine["drivers"]:
        typer.echo("no fleet: a manager invites drivers with `roadcomb fleet invite`")


def leave(
    agreement: Annotated[
        str | None, typer.Argument(help="Of one of my drivers, by `fleet list`. Default: my own.")
    ] = None,
    to: To = _HERE,
) -> None:
    """End an agreement, as its driver or as its manager; what was earned until then is split."""
    from rewards.agreement import signed_end
    from roadcomb.errors import UsageError

    with asking(to) as (client, key):
        mine = client.get_signed("/v1/fleets", key)
        own = None if mine["manager"] is None else mine["manager"]["agreement"]
        known = [each["agreement"] for each in mine["drivers"]] if agreement else []
        chosen = [each for each in (*known, own) if each and each.startswith(agreement or "")]
        if len(chosen) != 1:
            raise UsageError("which agreement? `roadcomb fleet list` shows those there are")
        info = client.info()
        told = client.post_json(
            "/v1/fleets/end", signed_end(key, chosen[0], info.public, info.now_ms)
        )
    _say("the agreement ends", told)


def _say(what: str, told: Any) -> None:
    from roadcomb.epochs import date_of

    typer.echo(f"{what}, from the books of {date_of(int(told['from_epoch']))} on")


def _read(path: Path) -> bytes:
    from roadcomb.errors import UsageError

    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
