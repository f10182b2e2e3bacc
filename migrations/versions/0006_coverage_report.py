"""The coverage report among the kinds of documents.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = ("enrolment_form", "batch_list", "card_sheet", "card", "handover_list")
AFTER = (*BEFORE, "coverage_report")
NAME = "ck_document_documentkind"


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    op.execute("UPDATE job SET document_id = NULL WHERE kind = 'coverage_report'")
    op.execute("DELETE FROM document WHERE kind = 'coverage_report'")
    _allow(BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    allowed = "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), sa.text(allowed))
