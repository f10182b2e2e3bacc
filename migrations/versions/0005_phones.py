"""Phones, what was received of them for good, and photos that came ahead of their records.

Revision: 0005, after 0004. What was received is never changed: its answer is the same for ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER intake_no_{verb.lower()} BEFORE {verb} ON intake "
            "BEGIN SELECT RAISE(ABORT, 'what was received is never changed'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION intake_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what was received is never changed'; END $$",
        "CREATE TRIGGER intake_no_change BEFORE UPDATE OR DELETE ON intake "
        "FOR EACH ROW EXECUTE FUNCTION intake_kept()",
    ]


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.Column("minted", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("registered_at", moment(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.CheckConstraint("minted >= last", name=op.f("ck_device_minted_before_received")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_device_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_device_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_agency_id"), "device", ["agency_id"])
    op.create_index(op.f("ix_device_seen_at"), "device", ["seen_at"])
    op.create_index(op.f("ix_device_user_id"), "device", ["user_id"])
    op.create_table(
        "intake",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", enum("intakekind", "registration", "batch"), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_intake_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_intake_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_intake_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("subject_id", "revision", name=op.f("pk_intake")),
    )
    op.create_index(op.f("ix_intake_agency_id"), "intake", ["agency_id"])
    op.create_index("ix_intake_device_id_sequence", "intake", ["device_id", "sequence"])
    op.create_index(op.f("ix_intake_user_id"), "intake", ["user_id"])
    op.create_table(
        "look_up_day",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_look_up_day_device_id_device")
        ),
        sa.PrimaryKeyConstraint("device_id", "day", name=op.f("pk_look_up_day")),
    )
    op.create_table(
        "quarantined",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_quarantined_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_quarantined_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("agency_id", "sha256", name=op.f("pk_quarantined")),
    )
    op.create_index(op.f("ix_quarantined_received_at"), "quarantined", ["received_at"])
    op.create_index(op.f("ix_quarantined_user_id"), "quarantined", ["user_id"])
    op.create_table(
        "registration_part",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("kind", enum("partkind", "ktp", "face", "signature"), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", enum("partstate", "waiting", "kept", "refused"), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_part_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"],
            name=op.f("fk_registration_part_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "kind", name=op.f("pk_registration_part")),
    )
    op.create_index("ix_registration_part_sha256", "registration_part", ["sha256"])
    op.create_index(op.f("ix_registration_part_user_id"), "registration_part", ["user_id"])
    op.create_index(
        "ix_registration_part_waiting",
        "registration_part",
        ["received_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("registration_part")
    op.drop_table("quarantined")
    op.drop_table("look_up_day")
    op.drop_table("intake")
    op.drop_table("device")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION intake_kept()")
