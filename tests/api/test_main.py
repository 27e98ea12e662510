"""The command line: instant help, errors in one line, an exit code by kind."""

import subprocess
import sys
from pathlib import Path

import pytest

from roadcomb import errors
from tests.api.processes import run_cli

HEAVY = ["cv2", "datafusion", "fastapi", "geopandas", "h3ronpy", "numpy", "pyarrow", "sqlalchemy"]


def test_help_names_every_rooms_verbs_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from api.main import build; from typer.testing import CliRunner;"
        "print(CliRunner().invoke(build(), ['--help']).output);"
        f"print('loaded', [name for name in {HEAVY} if name in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "serve" in printed
    assert "Exit codes" in printed
    assert "loaded []" in printed


def test_the_version_is_printed() -> None:
    assert run_cli(["--version"]).stdout.startswith("roadcomb 0.")


def test_a_wrong_verb_is_a_usage_error() -> None:
    ended = run_cli(["unheard-of"])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "unheard-of" in ended.stderr


@pytest.mark.parametrize(
    ("failure", "code", "line"),
    [
        ("roadcomb.errors.StorageFull('no\\nspace')", 10, "roadcomb: no space\n"),
        ("roadcomb.errors.NotFound('no drive x')", 3, "roadcomb: no drive x\n"),
        ("KeyboardInterrupt()", 130, ""),
        (
            "ValueError('odd')", 1,
            "roadcomb: internal error, ValueError: odd (set ROADCOMB_TRACEBACK=1 to see where)\n",
        ),
        ("FileNotFoundError(2, 'No such file', '/x')", 3, "roadcomb: /x: No such file\n"),
        ("OSError(28, 'full', 'x')", 10, "roadcomb: x: full; make room and run it again\n"),
        ("roadcomb.errors.NotFound('no \\x1b[31m\\udcff')", 3, "roadcomb: no \\x1b[31m\\udcff\n"),
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_an_exit_code(failure: str, code: int, line: str) -> None:
    program = (
        "import api.main, api.commands, roadcomb.errors\n"
        f"def fail(): raise {failure}\n"
        "api.commands.register = lambda app: app.command()(fail)\n"
        "api.main.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "fail"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (code, line)


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_what_nobody_confirms_is_not_done_and_told(answer: str) -> None:
    program = (
        "import api.main, api.commands, typer\n"
        "def ask(): typer.confirm('Delete it?', abort=True); print('deleted')\n"
        "api.commands.register = lambda app: app.command()(ask)\n"
        "api.main.main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, "ask"], input=answer, capture_output=True, text=True
    )
    assert (said.returncode, "deleted" in said.stdout) == (130, False)
    assert said.stderr.splitlines()[-1] == "roadcomb: not confirmed, so nothing was done"


def test_a_setting_that_is_wrong_is_named() -> None:
    ended = run_cli(["serve"], {"ROADCOMB_PORT": "99999999"})
    assert ended.returncode == 2
    assert ended.stderr.startswith("roadcomb: the setting port is wrong: ")


def test_every_exit_code_is_documented_and_stays() -> None:
    document = (Path(__file__).parents[2] / "docs" / "upload.md").read_text()
    section = document.partition("## Exit codes\n")[2].partition("\n\n")[0]
    told = dict(part.split(maxsplit=1) for part in " ".join(section.split()).split(" · "))
    raised = {each: getattr(errors, each) for each in errors.__all__}
    assert {str(each.exit_code) for each in raised.values()} | {"0", "4", "130"} == set(told)
    words = {"UsageError": "usage", "NotFound": "not found", "Unreachable": "unreachable"}
    words |= {"InvalidInput": "invalid input", "QuotaExceeded": "quota", "Conflict": "conflict"}
    words |= {"StorageFull": "disk full", "Unauthorised": "not allowed", "RoadcombError": "a bug"}
    assert {name: told[str(raised[name].exit_code)] for name in words} == words
