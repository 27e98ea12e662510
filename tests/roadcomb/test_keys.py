"""A signature counts for one key, one purpose and one content; a key file is its owner's alone."""

import errno
import os
from pathlib import Path

import pytest

from roadcomb.errors import InvalidInput, Unauthorised, UsageError
from roadcomb.keys import generate_key, key_from_seed, load_key, save_key, verify


def test_a_signature_is_valid_for_its_key_domain_and_message_only() -> None:
    key, other = generate_key(), generate_key()
    signature = key.sign("a", b"message")
    verify(key.public, "a", b"message", signature)
    for public, domain, message, claimed in (
        (other.public, "a", b"message", signature),
        (key.public, "b", b"message", signature),
        (key.public, "a", b"messagE", signature),
        (key.public, "a", b"message", "00" * 64),
        (key.public, "a", b"message", "not hex"),
        ("zz" * 32, "a", b"message", signature),
        ("", "a", b"message", signature),
    ):
        with pytest.raises(Unauthorised):
            verify(public, domain, message, claimed)


def test_the_public_key_is_that_of_rfc_8032_test_1() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key_from_seed(seed).public == public


def test_a_saved_key_is_private_and_loads_again(tmp_path: Path) -> None:
    key, path = generate_key(), tmp_path / "new" / "key.pem"
    save_key(key, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path).public == key.public


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    save_key(generate_key(), path)
    before = path.read_bytes()
    with pytest.raises(UsageError):
        save_key(generate_key(), path)
    assert path.read_bytes() == before


def test_a_key_that_cannot_be_written_whole_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_key(generate_key(), tmp_path / "key.pem")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_opens_only_with_its_passphrase(tmp_path: Path) -> None:
    key, path = generate_key(), tmp_path / "backup.pem"
    save_key(key, path, "correct horse")
    assert load_key(path, "correct horse").public == key.public
    for passphrase in (None, "wrong"):
        with pytest.raises(InvalidInput):
            load_key(path, passphrase)


def test_a_missing_or_damaged_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="roadcomb init"):
        load_key(tmp_path / "none.pem")
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(InvalidInput, match=r"damaged\.pem"):
        load_key(damaged)


def test_derived_secrets_differ_by_purpose_and_by_key() -> None:
    key, other = key_from_seed(b"1" * 32), key_from_seed(b"2" * 32)
    assert len({key.derive("a"), key.derive("b"), other.derive("a")}) == 3
    assert key.derive("a") == key_from_seed(b"1" * 32).derive("a")
