"""What the newest epoch says of stakes and policy; before the first one, where the chain begins."""

from rewards.chain import Committed, newest
from rewards.policy import Policy, parse_policy, read_policy
from rewards.shelf import file_of
from rewards.stake_document import parse_stakes
from rewards.stake_rule import StakeRule
from rewards.staking import Stakes
from roadcomb.node import Node

__all__ = ["policy_in_force", "rule_in_force", "stakes_after"]


def policy_in_force(node: Node) -> Policy:
    """Of the newest epoch; before the first one, the policy that comes along."""
    last = newest(node)
    if last is None:
        return read_policy()
    return parse_policy(file_of(node.blobs, last.manifest, "policy.toml"))


def rule_in_force(node: Node) -> StakeRule:
    """What it asks as a stake, and what it slashes."""
    return policy_in_force(node).stake


def stakes_after(node: Node, last: Committed | None) -> Stakes:
    """All stakes after an epoch."""
    if last is None:
        return Stakes()
    return parse_stakes(file_of(node.blobs, last.manifest, "stake.json"))
