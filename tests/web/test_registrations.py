"""The registration pages without scripts: what was typed is kept, said and never lost."""

from __future__ import annotations

import errno
import re
from collections import Counter
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from fieldapp.database import reading, transaction
from fieldapp.models.audit import AuditEntry
from fieldapp.models.registrations import Registration
from fieldapp.models.users import UserSession
from fieldapp.services.reference import villages
from tests.nu import complaints
from tests.web.browser import Browser

FILLED = {
    "nik": "5171 0112 0585 0003",
    "name": "Sudarma",
    "birth_place": "Denpasar",
    "birth_date": ["12", "5", "1985"],
    "sex": "male",
    "mother_name": "Ni Wayan Rasmi",
    "street": "Jalan Raya Sesetan No. 12",
    "banjar": "Br. Kaja",
    "village_code": "Sesetan",
    "income": "1.500.000",
    "consent_version": True,
    "family-0-relation": "spouse",
    "family-0-name": "Ni Made Sukerti",
}


@pytest.fixture
def wayan(app):
    browser = signed_in(app, "wayan")
    browser.submit("/language", button=("language", "en"))
    return browser


TWICE = next(
    name for name, count in Counter(each.name for each in villages().values()).items() if count > 1
)
"""The name of more than one village of Bali."""


def signed_in(app, username):
    browser = Browser(app)
    browser.sign_in(username)
    return browser


def register(browser, button=("then", "finish"), **changes):
    browser.get("/registrations/new")
    return browser.submit("registration", button=button, **{**FILLED, **changes})


def rows(app):
    with app.app_context(), reading() as session:
        return [(row.name, row.stage, row.worst) for row in session.scalars(select(Registration))]


def picture(kind="JPEG", size=(480, 640)):
    out = BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, kind)
    return out.getvalue()


def test_an_opened_form_that_nobody_typed_into_is_not_kept(app, wayan):
    page = wayan.get("/registrations/new")

    action = page.form("registration").action
    assert re.fullmatch(r"/registrations/[0-9a-f-]{36}/form", action)
    assert rows(app) == []


def test_a_whole_form_is_kept_and_asks_once_about_what_is_to_be_checked(app, wayan):
    page = register(wayan)

    assert rows(app) == [("Sudarma", "draft", "warn")]
    assert "check=1" in page.url
    assert "Photo of the KTP is missing." in page.text


def test_a_reason_for_a_warning_is_kept_and_the_second_press_leads_on(app, wayan):
    register(wayan)

    page = wayan.submit(
        "registration",
        button=("then", "finish"),
        **{"reason:photo_missing:ktp_photo": "KTP is being renewed"},
    )

    assert page.h1 == "Sudarma"
    assert "The form is complete." in page.messages
    assert "KTP is being renewed" in page.text


