"""Memory: when it goes back to the system, and when it is looked through for garbage."""

import ctypes
import gc

__all__ = ["collect_late", "give_back", "keep_memory"]

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
"""Of glibc's mallopt(3): when memory goes back to the system, how much is asked for at a time, and
from which size on apart."""
_KEPT_BYTES, _AT_A_TIME = 256 * 2**20, 16 * 2**20
_COLLECTED = 500_000
"""Objects made before Python looks for cycles: what a command loads is no garbage, and looking at
its 50,000th object costs 30 ms. A node, which lives long, looks earlier (api/serve.py)."""


def collect_late() -> None:
    """For a process that does one thing and ends."""
    gc.set_threshold(_COLLECTED)


def keep_memory() -> None:
    """Pictures come and go by hundreds of kilobytes and decoded by megabytes: given back to the
    system and asked for again, page by page, they cost a quarter of judging and a sixth of an
    upload. Where there is no glibc, nothing is changed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_TOP_PAD, _AT_A_TIME)
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)


def give_back() -> None:
    """Memory that was freed in pieces goes back to the system: after a step that held much of it,
    so that the next does not come on top. Where there is no glibc, nothing is changed."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
