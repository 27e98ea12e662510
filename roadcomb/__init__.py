"""The kernel: the words every stage shares, and the seams behind which storage and time hide.

No policy, no threshold and no money live here; see ARCHITECTURE.md for the rooms around it.
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("roadcomb")
