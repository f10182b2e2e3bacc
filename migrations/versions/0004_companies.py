"""Partner companies and their papers, permit checks, warnings, and tokens of the API.

Revision: 0004, after 0003. What was checked, overridden, merged or answered is never changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = ("company_merge", "permit_check", "permit_override", "api_answer")
"""Tables that only grow."""


def guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted'); END"
            for table in KEPT
            for name, deed in (("stays", "UPDATE"), ("remains", "DELETE"))
        ]
    return [
        """CREATE FUNCTION kept_for_ever() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME; END $$""",
        *(
            f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION kept_for_ever()"
            for table in KEPT
            for name, deed, each in (
                ("stays", "UPDATE OR DELETE", "ROW"),
                ("remains", "TRUNCATE", "STATEMENT"),
            )
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_api_token_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_api_token_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["user_account.id"], name=op.f("fk_api_token_revoked_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("nib", sa.String(length=13), nullable=True),
        sa.Column("npwp", sa.String(length=16), nullable=True),
        sa.Column("npp", sa.String(length=12), nullable=True),
        sa.Column("division", sa.String(length=3), nullable=False),
        sa.Column(
            "scale",
            sa.Enum(
                "micro",
                "small",
                "medium",
                "large",
                name="scale",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("area_code", sa.String(length=13), nullable=True),
        sa.Column("street", sa.String(length=160), nullable=False),
        sa.Column("workers_declared", sa.Integer(), nullable=True),
        sa.Column("workers_enrolled", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(length=80), nullable=False),
        sa.Column("contact_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_email", sa.String(length=120), nullable=False),
        sa.Column("unread_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(nib) = 13", name=op.f("ck_company_nib_has_13_digits")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_company_not_into_itself")),
        sa.CheckConstraint(
            "workers_declared >= 0 AND workers_enrolled >= 0",
            name=op.f("ck_company_workers_counted"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_company_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["region.code"], name=op.f("fk_company_area_code_region")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_company_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["company.id"], name=op.f("fk_company_merged_into_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("nib", name=op.f("uq_company_nib")),
    )
    op.create_index(
        "ix_company_agency_name", "company", ["agency_id", "name_key", "id"], unique=False
    )
    op.create_index(op.f("ix_company_area_code"), "company", ["area_code"], unique=False)
    op.create_index(op.f("ix_company_created_by"), "company", ["created_by"], unique=False)
    op.create_index(op.f("ix_company_merged_into_id"), "company", ["merged_into_id"], unique=False)
    op.create_index("ix_company_name", "company", ["name_key", "id"], unique=False)
    op.create_index(op.f("ix_company_npp"), "company", ["npp"], unique=False)
    op.create_index(op.f("ix_company_npwp"), "company", ["npwp"], unique=False)
    op.create_table(
        "company_gram",
        sa.Column("gram", sa.String(length=3), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_gram_company_id_company")
        ),
        sa.PrimaryKeyConstraint("gram", "company_id", name=op.f("pk_company_gram")),
    )
    op.create_index(
        op.f("ix_company_gram_company_id"), "company_gram", ["company_id"], unique=False
    )
    op.create_table(
        "company_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_company_merge_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["company.id"], name=op.f("fk_company_merge_kept_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["merged_by"], ["user_account.id"], name=op.f("fk_company_merge_merged_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["company.id"], name=op.f("fk_company_merge_merged_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_merge")),
        sa.UniqueConstraint("merged_id", name=op.f("uq_company_merge_merged_id")),
    )
    op.create_index(op.f("ix_company_merge_kept_id"), "company_merge", ["kept_id"], unique=False)
    op.create_index(
        op.f("ix_company_merge_merged_by"), "company_merge", ["merged_by"], unique=False
    )
    op.create_table(
        "company_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "certificate",
                "receipt",
                name="paperkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("paid_until", sa.Date(), nullable=True),
        sa.Column("programmes", sa.JSON(), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "verified",
                "refused",
                name="paperstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_reason", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (judged_by IS NULL)",
            name=op.f("ck_company_paper_judged_by_somebody"),
        ),
        sa.CheckConstraint(
            "kind <> 'receipt' OR paid_until IS NOT NULL",
            name=op.f("ck_company_paper_receipt_has_a_month"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR judged_reason <> ''",
            name=op.f("ck_company_paper_refused_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(judged_by IS NULL) = (judged_at IS NULL)",
            name=op.f("ck_company_paper_judged_at_some_time"),
        ),
        sa.CheckConstraint("judged_by <> created_by", name=op.f("ck_company_paper_four_eyes")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_paper_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name=op.f("fk_company_paper_created_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["judged_by"], ["user_account.id"], name=op.f("fk_company_paper_judged_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_paper")),
    )
    op.create_index(
        "ix_company_paper_company", "company_paper", ["company_id", "kind", "state"], unique=False
    )
    op.create_index(
        op.f("ix_company_paper_created_by"), "company_paper", ["created_by"], unique=False
    )
    op.create_index(op.f("ix_company_paper_file"), "company_paper", ["file"], unique=False)
    op.create_table(
        "permit_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("company_name", sa.String(length=120), nullable=False),
        sa.Column("nib", sa.String(length=13), nullable=True),
        sa.Column(
            "permit_type",
            sa.Enum(
                "business",
                "tender",
                "foreign_workers",
                "labour_supply",
                "building",
                name="permittype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("application", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "fit",
                "not_fit",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=80), nullable=False),
        sa.Column(
            "via",
            sa.Enum(
                "counter",
                "api",
                name="checkedvia",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(via = 'api') = (token_id IS NOT NULL)", name=op.f("ck_permit_check_api_has_its_token")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_permit_check_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["user_account.id"],
            name=op.f("fk_permit_check_checked_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_permit_check_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_permit_check_token_id_api_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_check")),
        sa.UniqueConstraint("code", name=op.f("uq_permit_check_code")),
        sa.UniqueConstraint("number", name=op.f("uq_permit_check_number")),
    )
    op.create_index(
        "ix_permit_check_agency", "permit_check", ["agency_id", "checked_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_permit_check_application"), "permit_check", ["application"], unique=False
    )
    op.create_index("ix_permit_check_checked", "permit_check", ["checked_at", "id"], unique=False)
    op.create_index(
        op.f("ix_permit_check_checked_by"), "permit_check", ["checked_by"], unique=False
    )
    op.create_index(
        "ix_permit_check_company", "permit_check", ["company_id", "checked_at"], unique=False
    )
    op.create_index(op.f("ix_permit_check_token_id"), "permit_check", ["token_id"], unique=False)
    op.create_table(
        "permit_override",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("overridden_by", sa.Uuid(), nullable=False),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_permit_override_has_a_reason")),
        sa.CheckConstraint(
            "overridden_by <> checked_by", name=op.f("ck_permit_override_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["permit_check.id"], name=op.f("fk_permit_override_check_id_permit_check")
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["user_account.id"],
            name=op.f("fk_permit_override_checked_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["overridden_by"],
            ["user_account.id"],
            name=op.f("fk_permit_override_overridden_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_permit_override")),
    )
    op.create_index(
        op.f("ix_permit_override_overridden_by"), "permit_override", ["overridden_by"], unique=False
    )
    op.create_table(
        "api_answer",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["permit_check.id"], name=op.f("fk_api_answer_check_id_permit_check")
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_api_answer_token_id_api_token")
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_api_answer")),
    )
    op.create_index(op.f("ix_api_answer_check_id"), "api_answer", ["check_id"], unique=False)
    op.create_table(
        "warning_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivered_to", sa.String(length=120), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answered_on IS NULL OR NOT open",
            name=op.f("ck_warning_letter_answered_series_are_closed"),
        ),
        sa.CheckConstraint(
            "delivered_on >= issued_on", name=op.f("ck_warning_letter_delivered_after_issue")
        ),
        sa.CheckConstraint(
            "notified_on IS NULL OR (step = 2 AND delivered_on IS NOT NULL)",
            name=op.f("ck_warning_letter_told_at_the_end"),
        ),
        sa.CheckConstraint("step IN (1, 2)", name=op.f("ck_warning_letter_two_at_most")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_warning_letter_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_warning_letter_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"],
            ["user_account.id"],
            name=op.f("fk_warning_letter_issued_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_warning_letter_number")),
    )
    op.create_index(
        "ix_warning_letter_agency", "warning_letter", ["agency_id", "open"], unique=False
    )
    op.create_index(
        op.f("ix_warning_letter_company_id"), "warning_letter", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_warning_letter_issued_by"), "warning_letter", ["issued_by"], unique=False
    )
    op.create_index(
        "uq_warning_letter_open_step",
        "warning_letter",
        ["company_id", "step"],
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("warning_letter")
    op.drop_table("api_answer")
    op.drop_table("permit_override")
    op.drop_table("permit_check")
    op.drop_table("company_paper")
    op.drop_table("company_merge")
    op.drop_table("company_gram")
    op.drop_table("company")
    op.drop_table("api_token")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION kept_for_ever()")
