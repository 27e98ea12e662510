"""What an audit cannot derive must have the digest that the signed manifest names.

The law: where a digest differs, the value that is wrong is named as closely as the other files
allow, else the file.
"""

from collections.abc import Callable, Iterator
from typing import Any

from rewards.devices import counted_in
from rewards.differences import NOTHING, Difference, refuse_different, refuse_unlike
from rewards.documents import weights_of
from rewards.folders import Folder
from rewards.policy import parse_policy
from roadcomb.canonical import digest_of_bytes, parse_json

__all__ = ["refuse_undigested"]


def refuse_undigested(folder: Folder) -> None:
    """What cannot be derived must be what the signed manifest names; named closer where it can."""
    for file, entry, closer in _underivable(folder):
        digest = digest_of_bytes(folder.files[file])
        if entry not in folder.manifest:
            raise Difference(folder.name("manifest.json"), entry, digest, NOTHING)
        if digest != folder.manifest[entry] and closer is not None:
            closer(folder)
        refuse_different(folder.name(file), "SHA-256", folder.manifest[entry], digest)


def _underivable(folder: Folder) -> Iterator[tuple[str, str, Callable[[Folder], None] | None]]:
    """Files, their entries in the manifest, and what names a change in them closer."""
    yield "inputs.json", "inputs", _refuse_other_inputs
    yield "policy.toml", "policy", None
    if folder.read("policy.toml", parse_policy).factors is not None:
        yield "devices.json", "devices", _refuse_other_devices
    yield "accounts.json", "accounts", _refuse_other_accounts
    yield "demand.json", "demand", None


def _refuse_other_devices(folder: Folder) -> None:
    """What counts of an account's devices and does not give its weight."""
    weights = folder.read("accounts.json", weights_of)
    counted = folder.read("devices.json", lambda data: counted_in(parse_json(data)))
    for account, devices in counted.items():
        found = sum(devices.values())
        field = f"earned.{account} counted"
        refuse_different(folder.name("devices.json"), field, weights.get(account, 0), found)


def _refuse_other_inputs(folder: Folder) -> None:
    """The entries that the manifest repeats."""
    inputs: Any = folder.read("inputs.json", parse_json)
    for entry in ("v", "epoch", "previous", "rules_version", "policy", "log"):
        expected, found = {entry: folder.manifest.get(entry)}, {entry: inputs.get(entry)}
        refuse_unlike(folder.name("inputs.json"), expected, found)


def _refuse_other_accounts(folder: Folder) -> None:
    """The weight that does not give its account's amount."""
    weights: Any = folder.read("accounts.json", weights_of)
    allocation: Any = folder.read("allocation.json", parse_json)
    rate = allocation["rate"]
    for account, amount in allocation["amounts"].items():
        weight = weights.get(account, 0)
        if weight * int(rate["numerator"]) // int(rate["denominator"]) != int(amount):
            name, expected = folder.name("accounts.json"), f"a weight that earns {amount}"
            raise Difference(name, f"accounts.{account}", expected, weight)
