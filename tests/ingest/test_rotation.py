"""A contributor keeps drives, account and address when another key signs from now on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.app import create_app
from ingest.intake import open_drive
from ingest.limits import IntakeSettings
from ingest.manifest import SignedManifest, parse_signed
from ingest.rotating import rotate_key
from ingest.rotation import parse_rotation, sign_rotation
from ingest.settings import UploadSettings
from ingest.signers import contributor_of, rotate, signer_of
from roadcomb.catalog.tables import rotations
from roadcomb.errors import Conflict, InvalidInput, Unauthorised, Unreachable, UsageError
from roadcomb.keys import Key, generate_key, load_key, save_key
from roadcomb.node import Node
from tests.api.serving import serving
from tests.drives import NOW_MS, contributor, drive_of, make_node, pictures

LIMITS = IntakeSettings(reserve_bytes=0)
SENDING = UploadSettings(attempts=1)
OLD = contributor(1)


@pytest.fixture
def node(tmp_path: Path, catalog_url: str) -> Iterator[Node]:
    made = make_node(tmp_path / "node", catalog_url)
    yield made
    made.catalog.close()


def turn(node: Node, old: Key, new: Key) -> None:
    rotate(node, parse_rotation(sign_rotation(old, new, NOW_MS), NOW_MS))


def offered(node: Node, key: Key, number: int) -> str:
    signed = drive_of(pictures(3, first=10 * number), key)
    return open_drive(node, parse_signed(signed.to_json()), LIMITS).drive_id


def test_drives_go_on_under_the_first_key_and_the_old_one_signs_no_more(node: Node) -> None:
    new = generate_key(OLD.public)
    newest = generate_key(OLD.public)
    offered(node, OLD, 0)
    with pytest.raises(Unauthorised):
        offered(node, new, 1)
    turn(node, OLD, new)
    offered(node, new, 1)
    with pytest.raises(Unauthorised):
        offered(node, OLD, 2)
    turn(node, new, newest)
    offered(node, newest, 2)
    for former in (OLD, new):
        with pytest.raises(Unauthorised):
            offered(node, former, 3)
    with node.catalog.reading() as connection:
        assert signer_of(connection, OLD.public) == newest.signer
        assert contributor_of(connection, newest.signer) == OLD.public
        for former in (OLD, new):
            with pytest.raises(Unauthorised):
                contributor_of(connection, former.signer)


def test_a_drive_begun_before_is_finished_after(node: Node) -> None:
    drive_id = offered(node, OLD, 0)
    turn(node, OLD, generate_key(OLD.public))
    assert offered(node, OLD, 0) == drive_id


def test_rotating_again_to_the_same_key_changes_nothing(node: Node) -> None:
    new = generate_key(OLD.public)
    turn(node, OLD, new)
    with node.catalog.reading() as connection:
        before = connection.execute(sa.select(rotations)).all()
    turn(node, OLD, new)
    with node.catalog.reading() as connection:
        assert connection.execute(sa.select(rotations)).all() == before
    assert len(before) == 1


def test_a_thief_of_the_old_key_and_a_key_of_somebody_else_are_refused(node: Node) -> None:
    new, stranger = generate_key(OLD.public), contributor(2)
    offered(node, stranger, 0)
    turn(node, OLD, new)
    with pytest.raises(Unauthorised):
        turn(node, OLD, generate_key(OLD.public))
    for taken in (stranger, OLD):
        with pytest.raises(Conflict):
            turn(node, new, taken)
    with pytest.raises(Conflict):
        turn(node, stranger, new)


@pytest.mark.parametrize("part", ["contributor", "old", "new", "created_ms", "v"])
def test_a_changed_rotation_is_refused(part: str) -> None:
    envelope: Any = sign_rotation(OLD, generate_key(OLD.public), NOW_MS)
    other = contributor(3).public
    value = envelope["rotation"][part]
    envelope["rotation"][part] = value + 1 if isinstance(value, int) else other
    with pytest.raises((InvalidInput, Unauthorised)):
        parse_rotation(envelope, NOW_MS)


def test_a_key_that_does_not_accept_is_not_named() -> None:
    envelope: Any = sign_rotation(OLD, generate_key(OLD.public), NOW_MS)
    envelope["accepted"] = envelope["signature"]
    with pytest.raises(Unauthorised):
        parse_rotation(envelope, NOW_MS)
    with pytest.raises(InvalidInput):
        parse_rotation(sign_rotation(OLD, OLD, NOW_MS), NOW_MS)
    with pytest.raises(InvalidInput):
        parse_rotation(sign_rotation(OLD, generate_key(), NOW_MS), NOW_MS + 300_001)


def test_a_manifest_says_who_signed_it_only_where_that_is_not_its_contributor() -> None:
    new = generate_key(OLD.public)
    plain: Any = drive_of(pictures(3), OLD).to_json()
    rotated: Any = drive_of(pictures(3), new).to_json()
    assert "signer" not in plain
    assert rotated["signer"] == new.signer
    assert rotated["manifest"] == plain["manifest"]
    read: SignedManifest = parse_signed(rotated)
    assert (read.signer, read.to_json()) == (new.signer, rotated)


def test_a_key_file_and_its_backup_know_whom_they_sign_for(tmp_path: Path) -> None:
    key = generate_key(OLD.public)
    for passphrase in (None, "correct horse"):
        path = tmp_path / f"{passphrase}.pem"
        save_key(key, path, passphrase)
        read = load_key(path, passphrase)
        assert (read.public, read.signer) == (OLD.public, key.signer)


def test_the_machine_uses_the_new_key_once_its_node_has_taken_it(
    node: Node, tmp_path: Path
) -> None:
    path = tmp_path / "config" / "contributor.pem"
    save_key(OLD, path)
    with pytest.raises(UsageError):
        rotate_key(path, [], SENDING)
    with pytest.raises(Unreachable):
        rotate_key(path, ["http://127.0.0.1:9"], SENDING)
    assert load_key(path).signer == OLD.signer
    with serving(create_app(node, limits=LIMITS)) as http:
        new = rotate_key(path, [str(http.base_url)], SENDING)
    assert load_key(path).signer == new.signer != OLD.signer
    assert load_key(path).public == OLD.public
    kept = [load_key(other).signer for other in path.parent.glob("*.until-*.pem")]
    assert kept == [OLD.signer]
    offered(node, new, 5)
