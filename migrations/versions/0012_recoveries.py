"""Keys of agencies that keys of phones are wrapped to, and requests of forgotten PINs.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = ("waiting", "approved", "refused", "replaced", "expired", "taken")
OPEN = "state IN ('waiting', 'approved')"


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "escrow_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_escrow_key_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escrow_key")),
    )
    op.create_index(op.f("ix_escrow_key_agency_id"), "escrow_key", ["agency_id"])
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=60), nullable=False),
        sa.Column("escrow_key_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("released", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                *STATES,
                name="recoverystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> user_id", name=op.f("ck_recovery_four_eyes")
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (released IS NOT NULL)",
            name=op.f("ck_recovery_released_while_approved"),
        ),
        sa.CheckConstraint(
            f"({OPEN}) = (wrapped IS NOT NULL)", name=op.f("ck_recovery_wrapped_while_open")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused', 'taken') OR decided_by IS NOT NULL",
            name=op.f("ck_recovery_somebody_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_recovery_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["escrow_key_id"],
            ["escrow_key.id"],
            name=op.f("fk_recovery_escrow_key_id_escrow_key"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_recovery_decided_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_user_id"), "recovery", ["user_id"])
    op.create_index("ix_recovery_agency_id_state", "recovery", ["agency_id", "state"])
    op.create_index(
        "uq_recovery_open",
        "recovery",
        ["user_id", "device_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.drop_table("recovery")
    op.drop_table("escrow_key")
