"""Command line verbs of this room."""

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
