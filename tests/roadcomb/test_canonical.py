"""One byte string for one value, so that digests and signatures mean the same everywhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.canonical import Json, canonical_json, digest_of_json, parse_json
from roadcomb.errors import InvalidInput

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_reading_what_was_written_gives_the_same_value_and_bytes(value: Json) -> None:
    encoded = canonical_json(value)
    assert parse_json(encoded) == value
    assert canonical_json(parse_json(encoded)) == encoded


def test_key_order_does_not_change_the_digest() -> None:
    assert digest_of_json({"a": 1, "b": [2]}) == digest_of_json({"b": [2], "a": 1})


def test_keys_are_sorted_by_utf_16_units_as_rfc_8785_says() -> None:
    assert canonical_json({"\u20ac": 1, "\r": 2, "\U0001f600": 3, "\ufb33": 4}) == (
        '{"\\r":2,"\u20ac":1,"\U0001f600":3,"\ufb33":4}'.encode()
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53 + 1, {1: 2}, "\ud800", {"\ud800": 1}])
def test_values_without_a_canonical_form_are_refused(value: Json) -> None:
    with pytest.raises(InvalidInput):
        canonical_json(value)


@pytest.mark.parametrize(
    "text", [b"", b"{", b'{"a":1,"a":2}', b"[NaN]", b"\xff", b"[" * 100_000, b'{"a":Infinity}']
)
def test_doubtful_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_json(text)
