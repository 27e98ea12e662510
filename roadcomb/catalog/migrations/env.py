"""Alembic's entry: runs the migrations on the connection that roadcomb.catalog passes in."""

from alembic import context

from roadcomb.catalog.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
