"""A real `roadcomb serve` in a process of its own, to be ended in every way."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import httpx

from tests.databases import ready_folder

__all__ = ["Served", "run_cli"]

_START = "from api.main import main; main()"


class Served:
    """`roadcomb serve` on a free port; killed at the end of its `with`, unless it ended before.

    patience_s: how long its start may take; on a machine at its limit it takes minutes.
    """

    def __init__(self, data: Path, *options: str, patience_s: float = 60) -> None:
        self._port_file = data.with_suffix(".port")
        self._port_file.unlink(missing_ok=True)
        ready_folder(data)
        where = ["--data", str(data), "--port", "0", "--port-file", str(self._port_file)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, "serve", *where, *options],
            env={**os.environ, "ROADCOMB_INTAKE_RESERVE_BYTES": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = f"http://127.0.0.1:{self._port(patience_s)}"

    def __enter__(self) -> "Served":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def kill(self) -> tuple[str, str]:
        """kill -9; what it had printed on stdout and stderr."""
        if self.process.poll() is None:
            self.process.kill()
        return self.process.communicate()

    def _port(self, patience_s: float) -> int:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if self._port_file.exists():
                return int(self._port_file.read_text())
            if self.process.poll() is not None:
                raise AssertionError(f"the node ended: {self.process.communicate()[1]}")
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the node did not answer within {patience_s} s")


def run_cli(
    arguments: Sequence[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`roadcomb` with these arguments."""
    return subprocess.run(
        [sys.executable, "-c", _START, *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
