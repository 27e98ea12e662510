"""The demo's node and its commands: every step is a real process, as a person would start it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from api.demo.people import SEED
from ingest.commands import PARTLY
from roadcomb.clock import FileClock
from roadcomb.errors import RoadcombError

__all__ = ["OPERATOR", "Say", "Stage", "together"]

Answer = TypeVar("Answer")
Say = Callable[[str], None]
OPERATOR = "the demo's operator"
PATIENCE_S = 300.0
PUBLISHED_EVERY = 8
"""Of the accepted frames: looking for faces and plates takes longer than all else in the demo."""

_METERED = {"ROADCOMB_IMAGERY_ACCESS": "metered"}


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder in which one demo runs."""

    folder: Path

    @property
    def clock(self) -> FileClock:
        """The clock that node and nightly job share."""
        return FileClock(self.folder / "clock")

    @property
    def data(self) -> Path:
        """The node's data."""
        return self.folder / "node"

    @property
    def environment(self) -> dict[str, str]:
        """The node's settings; the command line refuses the last two off loopback."""
        return {
            "ROADCOMB_DATA": str(self.data),
            "ROADCOMB_HOST": "127.0.0.1",
            "ROADCOMB_PUBLISH_EVERY": str(PUBLISHED_EVERY),
            "ROADCOMB_CLOCK_FILE": str(self.folder / "clock"),
            "ROADCOMB_KEY_SEED": SEED,
        }

    def run(self, *words: str, environment: Mapping[str, str], refused: int | None = None) -> str:
        """Run `roadcomb` to its end; answers what it printed. Raises RoadcombError.

        refused: the exit code with which it must refuse; answers why, then.
        """
        done = subprocess.run(
            [roadcomb(), *words],
            env=clean_environment() | dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in ((0, PARTLY) if refused is None else (refused,)):
            said = (done.stderr or done.stdout).strip()
            raise RoadcombError(
                f"`roadcomb {' '.join(words)}` ended with {done.returncode}: {said}"
            )
        return done.stdout if refused is None else done.stderr

    def operate(self, *words: str) -> str:
        """Run one of the operator's commands; answers what was said."""
        return self.run(*words, environment=self.environment).strip()

    def nightly(self, policy: Path) -> str:
        """Close what is over; answers what was said."""
        return self.operate("nightly", "--policy", str(policy))

    @contextmanager
    def serving(self, port: int, metered: bool = False) -> Iterator[str]:
        """A running node; gives its URL. metered: full pictures need a customer's key."""
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        words = [roadcomb(), "serve", "--port", str(port), "--port-file", str(port_file)]
        server = subprocess.Popen(
            words,
            env=clean_environment() | self.environment | (_METERED if metered else {}),
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{_port(server, port_file)}"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def together(*tasks: Callable[[], Answer]) -> list[Answer]:
    """What tasks answer that do not wait for each other, in their order."""
    with ThreadPoolExecutor() as pool:
        return [each.result() for each in [pool.submit(task) for task in tasks]]


def roadcomb() -> str:
    """The console script of this environment."""
    return str(Path(sys.executable).with_name("roadcomb"))


def clean_environment() -> dict[str, str]:
    """This process's environment without settings that would change what the demo shows."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROADCOMB_")}


def _port(server: subprocess.Popen[bytes], port_file: Path) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while not port_file.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RoadcombError("the demo's node did not start; its words stand above")
        time.sleep(0.05)
    return int(port_file.read_text("ascii"))
