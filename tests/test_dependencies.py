"""What the code imports is declared in pyproject.toml, not merely brought along by another."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("api", "ingest", "quality", "rewards", "roadcomb", "sample_data", "tiles")


def imported(path: Path) -> Iterator[str]:
    """Top-level names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_a_room_imports_is_declared() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    declared = {normal(re.split(r"[^\w.-]", text)[0]) for text in listed}
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    names = {name for path in files for name in imported(path)}
    names -= {*ROOMS, *sys.stdlib_module_names, "_typeshed"}  # the last: of type checkers alone
    providers = packages_distributions()
    undeclared = {
        name for name in names if not {normal(one) for one in providers.get(name, [])} & declared
    }
    assert undeclared == set()