def test_the_nik_is_masked_until_it_is_asked_for_and_that_leaves_a_trace(app, wayan):
    page = register(wayan)
    page = wayan.get(page.path.removesuffix("/form"))
    masked = page.text

    page = wayan.submit(f"{page.path}/reveal")

    assert "5171 0112 0585 0003" not in masked
    assert "•••• 0003" in masked
    assert "5171 0112 0585 0003" in page.text
    with app.app_context(), reading() as session:
        seen = session.scalars(
            select(AuditEntry.facts).where(AuditEntry.action == "registration.view")
        ).all()
    assert {"what": "nik"} in seen


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("nik", "517101120585000", "15 digits"),
        ("nik", "5171O11205850003", "digits only"),
        ("nik", "5171013102850003", "no date of birth"),
        ("nik", "5171011205850000", "never 0000"),
        ("nik", "9971011205850003", "No province has the code 99"),
        ("name", "<script>alert(1)</script>", "digits"),
        ("name", "Wayan <b>", "A name has no “<”"),
        ("income", "1,5", "Do you mean Rp1.500.000?"),
        ("income", "-1.500.000", "not negative"),
        ("income", "banyak", "in digits"),
        ("village_code", "Atlantis", "not in the list"),
        ("phone", "12345", "begins with 08"),
        ("kk", "5171", "4 digits"),
        ("email", "wayan", "nama@contoh.id"),
        ("birth_date", ["31", "2", "1985"], "does not exist"),
        ("birth_date", ["12", "", "1985"], "day, month and year"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_and_said_beside_its_field(
    app, wayan, field, typed, said
):
    page = register(wayan, **{field: typed})

    form = page.form("registration")
    kept = form.fields.getlist(field)
    assert kept == (typed if isinstance(typed, list) else [typed])
    assert said in page.errors[field]
    assert "<script>alert" not in page.body.decode()


@pytest.mark.parametrize(
    ("nik", "born", "said"),
    [
        ("5171014105850003", ["1", "5", "1985"], ""),  # a woman on the first of the month
        ("5171017105850003", ["31", "5", "1985"], ""),  # and on the thirty-first
        ("5171014105850003", ["12", "5", "1985"], "the one in the NIK is 1 May"),
    ],
)
def test_women_and_disagreeing_dates_are_warned_about_never_refused(wayan, nik, born, said):
    page = register(wayan, nik=nik, birth_date=born, sex="female")

    warnings = page.tree.xpath("//*[@data-field='birth_date']//p[contains(@class,'field-warning')]")
    found = " ".join("".join(each.itertext()) for each in warnings)
    assert (said in found) if said else not found
    assert "birth_date" not in page.errors


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1.500.000,00", "1.500.000"),
        ("1,5jt", "1.500.000"),
        ("Rp 1.500.000", "1.500.000"),
        ("0", "0"),
    ],
)
def test_an_income_is_read_however_it_is_written(wayan, typed, kept):
    page = register(wayan, income=typed)

    assert page.form("registration").fields["income"] == kept


@pytest.mark.parametrize(
    "name", ["Sudarma", "Ni Luh Gedé Ayu Saraswatī", "I " + "W" * 58, "Ida Bagus Oka, S.Pd."]
)
def test_every_name_that_stands_on_a_ktp_is_kept_letter_by_letter(wayan, name):
    page = register(wayan, name=name)

    assert "name" not in page.errors
    assert page.form("registration").fields["name"] == name


def test_a_village_name_that_several_have_is_asked_about(wayan):
    page = register(wayan, village_code=TWICE)
    asked = page.form("registration").element.xpath(".//input[@name='village_choice']/@value")

    wayan.submit("registration", village_choice=asked[1])
    page = wayan.get(page.path)

    assert len(asked) > 1
    assert page.form("registration").fields["village_code"] == asked[1]
    assert "village_code" not in page.errors


def test_another_row_for_the_family_is_a_button_that_saves(app, wayan):
    page = register(wayan, button=("then", "add_row"))
    page = wayan.get(page.path)

    names = page.form("registration").names
    assert {"family-1-name", "family-2-name"} <= names
    assert rows(app) == [("Sudarma", "draft", "warn")]


def test_the_same_form_pressed_twice_is_one_registration_and_no_quarrel(app, wayan):
    wayan.get("/registrations/new")
    form = wayan.page.form("registration")
    data = form.filled(FILLED, ("then", "finish"))

    wayan.client.post(form.action, data=data)
    again = wayan.client.post(form.action, data=data)

    assert again.status_code == 303
    assert len(rows(app)) == 1


def test_two_tabs_are_shown_both_values_and_nothing_is_lost(app, wayan):
    page = register(wayan)
    address = page.path
    wayan.get(address)
    old = wayan.page.form("registration").filled({"street": "Gang Mawar 3"}, None)
    wayan.submit("registration", street="Jalan Pulau Saelus 7", banjar="Br. Pegok")

    page = wayan.post(address, data=old)

    assert page.status == 409
    assert "Gang Mawar 3" in page.text
    assert "Jalan Pulau Saelus 7" in page.text
    page = wayan.submit("both", street="Gang Mawar 3", banjar="Br. Pegok")
    kept = wayan.get(address).form("registration").fields
    assert (kept["street"], kept["banjar"]) == ("Gang Mawar 3", "Br. Pegok")


