"""Hand-overs among what phones send.

Revision: 0009, after 0008. On SQLite a table that is made anew loses its triggers, so what keeps
receipts from being changed is taken off before and put back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = ("registration", "batch")
AFTER = (*BEFORE, "handover")
NAME = "ck_intake_intakekind"


def upgrade() -> None:
    _unguard()
    _allow(AFTER)
    _guard()


def downgrade() -> None:
    _unguard()
    op.execute("DELETE FROM intake WHERE kind = 'handover'")
    _allow(BEFORE)
    _guard()


def _allow(kinds: tuple[str, ...]) -> None:
    allowed = "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    with op.batch_alter_table("intake") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), sa.text(allowed))


def _unguard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER intake_no_{verb}")
    else:
        op.execute("ALTER TABLE intake DISABLE TRIGGER intake_no_change")


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER intake_no_{verb.lower()} BEFORE {verb} ON intake "
                "BEGIN SELECT RAISE(ABORT, 'what was received is never changed'); END"
            )
    else:
        op.execute("ALTER TABLE intake ENABLE TRIGGER intake_no_change")
