"""Words of an appeal may tell where somebody drove, so they go with their drive, and only then."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REFUSE = "CREATE TRIGGER appeals_append_only BEFORE {} ON appeals FOR EACH STATEMENT {}"
_ALWAYS = "EXECUTE FUNCTION refuse_change()"
_DELETED = "(SELECT deleted_ms FROM drives WHERE drive_id = OLD.drive_id)"
_FUNCTION = f"""
CREATE FUNCTION refuse_while_the_drive_is_kept() RETURNS trigger AS $$
BEGIN
  IF {_DELETED} IS NULL THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN OLD;
END $$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER appeals_append_only ON appeals")
        op.execute(_REFUSE.format("UPDATE OR TRUNCATE", _ALWAYS))
        op.execute(_FUNCTION)
        op.execute(
            "CREATE TRIGGER appeals_no_delete BEFORE DELETE ON appeals "
            "FOR EACH ROW EXECUTE FUNCTION refuse_while_the_drive_is_kept()"
        )
    else:
        _refuse_deletes(f"WHEN {_DELETED} IS NULL")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER appeals_no_delete ON appeals")
        op.execute("DROP FUNCTION refuse_while_the_drive_is_kept()")
        op.execute("DROP TRIGGER appeals_append_only ON appeals")
        op.execute(_REFUSE.format("UPDATE OR DELETE OR TRUNCATE", _ALWAYS))
    else:
        _refuse_deletes("")


def _refuse_deletes(when: str) -> None:
    """SQLite's trigger anew."""
    op.execute("DROP TRIGGER appeals_no_delete")
    op.execute(
        f"CREATE TRIGGER appeals_no_delete BEFORE DELETE ON appeals {when} "
        "BEGIN SELECT RAISE(ABORT, 'appeals is append-only'); END"
    )
