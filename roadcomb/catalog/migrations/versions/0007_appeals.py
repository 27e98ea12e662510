"""What contributors said of decisions on their drives, and signed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "appeals"
_DIGEST = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", _DIGEST, nullable=False),
        sa.Column("contributor", _DIGEST, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False, comment="the signed canonical JSON"),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("appealed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.key"], name=op.f("fk_appeals_contributor")
        ),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_appeals_drive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_drive_id", TABLE, ["drive_id"], unique=False)
    _forbid_changes()


def _forbid_changes() -> None:
    """As for the books; on PostgreSQL the first migration made refuse_change()."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_appeals_drive_id", table_name=TABLE)
    op.drop_table(TABLE)
