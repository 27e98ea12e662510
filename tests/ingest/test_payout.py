"""A payout address is checked before money can be lost to a typing error."""

import pytest

from ingest.payout import DOMAIN, checked_address, payout_address, sign_binding
from roadcomb.canonical import canonical_json
from roadcomb.errors import UsageError
from roadcomb.keys import key_from_seed, verify

# The examples of EIP-55 itself.
EXAMPLES = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
]


@pytest.mark.parametrize("address", EXAMPLES)
def test_the_addresses_of_eip_55_are_taken_in_lower_case(address: str) -> None:
    assert checked_address(address) == address.lower()


@pytest.mark.parametrize(
    "wrong",
    [EXAMPLES[2].replace("5aA", "5aa"), EXAMPLES[2][:-1], EXAMPLES[2] + "0", "", "0x" + "g" * 40],
)
def test_a_mistyped_address_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        checked_address(wrong)


def test_nobodys_address_is_no_payout_address() -> None:
    assert payout_address(EXAMPLES[0]) == EXAMPLES[0].lower()
    with pytest.raises(UsageError, match="nobody's address"):
        payout_address("0x" + "0" * 40)


def test_a_binding_is_signed_by_the_contributor() -> None:
    key = key_from_seed(b"b" * 32)
    body = sign_binding(key, EXAMPLES[0].lower(), 1_767_600_000_000)
    assert isinstance(body, dict)
    binding, signature = body["binding"], body["signature"]
    assert binding["contributor"] == key.public
    verify(key.public, DOMAIN, canonical_json(binding), signature)
