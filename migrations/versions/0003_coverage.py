"""Targets, official figures, local holidays, and totals of registrations kept by triggers.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDICATORS = ("active_participants", "new_workers", "new_companies", "groups", "labour_force")
KINDS = ("stock", "flow")
MARKS = (
    "draft", "submitted", "returned", "approved", "rejected", "sent", "withdrawn", "ended",
    "enrolled", "left",
)
PAPER = ("enrolment_form", "batch_list", "card_sheet", "card", "handover_list")
NONE = "00000000000000000000000000000000"

# What a row of `registration` counts as: its stage since the day it came there, with two words of
# their own. Who was enrolled counts as that since that day, for ever; who ended after that counts
# as left besides.
SQLITE_DAY = "date({row}.changed_at, '+8 hours')"
SQLITE_MARKS = """
    INSERT INTO coverage_total
        (agency_id, category_id, coordinator_id, mark, district_code, day, people, folded)
    SELECT {row}.agency_id, coalesce({row}.category_id, '%(none)s'), {row}.created_by,
        CASE WHEN {row}.stage = 'ended' AND e.day IS NOT NULL THEN 'left' ELSE {row}.stage END,
        substr(coalesce({row}.village_code, ''), 1, 8),
        CASE {row}.stage
            WHEN 'enrolled' THEN coalesce(e.day, %(day)s)
            WHEN 'ended' THEN coalesce({row}.ended_on, %(day)s)
            ELSE %(day)s
        END,
        {sign}, 0
    FROM (SELECT 1) LEFT JOIN enrolment_day e ON e.registration_id = {row}.id;
    INSERT INTO coverage_total
        (agency_id, category_id, coordinator_id, mark, district_code, day, people, folded)
    SELECT {row}.agency_id, coalesce({row}.category_id, '%(none)s'), {row}.created_by, 'enrolled',
        substr(coalesce({row}.village_code, ''), 1, 8), e.day, {sign}, 0
    FROM enrolment_day e WHERE e.registration_id = {row}.id AND {row}.stage = 'ended';
""" % {"none": NONE, "day": SQLITE_DAY}
SQLITE_NOTE = """
    INSERT OR IGNORE INTO enrolment_day (registration_id, day)
    SELECT NEW.id, %s WHERE NEW.stage = 'enrolled';
