"""A session that ends halfway through a form: sign in again, the form is still there."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask_login import login_user
from sqlalchemy import func, select, update

from fieldapp.app import BLUEPRINTS, create_app
from fieldapp.database import db, reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.models.users import HeldForm, User, UserSession
from fieldapp.web import held
from fieldapp.web.gate import needs
from fieldapp.web.visitors import Visitor
from tests.web.browser import Browser

NOTE = "Ni Nyoman's worker, “Sudarma”, parks at Pasar Badung – every morning"
PAGE = """{% extends "layouts/page.html" %}
{% block title %}Notes{% endblock %}
{% block main %}
<form id="note" method="post">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <label for="text">Note</label><textarea id="text" name="note">{{ note }}</textarea>
  <label for="days">Days</label><select id="days" name="day" multiple>
  {% for day in "12345" %}<option{{ " selected" if day in days else "" }}>{{ day }}</option>
  {% endfor %}</select>
  <button>Keep</button>
</form>
{% endblock %}
"""
carried_out = []
bp = Blueprint("notes", __name__)


@bp.route("/notes", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_EDIT)
def write() -> str:
    if request.method == "POST":
        carried_out.append(request.form["note"])
    kept = held.held_form_of_request("/notes")
    days = kept.getlist("day") if kept else []
    return render_template_string(PAGE, note=kept["note"] if kept else "", days=days)


@bp.post("/notes/burn")
@needs(Permission.REGISTRATION_EDIT)
def burn() -> str:
    carried_out.append("burnt")
    return ""


@pytest.fixture
def app(settings, monkeypatch):
    """The real app with a page of notes added, whose form the tests fill."""
    carried_out.clear()
    monkeypatch.setattr("fieldapp.app.BLUEPRINTS", (*BLUEPRINTS, bp))
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def wayan(app: Flask) -> Browser:
    """Wayan, signed in, with the page of notes open."""
    browser = Browser(app)
    browser.sign_in("wayan")
    browser.get("/notes")
    return browser


def test_what_was_typed_when_the_session_had_ended_is_there_after_signing_in(app, wayan):
    end_sessions(app)

    asked = wayan.submit("note", note=NOTE, day=["2", "4"])
    assert asked.h1 == "Sign in"
    assert "what you typed is kept" in asked.messages
    shown = wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    assert shown.path == "/notes"
    assert shown.form("note").fields["note"] == NOTE
    assert shown.form("note").fields.getlist("day") == ["2", "4"]
    assert carried_out == []


def test_the_owner_sends_the_form_that_was_kept(app, wayan):
    end_sessions(app)
    wayan.submit("note", note=NOTE)
    wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    wayan.submit("note")

    assert carried_out == [NOTE]


def test_a_browser_that_lost_its_windows_cookie_keeps_the_form_all_the_same(app, wayan):
    end_sessions(app)
    wayan.client.delete_cookie("fieldapp")

    wayan.submit("note", note=NOTE)
    shown = wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    assert shown.form("note").fields["note"] == NOTE


def test_nothing_is_kept_for_strangers(app):
    stranger = Browser(app)

    page = stranger.post("/notes", {"note": NOTE})

    assert page.h1 == "Sign in"
    assert held_forms(app) == []


def test_nobody_else_on_the_same_phone_sees_what_was_typed(app, wayan):
    end_sessions(app)
    wayan.submit("note", note=NOTE)

    shown = wayan.submit("sign-in", username="made", password="pasar-badung-1958")

    assert shown.path == "/notes"
    assert shown.form("note").fields["note"] == ""


def test_a_page_of_the_person_before_is_not_kept_for_the_person_after(app, wayan):
    page_of_wayan = wayan.page
    wayan.sign_out()
    wayan.sign_in("made")
    end_sessions(app)
    wayan.page = page_of_wayan

    wayan.submit("note", note=NOTE)

    assert held_forms(app) == []


def test_what_was_typed_is_kept_for_its_own_page_alone(app, wayan):
    end_sessions(app)
    wayan.submit("note", note=NOTE)
    held_id = held_forms(app)[0].id
    wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    with app.test_request_context(f"/elsewhere?held={held_id}"):
        with reading() as session:
            user = session.scalars(select(User).where(User.username == "wayan")).one()
            visitor = Visitor(user.as_actor(), user.id, "", "wayan", "id", False)
        login_user(visitor)
        assert held.held_form_of_request("/elsewhere") is None
        assert held.held_form_of_request("/notes") is not None


def test_a_held_form_lies_sealed_and_without_its_token(app, wayan):
    end_sessions(app)
    wayan.submit("note", note=NOTE)

    row = held_forms(app)[0]

    assert NOTE.encode() not in row.fields_sealed
    assert row.fields == {"note": [NOTE]}


def test_of_one_person_the_newest_five_are_kept(app, wayan):
    page = wayan.page
    for number in range(7):
        end_sessions(app)
        wayan.page = page
        wayan.submit("note", note=f"Note {number}")

    assert sorted(row.fields["note"] for row in held_forms(app)) == [
        [f"Note {number}"] for number in range(2, 7)
    ]


def test_a_form_too_large_to_keep_is_not_kept(app, wayan):
    end_sessions(app)

    asked = wayan.submit("note", note="x" * 200_001)

    assert held_forms(app) == []
    assert "Your session has ended." in asked.messages


def test_after_a_day_a_held_form_is_gone(app, wayan):
    end_sessions(app)
    wayan.submit("note", note=NOTE)
    with app.app_context(), transaction() as session:
        session.execute(update(HeldForm).values(created_at=datetime.now(UTC) - timedelta(hours=24)))

    shown = wayan.submit("sign-in", username="wayan", password="pasar-badung-1958")

    assert shown.form("note").fields["note"] == ""


def test_a_deed_that_no_page_shows_is_neither_kept_nor_done(app, wayan):
    end_sessions(app)

    asked = wayan.post("/notes/burn", {"csrf_token": wayan.page.form("note").fields["csrf_token"]})

    assert asked.h1 == "Sign in"
    assert asked.url == "/sign-in"
    assert held_forms(app) == []
    assert carried_out == []


def test_passwords_are_never_kept(app, wayan):
    wayan.get("/account/password")
    end_sessions(app)

    wayan.submit("password", present="pasar-badung-1958", new="x" * 12, again="x" * 12)

    assert held_forms(app) == []


def test_a_script_is_told_that_nobody_is_signed_in(app, wayan):
    end_sessions(app)

    answer = wayan.client.post(
        "/notes", data={"note": NOTE}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 401
    assert answer.json["error"] == "signed_out"
    assert held_forms(app) == []


def end_sessions(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(UserSession).values(seen_at=datetime(2020, 1, 1, tzinfo=UTC)))


def held_forms(app: Flask) -> list[HeldForm]:
    with app.app_context(), reading() as session:
        rows = list(session.scalars(select(HeldForm).order_by(HeldForm.created_at)))
        assert session.scalar(select(func.count(HeldForm.id))) == len(rows)
        session.expunge_all()
        return rows
