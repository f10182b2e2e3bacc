"""Cards, each with its life, and the keys that sign their codes.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (private_sealed IS NOT NULL)",
            name=op.f("ck_signing_key_retired_keys_forget"),
        ),
        sa.CheckConstraint(
            "NOT leaked OR retired_at IS NOT NULL",
            name=op.f("ck_signing_key_leaked_keys_are_retired"),
        ),
        sa.CheckConstraint("id BETWEEN 1 AND 255", name=op.f("ck_signing_key_fits_a_byte")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("public", name=op.f("uq_signing_key_public")),
    )
    op.create_table(
        "card_agency",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "number BETWEEN 1 AND 65535", name=op.f("ck_card_agency_fits_two_bytes")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_card_agency_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_card_agency")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_card_agency_agency_id")),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "issued",
                "printed",
                "spoiled",
                "void",
                "handed_over",
                name="cardstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.LargeBinary(length=80), nullable=True),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_reason", sa.String(length=300), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "copy <= 2 OR state IN ('asked', 'void') OR confirmed_by IS NOT NULL",
            name=op.f("ck_card_second_person"),
        ),
        sa.CheckConstraint(
            "copy = 1 OR asked_reason <> ''", name=op.f("ck_card_reprint_has_a_reason")
        ),
        sa.CheckConstraint(
            "state <> 'asked' OR code IS NULL", name=op.f("ck_card_asked_has_no_code")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'void') OR code IS NOT NULL", name=op.f("ck_card_has_its_code")
        ),
        sa.CheckConstraint(
            "state NOT IN ('printed', 'spoiled', 'handed_over') OR document_id IS NOT NULL",
            name=op.f("ck_card_printed_means_bytes"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('spoiled', 'void') OR reason <> ''", name=op.f("ck_card_end_has_reason")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> issued_by", name=op.f("ck_card_four_eyes")
        ),
        sa.CheckConstraint("copy BETWEEN 1 AND 255", name=op.f("ck_card_copy_fits_a_byte")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_card_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_card_batch_id_batch")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_card_changed_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["user_account.id"], name=op.f("fk_card_confirmed_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_card_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["user_account.id"], name=op.f("fk_card_issued_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["signing_key.id"], name=op.f("fk_card_key_id_signing_key")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_card_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("code", name=op.f("uq_card_code")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index("ix_card_batch_id_state", ["batch_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_card_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_card_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_card_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index("ix_card_state_valid_until", ["state", "valid_until"], unique=False)
        batch_op.create_index(
            "uq_card_live",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'handed_over', 'issued', 'printed')"),
            postgresql_where=sa.text("state IN ('asked', 'handed_over', 'issued', 'printed')"),
        )
        batch_op.create_index("uq_card_serial_copy", ["serial", "copy"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index("uq_card_serial_copy")
        batch_op.drop_index(
            "uq_card_live",
            sqlite_where=sa.text("state IN ('asked', 'handed_over', 'issued', 'printed')"),
            postgresql_where=sa.text("state IN ('asked', 'handed_over', 'issued', 'printed')"),
        )
        batch_op.drop_index("ix_card_state_valid_until")
        batch_op.drop_index(batch_op.f("ix_card_registration_id"))
        batch_op.drop_index(batch_op.f("ix_card_key_id"))
        batch_op.drop_index(batch_op.f("ix_card_document_id"))
        batch_op.drop_index("ix_card_batch_id_state")
        batch_op.drop_index(batch_op.f("ix_card_agency_id"))

    op.drop_table("card")
    op.drop_table("card_agency")
    op.drop_table("signing_key")
