"""Tables that are only ever added to: the database itself refuses the rest, whoever asks."""

from alembic import op

__all__ = ["forbid_changes"]


def forbid_changes(table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE; PostgreSQL has refuse_change() from the first step on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
