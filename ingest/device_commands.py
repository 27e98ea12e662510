"""Command line verbs of devices: device challenge, register, list, revoke."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.asking import asking

__all__ = ["register"]

Node = Annotated[str, typer.Option("--to", help="Address of the node, http://host:port.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    devices = typer.Typer(
        help="Register what vouches for your drives: a key, a phone, a receiver.",
        no_args_is_help=True,
    )
    devices.command("challenge")(challenge)
    devices.command("register")(register_device)
    devices.command("list")(list_devices)
    devices.command("revoke")(revoke)
    app.add_typer(devices, name="device")


def challenge(to: Node, as_json: AsJson = False) -> None:
    """Ask a node for what a phone has to attest, or a receiver to sign with, within an hour."""
    with asking(to) as (client, key):
        made = client.get_signed("/v1/devices/challenge", key)
    if as_json:
        typer.echo(json.dumps(dict(made), indent=2))
        return
    typer.echo(f"challenge: {made['challenge']}")
    typer.echo(f"session of a u-blox receiver: {made['challenge'][:48]}")
    typer.echo(f"nonce, to be given back with --nonce: {made['nonce']}")


def register_device(
    to: Node,
    model: Annotated[str, typer.Option(help="Name of the camera.")] = "unknown",
    android: Annotated[
        Path | None,
        typer.Option(help="Attestation of a phone's key: PEM, the leaf first."),
    ] = None,
    receiver: Annotated[
        Path | None, typer.Option(help="PEM of a u-blox receiver's public key.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="UBX log that it signed with the challenge as session.")
    ] = None,
    nonce: Annotated[
        str | None, typer.Option(help="What `device challenge` told; not for a software key.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a device; without files this machine makes a software key, which signs your drives.

    The level of a drive counts for later rewards policies, never for a grade.
    """
    from ingest.registering import android_evidence, receiver_evidence, send, send_software_key

    with asking(to) as (client, key):
        if android is not None:
            told = send(client, key, model, android_evidence(android), nonce)
        elif receiver is not None:
            told = send(client, key, model, receiver_evidence(receiver, log), nonce)
        else:
            told = send_software_key(client, key, model)
    _show([told], as_json)


def list_devices(to: Node, as_json: AsJson = False) -> None:
    """Your devices at a node, with the level that each gives a drive now."""
    with asking(to) as (client, key):
        found = client.get_signed("/v1/devices", key)["devices"]
    _show(found, as_json)


def revoke(
    device: Annotated[str, typer.Argument(help="Id of the device, 64 hex digits.")], to: Node
) -> None:
    """Have a lost device vouch for nothing any more; there is no way back."""
    with asking(to) as (client, key):
        client.delete_signed(f"/v1/devices/{device}", key)
    typer.echo(f"device {device[:12]} vouches for no drive any more")


def _show(devices: Any, as_json: bool) -> None:
    from roadcomb.printable import printable

    if as_json:
        typer.echo(json.dumps(devices, indent=2))
        return
    for one in devices:
        revoked = "" if one.get("revoked_ms") is None else ", revoked"
        line = f"{one['device']}  {one['level']}{revoked}  {one['kind']}  {one['model']}"
        typer.echo(printable(line))
    if not devices:
        typer.echo("no device is registered: `roadcomb device register --to URL`")
