"""Two signatures make an agreement; anything less, or anything else, makes none."""

import json
from typing import Any

import pytest

from rewards.agreement import (
    VALID_MS,
    accepted,
    agreement_in,
    end_in,
    invitation,
    signed_end,
)
from roadcomb.canonical import digest_of_json
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import generate_key
from tests.rewards.town import person

ANNA, BERT, CARL = person("anna"), person("bert"), person("carl")
NODE, NOW_MS = person("a node").public, 1_767_610_800_000


def signed(share: int = 250, node: str = NODE) -> Any:
    """By both; Anna manages, Bert drives."""
    invited = invitation(ANNA, BERT.public, share, node, NOW_MS)
    return json.loads(json.dumps(accepted(invited, BERT, node)))


def test_what_both_signed_is_read_back() -> None:
    found = agreement_in(signed(), NODE, NOW_MS)
    assert (found.manager, found.driver, found.share) == (ANNA.public, BERT.public, 250)
    assert found.signers == (ANNA.public, BERT.public)
    assert found.digest == digest_of_json(signed()["agreement"])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("agreement", "share"), 999),
        (("agreement", "manager"), CARL.public),
        (("agreement", "created_ms"), NOW_MS + 1),
        (("driver", "key"), CARL.public),
        (("manager", "signature"), "00" * 64),
        (("driver", "signature"), "00" * 64),
    ],
)
def test_a_word_that_was_changed_after_it_was_signed_is_refused(
    path: tuple[str, str], value: object
) -> None:
    changed = signed()
    changed[path[0]][path[1]] = value
    with pytest.raises(Unauthorised):
        agreement_in(changed, NODE, NOW_MS)


def test_an_invitation_alone_is_no_agreement() -> None:
    invited = invitation(ANNA, BERT.public, 250, NODE, NOW_MS)
    with pytest.raises(InvalidInput, match="of both is asked for"):
        agreement_in(invited, NODE, NOW_MS)


def test_an_agreement_for_another_node_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not this one"):
        agreement_in(signed(node=CARL.public), NODE, NOW_MS)


def test_an_invitation_can_be_accepted_for_a_week() -> None:
    agreement_in(signed(), NODE, NOW_MS + VALID_MS)
    for now_ms in (NOW_MS + VALID_MS + 1, NOW_MS - VALID_MS):
        with pytest.raises(InvalidInput, match="older than a week"):
            agreement_in(signed(), NODE, now_ms)


def test_nobody_accepts_anothers_invitation_or_one_that_was_changed() -> None:
    invited: Any = invitation(ANNA, BERT.public, 250, NODE, NOW_MS)
    with pytest.raises(InvalidInput, match="another driver"):
        accepted(invited, CARL, NODE)
    invited["agreement"]["share"] = 1
    with pytest.raises(Unauthorised):
        accepted(invited, BERT, NODE)
    with pytest.raises(InvalidInput, match="no invitation"):
        accepted({}, BERT, NODE)


@pytest.mark.parametrize(("driver", "share"), [(ANNA.public, 1), ("bert", 1), (BERT.public, 1001)])
def test_one_alone_or_more_than_everything_makes_no_invitation(driver: str, share: int) -> None:
    with pytest.raises(InvalidInput):
        invitation(ANNA, driver, share, NODE, NOW_MS)


def test_a_rotated_key_signs_in_its_contributors_name() -> None:
    newer = generate_key(BERT.public)
    both = accepted(invitation(ANNA, BERT.public, 250, NODE, NOW_MS), newer, NODE)
    found = agreement_in(both, NODE, NOW_MS)
    assert (found.driver, found.signers[1]) == (BERT.public, newer.signer)


def test_an_end_is_signed_of_now_and_for_this_node() -> None:
    digest = agreement_in(signed(), NODE, NOW_MS).digest
    ended = signed_end(BERT, digest, NODE, NOW_MS)
    found = end_in(ended, NODE, NOW_MS)
    assert (found.agreement, found.contributor) == (digest, BERT.public)
    for node, now_ms in ((CARL.public, NOW_MS), (NODE, NOW_MS + 3_600_000)):
        with pytest.raises(InvalidInput, match="for this node, and of now"):
            end_in(ended, node, now_ms)
    forged: Any = {**json.loads(json.dumps(ended)), "key": CARL.public}
    with pytest.raises(Unauthorised):
        end_in(forged, NODE, NOW_MS)
    with pytest.raises(InvalidInput):
        end_in({"end": {}}, NODE, NOW_MS)
