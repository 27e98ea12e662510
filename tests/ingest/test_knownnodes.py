"""The node of an address is the one of the first contact, until a person says otherwise."""

from pathlib import Path

import pytest

from ingest.knownnodes import check_node, compare_node, known_node
from roadcomb.errors import InvalidInput, Unauthorised

URL = "http://127.0.0.1:8300"
FIRST, OTHER = "a1" * 32, "b2" * 32


def test_the_key_of_the_first_contact_is_pinned(tmp_path: Path) -> None:
    check_node(tmp_path, URL, FIRST)
    check_node(tmp_path, f"{URL}/", FIRST)
    with pytest.raises(Unauthorised, match="another node key"):
        check_node(tmp_path, URL, OTHER)
    check_node(tmp_path, "http://127.0.0.1:8301", OTHER)


def test_a_look_alone_pins_nothing(tmp_path: Path) -> None:
    compare_node(tmp_path, URL, FIRST)
    assert known_node(tmp_path, URL) is None
    with pytest.raises(Unauthorised, match="another node key"):
        compare_node(tmp_path, URL, OTHER, receipts_of=FIRST)
    assert known_node(tmp_path, URL) is None
    check_node(tmp_path, URL, FIRST)
    with pytest.raises(Unauthorised, match="another node key"):
        compare_node(tmp_path, URL, OTHER)


def test_receipts_pin_the_key_before_there_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(Unauthorised):
        check_node(tmp_path, URL, OTHER, receipts_of=FIRST)
    assert known_node(tmp_path, URL) == FIRST


def test_a_person_can_confirm_a_changed_key_by_writing_it_down(tmp_path: Path) -> None:
    with pytest.raises(Unauthorised) as refused:
        check_node(tmp_path, URL, OTHER, receipts_of=FIRST)
    (file,) = (tmp_path / "known-nodes").iterdir()
    assert str(file) in str(refused.value)
    assert OTHER in str(refused.value)
    file.write_text(f"{OTHER}\n")
    check_node(tmp_path, URL, OTHER, receipts_of=FIRST)


def test_a_file_that_holds_no_key_is_named_and_trusts_nobody(tmp_path: Path) -> None:
    check_node(tmp_path, URL, FIRST)
    (file,) = (tmp_path / "known-nodes").iterdir()
    for text in ("no key", "a1"):
        file.write_text(text)
        with pytest.raises(InvalidInput, match="known-nodes"):
            check_node(tmp_path, URL, FIRST)