def test_a_form_sent_after_its_session_ended_is_there_again_after_signing_in(app, wayan):
    wayan.get("/registrations/new")
    form = wayan.page.form("registration")
    data = form.filled(FILLED, ("then", "finish"))
    with app.app_context(), transaction() as session:
        session.execute(update(UserSession).values(revoked_at=func.now()))

    wayan.post(form.action, data=data, content_type="multipart/form-data")
    page = wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    kept = page.form("registration").fields
    assert kept["name"] == "Sudarma"
    assert kept.getlist("birth_date") == ["12", "5", "1985"]
    assert kept["family-0-name"] == "Ni Made Sukerti"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"%PDF-1.4 not a photo", "not a photo"),
        (b"", None),
        (picture()[:20_000], "did not arrive whole"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(400), "JPEG, PNG or WebP"),
    ],
)
def test_a_bad_photo_is_named_beside_its_field_and_the_text_is_kept(app, wayan, sent, said):
    page = register(wayan, face_photo=(BytesIO(sent), "face.jpg"))

    assert rows(app)[0][0] == "Sudarma"
    if said:
        assert page.status == 422
        assert said in page.errors["face_photo"]


def test_a_photo_comes_with_the_form_and_is_shown_to_nobody_out_of_reach(app, wayan):
    page = register(wayan, face_photo=(BytesIO(picture()), "face.jpg"))
    address = page.path.replace("/form", "/photos/face.jpg")

    mine = wayan.client.get(address)

    assert mine.mimetype == "image/jpeg"
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert mine.data.startswith(b"\xff\xd8")
    assert signed_in(app, "made").client.get(address).status_code == 404
    assert signed_in(app, "ketut").client.get(address).status_code == 404  # not sent yet


def test_a_full_disk_loses_nothing_that_was_typed(app, wayan, monkeypatch):
    def no_room(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("fieldapp.adapters.storage.os.fsync", no_room)
        page = register(wayan, face_photo=(BytesIO(picture()), "face.jpg"))

    assert page.status == 422
    assert "no room left" in page.errors["face_photo"]
    assert page.form("registration").fields["street"] == "Jalan Raya Sesetan No. 12"
    assert rows(app)[0][0] == "Sudarma"


def test_a_photo_that_is_far_too_large_is_refused_before_it_is_read(app, wayan):
    wayan.get("/registrations/new")
    form = wayan.page.form("registration")
    token = form.fields["csrf_token"]
    answer = wayan.client.post(
        form.action.replace("/form", "/photos/face"),
        data=b"--limit\r\n",
        environ_overrides={"CONTENT_LENGTH": "40000000"},
        content_type="multipart/form-data; boundary=limit",
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )

    assert answer.status_code == 413
    assert rows(app) == []


def test_scripts_are_told_what_to_say_and_who_is_signed_out(app, wayan):
    wayan.get("/registrations/new")
    form = wayan.page.form("registration")
    data = form.filled({**FILLED, "nik": "5171"}, None)
    address = form.action.replace("/form", "/autosave")
    wants = {"Accept": "application/json"}

    told = wayan.client.post(address, data=data, headers=wants).get_json()
    stale = wayan.client.post(address, data={**data, "name": "Made"}, headers=wants)
    nobody = app.test_client().post(address, data=data, headers=wants)

    assert told["notes"]["nik"][0]["text"].startswith("This NIK has 4 digits")
    assert "mother_name" not in told["notes"]
    assert told["contribution"] == {"monthly": 11_400, "total": 11_400}
    assert stale.status_code == 409
    assert nobody.status_code == 401


def test_only_what_a_role_may_reach_is_there(app, wayan):
    page = register(wayan)
    address = page.path.removesuffix("/form")
    made, ketut, putu = (signed_in(app, name) for name in ("made", "ketut", "putu"))

    paths = ["", "/form", "/withdraw", "/revision.json", "/photos/ktp.jpg", "/signature.png"]
    assert {made.client.get(address + each).status_code for each in paths} == {404}
    assert ketut.client.get(address).status_code == 404
    assert putu.client.get(address).status_code == 404
    assert ketut.client.get(f"{address}/form").status_code == 403
    assert made.client.get("/registrations/").status_code == 200
    assert "Sudarma" not in made.get("/registrations/").text


def test_a_withdrawn_form_can_no_longer_be_changed(app, wayan):
    page = register(wayan)
    page = wayan.get(page.path).follow("Withdraw this form")
    assert "Sudarma" in page.text

    page = wayan.submit(page.path)

    assert rows(app)[0][1] == "withdrawn"


@pytest.mark.parametrize(
    "question",
    ["soedarma", "SUDARMA", "0003", "5171 0112 0585 0003", "br. kaja", "kaja", "i wayan sudarma"],
)
def test_a_worker_is_found_by_any_of_these(wayan, question):
    register(wayan, name="Wayan Sudarma")
    register(wayan, nik="5171015508900002", name="Ni Putu Lestari", banjar="Br. Pegok")

    page = wayan.get("/registrations/", query_string={"q": question})

    assert len(page.rows) == 1
    assert "Wayan Sudarma" in page.rows[0]
    assert "•••• 0003" in page.rows[0]


def test_a_list_is_paged_by_key_both_ways(app, wayan):
    for number in range(7):
        register(wayan, name=f"Sudarma {'abcdefg'[number]}", nik="")
    app.extensions["fieldapp.settings"] = replace(app.extensions["fieldapp.settings"], page_rows=5)

    first = wayan.get("/registrations/").rows
    second = wayan.page.follow("Next").rows
    back = wayan.page.follow("Previous").rows

    assert len(first) == 5
    assert len(second) == 2
    assert back == first


def test_looking_at_a_list_leaves_one_entry_with_its_ids(app, wayan):
    register(wayan)
    register(wayan, nik="", name="Ni Putu Lestari")

    wayan.get("/registrations/")

    with app.app_context(), reading() as session:
        newest = select(AuditEntry.facts).order_by(AuditEntry.seq.desc()).limit(1)
        facts = session.scalars(newest).one()
        ids = {str(each) for each in session.scalars(select(Registration.id))}
    assert facts["what"] == "list"
    assert set(facts["ids"]) == ids


def test_an_empty_list_teaches_the_first_step(wayan):
    page = wayan.get("/registrations/")

    assert "Register the first worker" in page.links


def test_the_markup_of_every_page_is_sound(app, wayan):
    pages = {"empty": wayan.get("/registrations/").body.decode()}
    page = wayan.get("/registrations/new")
    pages["new"] = page.body.decode()
    page = register(wayan, nik="123", village_code=TWICE)
    pages["check"] = page.body.decode()
    pages["show"] = wayan.get(page.path.removesuffix("/form")).body.decode()
    pages["withdraw"] = wayan.get(page.path.replace("/form", "/withdraw")).body.decode()
    pages["list"] = wayan.get("/registrations/").body.decode()

    assert complaints(pages) == []


def test_villages_are_sent_once_and_small(wayan):
    first = wayan.client.get("/registrations/villages.json", headers={"Accept-Encoding": "br"})
    again = wayan.client.get(
        "/registrations/villages.json",
        headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "br"},
    )

    assert len(first.data) < 8_000
    assert again.status_code == 304


