"""Command line verbs of the books: `ledger verify`, `prove`, `policy announce|list|region`."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Data = Annotated[Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")]


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    books = typer.Typer(no_args_is_help=True, help="The double-entry book of all epochs.")
    books.command()(verify)
    books.command()(salts)
    app.add_typer(books, name="ledger")
    app.command()(prove)
    policies = typer.Typer(no_args_is_help=True, help="What epochs pay by, now and from when on.")
    policies.command()(announce)
    policies.command("list")(list_policies)
    policies.command()(region)
    app.add_typer(policies, name="policy")


def announce(
    file: Annotated[Path, typer.Argument(help="The policy, as rewards/policies has some.")],
    epoch: Annotated[
        int | None, typer.Option(min=0, help="First epoch that pays by it. Default: in a week.")
    ] = None,
    data: Data = None,
) -> None:
    """Announce a policy: every night shows it, and after seven epochs or more it takes effect."""
    from rewards.announcing import announce as run
    from rewards.policy import read_policy
    from roadcomb.epochs import date_of
    from roadcomb.node import open_existing

    policy = read_policy(file)
    made = run(open_existing(data), policy.text, epoch)
    day = date_of(made.effective)
    typer.echo(
        f"{policy.name} ({policy.digest[:16]}..) pays from epoch {made.effective} ({day}) on"
    )


def list_policies(data: Data = None) -> None:
    """The policy in force, and those that were announced."""
    from rewards.announcements import announcements
    from rewards.chain import newest
    from rewards.policy import parse_policy, read_policy
    from rewards.shelf import file_of
    from roadcomb.epochs import date_of
    from roadcomb.node import open_existing

    node = open_existing(data)
    last = newest(node)
    text = None if last is None else file_of(node.blobs, last.manifest, "policy.toml")
    current = read_policy() if text is None else parse_policy(text)
    typer.echo(f"in force: {current.name} ({current.digest[:16]}..)")
    with node.catalog.reading() as connection:
        made = announcements(connection)
    for each in made:
        name = parse_policy(each.text.encode()).name
        day = date_of(each.effective)
        typer.echo(f"announced: {name} ({each.policy[:16]}..) from epoch {each.effective} ({day})")


def region(
    polygons: Annotated[Path, typer.Argument(help="Polygons, in any file that geopandas reads.")],
    weight: Annotated[int, typer.Option(min=0, max=1000, help="What its cells count.")] = 1000,
    whole: Annotated[
        int | None, typer.Option(min=1, help="Cells of a progress of 1000, where steps count.")
    ] = None,
    fine: Annotated[
        int, typer.Option(min=0, max=12, help="H3 resolution that the edge is cut at.")
    ] = 9,
    name: Annotated[str | None, typer.Option(help="Column of the regions' names.")] = None,
) -> None:
    """Print polygons as regions of a policy, for its section [regional]."""
    from rewards.region_block import region_blocks
    from tiles.regions import read_regions

    typer.echo(region_blocks(read_regions(polygons, name), weight, whole, fine))


def verify(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Check every entry of the ledger against the signed books; exit 11 if one differs."""
    import json

    from rewards import ledger
    from rewards.bookkeeping import verify_ledger
    from rewards.tokens import in_tokens
    from roadcomb.epochs import date_of
    from roadcomb.node import open_existing

    epochs = 0
    for found in verify_ledger(open_existing(data)):
        epochs += 1
        emitted = -found.balances.get(ledger.EMISSION, 0)
        claimable = sum(ledger.claims(found.balances).values())
        if as_json:
            document = {"epoch": found.epoch, "entries": found.entries, "emitted": str(emitted)}
            typer.echo(json.dumps(document | {"claimable": str(claimable)}))
        else:
            typer.echo(
                f"epoch {found.epoch} ({date_of(found.epoch)}): {found.entries} entries in "
                f"balance; {in_tokens(emitted)} tokens emitted, {in_tokens(claimable)} claimable"
            )
    if not epochs and not as_json:
        typer.echo("no epoch is closed yet")


def salts(
    out: Annotated[Path, typer.Argument(help="File to write; whoever has it sees whose rows are.")],
    data: Data = None,
) -> None:
    """Write the salts of all drives, for an auditor: `roadcomb audit --salts`."""
    from rewards.salts import salts_document
    from rewards.salts_of import salts_of_node
    from roadcomb.canonical import canonical_json
    from roadcomb.files import OWNER_ONLY, check_named, write_durably
    from roadcomb.node import open_existing

    check_named(out)
    found = salts_of_node(open_existing(data))
    write_durably(out, canonical_json(salts_document(found)), OWNER_ONLY)
    typer.echo(f"{out}: the salts of {sum(map(len, found.values()))} drives; keep them private")


def prove(
    to: Annotated[str, typer.Option(help="Address of the node.")] = "http://127.0.0.1:8300",
    out: Annotated[
        Path | None, typer.Option(help="File to write the claim to. Default: the terminal.")
    ] = None,
) -> None:
    """Write my claim: what a contract needs to pay what I have earned. Checked beforehand."""
    import json

    from rewards.fetch import fetch_mine
    from roadcomb.errors import NotFound
    from roadcomb.files import check_named, write_durably

    if out is not None:
        check_named(out)
    books = fetch_mine(to, epochs=1)["books"]
    if books is None or books["claim"] is None:
        raise NotFound(
            "there is nothing to claim yet: wait for the next night, and bind an address with "
            "`roadcomb init --payout 0x...` unless `roadcomb status` shows one"
        )
    claim = {"epoch": books["epoch"], **books["claim"]}
    text = json.dumps(claim, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_durably(out, text.encode())
        typer.echo(f"{out}: {claim['cumulative']} base units in all for {claim['address']}")
