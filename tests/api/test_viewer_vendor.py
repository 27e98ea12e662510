"""The map library comes from npm, at the locked version, once."""

import json
import shutil
from pathlib import Path

import pytest

from api.vendor import FILES, VIEWER, vendor


class Npm:
    """Stands in for `npm ci`: puts the package's files there, counting how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        assert (folder / "package-lock.json").is_file()
        for source in (*FILES, "dist/unwanted.map"):
            file = folder / "node_modules" / "maplibre-gl" / source
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{source} of call {self.calls}")


@pytest.fixture
def viewer(tmp_path: Path) -> Path:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(VIEWER / name, tmp_path)
    return tmp_path


def test_the_lock_names_no_address_of_a_registry() -> None:
    packages = json.loads((VIEWER / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_package_and_lock_name_the_same_exact_version() -> None:
    wanted = json.loads((VIEWER / "package.json").read_text())["dependencies"]["maplibre-gl"]
    lock = json.loads((VIEWER / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/maplibre-gl"]["version"] == wanted


def test_the_vendored_folder_holds_exactly_what_is_named(viewer: Path) -> None:
    assert vendor(viewer, Npm())
    names = {file.name for file in (viewer / "vendor").iterdir()}
    assert names == {*FILES.values(), ".made"}
    assert not (viewer / "node_modules").exists()


def test_a_second_run_asks_npm_for_nothing(viewer: Path) -> None:
    npm = Npm()
    assert vendor(viewer, npm)
    assert not vendor(viewer, npm)
    assert npm.calls == 1


def test_a_changed_lock_or_a_lost_file_is_made_again(viewer: Path) -> None:
    npm = Npm()
    vendor(viewer, npm)
    (viewer / "vendor" / "maplibre-gl.css").unlink()
    assert vendor(viewer, npm)
    lock = viewer / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert vendor(viewer, npm)
    assert npm.calls == 3


def test_a_failed_fetch_leaves_the_old_copy_in_place(viewer: Path) -> None:
    vendor(viewer, Npm())
    (viewer / "package-lock.json").write_text("{}")

    def unplugged(folder: Path) -> None:
        raise ConnectionError(folder)

    with pytest.raises(ConnectionError):
        vendor(viewer, unplugged)
    assert (viewer / "vendor" / "maplibre-gl.mjs").is_file()
