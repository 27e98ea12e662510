"""The command line: all rooms' verbs under one name; one line and an exit code for an error.

Exit codes: 0 done, 130 interrupted, the others as roadcomb/errors.py lists them. A room's verbs
import what they need inside themselves, so that `roadcomb --help` is instant.
"""

import errno
import logging
import os
import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import api.commands
import ingest.commands
import quality.commands
import rewards.commands
import tiles.commands
from roadcomb.errors import NotFound, RoadcombError, StorageFull, UsageError
from roadcomb.memory import collect_late
from roadcomb.printable import printable

__all__ = ["build", "main"]

TRACEBACK = "ROADCOMB_TRACEBACK"
_INTERRUPTED = 130
_ROOMS = (ingest, quality, tiles, rewards, api)


class _Verbs(TyperGroup):
    """All verbs; whoever does not confirm has interrupted."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Abort:
            print("roadcomb: not confirmed, so nothing was done", file=sys.stderr)
            raise typer.Exit(_INTERRUPTED) from None


def build() -> typer.Typer:
    """The command line of all rooms."""
    app = typer.Typer(
        name="roadcomb",
        help="Street imagery anyone can run: frames in, coverage, tiles and checkable rewards out.",
        epilog="Exit codes: 0 done, 2 usage, 3 not found, 4 partly done, 5 not allowed, "
        "6 unreachable, 7 invalid input, 8 quota, 9 conflict, 10 disk full, 11 books or bytes "
        "are not what was promised, 130 interrupted.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        cls=_Verbs,
        rich_markup_mode=None,  # rich alone would take longer than everything else
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for room in _ROOMS:
        room.commands.register(app)
    return app


def main() -> None:
    """Entry of the console script; ends the process with its exit code."""
    collect_late()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # else it asks each package for one
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files may be no Unicode
    logging.getLogger("stamina").addHandler(logging.NullHandler())  # it names retries to nobody
    try:
        build()()
    except RoadcombError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except Exception as error:
        if TRACEBACK in os.environ:
            raise
        known = _in_our_words(error)
        if known is not None:
            _fail(str(known), known.exit_code)
        hint = f"set {TRACEBACK}=1 to see where"
        _fail(f"internal error, {type(error).__name__}: {error} ({hint})", RoadcombError.exit_code)


def _in_our_words(error: Exception) -> RoadcombError | None:
    """What the machine or a setting refuses, as our own error that names the file or setting."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        wrong = error.errors(include_url=False)[0]
        setting = ".".join(str(part) for part in wrong["loc"])
        return UsageError(f"the setting {setting} is wrong: {wrong['msg']} (is {wrong['input']!r})")
    if not isinstance(error, OSError) or error.filename is None:
        return None
    problem = f"{os.fsdecode(error.filename)}: {error.strerror}"
    if isinstance(error, FileNotFoundError):
        return NotFound(problem)
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StorageFull(f"{problem}; make room and run it again") if full else UsageError(problem)


def _fail(message: str, exit_code: int) -> None:
    print(f"roadcomb: {printable(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(exit_code)


def _print_version(asked: bool) -> None:
    if asked:
        from roadcomb import __version__

        print(f"roadcomb {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Say the version."),
    ] = False,
) -> None:
    """Options before any verb; what they do happens in their callbacks."""
