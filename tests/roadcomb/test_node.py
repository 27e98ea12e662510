"""A node keeps its key, and refuses what would let a stranger make its epochs."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from roadcomb.clock import FileClock
from roadcomb.errors import NotFound, UsageError
from roadcomb.node import open_existing, open_node
from roadcomb.settings import NodeSettings


def settings(tmp_path: Path, **values: object) -> NodeSettings:
    return NodeSettings.model_validate({"data": tmp_path / "data", **values})


def test_a_node_makes_its_key_once_and_finds_it_again(tmp_path: Path) -> None:
    assert open_node(settings(tmp_path)).key.public == open_node(settings(tmp_path)).key.public


def test_a_folder_without_a_node_or_its_key_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no node at"):
        open_existing(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()
    with pytest.raises(NotFound, match="key, is missing"):
        open_existing(tmp_path)
    assert list(tmp_path.iterdir()) == []
    made = open_node(settings(tmp_path))
    assert open_existing(tmp_path / "data").key.public == made.key.public


def test_a_node_keeps_to_its_catalog_when_a_verb_is_not_told_of_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'c.sqlite'}"
    open_node(settings(tmp_path, catalog=url)).catalog.close()
    again = open_existing(tmp_path / "data")
    assert again.settings.catalog_url == url
    assert not (tmp_path / "data" / "catalog.sqlite").exists()
    assert again.settings.catalog_file.stat().st_mode & 0o777 == 0o600
    moved = f"sqlite:///{tmp_path / 'elsewhere' / 'd.sqlite'}"
    open_node(settings(tmp_path, catalog=moved)).catalog.close()
    assert open_existing(tmp_path / "data").settings.catalog_url == moved


def test_a_node_keeps_to_its_blobs_when_a_verb_is_not_told_of_them(tmp_path: Path) -> None:
    elsewhere = (tmp_path / "elsewhere").as_uri()
    opened = open_node(settings(tmp_path, blobs=elsewhere))
    opened.blobs.put("packs/a", b"of the first run")
    opened.catalog.close()
    again = open_existing(tmp_path / "data")
    assert again.blobs.get("packs/a") == b"of the first run"
    assert not (tmp_path / "data" / "blobs").exists()
    assert again.settings.blobs_file.stat().st_mode & 0o777 == 0o600
    again.catalog.close()


def test_an_address_of_no_store_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="s4://"):
        open_node(settings(tmp_path, blobs="s4://bucket"))
    open_node(settings(tmp_path)).catalog.close()
    assert not settings(tmp_path).blobs_file.exists()


def test_processes_that_open_a_new_node_at_once_agree_on_its_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_node(settings(tmp_path)), range(8)))
    assert len({node.key.public for node in opened}) == 1
    for node in opened:
        node.catalog.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
@pytest.mark.parametrize("injected", [{"clock_file": "clock"}, {"key_seed": "demo"}])
def test_an_injected_clock_or_seed_is_refused_off_loopback(
    tmp_path: Path, host: str, injected: dict[str, str]
) -> None:
    with pytest.raises(UsageError, match="refused"):
        open_node(settings(tmp_path, host=host, **injected))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_loopback_the_demo_may_inject_both(tmp_path: Path, host: str) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set_ms(123)
    node = open_node(settings(tmp_path, host=host, clock_file=tmp_path / "clock", key_seed="demo"))
    assert node.clock.now_ms() == 123
    assert node.key.public == open_node(settings(tmp_path / "b", key_seed="demo")).key.public


def test_a_clock_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-clock"):
        FileClock(tmp_path / "no-clock").now_ms()
