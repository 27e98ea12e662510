"""A contributor's check of a statement, and the start of a night, load only what they use."""

import subprocess
import sys

import pytest


def loaded(module: str) -> set[str]:
    """Names of all modules that a fresh interpreter has after importing one."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["rewards.fetch", "rewards.report"])
def test_fetching_checking_and_printing_a_statement_loads_no_columns_and_no_hexagons(
    module: str,
) -> None:
    assert loaded(module).isdisjoint({"numpy", "pyarrow", "h3", "datafusion", "sqlalchemy"})


@pytest.mark.parametrize("module", ["rewards.nightly", "rewards.audit"])
def test_importing_a_night_or_an_audit_makes_no_arrow_table_which_would_load_pandas(
    module: str,
) -> None:
    assert "pandas" not in loaded(module)
