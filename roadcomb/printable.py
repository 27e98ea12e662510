"""Text of strangers on a terminal: names of files, words of a server, a device's name.

Law: what comes out is one line without control characters (a terminal obeys them), without marks
that turn the direction of writing, and without lone surrogates (no encoding takes them).
"""

__all__ = ["printable"]


def printable(text: str) -> str:
    """The text with each character that is not printable as its Python escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
