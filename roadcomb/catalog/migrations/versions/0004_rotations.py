"""Which key signs for a contributor: rotations, each signed by the old key and the new one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "rotations"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "contributor",
            sa.String(length=64),
            nullable=False,
            comment="the first key: it names them",
        ),
        sa.Column("old", sa.String(length=64), nullable=False, comment="signs no more"),
        sa.Column("new", sa.String(length=64), nullable=False, comment="signs from now on"),
        sa.Column("message", sa.Text(), nullable=False, comment="canonical JSON, signed by both"),
        sa.Column("rotated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations")),
        sa.UniqueConstraint("new", name=op.f("uq_rotations_new")),
        sa.UniqueConstraint("old", name=op.f("uq_rotations_old")),
    )
    op.create_index("ix_rotations_contributor", TABLE, ["contributor"], unique=False)
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
    op.drop_index("ix_rotations_contributor", table_name=TABLE)
    op.drop_table(TABLE)
