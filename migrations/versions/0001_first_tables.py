"""The first tables, and triggers that keep the audit trail append-only.

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


GUARDS = {
    "sqlite": (
        """CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
        """CREATE TRIGGER audit_entry_remains BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$""",
        """CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()""",
        """CREATE TRIGGER audit_entry_remains BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_guard()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opd",
                "city_company",
                "branch",
                name="agencykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "brake",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_brake")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "key_mark",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_key_mark")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parent_code", sa.String(length=13), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["region.code"], name=op.f("fk_region_parent_code_region")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_region_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "agency_category",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column(
            "segment",
            sa.Enum(
                "BPU", "PU", name="segment", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "sector",
            sa.Enum(
                "transport",
                "other",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "risk_class",
            sa.Enum(
                "very_low",
                "low",
                "medium",
                "high",
                "very_high",
                name="riskclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "payer",
            sa.Enum(
                "apbn",
                "apbd",
                "apbdes",
                "own",
                "deducted",
                "company",
                name="payer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("usual_income_from", sa.Integer(), nullable=False),
        sa.Column("usual_income_to", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "segment = 'BPU' OR risk_class IS NOT NULL",
            name=op.f("ck_agency_category_pu_has_risk_class"),
        ),
        sa.CheckConstraint(
            "usual_income_from <= usual_income_to",
            name=op.f("ck_agency_category_usual_income_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_category_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_agency_category_category_id_category")
        ),
        sa.PrimaryKeyConstraint("agency_id", "category_id", name=op.f("pk_agency_category")),
    )
    with op.batch_alter_table("agency_category", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agency_category_category_id"), ["category_id"], unique=False
        )

    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "coordinator",
                "supervisor",
                "clerk",
                "permit_officer",
                "manager",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("ck_user_account_username_lower")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_user_account_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_audit_entry_actor_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "submitted",
                "decided",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_batch_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_batch_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_batch_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_batch_number")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(
            "ix_batch_agency_id_state", ["agency_id", "state", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_batch_created_by"), ["created_by"], unique=False)

    op.create_table(
        "held_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_held_form_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_form")),
    )
    with op.batch_alter_table("held_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_form_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_form_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enrolment_form",
                "batch_list",
                "card_sheet",
                "card",
                "handover_list",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rows > 0 AND pages > 0", name=op.f("ck_document_not_empty")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_document_batch_id_batch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_document_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_sha256"), ["sha256"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "approved",
                "rejected",
                "sent",
                "enrolled",
                "ended",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("kpj", sa.String(length=11), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("batch_row", sa.Integer(), nullable=True),
        sa.Column("nik_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("nik_tail_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no_nik_reason", sa.String(length=200), nullable=False),
        sa.Column("kk_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kk_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("sort_name", sa.String(length=120), nullable=False),
        sa.Column("birth_place", sa.String(length=60), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum(
                "male", "female", name="sex", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column(
            "marital_status",
            sa.Enum(
                "single",
                "married",
                "divorced",
                "widowed",
                name="maritalstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "blood_type",
            sa.Enum(
                "a",
                "b",
                "ab",
                "o",
                name="bloodtype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("mother_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("family_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("banjar", sa.String(length=60), nullable=False),
        sa.Column("banjar_key", sa.String(length=60), nullable=False),
        sa.Column("customary_village", sa.String(length=60), nullable=False),
        sa.Column("rt", sa.String(length=3), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=False),
        sa.Column("village_code", sa.String(length=13), nullable=True),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column(
            "segment",
            sa.Enum(
                "BPU", "PU", name="segment", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column(
            "sector",
            sa.Enum(
                "transport",
                "other",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "risk_class",
            sa.Enum(
                "very_low",
                "low",
                "medium",
                "high",
                "very_high",
                name="riskclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("workplace", sa.String(length=120), nullable=False),
        sa.Column("work_hours", sa.String(length=40), nullable=False),
        sa.Column("second_job", sa.String(length=80), nullable=False),
        sa.Column("former_kpj", sa.String(length=11), nullable=False),
        sa.Column("npwp", sa.String(length=22), nullable=False),
        sa.Column("income_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "payer",
            sa.Enum(
                "apbn",
                "apbd",
                "apbdes",
                "own",
                "deducted",
                "company",
                name="payer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("with_jht", sa.Boolean(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("term_from", sa.Date(), nullable=True),
        sa.Column("term_to", sa.Date(), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_by", sa.Uuid(), nullable=True),
        sa.Column("signature_file", sa.String(length=80), nullable=True),
        sa.Column("unread_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column(
            "worst",
            sa.Enum(
                "block",
                "warn",
                "note",
                name="weight",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kpj IS NULL OR stage IN ('enrolled', 'ended')",
            name=op.f("ck_registration_kpj_from_bpjs"),
        ),
        sa.CheckConstraint(
            "number IS NULL OR stage IN ('approved', 'ended', 'enrolled', 'sent')",
            name=op.f("ck_registration_no_number_before"),
        ),
        sa.CheckConstraint(
            "stage <> 'submitted' OR batch_id IS NOT NULL",
            name=op.f("ck_registration_sent_in_a_batch"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('approved', 'enrolled', 'sent', 'submitted') OR consent_version IS NOT NULL",
            name=op.f("ck_registration_live_rows_consented"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('approved', 'enrolled', 'sent', 'submitted') OR nik_index IS NOT NULL",
            name=op.f("ck_registration_live_rows_have_a_nik"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_registration_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_registration_batch_id_batch")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_registration_category_id_category")
        ),
        sa.ForeignKeyConstraint(
            ["consent_by"],
            ["user_account.id"],
            name=op.f("fk_registration_consent_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name=op.f("fk_registration_created_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["village_code"], ["region.code"], name=op.f("fk_registration_village_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("kpj", name=op.f("uq_registration_kpj")),
        sa.UniqueConstraint("number", name=op.f("uq_registration_number")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            "ix_registration_agency_changed", ["agency_id", "changed_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_registration_agency_stage", ["agency_id", "stage", "changed_at", "id"], unique=False
        )
        batch_op.create_index("ix_registration_banjar_key", ["banjar_key"], unique=False)
        batch_op.create_index("ix_registration_batch", ["batch_id", "batch_row"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_birth_date"), ["birth_date"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_registration_category_id"), ["category_id"], unique=False
        )
        batch_op.create_index("ix_registration_changed", ["changed_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_created_by"), ["created_by"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_registration_kk_index"), ["kk_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_nik_index"), ["nik_index"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_nik_tail_index"), ["nik_tail_index"], unique=False
        )
        batch_op.create_index("ix_registration_sort_name", ["sort_name", "id"], unique=False)
        batch_op.create_index("ix_registration_stage", ["stage", "changed_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_village_code"), ["village_code"], unique=False
        )
        batch_op.create_index(
            "uq_registration_live_role",
            ["nik_index", "category_id"],
            unique=True,
            sqlite_where=sa.text("stage IN ('approved', 'enrolled', 'sent', 'submitted')"),
            postgresql_where=sa.text("stage IN ('approved', 'enrolled', 'sent', 'submitted')"),
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "approve",
                "return",
                "reject",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_decision_batch_id_batch")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_decision_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_decision_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_decision_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "document_row",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_row_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_document_row_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("document_id", "registration_id", name=op.f("pk_document_row")),
    )
    with op.batch_alter_table("document_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_row_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "finding_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["user_account.id"],
            name=op.f("fk_finding_confirmation_confirmed_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_finding_confirmation_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_confirmation")),
        sa.UniqueConstraint(
            "registration_id", "code", name=op.f("uq_finding_confirmation_registration_id_code")
        ),
    )
    with op.batch_alter_table("finding_confirmation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_finding_confirmation_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_job_progress_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_job_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_job_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_job_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_document_id"), ["document_id"], unique=False)
        batch_op.create_index("ix_job_state_created_at", ["state", "created_at"], unique=False)

    op.create_table(
        "name_gram",
        sa.Column("gram", sa.String(length=3), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_name_gram_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("gram", "registration_id", name=op.f("pk_name_gram")),
    )
    with op.batch_alter_table("name_gram", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_name_gram_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "face",
                "ktp",
                name="photokind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("print_file", sa.String(length=80), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("mean_luma", sa.Double(), nullable=False),
        sa.Column("sharpness", sa.Double(), nullable=False),
        sa.Column("glare", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_photo_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_photo_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("registration_id", "kind", name=op.f("uq_photo_registration_id_kind")),
    )
    op.create_table(
        "registration_hand",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_hand_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_registration_hand_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("registration_id", "user_id", name=op.f("pk_registration_hand")),
    )
    with op.batch_alter_table("registration_hand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_hand_user_id"), ["user_id"], unique=False)

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("registration_hand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_hand_user_id"))

    op.drop_table("registration_hand")
    op.drop_table("photo")
    with op.batch_alter_table("name_gram", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_gram_registration_id"))

    op.drop_table("name_gram")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_created_at")
        batch_op.drop_index(batch_op.f("ix_job_document_id"))
        batch_op.drop_index(batch_op.f("ix_job_created_by"))
        batch_op.drop_index(batch_op.f("ix_job_agency_id"))

    op.drop_table("job")
    with op.batch_alter_table("finding_confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_confirmation_registration_id"))

    op.drop_table("finding_confirmation")
    with op.batch_alter_table("document_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_row_registration_id"))

    op.drop_table("document_row")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_registration_id"))
        batch_op.drop_index(batch_op.f("ix_decision_decided_by"))
        batch_op.drop_index(batch_op.f("ix_decision_batch_id"))

    op.drop_table("decision")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registration_live_role",
            sqlite_where=sa.text("stage IN ('approved', 'enrolled', 'sent', 'submitted')"),
            postgresql_where=sa.text("stage IN ('approved', 'enrolled', 'sent', 'submitted')"),
        )
        batch_op.drop_index(batch_op.f("ix_registration_village_code"))
        batch_op.drop_index("ix_registration_stage")
        batch_op.drop_index("ix_registration_sort_name")
        batch_op.drop_index(batch_op.f("ix_registration_nik_tail_index"))
        batch_op.drop_index(batch_op.f("ix_registration_nik_index"))
        batch_op.drop_index(batch_op.f("ix_registration_kk_index"))
        batch_op.drop_index(batch_op.f("ix_registration_created_by"))
        batch_op.drop_index("ix_registration_changed")
        batch_op.drop_index(batch_op.f("ix_registration_category_id"))
        batch_op.drop_index(batch_op.f("ix_registration_birth_date"))
        batch_op.drop_index("ix_registration_batch")
        batch_op.drop_index("ix_registration_banjar_key")
        batch_op.drop_index("ix_registration_agency_stage")
        batch_op.drop_index("ix_registration_agency_changed")

    op.drop_table("registration")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_sha256"))
        batch_op.drop_index(batch_op.f("ix_document_created_by"))
        batch_op.drop_index(batch_op.f("ix_document_created_at"))
        batch_op.drop_index(batch_op.f("ix_document_batch_id"))
        batch_op.drop_index(batch_op.f("ix_document_agency_id"))

    op.drop_table("document")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("held_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_form_user_id"))
        batch_op.drop_index(batch_op.f("ix_held_form_created_at"))

    op.drop_table("held_form")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_created_by"))
        batch_op.drop_index("ix_batch_agency_id_state")

    op.drop_table("batch")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_agency_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_action"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_agency_id"))

    op.drop_table("user_account")
    with op.batch_alter_table("agency_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_category_category_id"))

    op.drop_table("agency_category")
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_parent_code"))

    op.drop_table("region")
    op.drop_table("key_mark")
    op.drop_table("counter")
    op.drop_table("category")
    op.drop_table("brake")
    op.drop_table("agency")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_guard()")
