"""The permit counter and the desk where companies are kept, page by page."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from fieldapp.database import db
from fieldapp.domain.permit_codes import address as code_address
from fieldapp.models.companies import Company
from fieldapp.models.permits import PermitCheck
from fieldapp.models.users import User
from tests.companies import a_pdf, typed
from tests.web.browser import Browser


def signed_in(app, username):
    """Somebody who reads English."""
    browser = Browser(app)
    browser.sign_in(username)
    browser.submit("/language", button=("language", "en"))
    return browser


@pytest.fixture
def putu(app):
    """The clerk keeps the companies."""
    return signed_in(app, "putu")


@pytest.fixture
def komang(app):
    """The officer at the counter."""
    return signed_in(app, "komang")


@pytest.fixture
def chief(app):
    """Ketut, moved to the branch: a supervisor who reaches every agency."""
    with app.app_context():
        ketut = db.session.query(User).filter_by(username="ketut").one()
        ketut.agency_id = db.session.query(User).filter_by(username="komang").one().agency_id
        db.session.commit()
    return signed_in(app, "ketut")


def keep(browser, **changes):
    """Type a company into the page and save it; returns its id."""
    page = browser.get("/companies/new")
    agencies = page.form("company").options("agency_id")
    agency = agencies["BPJS Ketenagakerjaan Kantor Cabang Denpasar"]
    page = browser.submit("company", agency_id=agency, **typed(**changes))
    assert page.status == 200, page.text
    return page.path.split("/")[2]


def hand_in(browser, company, kind, **fields):
    """Hand in a paper on its page."""
    browser.get(f"/companies/{company}/papers/{kind}")
    return browser.submit(
        "paper", number="1600000012345", issued_on="1-3-2024", file=pdf(kind), **fields
    )


def pdf(text, name="sertifikat.pdf"):
    return (BytesIO(a_pdf(text=text)), name)


def verify_all(browser, company):
    page = browser.get(f"/companies/{company}")
    while forms := [form for form in page.forms if form.action.endswith("/judge")]:
        page = browser.submit(forms[0].action, button="Genuine")
    return page


def complete(putu, komang, company):
    hand_in(putu, company, "certificate", programmes=["jkk", "jkm", "jht"])
    hand_in(putu, company, "receipt", paid_until="10-2099")
    hand_in(putu, company, "receipt", paid_until="10-2026")
    verify_all(komang, company)


def check(browser, company):
    browser.get(f"/permits/companies/{company}")
    return browser.submit("check", permit_type="business", application="OSS/2026/0042")


def test_a_company_without_papers_is_not_fit_and_each_reason_is_said(putu, komang):
    keep(putu)

    page = komang.get("/permits/?q=sanur+bahri")
    page = page.follow("PT Sanur Bahari Mandiri")
    assert "There is no membership certificate." in page.banners
    page = komang.submit("check", permit_type="business", application="OSS/2026/0042")

    assert page.h1 == "Not fit"
    assert "There is no receipt of the last contribution." in page.text
    assert "IZ-" in page.text


def test_a_company_in_order_is_fit(putu, komang):
    company = keep(putu)
    complete(putu, komang, company)

    page = check(komang, company)

    assert page.h1 == "Fit"
    assert "OSS/2026/0042" in page.text


def test_a_receipt_from_a_far_year_is_refused_and_nothing_typed_is_lost(putu):
    company = keep(putu)

    page = hand_in(putu, company, "receipt", paid_until="10-2099")

    assert page.errors == {"paid_until": "This lies too far in the future. Check the year."}
    assert page.form("paper").fields["number"] == "1600000012345"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90\x00", "sertifikat.pdf", "neither a PDF nor a picture"),
        (b"%PDF-1.7 broken", "sertifikat.pdf", "damaged"),
        (a_pdf()[:400], "sertifikat.pdf", "damaged"),
        (a_pdf(pages=13), "sertifikat.pdf", "13 pages"),
        (b"\xff\xd8\xff\xe0 no picture", "kwitansi.jpg", "damaged"),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused_with_words(putu, content, name, said):
    company = keep(putu)
    putu.get(f"/companies/{company}/papers/certificate")

    page = putu.submit("paper", number="1", file=(BytesIO(content), name))

    assert said in page.errors["file"]


def test_a_paper_is_shown_alone_and_without_rights(putu, komang):
    company = keep(putu)
    hand_in(putu, company, "certificate", programmes=["jkk"])

    page = komang.get(f"/companies/{company}").follow("Open the file")

    assert page.mimetype == "application/pdf"
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with pikepdf.open(BytesIO(page.body)) as kept:
        assert len(kept.pages) == 1


def test_who_handed_a_paper_in_is_not_asked_to_verify_it(putu, komang):
    company = keep(putu)
    page = hand_in(putu, company, "certificate", programmes=["jkk"])

    assert "Somebody else must verify it" in page.text
    assert not [form for form in page.forms if form.action.endswith("/judge")]
    assert "1" in komang.get("/").text


def test_a_refusal_needs_a_reason(putu, komang):
    company = keep(putu)
    hand_in(putu, company, "certificate", programmes=["jkk"])
    page = komang.get(f"/companies/{company}")
    action = next(form.action for form in page.forms if form.action.endswith("/judge"))

    page = komang.submit(action, button="Refuse")
    assert "needs a reason" in page.messages
    page = komang.submit(action, button="Refuse", reason="Nama berbeda")

    assert "Nama berbeda" in page.text


def test_a_supervisor_lets_pass_and_the_officer_cannot(putu, komang, chief):
    company = keep(putu)
    address = check(komang, company).path
    assert "Let the company pass" not in komang.page.text

    chief.get(address)
    page = chief.submit("override", reason="")
    assert "reason" in page.errors
    page = chief.submit("override", reason="Tunggakan dilunasi hari ini.")

    assert page.h1 == "Let pass by a supervisor"
    assert "Tunggakan dilunasi hari ini." in komang.get(address).text
    assert komang.post(f"{address}/override", {"reason": "x"}).status in (400, 403)


def test_the_result_on_paper_is_one_page_and_the_same_bytes_again(putu, komang):
    company = keep(putu)
    complete(putu, komang, company)
    address = check(komang, company).path

    first = komang.submit(f"{address}.pdf")
    komang.get(address)
    again = komang.submit(f"{address}.pdf")

    assert first.mimetype == "application/pdf"
    assert first.body == again.body
    with pikepdf.open(BytesIO(first.body)) as made:
        assert len(made.pages) == 1


def test_a_scanned_code_leads_back_to_its_check_and_tells_a_stranger_little(app, putu, komang):
    company = keep(putu)
    page = check(komang, company)
    address, number = page.path, page.text.split("IZ-")[1][:11]
    with app.app_context():
        code = db.session.query(PermitCheck).one().code
        url = code_address("http://localhost", code)

    assert komang.get(f"/permits/?q={url}").path == address
    assert komang.get(f"/permits/?q=iz-{number}").path == address
    stranger = Browser(app).get("/P/" + url.rpartition("/")[2])
    assert stranger.h1 == "Not fit"
    assert "Sanur" not in stranger.text
    assert "9120106481234" not in stranger.text
    forged = url.rpartition("/")[2][:-1] + ("A" if url[-1] != "A" else "B")
    assert Browser(app).get("/p/" + forged).status == 404


def test_a_company_that_is_kept_already_is_shown_before_it_is_kept_twice(putu):
    keep(putu)
    page = putu.get("/companies/new")
    agency = next(iter(page.form("company").options("agency_id").values()))

    page = putu.submit(
        "company", agency_id=agency, name="CV Sanur Bahari Mandri", nib="9120106480000"
    )
    assert "PT Sanur Bahari Mandiri" in page.banners
    page = putu.submit("company")

    assert page.h1 == "CV Sanur Bahari Mandri"


def test_the_same_nib_twice_is_refused_and_leads_to_the_first(putu):
    first = keep(putu)
    page = putu.get("/companies/new")
    agency = next(iter(page.form("company").options("agency_id").values()))

    page = putu.submit("company", **{**typed(name="UD Lain", npp=""), "agency_id": agency})

    assert page.status == 409
    assert page.links["See the company that has this NIB"] == f"/companies/{first}"


def test_what_could_not_be_read_is_kept_and_marked(putu):
    company = keep(putu, nib="9,12E+12")

    page = putu.get(f"/companies/{company}/edit")
    assert page.form("company").fields["nib"] == "9,12E+12"
    assert "spreadsheet" in page.errors["nib"]


def test_two_pages_at_once_do_not_overwrite_each_other(app, putu):
    company = keep(putu)
    other = signed_in(app, "luh")
    putu.get(f"/companies/{company}/edit")
    other.get(f"/companies/{company}/edit")
    other.submit("company", workers_declared="20")

    page = putu.submit("company", workers_declared="30")

    assert page.status == 409
    assert page.form("company").fields["workers_declared"] == "30"
    page = putu.submit("company")
    with app.app_context():
        assert db.session.query(Company).one().workers_declared == 30


def test_two_that_are_one_are_merged_on_a_page(putu):
    kept = keep(putu)
    page = putu.get("/companies/new")
    agency = next(iter(page.form("company").options("agency_id").values()))
    putu.submit("company", agency_id=agency, name="Sanur Bahari Mandri", nib="9120106480000")
    page = putu.submit("company")

    page = putu.get(f"{page.path}/merge")
    page = putu.submit("merge", other=kept, reason="Kantor yang sama")

    assert page.path == f"/companies/{kept}"
    assert "Kantor yang sama" in page.text
    assert putu.get("/companies/?q=9120106480000").rows[0].startswith("PT Sanur")


def test_ids_of_another_agency_lead_nowhere(app, putu):
    company = keep(putu)
    with app.app_context():
        komang = db.session.query(User).filter_by(username="komang").one()
        komang.agency_id = db.session.query(User).filter_by(username="ketut").one().agency_id
        db.session.commit()
    stranger = signed_in(app, "komang")

    for path in (f"/companies/{company}", f"/permits/companies/{company}"):
        assert stranger.get(path).status == 404
    assert "Sanur" not in stranger.get("/permits/?q=sanur").text
