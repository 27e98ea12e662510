"""The demo's three days: upload, judge, let the day pass, run the night; then look at the books."""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx

from api.demo.customer import become_customer, demo_policy
from api.demo.people import Person, Upload, after_midnight_ms, read_uploads
from api.demo.report import Told, print_report
from api.demo.stage import PATIENCE_S, Say, Stage, together
from api.demo.tampering import tamper
from api.demo.trial import accuse, hear, read_stakes
from ingest.requests import authorization
from rewards.policy import read_policy
from roadcomb.epochs import epoch_of, start_ms
from roadcomb.errors import RoadcombError, UsageError

__all__ = ["play", "wait_for_judging", "wait_for_pictures"]

STAMP = "made-by-roadcomb-demo"
_EVENING_MS = 18 * 3_600_000
_EPOCHS = "31"
Outcome = tuple[str, Mapping[str, Any]]
"""Who uploaded, and what `roadcomb upload --json` said of it."""


def play(city: Path, into: Path, port: int, say: Say, wait: Callable[[str], None] | None) -> None:
    """Play the demo of a drawn city in a fresh folder; then `wait` gets the map's URL, if given.

    Raises UsageError where no city is drawn or the folder is somebody else's.
    """
    uploads = read_uploads(city)
    stage = Stage(_emptied(into).absolute())
    people = [Person(name, stage.folder / name) for name in dict.fromkeys(u.name for u in uploads)]
    stage.clock.set_ms(uploads[0].sent_ms)
    outcomes: list[Outcome] = []
    say("The drawn streets are shorter than the trip ends that stay at home: sent with --no-trim.")
    policy = demo_policy(stage)
    with stage.serving(port, metered=True) as url:
        together(*(partial(_settle, stage, person) for person in people))
        for epoch, of_day in groupby(uploads, lambda upload: upload.epoch):
            outcomes += _day(stage, url, list(of_day), people, say)
            stage.clock.set_ms(after_midnight_ms(epoch))
            say(stage.nightly(policy))
        _afterwards(stage, url, people, policy, say)
        statements = (partial(_statement, stage, url, person) for person in people)
        audit, *told = together(partial(_audit, stage), *statements)
        contributors = [_told(who, each, outcomes) for who, each in zip(people, told, strict=True)]
        print_report(contributors, audit, say)
        tamper(stage, uploads[0].epoch, say)
    if wait is not None:
        with stage.serving(port) as url:  # the map's pictures are free to look at again
            wait(url)


def _settle(stage: Stage, person: Person) -> None:
    person.settle_in()
    stage.run("init", "--payout", person.payout, environment=person.environment)


def _audit(stage: Stage) -> str:
    return stage.run("audit", str(stage.data / "published"), environment={})


def _afterwards(stage: Stage, url: str, people: Sequence[Person], policy: Path, say: Say) -> None:
    """A customer pays, and who sent another's pictures is slashed, heard, and slashed for good."""
    epoch = epoch_of(stage.clock.now_ms())
    stage.clock.set_ms(start_ms(epoch) + _EVENING_MS)
    cases = accuse(stage, people, say)
    customer = become_customer(stage, url, say)
    stage.clock.set_ms(after_midnight_ms(epoch))
    stage.nightly(policy)
    stage.clock.set_ms(start_ms(epoch + 1) + _EVENING_MS)
    wait_for_pictures(url)
    customer.open_pictures(url, say)
    hear(stage, url, cases, say)
    days = read_policy(policy).stake.appeal_days
    stage.clock.set_ms(after_midnight_ms(epoch + 1 + days))
    stage.nightly(policy)
    refused = ", and no appeal is granted" if cases else ""
    say(f"{days} days and nights go by{refused}.")
    read_stakes(stage, url, cases, say)


def _emptied(into: Path) -> Path:
    if into.exists() and any(into.iterdir()) and not (into / STAMP).exists():
        raise UsageError(f"{into} is not empty and not a demo's: name another folder with --into")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    (into / STAMP).touch()
    return into


def _day(
    stage: Stage, url: str, uploads: Sequence[Upload], people: Sequence[Person], say: Say
) -> list[Outcome]:
    by_name = {person.name: person for person in people}
    outcomes = []
    for number, upload in enumerate(uploads):
        person = by_name[upload.name]
        stage.clock.set_ms(upload.sent_ms + number * 600_000)
        say(f"{upload.name} uploads {upload.folder.name}: {upload.note}")
        words = ("upload", str(upload.folder), "--to", url, "--no-trim", "--json")
        said = stage.run(*words, environment=person.environment)
        outcomes.append((person.name, json.loads(said.splitlines()[-1])))
    for name in dict.fromkeys(upload.name for upload in uploads):
        wait_for_judging(stage, url, by_name[name])
    return outcomes


def wait_for_judging(stage: Stage, url: str, person: Person) -> None:
    """Until every drive of the person is judged. Raises RoadcombError when that takes too long."""
    path, deadline = f"/v1/contributors/{person.key.public}/drives", time.monotonic() + PATIENCE_S
    header = authorization(person.key, "GET", path, stage.clock.now_ms())
    with httpx.Client(base_url=url) as client:
        while True:
            answer = client.get(path, headers={"Authorization": header}).raise_for_status()
            if all(drive["state"] == "judged" for drive in answer.json()["drives"]):
                return
            if time.monotonic() > deadline:
                raise RoadcombError(f"judging of {person.name}'s drive takes over {PATIENCE_S} s")
            time.sleep(0.1)


def wait_for_pictures(url: str) -> None:
    """Until every accepted drive was published or nothing can be; a slow machine is not waited for
    longer than anybody would."""
    deadline = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=url) as client:
        while time.monotonic() < deadline:
            told = client.get("/metrics").raise_for_status().text.splitlines()
            if {"roadcomb_unpublished_drives 0.0", "roadcomb_publishing_blocked 1.0"} & {*told}:
                return
            time.sleep(0.1)


def _statement(stage: Stage, url: str, person: Person) -> str:
    words = ("rewards", "--to", url, "--epochs", _EPOCHS, "--json")
    return stage.run(*words, environment=person.environment)


def _told(person: Person, statement: str, outcomes: Sequence[Outcome]) -> Told:
    """What the contributor's own commands say of what was recorded, sent and earned."""
    own = [outcome for name, outcome in outcomes if name == person.name]
    return Told(person.name, own, json.loads(statement))
