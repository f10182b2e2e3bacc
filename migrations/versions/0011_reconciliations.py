"""The figures of a batch's cards, as they were signed, and their sheet in the ledger.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = (
    "enrolment_form",
    "batch_list",
    "card_sheet",
    "card",
    "handover_list",
    "coverage_report",
)
AFTER = (*BEFORE, "reconciliation")
NAME = "ck_document_documentkind"


def upgrade() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("set_aside", sa.JSON(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=80), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_reconciliation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_reconciliation_batch_id_batch")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name=op.f("fk_reconciliation_made_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        sa.UniqueConstraint("code", name=op.f("uq_reconciliation_code")),
        sa.UniqueConstraint("number", name=op.f("uq_reconciliation_number")),
    )
    op.create_index(op.f("ix_reconciliation_agency_id"), "reconciliation", ["agency_id"])
    op.create_index(op.f("ix_reconciliation_batch_id"), "reconciliation", ["batch_id"])
    op.create_index(op.f("ix_reconciliation_made_by"), "reconciliation", ["made_by"])
    _allow(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM document WHERE kind = 'reconciliation'")
    _allow(BEFORE)
    op.drop_table("reconciliation")


def _allow(kinds: tuple[str, ...]) -> None:
    allowed = "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), sa.text(allowed))
