"""A header opens exactly one method and path, for five minutes around the node's "now"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.requests import VALID_MS, authorization, check_authorization
from roadcomb.errors import Unauthorised
from roadcomb.keys import key_from_seed

KEY = key_from_seed(b"k" * 32)
NOW_MS = 1_767_600_000_000
PATH = "/v1/statements"


@given(st.integers(-VALID_MS, VALID_MS))
def test_a_signed_request_names_its_contributor_within_five_minutes(skew_ms: int) -> None:
    header = authorization(KEY, "GET", PATH, NOW_MS + skew_ms)
    assert check_authorization(header, "GET", PATH, NOW_MS) == KEY.public


@pytest.mark.parametrize(
    ("method", "path", "now_ms"),
    [
        ("POST", PATH, NOW_MS),
        ("GET", "/v1/other", NOW_MS),
        ("GET", PATH, NOW_MS + VALID_MS + 1),
        ("GET", PATH, NOW_MS - VALID_MS - 1),
    ],
)
def test_a_header_opens_nothing_but_its_own_request(method: str, path: str, now_ms: int) -> None:
    header = authorization(KEY, "GET", PATH, NOW_MS)
    with pytest.raises(Unauthorised):
        check_authorization(header, method, path, now_ms)


@given(st.one_of(st.none(), st.text()))
def test_anything_that_is_no_header_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthorised):
        check_authorization(header, "GET", PATH, NOW_MS)


def test_a_header_in_anothers_name_is_refused() -> None:
    header = authorization(KEY, "GET", PATH, NOW_MS)
    other = key_from_seed(b"o" * 32).public
    with pytest.raises(Unauthorised):
        check_authorization(header.replace(KEY.public, other), "GET", PATH, NOW_MS)