def test_an_id_nobody_used_opens_an_empty_form_and_no_page(wayan):
    minted = uuid4()

    assert wayan.get(f"/registrations/{minted}/form").status == 200
    assert wayan.get(f"/registrations/{minted}").status == 404


def test_a_reason_can_be_given_from_elsewhere_but_only_for_what_is_warned_about(wayan):
    page = register(wayan)
    token = page.form("registration").fields["csrf_token"]
    address = page.path.replace("/form", "/confirm")
    reason = {"csrf_token": token, "reason": "KTP is being renewed"}

    page = wayan.post(address, data={**reason, "key": "photo_missing:ktp_photo"})
    nothing = wayan.post(address, data={**reason, "key": "too_old:birth_date"})

    assert "Reason given: KTP is being renewed" in page.text
    assert nothing.status == 404


def test_a_supervisor_ends_a_registration_with_a_reason_and_a_day(app, wayan):
    page = register(wayan)
    with app.app_context(), transaction() as session:
        session.execute(update(Registration).values(stage="approved"))
    ketut = signed_in(app, "ketut")
    address = page.path.replace("/form", "/end")
    ketut.get(address)

    unsaid = ketut.submit(address, reason=" ", ended_on="31-02-2026")
    said = ketut.submit(address, reason="Masa jabatan selesai", ended_on="30-11-2026")

    assert unsaid.status == 422
    assert rows(app)[0][1] == "ended"
    assert "Masa jabatan selesai" in said.text
    assert ketut.client.get(address).status_code == 200
    assert wayan.client.get(address).status_code == 403
