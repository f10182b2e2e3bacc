"""Parts of a file that a job makes, so that whoever goes on begins behind them.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_part",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("rows > 0", name=op.f("ck_job_part_has_rows")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_part_job_id_job")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_part")),
    )
    op.add_column(
        "job", sa.Column("done_before", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("job", "done_before")
    op.drop_table("job_part")
