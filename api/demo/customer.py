"""The demo's customer: burns tokens, opens pictures with the credits, and pays who drove there."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from api.demo.people import Person
from api.demo.stage import OPERATOR, Say, Stage
from rewards.policy import DEFAULT_POLICY
from roadcomb.errors import IntegrityError

__all__ = ["Customer", "become_customer", "demo_policy"]

_NAME = "Mapmakers Ltd"
_USD, _TOKENS = "0.05", "12"
_SOURCES = ("north exchange", "south exchange", "harbour exchange")
_FEWEST = 2
"""Accounts that a night must pay: there are only three drivers here."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who has burnt tokens for credits; key: opens full pictures."""

    key: str

    def open_pictures(self, url: str, say: Say) -> None:
        """Open every published picture in full."""
        with httpx.Client(base_url=url, timeout=60) as client:
            found = client.get("/api/search", params={"limit": 1000}).raise_for_status().json()
            places = [item["assets"]["hd"]["href"] for item in found["features"]]
            bare = [client.get(place).status_code for place in places[:1]]
            key = {"X-Api-Key": self.key}
            opened = [client.get(place, headers=key).status_code for place in places]
            left = client.get("/v1/credits", headers=key).raise_for_status().json()
        if {*bare} - {HTTPStatus.PAYMENT_REQUIRED} or {*opened} - {HTTPStatus.OK}:
            raise IntegrityError(f"pictures cost nothing, or nothing opens them: {bare}, {opened}")
        say(
            f"{_NAME} opens {len(opened)} full pictures, which use {left['opened']} credits; "
            f"{left['credits']} are left."
        )


def _sources(stage: Stage) -> list[Person]:
    """Who says what a token costs."""
    return [Person(name, stage.folder / name) for name in _SOURCES]


def demo_policy(stage: Stage) -> Path:
    """The default policy with the demo's sources of prices, two of which must agree."""
    keys = ", ".join(f'"{source.key.public}"' for source in _sources(stage))
    text = DEFAULT_POLICY.read_text("utf-8")
    for entry, value in (
        ("sources = []", f"sources = [{keys}]"),
        ("quorum = 1", "quorum = 2"),
        ("fewest_accounts = 5", f"fewest_accounts = {_FEWEST}"),
    ):
        if text.count(entry) != 1:
            raise IntegrityError(f"the default policy has no entry {entry!r} to be changed")
        text = text.replace(entry, value)
    file = stage.folder / "policy.toml"
    file.write_text(text, "utf-8")
    return file


def become_customer(stage: Stage, url: str, say: Say) -> Customer:
    """Sources sign a price, the operator makes a key and records a burn seen on the chain."""
    sources = _sources(stage)
    for source in sources:
        source.settle_in()
        stage.run("demand", "quote", _USD, "--to", url, environment=source.environment)
    key = stage.operate("apikey", "create", _NAME).split()[-1]
    burn = "0x" + hashlib.sha256(f"burn of {_NAME}".encode()).hexdigest()
    stage.operate("demand", "burn", _NAME, _TOKENS, "--transaction", burn, "--by", OPERATOR)
    say(f"\n{_NAME} burns {_TOKENS} tokens; {len(sources)} exchanges sign {_USD} USD a token.")
    return Customer(key)
