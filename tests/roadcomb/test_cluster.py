"""Where the machine has no PostgreSQL, the one that a package brings takes its place."""

from pathlib import Path
from shutil import copytree

import pytest
import sqlalchemy as sa

from tests.cluster import carried, cluster


@pytest.fixture
def out_of_reach(tmp_path: Path) -> Path:
    """The package's binaries in a folder that nobody but its owner enters, as /root is."""
    binaries = carried()
    if binaries is None:
        pytest.skip("the package with PostgreSQL's binaries is not installed")
    package, home = binaries.parents[1], tmp_path / "home"
    home.mkdir(mode=0o700)
    copytree(binaries.parent, home / package.name / binaries.parent.name)
    copytree(package.with_name(f"{package.name}.libs"), home / f"{package.name}.libs")
    return home / binaries.relative_to(package.parent)


def test_the_binaries_of_the_package_serve_wherever_they_are(out_of_reach: Path) -> None:
    with cluster(out_of_reach) as home:
        engine = sa.create_engine(f"postgresql+psycopg://tests@/postgres?host={home}")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW server_version").scalar_one() >= "16"
        engine.dispose()
    assert not home.exists()
