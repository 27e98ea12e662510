"""What is said to people: lines and tables, on stdout or stderr.

Law: names of files and words of nodes are strangers' text: never markup, and without what a
terminal would obey. rich is loaded where a table is drawn or a bar moves, since it takes a command
longer to load than to speak.
"""

import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import typer

from roadcomb.printable import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["STDERR", "STDOUT", "Voice"]

_UNCUT = 400
"""Columns in a file or a pipe: nothing is cut there."""


@dataclass(frozen=True, slots=True)
class Voice:
    """err: stderr instead of stdout; file: another stream instead of both."""

    err: bool = False
    file: IO[str] | None = None

    @property
    def stream(self) -> IO[str]:
        """Where it goes, as it is now."""
        return self.file or (sys.stderr if self.err else sys.stdout)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody watches."""
        return self.stream.isatty()

    def say(self, line: str) -> None:
        """One line."""
        typer.echo(printable(line), file=self.stream)

    def show(self, table: "Table") -> None:
        """One table."""
        self.console().print(table)

    def console(self) -> "Console":
        """For what moves."""
        from rich.console import Console

        console = Console(file=self.stream, highlight=False)
        if not console.is_terminal:
            console.width = _UNCUT
        return console


STDOUT, STDERR = Voice(), Voice(err=True)
