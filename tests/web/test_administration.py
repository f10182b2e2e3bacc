"""The administrator's pages, as Luh of the branch and Agung of one agency use them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Role
from fieldapp.models.agencies import Agency, AgencyCategory, Category
from fieldapp.models.users import User
from fieldapp.services import audit
from fieldapp.services import users as user_services
from tests.web.browser import Browser
from tests.world import AGENCIES


@pytest.fixture
def luh(app) -> Browser:
    """Luh administers all agencies."""
    browser = Browser(app)
    browser.sign_in("luh")
    return browser


@pytest.fixture
def agung(app) -> Browser:
    """Agung administers the culture agency alone."""
    password = "kembang kopi bangli"
    with app.app_context(), transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.name == AGENCIES["culture"][1])).one()
        user_services.add(
            session,
            actor=None,
            username="agung",
            name="Anak Agung Raka",
            role=Role.ADMIN,
            agency=agency,
            password=password,
            now=now_utc(),
        )
        session.execute(update(User).values(must_change_password=False))
    browser = Browser(app)
    browser.sign_in("agung", password)
    return browser


def test_a_new_user_gets_a_first_password_that_is_shown_once(app, luh):
    luh.get("/users/new")
    form = luh.page.form("user")
    parking = form.options("agency_id")["Perumda Bhukti Praja Sewakadarma"]
    assert form.fields["agency_id"] == ""

    shown = luh.submit(
        "user", name="Kadek Ayu", username="Kadek", role="coordinator", agency_id=parking
    )
    password = shown.text.split("Kata sandi pertama ")[2].split()[0]
    kadek = Browser(app)

    assert kadek.sign_in("kadek", password).path == "/account/password"
    assert password not in luh.get("/users/?q=kadek").body.decode()
    assert luh.page.rows == [
        "Kadek Ayu kadek Koordinator Perumda Bhukti Praja Sewakadarma "
        "Kata sandi pertama belum diganti"
    ]


def test_what_is_wrong_with_a_new_user_stands_beside_the_field(luh):
    luh.get("/users/new")
    page = luh.submit("user", name="", username="wayan", role="coordinator")
    assert set(page.errors) == {"name", "agency_id"}

    branch = page.form("user").options("agency_id")["Dinas Kebudayaan"]
    page = luh.submit("user", name="Wayan", agency_id=branch)

    assert set(page.errors) == {"username"}
    assert page.form("user").fields["name"] == "Wayan"
    assert page.form("user").fields["role"] == "coordinator"


def test_a_new_role_counts_from_the_next_request(app, luh):
    wayan = Browser(app)
    wayan.sign_in("wayan")
    assert wayan.get("/registrations/").status == 200
    luh.get(f"/users/{user_id(app, 'wayan')}")

    luh.submit("user", role="permit_officer")

    assert wayan.get("/registrations/").status == 403


def test_two_administrators_on_one_page_do_not_overwrite_each_other(app, luh):
    address = f"/users/{user_id(app, 'wayan')}"
    slow = luh.get(address)
    luh.get(address)
    luh.submit("user", name="I Wayan Sudiarta Putra")
    luh.page = slow

    told = luh.submit("user", name="Wayan S.", role="supervisor")

    assert told.status == 409
    assert "I Wayan Sudiarta Putra" in told.banners
    assert told.form("user").fields["name"] == "Wayan S."
    assert told.form("user").fields["role"] == "supervisor"
    meant = luh.submit("user")
    assert "Wayan S. sudah disimpan" in meant.messages


def test_closing_an_account_ends_its_sessions_at_once(app, luh):
    wayan = Browser(app)
    wayan.sign_in("wayan")
    address = f"/users/{user_id(app, 'wayan')}"

    luh.get(address).follow("Tutup akun")
    luh.submit(f"{address}/close")

    assert wayan.get("/").path == "/sign-in"
    assert wayan.sign_in("wayan").status == 422
    luh.submit(f"{address}/reopen")
    assert wayan.sign_in("wayan").path == "/"


def test_luh_can_neither_close_nor_demote_herself(app, luh):
    address = f"/users/{user_id(app, 'luh')}"
    page = luh.get(address)
    assert not [form for form in page.forms if form.action.endswith("/close")]

    page = luh.submit("user", role="manager")
    assert page.status == 422
    assert "akun sendiri" in page.banners
    luh.get(f"{address}/close")
    assert luh.submit(f"{address}/close").status == 422
    assert luh.get("/users/").status == 200


def test_an_agencys_administrator_sees_nobody_of_another(app, agung):
    others = user_id(app, "wayan")

    page = agung.get("/users/")
    assert {row.split()[-2] for row in page.rows} <= {"Kebudayaan"}
    assert len(page.rows) == 3
    for address in ("", "/close", "/reset-password"):
        assert agung.get(f"/users/{others}{address}").status == 404
    token = agung.get("/users/").form("/sign-out").fields["csrf_token"]
    for address in ("", "/close", "/reopen", "/reset-password"):
        answer = agung.post(f"/users/{others}{address}", {"csrf_token": token})
        assert answer.status == 404
    assert agung.get(f"/agencies/{agency_id(app, 'parking')}").status == 404


def test_an_agencys_administrator_gives_no_account_of_another_agency(app, agung):
    agung.get("/users/new")
    form = agung.page.form("user")
    assert list(form.options("agency_id")) == ["Dinas Kebudayaan"]

    page = agung.submit(
        "user",
        name="Ratna",
        username="ratna",
        role="admin",
        agency_id=str(agency_id(app, "branch")),
    )

    assert set(page.errors) == {"agency_id"}


def test_an_agencys_administrator_changes_no_agency(app, agung):
    assert agung.get("/agencies/new").status == 403
    assert agung.get("/categories/new").status == 403
    page = agung.get(f"/agencies/{agency_id(app, 'culture')}")

    assert "agency" not in {form.id for form in page.forms}
    assert "Instansi baru" not in agung.get("/agencies/").links


def test_an_agencys_administrator_posts_no_change_of_names_and_terms_that_all_share(app, agung):
    with app.app_context(), reading() as session:
        kelian = select(Category.id).where(Category.name == "kelian adat")
        category = session.scalars(kelian).one()
    culture = agency_id(app, "culture")
    token = agung.get("/users/").form("/sign-out").fields["csrf_token"]
    wishes = {"csrf_token": token, "name": "Milik Agung", "kind": "opd", "active": "y"}
    wishes |= {"revision": "1", "seen": ""}

    for address in (
        f"/agencies/{culture}",
        f"/agencies/{culture}/close",
        f"/categories/{category}",
    ):
        assert agung.post(address, wishes).status == 403, address

    with app.app_context(), reading() as session:
        assert session.scalars(kelian).one() == category
        assert session.get_one(Agency, culture).name == AGENCIES["culture"][1]
        assert session.get_one(Agency, culture).active


def test_an_agency_is_made_renamed_closed_and_opened(luh):
    luh.get("/agencies/new")
    assert set(luh.submit("agency", name="dinas kebudayaan", kind="opd").errors) == {"name"}
    luh.submit("agency", name="Dinas Pertanian", kind="opd")
    page = luh.page.follow("Dinas Pertanian")
    luh.submit("agency", name="Dinas Pertanian Kota Denpasar")
    page = luh.page.follow("Dinas Pertanian Kota Denpasar").follow("Tutup instansi")

    page = luh.submit(page.path)
    assert "sudah ditutup" in page.messages
    page = page.follow("Dinas Pertanian Kota Denpasar")
    assert "Instansi ini sudah ditutup" in page.banners
    page = luh.submit(f"{page.path}/reopen")
    assert "sudah dibuka kembali" in page.messages


def test_an_agency_with_people_in_it_stays_open(app, luh):
    address = f"/agencies/{agency_id(app, 'parking')}/close"
    luh.get(address)

    page = luh.submit(address)

    assert page.status == 422
    assert "2 pengguna aktif" in page.banners


def test_a_category_is_made_and_given_to_an_agency(app, luh):
    luh.get("/categories/new")
    luh.submit("category", name="pedagang pasar")
    luh.page.follow("Dinas Koperasi dan UMKM")

    wrong = luh.submit(
        "terms", segment="PU", usual_income_from="3jt", usual_income_to="Rp 1.000.000"
    )
    assert set(wrong.errors) == {"risk_class", "usual_income_to"}
    done = luh.submit("terms", risk_class="low", payer="company", usual_income_to="5.000.000,00")

    assert "Ketentuan pedagang pasar sudah disimpan." in done.messages
    with app.app_context(), reading() as session:
        row = session.scalars(
            select(AgencyCategory)
            .join(AgencyCategory.category)
            .where(AgencyCategory.agency_id == agency_id(app, "cooperatives"))
            .order_by(AgencyCategory.usual_income_to)
        ).all()[0]
        assert (row.segment, row.risk_class, row.payer) == ("PU", "low", "company")
        assert (row.usual_income_from, row.usual_income_to) == (3_000_000, 5_000_000)


def test_terms_from_an_older_page_are_told_and_kept(luh):
    slow = luh.get("/categories/").follow("kelian adat").follow("Dinas Kebudayaan")
    luh.submit("terms", payer="apbdes")
    luh.page = slow

    told = luh.submit("terms", payer="own", usual_income_to="9.000.000")

    assert told.status == 409
    assert "APBDes" in told.banners
    assert told.form("terms").fields["payer"] == "own"
    assert told.form("terms").fields["usual_income_to"] == "9.000.000"


def test_the_roles_page_says_the_whole_policy(luh):
    page = luh.get("/users/").follow("Wewenang setiap peran")

    heads = page.tree.xpath("//thead//th/text()")
    assert heads[1:3] == ["Koordinator", "Penyelia"]
    decide = next(row for row in page.rows if row.startswith("Memutuskan berkas"))
    assert decide.count("tidak") == 1 + 5


def test_regions_are_browsed_and_searched(luh):
    page = luh.get("/regions/")
    page = page.follow("Kota Denpasar").follow("Denpasar Selatan")
    assert page.rows[2] == "Sesetan 51.71.01.1003"
    assert "ODbL" in page.text

    assert luh.get("/regions/?q=SESETAN").rows == ["Sesetan 51.71.01.1003 Desa atau kelurahan"]
    assert luh.get("/regions/?q=nowhere at all").rows == []
    assert luh.get("/regions/99").status == 404
    many = luh.get("/regions/?q=kabupaten")
    assert len(many.rows) == 50
    assert not set(many.rows) & set(many.follow("Berikutnya").rows)


def test_the_trail_is_filtered_by_person_action_subject_and_day(app, luh):
    Browser(app).sign_in("wayan")
    Browser(app).sign_in("nobody")

    assert len(luh.get("/audit/?person=wayan").rows) == 1
    assert len(luh.get("/audit/?action=session.").rows) == 3
    assert len(luh.get("/audit/?action=session.refused").rows) == 1
    subject = luh.get("/audit/?person=wayan").tree.xpath("//a[@title]/@title")[0]
    assert len(luh.get(f"/audit/?subject={subject}").rows) == 1
    assert luh.get("/audit/?day=2001-01-01").rows == []
    assert len(luh.get("/audit/?day=nonsense&before=nonsense").rows) == 3


def test_the_trail_is_paged_without_losing_an_entry(app, luh):
    with app.app_context(), transaction() as session:
        events = [audit.Event("test.turn", "turn", str(number)) for number in range(120)]
        audit.record_all(session, actor=None, events=events, now=datetime.now(UTC))

    page, seen = luh.get("/audit/"), []
    for _ in range(3):
        seen += [row.split()[0] for row in page.rows]
        page = page.follow("Berikutnya") if "Berikutnya" in page.links else page

    assert len(seen) == len(set(seen)) == 121


def test_an_agencys_administrator_reads_the_trail_of_the_agency(app, agung):
    Browser(app).sign_in("wayan")
    Browser(app).sign_in("made")

    page = agung.get("/audit/")

    assert "wayan" not in page.text
    assert "made" in page.text


def test_about_and_health_are_for_everybody(app):
    stranger = Browser(app)

    page = stranger.get("/about")
    assert "idn-area-data" in page.text
    assert "ODbL" in page.text
    assert "0.1.0" in page.text
    health = stranger.get("/health")
    assert health.status == 200
    assert health.response.json == {"database": "up", "migrations": "at head"}


def test_health_says_when_a_migration_is_missing(app):
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    health = Browser(app).get("/health")

    assert health.status == 503
    assert health.response.json["migrations"] == "behind"


def user_id(app, username):
    with app.app_context(), reading() as session:
        return session.scalars(select(User.id).where(User.username == username)).one()


def agency_id(app, key):
    with app.app_context(), reading() as session:
        return session.scalars(select(Agency.id).where(Agency.name == AGENCIES[key][1])).one()
