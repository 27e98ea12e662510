"""What strangers name their files, a terminal neither obeys nor chokes on."""

from hypothesis import given
from hypothesis import strategies as st

from roadcomb.printable import printable


@given(st.text(st.characters(codec=None)))
def test_what_comes_out_is_one_printable_line_that_every_unicode_encoding_takes(text: str) -> None:
    line = printable(text)
    assert line.isprintable()
    line.encode("utf-8")


def test_ordinary_names_stay_as_they_are() -> None:
    assert printable("Straße 7, 東京.jpg") == "Straße 7, 東京.jpg"


def test_escape_sequences_new_lines_and_bytes_without_sense_are_spelt_out() -> None:
    assert printable("\x1b[31ma\nb\udcff\u202e") == r"\x1b[31ma\nb\udcff\u202e"
