"""Every migration runs on SQLite and PostgreSQL, up and down, over rows that are already there."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from roadcomb.catalog import MIGRATIONS, Catalog, migrate, open_catalog
from roadcomb.catalog.tables import contributors

REVISIONS = [
    script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions("base", "heads")
][::-1]
SOMEBODY = {"key": "a" * 64, "account": "b" * 64, "first_seen_ms": 1}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
Schema = tuple[dict[str, Any], set[str]]


@pytest.fixture
def engine(catalog_url: str) -> Iterator[sa.Engine]:
    """Of a catalog that was brought back to nothing."""
    catalog = open_catalog(catalog_url)
    migrate(catalog.engine, "base", back=True)
    yield catalog.engine
    catalog.close()


def schema(engine: sa.Engine) -> Schema:
    """(columns, keys and indices by table, names of triggers)."""
    looked = sa.inspect(engine)
    tables = {
        name: (
            {str(column["name"]): str(column["type"]) for column in looked.get_columns(name)},
            sorted(str(index["name"]) for index in looked.get_indexes(name)),
            sorted(str(key["name"]) for key in looked.get_foreign_keys(name)),
        )
        for name in looked.get_table_names()
        if name != "alembic_version"
    }
    with engine.connect() as connection:
        found = connection.execute(sa.text(TRIGGERS[engine.dialect.name]))
        return tables, set(found.scalars())


def people(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(contributors)).mappings()]


def test_each_step_back_undoes_its_step_up(engine: sa.Engine) -> None:
    schemas = [schema(engine)]
    assert schemas == [({}, set())]  # the fixture went all the way back
    for revision in REVISIONS:
        migrate(engine, revision)
        schemas.append(schema(engine))
    for revision, before in zip(reversed(["base", *REVISIONS[:-1]]), schemas[-2::-1], strict=True):
        migrate(engine, revision, back=True)
        assert (revision, schema(engine)) == (revision, before)
    migrate(engine)
    assert schema(engine) == schemas[-1]


def test_rows_of_the_first_version_live_through_all_steps_and_back(engine: sa.Engine) -> None:
    migrate(engine, REVISIONS[0])
    with Catalog(engine).writing() as connection:
        connection.execute(sa.insert(contributors).values(SOMEBODY))
    migrate(engine)
    assert people(engine) == [SOMEBODY]
    migrate(engine, REVISIONS[0], back=True)
    assert people(engine) == [SOMEBODY]


def test_steps_that_fail_midway_leave_the_schema_as_it_was(engine: sa.Engine) -> None:
    migrate(engine, "0001")
    with Catalog(engine).writing() as connection:
        connection.execute(sa.text("CREATE TABLE appeals (in_the_way INTEGER)"))
    before = schema(engine)
    with pytest.raises(DBAPIError, match="already exists"):
        migrate(engine)
    assert schema(engine) == before
    with Catalog(engine).writing() as connection:
        connection.execute(sa.text("DROP TABLE appeals"))
    migrate(engine)
    assert Catalog(engine).is_current()
