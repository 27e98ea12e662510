"""What a search may be refused for: each is HTTP 400 with a type of its own."""

from roadcomb.errors import UsageError

__all__ = ["BadBbox", "BadCursor", "BadDatetime", "BadGeometry", "BadSearch"]


class BadSearch(UsageError):
    type = "bad-search"


class BadBbox(BadSearch):
    type = "bad-bbox"


class BadDatetime(BadSearch):
    type = "bad-datetime"


class BadGeometry(BadSearch):
    type = "bad-geometry"


class BadCursor(BadSearch):
    type = "bad-cursor"
