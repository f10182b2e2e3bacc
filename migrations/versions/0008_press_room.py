"""Who was left out of a print, on which page whose paper begins, and parts of a print.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_omission",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("lacks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_omission_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_document_omission_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint(
            "document_id", "registration_id", name=op.f("pk_document_omission")
        ),
    )
    op.create_index(
        op.f("ix_document_omission_registration_id"), "document_omission", ["registration_id"]
    )
    op.add_column("document_row", sa.Column("page", sa.Integer(), nullable=True))
    op.add_column("job", sa.Column("pages", sa.Integer(), nullable=True))
    with op.batch_alter_table("document") as table:
        table.add_column(sa.Column("whole_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("first_sheet", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_document_whole_id_document"), "document", ["whole_id"], ["id"]
        )
        table.create_index(op.f("ix_document_whole_id"), ["whole_id"])
        table.create_check_constraint(
            op.f("ck_document_part_says_where_it_begins"),
            "(whole_id IS NULL) = (first_sheet IS NULL)",
        )


def downgrade() -> None:
    with op.batch_alter_table("document") as table:
        table.drop_constraint(op.f("ck_document_part_says_where_it_begins"), type_="check")
        table.drop_index(op.f("ix_document_whole_id"))
        table.drop_constraint(op.f("fk_document_whole_id_document"), type_="foreignkey")
        table.drop_column("first_sheet")
        table.drop_column("whole_id")
    op.drop_column("job", "pages")
    op.drop_column("document_row", "page")
    op.drop_index(op.f("ix_document_omission_registration_id"), table_name="document_omission")
    op.drop_table("document_omission")
