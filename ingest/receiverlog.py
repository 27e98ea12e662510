"""Logs as receivers write them: NMEA sentences, UBX messages, both in one, and noise between.

Dashcams write the sentences as they are (`.nmea`, MiVue), or after the phone's time in brackets
(`.gps`, BlackVue); logging programs write what came over the line (`.ubx`, `.log`, `.txt`).

Law: of any bytes the answer is a sidecar or InvalidInput; what is damaged is counted and told.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.nmea import SENTENCE, nmea_fixes
from ingest.sidecars import Sidecar, contents
from ingest.ubx import MESSAGE, UBX_HEAD, ubx_fixes
from roadcomb.errors import InvalidInput

__all__ = ["read_log", "read_receiver"]

MAX_BYTES = 64 * 2**20
"""A day of 1 Hz with all sentences is 45 MB."""
_LONGEST = 1024
_SENTENCE = re.compile(SENTENCE)
_MESSAGE = re.compile(MESSAGE)


def read_receiver(path: Path) -> Sidecar:
    """Fixes of a receiver's log. Raises InvalidInput where there are none."""
    found = _read(path)
    if not found.fixes:
        raise InvalidInput(" and ".join(["it holds no dated, valid fix", *found.notes]))
    return found


def read_log(path: Path) -> Sidecar:
    """The same of a file that may as well be about something else: nothing found is no error."""
    if path.stat().st_size > MAX_BYTES:
        return Sidecar(notes=(f"{path.name}: too large to look for a track in it",))
    return _read(path)


def _read(path: Path) -> Sidecar:
    data = contents(path, MAX_BYTES)
    sentences = [match[0] for match in _SENTENCE.finditer(data)]
    written, damaged = nmea_fixes(sentences)
    messages = list(_messages(data))
    binary, broken = ubx_fixes(messages)
    lost = damaged + broken
    note = f"{path.name}: {lost} of {len(sentences) + len(messages)} sentences are damaged"
    return Sidecar(fixes=(*binary, *written), notes=(note,) if lost else ())


def _messages(data: bytes) -> Iterator[bytes]:
    for match in _MESSAGE.finditer(data):
        start = match.start()
        length = int.from_bytes(data[start + UBX_HEAD - 2 : start + UBX_HEAD], "little")
        if length <= _LONGEST:
            yield data[start : start + UBX_HEAD + length + 2]
