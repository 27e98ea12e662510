"""Audit recomputes everything from the published folders alone, and names what was changed."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.payout import sign_binding
from rewards.audit import audit
from rewards.bindings import bind, parse_binding
from rewards.chain import committed
from rewards.differences import Difference
from rewards.envelope import sign_epoch
from rewards.nightly import nightly
from rewards.policy import read_policy
from rewards.rows import BOOK_ROWS, rows_bytes, rows_digest, rows_from_parquet
from roadcomb.canonical import canonical_json, digest_of_bytes
from roadcomb.errors import NotFound
from roadcomb.keys import Key
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day
from tiles.fold import ROWS

STREET = [Shot(10 + index / 10, index, 700 + index) for index in range(5)]
JSON_FILES = (
    "inputs.json",
    "accounts.json",
    "allocation.json",
    "ledger.json",
    "devices.json",
    "fleets.json",
    "tree.json",
)
NOT_DERIVED = {"inputs.json", "accounts.json"}
Steps = tuple[str | int, ...]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Key, list[str]]:
    """Published folders of two days, the node's key, and the digests of its manifests."""
    node = open_town(tmp_path_factory.mktemp("audited"))
    alice = person("alice")
    add_drive(node, alice, STREET)
    add_drive(node, person("bob"), STREET[:3])
    add_drive(node, alice, STREET[2:], epoch=DAY + 1)
    now_ms = node.clock.now_ms()
    bind(node, parse_binding(sign_binding(alice, "0x" + "a1" * 20, now_ms), now_ms))
    set_day(node, DAY + 2)
    nightly(node, read_policy())
    digests = [str(epoch.manifest["previous"]) for epoch in committed(node)]
    node.catalog.close()
    return node.settings.published, node.key, digests


@pytest.fixture
def copy(town: tuple[Path, Key, list[str]], tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(town[0], tmp_path / "published"))