""" % SQLITE_DAY.format(row="NEW")
LESS, MORE = (SQLITE_MARKS.format(row=row, sign=sign) for row, sign in (("OLD", -1), ("NEW", 1)))
WATCHED = ("stage", "agency_id", "category_id", "village_code", "created_by", "ended_on")

ON_SQLITE = (
    f"CREATE TRIGGER registration_counts AFTER INSERT ON registration "
    f"BEGIN {SQLITE_NOTE} {MORE} END",
    f"CREATE TRIGGER registration_recounts AFTER UPDATE OF {', '.join(WATCHED)}, changed_at "
    f"ON registration WHEN "
    + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in WATCHED)
    + f" OR {SQLITE_DAY.format(row='OLD')} IS NOT {SQLITE_DAY.format(row='NEW')} "
    f"BEGIN {LESS} {SQLITE_NOTE} {MORE} END",
    f"CREATE TRIGGER registration_discounts BEFORE DELETE ON registration BEGIN {LESS} "
    f"DELETE FROM enrolment_day WHERE registration_id = OLD.id; END",
)

ON_POSTGRESQL = (
    f"""CREATE FUNCTION registration_mark(r registration, sign integer) RETURNS void
    LANGUAGE sql AS $$
        INSERT INTO coverage_total
            (agency_id, category_id, coordinator_id, mark, district_code, day, people, folded)
        SELECT r.agency_id, coalesce(r.category_id, '{NONE}'::uuid), r.created_by,
            CASE WHEN r.stage = 'ended' AND e.day IS NOT NULL THEN 'left' ELSE r.stage END,
            left(coalesce(r.village_code, ''), 8),
            CASE r.stage
                WHEN 'enrolled' THEN coalesce(e.day, c.day)
                WHEN 'ended' THEN coalesce(r.ended_on, c.day)
                ELSE c.day
            END,
            sign, false
        FROM (SELECT (r.changed_at AT TIME ZONE 'Asia/Makassar')::date AS day) c
            LEFT JOIN enrolment_day e ON e.registration_id = r.id
        UNION ALL
        SELECT r.agency_id, coalesce(r.category_id, '{NONE}'::uuid), r.created_by, 'enrolled',
            left(coalesce(r.village_code, ''), 8), e.day, sign, false
        FROM enrolment_day e WHERE e.registration_id = r.id AND r.stage = 'ended'
    $$""",
    """CREATE FUNCTION registration_count() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            PERFORM registration_mark(OLD, -1);
        END IF;
        IF TG_OP = 'DELETE' THEN
            DELETE FROM enrolment_day WHERE registration_id = OLD.id;
            RETURN OLD;
        END IF;
        IF NEW.stage = 'enrolled' THEN
            INSERT INTO enrolment_day (registration_id, day)
            VALUES (NEW.id, (NEW.changed_at AT TIME ZONE 'Asia/Makassar')::date)
            ON CONFLICT DO NOTHING;
        END IF;
        PERFORM registration_mark(NEW, 1);
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER registration_counts AFTER INSERT ON registration
    FOR EACH ROW EXECUTE FUNCTION registration_count()""",
    "CREATE TRIGGER registration_recounts AFTER UPDATE OF "
    + ", ".join(WATCHED)
    + ", changed_at ON registration FOR EACH ROW WHEN ("
    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in WATCHED)
    + " OR (OLD.changed_at AT TIME ZONE 'Asia/Makassar')::date IS DISTINCT FROM"
    " (NEW.changed_at AT TIME ZONE 'Asia/Makassar')::date)"
    " EXECUTE FUNCTION registration_count()",
    """CREATE TRIGGER registration_discounts BEFORE DELETE ON registration
    FOR EACH ROW EXECUTE FUNCTION registration_count()""",
)


def listed(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "local_holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"],
            name=op.f("fk_local_holiday_entered_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_local_holiday")),
    )
    op.create_table(
        "official_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("indicator", listed(*INDICATORS, name="indicator"), nullable=False),
        sa.Column("kind", listed(*KINDS, name="kind"), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_official_figure_period_in_order")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_official_figure_not_negative")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"],
            name=op.f("fk_official_figure_entered_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_figure")),
    )
    present = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_official_figure_present", "official_figure",
        ["indicator", "area_code", "period_from", "period_to"],
        unique=True, sqlite_where=present, postgresql_where=present,
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("indicator", listed(*INDICATORS, name="indicator"), nullable=False),
        sa.Column("kind", listed(*KINDS, name="kind"), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("segment", listed("BPU", "PU", name="segment"), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_target_period_in_order")),
        sa.CheckConstraint("value > 0", name=op.f("ck_target_positive")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_target_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_target_category_id_category")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_target_entered_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_index(
        "uq_target_present", "target", ["key"],
        unique=True, sqlite_where=present, postgresql_where=present,
    )
    op.create_index("ix_target_period", "target", ["period_from", "period_to"])
    op.create_index(op.f("ix_target_agency_id"), "target", ["agency_id"])
    op.create_index(op.f("ix_target_category_id"), "target", ["category_id"])
    op.create_table(
        "enrolment_day",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], ondelete="CASCADE",
            name=op.f("fk_enrolment_day_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_enrolment_day")),
    )
    op.create_table(
        "coverage_total",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True,
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("mark", listed(*MARKS, name="mark"), nullable=False),
        sa.Column("district_code", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_total")),
    )
    op.create_index(
        "ix_coverage_total_mark", "coverage_total",
        ["mark", "day", "agency_id", "category_id", "district_code", "coordinator_id", "people"],
    )
    op.create_index(
        "uq_coverage_total_folded", "coverage_total",
        ["agency_id", "mark", "day", "category_id", "district_code", "coordinator_id"],
        unique=True, sqlite_where=sa.text("folded"), postgresql_where=sa.text("folded"),
    )
    op.create_index(
        "ix_coverage_total_unfolded", "coverage_total", ["id"],
        sqlite_where=sa.text("NOT folded"), postgresql_where=sa.text("NOT folded"),
    )
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement.replace(":", "\\:"))
    _count_what_is_there()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("registration_counts", "registration_recounts", "registration_discounts"):
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON registration"))
    if not sqlite:
        op.execute("DROP FUNCTION registration_count()")
        op.execute("DROP FUNCTION registration_mark(registration, integer)")
    for table in ("coverage_total", "enrolment_day", "target", "official_figure", "local_holiday"):
        op.drop_table(table)


def _count_what_is_there() -> None:
    """Registrations of before: one update of each row's own stage makes the triggers count it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    day = "date(changed_at, '+8 hours')" if sqlite else "(changed_at AT TIME ZONE 'Asia/Makassar')::date"
    nobody = f"'{NONE}'" if sqlite else f"'{NONE}'::uuid"
    district = "substr(coalesce(village_code, ''), 1, 8)"
    came = (
        "INSERT INTO enrolment_day (registration_id, day) "
        f"SELECT id, {day} FROM registration WHERE stage = 'enrolled'"
    )
    counted = (
        "INSERT INTO coverage_total (agency_id, category_id, coordinator_id, mark, district_code, "
        f"day, people, folded) SELECT agency_id, coalesce(category_id, {nobody}), created_by, "
        f"stage, {district}, CASE stage WHEN 'ended' THEN coalesce(ended_on, {day}) ELSE {day} END,"
        f" count(*), true FROM registration GROUP BY 1, 2, 3, 4, 5, 6"
    )
    for statement in (came, counted):
        op.execute(statement.replace(":", "\\:"))
