"""The kernel: the words every stage shares, and the seams behind which storage and time hide.

No policy, no threshold and no money live here; see ARCHITECTURE.md for the rooms around it.
"""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """`__version__`, looked up where it is asked for: that takes a short command its tenth part."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("roadcomb")