def leaves(value: Any, path: Steps = ()) -> Iterator[Steps]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def other(value: Any) -> Any:
    """A value of the same kind that is not equal."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value.removeprefix("-").isdecimal():
            return str(int(value) + 1)
        case str():
            return value[:-1] + ("b" if value[-1] != "b" else "c")
        case _:
            return "something"


def change(document: Any, path: Steps) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = other(document[path[-1]])


def field_of(path: Steps) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def difference(published: Path, key: Key | None = None) -> Difference:
    with pytest.raises(Difference) as caught:
        list(audit(published, None if key is None else key.public))
    return caught.value


def rewrite(path: Path, document: Any) -> None:
    compact = path.name == "tree.json"
    data = json.dumps(document, separators=(",", ":")).encode()
    path.write_bytes(data if compact else canonical_json(document))


def test_untouched_books_are_equal_with_and_without_the_key(
    town: tuple[Path, Key, list[str]],
) -> None:
    published, key, digests = town
    found = list(audit(published, key.public))
    assert [one.epoch for one in found] == [DAY, DAY + 1]
    assert found == list(audit(published))
    assert found[0].manifest == digests[1]
    assert found[1].root is not None


def test_every_value_of_every_derived_file_is_named_when_it_is_changed(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    for name in JSON_FILES:
        path = copy / str(DAY + 1) / name
        original = path.read_bytes()
        for leaf in leaves(json.loads(original)):
            document = json.loads(original)
            change(document, leaf)
            rewrite(path, document)
            found = difference(copy, town[1])
            assert found.file == f"{DAY + 1}/{name}", (leaf, str(found))
            if name not in NOT_DERIVED:
                assert found.field == field_of(leaf), str(found)
        path.write_bytes(original)


def test_every_value_of_the_manifest_is_named_when_it_is_changed(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    path = copy / str(DAY + 1) / "manifest.json"
    original = path.read_bytes()
    for leaf in leaves(json.loads(original)["manifest"]):
        document = json.loads(original)
        change(document["manifest"], leaf)
        rewrite(path, document)
        found = difference(copy, town[1])
        assert (found.file, found.field) == (f"{DAY + 1}/manifest.json", field_of(leaf))


def test_another_signature_is_named(town: tuple[Path, Key, list[str]], copy: Path) -> None:
    path = copy / str(DAY) / "manifest.json"
    document = json.loads(path.read_bytes())
    change(document, ("signature",))
    rewrite(path, document)
    assert difference(copy, town[1]).field == "signature"
    assert difference(copy).field == "signature"


@pytest.mark.parametrize("column", range(10))
def test_one_changed_cell_of_the_rows_is_named(
    town: tuple[Path, Key, list[str]], copy: Path, column: int
) -> None:
    path = copy / str(DAY) / "rows.parquet"
    table = pq.read_table(io.BytesIO(path.read_bytes()))
    field = table.schema.field(column)
    values = table[field.name].to_pylist()
    values[1] = bytes(32) if field.name == "commitment" else values[1] ^ 1
    changed = table.set_column(column, field, pa.array(values, field.type))
    pq.write_table(changed, path)
    found = difference(copy, town[1])
    assert found.file == f"{DAY}/rows.parquet"
    assert found.field == ("row 1 weight" if field.name == "weight" else "digest of its rows")


def test_a_weight_in_the_accounts_is_named_by_its_account(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    path = copy / str(DAY) / "accounts.json"
    document = json.loads(path.read_bytes())
    account = next(iter(document["accounts"]))
    change(document, ("accounts", account))
    rewrite(path, document)
    assert difference(copy, town[1]).field == f"accounts.{account}"


def test_a_changed_policy_is_named(town: tuple[Path, Key, list[str]], copy: Path) -> None:
    path = copy / str(DAY) / "policy.toml"
    path.write_text(path.read_text().replace("days = 7", "days = 8"))
    assert difference(copy, town[1]).file == f"{DAY}/policy.toml"


@pytest.mark.parametrize("name", [*JSON_FILES, "manifest.json", "policy.toml", "rows.parquet"])
def test_a_missing_or_an_unreadable_file_is_named(
    town: tuple[Path, Key, list[str]], copy: Path, name: str
) -> None:
    path = copy / str(DAY) / name
    path.write_bytes(path.read_bytes()[:-3])
    assert difference(copy, town[1]).file == f"{DAY}/{name}"
    path.unlink()
    assert difference(copy, town[1]).field == "file"


def test_the_same_value_in_other_bytes_is_named(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    for name in ("manifest.json", "ledger.json", "tree.json"):
        path = copy / str(DAY) / name
        original = path.read_bytes()
        path.write_bytes(original + b"\n")
        assert difference(copy, town[1]).file == f"{DAY}/{name}"
        path.write_bytes(original)


@pytest.mark.parametrize("name", ["accounts.json", "ledger.json", "log.json", "devices.json"])
def test_a_number_without_end_is_named_and_no_crash(
    town: tuple[Path, Key, list[str]], copy: Path, name: str
) -> None:
    path, endless = copy / str(DAY) / name, "9" * 5_000
    entry = {
        "accounts.json": {"accounts": {"a": endless}},
        "ledger.json": {"balances": {"unallocated": endless}},
        "log.json": {"decided": {endless: "accepted"}},
        "devices.json": {"earned": {"a": {"": {"level": "none", "passes": 1, "weight": endless}}}},
    }[name]
    rewrite(path, json.loads(path.read_bytes()) | entry)
    assert difference(copy, town[1]).file == f"{DAY}/{name}"


def test_a_missing_epoch_breaks_the_chain(town: tuple[Path, Key, list[str]], copy: Path) -> None:
    shutil.rmtree(copy / str(DAY))
    found = difference(copy, town[1])
    assert (found.file, found.field) == (f"{DAY + 1}/inputs.json", "previous")


def test_books_of_another_node_are_refused(copy: Path) -> None:
    found = difference(copy, person("somebody else"))
    assert (found.file, found.field) == (f"{DAY}/manifest.json", "node")


def test_a_node_that_signs_wrong_books_is_found_out(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    path = copy / str(DAY) / "manifest.json"
    manifest = json.loads(path.read_bytes())["manifest"]
    path.write_bytes(sign_epoch({**manifest, "paid": str(int(manifest["paid"]) + 1)}, town[1]))
    found = difference(copy, town[1])
    assert (found.file, found.field) == (f"{DAY}/manifest.json", "paid")


@pytest.mark.parametrize("entry", ["inputs", "policy", "accounts", "demand", "epoch", "tree"])
def test_a_signed_manifest_that_lacks_an_entry_is_named(
    town: tuple[Path, Key, list[str]], copy: Path, entry: str
) -> None:
    path = copy / str(DAY) / "manifest.json"
    manifest = json.loads(path.read_bytes())["manifest"]
    del manifest[entry]
    path.write_bytes(sign_epoch(manifest, town[1]))
    found = difference(copy, town[1])
    assert (found.file, found.field, found.found) == (f"{DAY}/manifest.json", entry, "nothing")


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("log", {"epoch": DAY - 1}),
        ("albums", {"albums": [["\0", DAY, 3]]}),
        ("albums", {"albums": [["0" * 64, -1, 3]]}),
        ("albums", {"albums": [["0" * 64, True, 3]]}),
        ("albums", {"albums": [["0" * 64, DAY + 1, 3]]}),
    ],
)
def test_a_file_that_only_the_inputs_name_is_found_out_when_no_epoch_has_it_even_when_signed(
    town: tuple[Path, Key, list[str]], copy: Path, name: str, changed: dict[str, Any]
) -> None:
    folder = copy / str(DAY)
    document = json.loads((folder / f"{name}.json").read_bytes())
    data = canonical_json({**document, **changed})
    (folder / f"{name}.json").write_bytes(data)
    inputs = json.loads((folder / "inputs.json").read_bytes())
    manifest = json.loads((folder / "manifest.json").read_bytes())["manifest"]
    inputs[name]["digest"] = manifest[name]["digest"] = digest_of_bytes(data)
    (folder / "inputs.json").write_bytes(canonical_json(inputs))
    manifest["inputs"] = digest_of_bytes(canonical_json(inputs))
    (folder / "manifest.json").write_bytes(sign_epoch(manifest, town[1]))
    assert difference(copy, town[1]).file == f"{DAY}/{name}.json"


def test_a_node_that_inflates_an_account_is_found_out(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    folder = copy / str(DAY)
    accounts = json.loads((folder / "accounts.json").read_bytes())
    change(accounts, ("accounts", next(iter(accounts["accounts"]))))
    data = canonical_json(accounts)
    (folder / "accounts.json").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())["manifest"]
    signed = sign_epoch({**manifest, "accounts": digest_of_bytes(data)}, town[1])
    (folder / "manifest.json").write_bytes(signed)
    found = difference(copy, town[1])
    assert (found.file, found.field) == (f"{DAY}/accounts.json", "sum of accounts")


def test_a_row_that_stands_twice_is_found_out_even_when_signed(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    folder = copy / str(DAY)
    rows = rows_from_parquet((folder / "rows.parquet").read_bytes())
    doubled = rows.take(pa.array(np.sort([*range(len(rows)), 0]))).cast(BOOK_ROWS)
    (folder / "rows.parquet").write_bytes(rows_bytes(doubled))
    inputs = json.loads((folder / "inputs.json").read_bytes())
    inputs["rows"] = {"count": len(doubled), "digest": rows_digest(doubled.select(ROWS.names))}
    (folder / "inputs.json").write_bytes(canonical_json(inputs))
    manifest = json.loads((folder / "manifest.json").read_bytes())["manifest"]
    manifest["inputs"] = digest_of_bytes(canonical_json(inputs))
    (folder / "manifest.json").write_bytes(sign_epoch(manifest, town[1]))
    assert difference(copy, town[1]).field == "distinct commitments"


def test_a_folder_without_epochs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no published epochs"):
        list(audit(tmp_path))
    with pytest.raises(NotFound):
        list(audit(tmp_path / "nowhere"))


def test_what_was_found_is_told_epoch_by_epoch(
    town: tuple[Path, Key, list[str]], copy: Path
) -> None:
    (copy / str(DAY + 1) / "tree.json").unlink()
    told = audit(copy, town[1].public)
    assert next(told).epoch == DAY
    with pytest.raises(Difference, match=r"tree\.json"):
        next(told)
