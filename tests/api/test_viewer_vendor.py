"""The map library and the networks come from npm and PyPI, at the locked versions, once."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from api.vendor import MAP_LIBRARY, NETWORK, PLATE_NETWORK, SHELF, Vendored, vendor
from roadcomb.errors import IntegrityError
from tests.api.panoramax import VIEWER


class Npm:
    """Stands in for `npm ci`: puts the package's files there, counting how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        assert (folder / "package-lock.json").is_file()
        for source in (*MAP_LIBRARY.files, "dist/unwanted.map"):
            file = folder / "node_modules" / "maplibre-gl" / source
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{source} of call {self.calls}")


@pytest.fixture
def viewer(tmp_path: Path) -> Vendored:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(MAP_LIBRARY.home / name, tmp_path)
    return replace(MAP_LIBRARY, home=tmp_path)


@pytest.mark.parametrize("wanted", [MAP_LIBRARY, NETWORK, VIEWER], ids=lambda one: one.package)
def test_the_lock_names_no_address_of_a_registry(wanted: Vendored) -> None:
    packages = json.loads((wanted.home / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


@pytest.mark.parametrize("wanted", [MAP_LIBRARY, NETWORK, VIEWER], ids=lambda one: one.package)
def test_package_and_lock_name_the_same_exact_version(wanted: Vendored) -> None:
    package = json.loads((wanted.home / "package.json").read_text())
    lock = json.loads((wanted.home / "package-lock.json").read_text())
    locked = lock["packages"][f"node_modules/{wanted.package}"]["version"]
    assert locked == package["dependencies"][wanted.package]


def test_the_vendored_folder_holds_exactly_what_is_named(viewer: Vendored) -> None:
    assert vendor(viewer, Npm())
    names = {file.name for file in viewer.folder.iterdir()}
    assert names == {*MAP_LIBRARY.files.values(), ".made"}
    assert not (viewer.home / "node_modules").exists()


def test_a_second_run_asks_npm_for_nothing(viewer: Vendored) -> None:
    npm = Npm()
    assert vendor(viewer, npm)
    assert not vendor(viewer, npm)
    assert npm.calls == 1


def test_a_changed_lock_or_a_lost_file_is_made_again(viewer: Vendored) -> None:
    npm = Npm()
    vendor(viewer, npm)
    (viewer.folder / "maplibre-gl.css").unlink()
    assert vendor(viewer, npm)
    lock = viewer.home / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert vendor(viewer, npm)
    assert npm.calls == 3


def test_a_failed_fetch_leaves_the_old_copy_in_place(viewer: Vendored) -> None:
    vendor(viewer, Npm())
    (viewer.home / "package-lock.json").write_text("{}")

    def unplugged(folder: Path) -> None:
        raise ConnectionError(folder)

    with pytest.raises(ConnectionError):
        vendor(viewer, unplugged)
    assert (viewer.folder / "maplibre-gl.mjs").is_file()


def test_the_lock_of_the_wheel_names_one_exact_version_by_digest() -> None:
    [line] = (PLATE_NETWORK.home / "requirements.lock").read_text().replace("\\\n", "").splitlines()
    assert re.fullmatch(rf"{PLATE_NETWORK.package}==[\d.]+ +--hash=sha256:[0-9a-f]{{64}}", line)


@pytest.mark.parametrize("network", [NETWORK, PLATE_NETWORK], ids=lambda one: one.package)
def test_a_network_of_another_digest_is_not_kept(network: Vendored, tmp_path: Path) -> None:
    for name in network.lock:
        shutil.copy(network.home / name, tmp_path)
    wanted = replace(network, home=tmp_path)

    def other(folder: Path) -> None:
        file = folder / SHELF / network.package / next(iter(network.files))
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(10_000_000))

    with pytest.raises(IntegrityError, match="not the network"):
        vendor(wanted, other)
    assert not wanted.folder.exists()
