"""The verb `nightly`: close what is over, or show what that would do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rewards.nightly import Night
    from rewards.policy import Policy
    from rewards.rehearsal import Change, Rehearsal
    from roadcomb.node import Node

__all__ = ["register"]

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
_SHOWN = 20
"""Changes of a kind that are shown; all stand in --json."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(nightly)


def nightly(
    epoch: Annotated[
        str | None,
        typer.Option(
            help="Last epoch to close: a number or a day, 2026-01-05. Default: yesterday."
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="Policy of the first night. Default: the one that comes along."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option(help="Write nothing: show what the next epoch would publish and change.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Close every epoch that is over: rewards, ledger, proofs, published files.

    Harmless to repeat: a second run closes nothing twice and writes files that are missing.
    """
    from rewards.nightly import nightly as run
    from rewards.nightly import refuse_other_policy
    from rewards.policy import DEFAULT_POLICY, read_policy
    from rewards.watching import log_to_stderr
    from roadcomb.node import open_existing

    upto = None if epoch is None else _epoch(epoch)
    node = open_existing(data)
    if policy is not None:
        refuse_other_policy(node, read_policy(policy))
    paid_by = read_policy(policy or DEFAULT_POLICY)
    log_to_stderr(node.settings.log)
    if dry_run:
        _rehearse(node, paid_by, upto, as_json)
        return
    night = run(node, paid_by, upto)
    if as_json:
        _print_json(_night_json(night))
    else:
        _print_night(night)


def _epoch(text: str) -> int:
    from roadcomb.epochs import parse_epoch
    from roadcomb.errors import UsageError

    try:
        return parse_epoch(text)
    except ValueError as error:
        raise UsageError(f"--epoch {text}: a number or a day as 2026-01-05 is asked for") from error


def _print_night(night: "Night") -> None:
    from rewards.tokens import in_tokens
    from roadcomb.epochs import date_of

    if night.busy:
        typer.echo("another nightly is at work: nothing to do")
        return
    for each in night.closed:
        typer.echo(
            f"epoch {each.epoch} ({date_of(each.epoch)}): {each.drives} drives, "
            f"{each.passes} passes, {in_tokens(each.paid)} tokens to "
            f"{each.accounts} accounts, {in_tokens(each.unallocated)} unallocated"
        )
    if not night.closed:
        typer.echo("no epoch to close")
    typer.echo(f"{night.written} files written")


def _night_json(night: "Night") -> object:
    closed = [
        {
            "epoch": each.epoch,
            "drives": each.drives,
            "passes": each.passes,
            "paid": str(each.paid),
            "unallocated": str(each.unallocated),
        }
        for each in night.closed
    ]
    return {"busy": night.busy, "closed": closed, "written": night.written}


def _rehearse(node: "Node", policy: "Policy", upto: int | None, as_json: bool) -> None:
    from rewards.rehearsal import Rehearsal, rehearse

    found = rehearse(node, policy, upto)
    missing = found.missing if isinstance(found, Rehearsal) else found
    if as_json:
        epoch = _rehearsal_json(found) if isinstance(found, Rehearsal) else None
        _print_json({"epoch": epoch, "missing": list(missing)})
        return
    for name in missing:
        typer.echo(f"would be written again: {name}")
    if isinstance(found, Rehearsal):
        _print_rehearsal(found)
    else:
        typer.echo("no epoch to close")


def _print_rehearsal(found: "Rehearsal") -> None:
    from roadcomb.canonical import digest_of_bytes
    from roadcomb.epochs import date_of

    epoch = found.draft.books.inputs.epoch
    typer.echo(f"epoch {epoch} ({date_of(epoch)}) would be closed; nothing was written")
    for name, data in found.files.items():
        typer.echo(f"+ {epoch}/{name}  {len(data)} bytes, SHA-256 {digest_of_bytes(data)[:16]}..")
    _print_changes("manifest", found.manifest)
    _print_changes("balance of", found.balances)
    if found.then:
        typer.echo(f"{found.then} more epochs are due after it, and rest on it")


def _print_changes(kind: str, changes: "Sequence[Change]") -> None:
    for name, old, new in changes[:_SHOWN]:
        typer.echo(f"{kind} {name}: {old[:40]} -> {new[:40]}")
    if len(changes) > _SHOWN:
        typer.echo(f"and {len(changes) - _SHOWN} more: --json shows all")


def _rehearsal_json(found: "Rehearsal") -> object:
    from roadcomb.canonical import digest_of_bytes

    return {
        "epoch": found.draft.books.inputs.epoch,
        "files": {
            name: {"bytes": len(data), "sha256": digest_of_bytes(data)}
            for name, data in found.files.items()
        },
        "manifest": [list(change) for change in found.manifest],
        "balances": [list(change) for change in found.balances],
        "then": found.then,
    }


def _print_json(document: object) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False))
