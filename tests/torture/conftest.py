"""The lived-in node of the API's tests, to be damaged."""

from tests.api.conftest import lived

__all__ = ["lived"]
