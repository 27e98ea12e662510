"""Targets that are as bad as targets can be, so that the harness is seen to notice."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

from roadcomb.errors import InvalidInput
from tests.fuzz.targets import Target

__all__ = ["CANARIES"]

_BAD = b"\xff"


def _hangs(path: Path) -> str:
    while path.read_bytes() == _BAD:
        pass
    return ""


def _waits(path: Path) -> str:
    if path.read_bytes() == _BAD:
        signal.pause()
    return ""


def _dies(path: Path) -> str:
    if path.read_bytes() == _BAD:
        os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def _eats(path: Path) -> str:
    return str(bytearray(2**40)) if path.read_bytes() == _BAD else ""


def _raises(path: Path) -> str:
    return str(1 // (path.read_bytes() != _BAD))


def _is_silent(path: Path) -> str:
    raise InvalidInput("" if path.read_bytes() == _BAD else "said")


CANARIES: Mapping[str, Target] = {
    "hangs": Target(_hangs, "cut", 0),
    "waits": Target(_waits, "cut", 0),
    "dies": Target(_dies, "cut", 0),
    "eats": Target(_eats, "cut", 0),
    "raises": Target(_raises, "cut", 0),
    "is-silent": Target(_is_silent, "cut", 0),
}
