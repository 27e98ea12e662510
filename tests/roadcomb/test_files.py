"""A file is there whole or not at all, and its name is as durable as its content."""

import os
import stat
from pathlib import Path

import pytest

from roadcomb.errors import UsageError
from roadcomb.files import OWNER_ONLY, check_named, write_durably, write_new


def test_a_file_replaces_the_one_before_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    for data in (b"one", b"two"):
        write_durably(path, data)
        assert path.read_bytes() == data
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    write_new(tmp_path / "file", b"one", OWNER_ONLY)
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == OWNER_ONLY
    assert len(list(tmp_path.iterdir())) == 1


def test_the_file_and_every_folder_that_names_it_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, synced = os.fsync, []

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "new" / "file"
    write_durably(path, b"data")
    expected = [tmp_path, path, path.parent]
    assert synced == [entry.stat().st_ino for entry in expected]


def test_a_named_file_is_not_written_where_no_folder_is_or_none_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_named(tmp_path / "map.csv")
    (tmp_path / "file").touch()
    for folder in ("not there", "file"):
        with pytest.raises(UsageError, match="no folder"):
            check_named(tmp_path / folder / "map.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError, match="may not write"):
        check_named(tmp_path / "map.csv")
