"""Signing in and out through the pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from config import Environment, Settings
from fieldapp.app import create_app
from fieldapp.database import db, reading, transaction
from fieldapp.models.users import Brake, User, UserSession
from tests.web.browser import Browser
from tests.world import PASSWORD

DESK = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)


@pytest.fixture
def wayan(app) -> Browser:
    """Wayan's phone, before he signs in."""
    return Browser(app)


def test_wayan_signs_in_and_arrives_where_he_was_going(wayan):
    asked = wayan.get("/account/sessions")
    assert asked.url == "/sign-in?next=/account/sessions"

    arrived = wayan.submit("sign-in", username="Wayan ", password=PASSWORD)

    assert arrived.path == "/account/sessions"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//e.x",
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(wayan, target):
    wayan.get("/sign-in")
    arrived = wayan.submit("sign-in", username="wayan", password=PASSWORD, next=target)

    assert arrived.path == "/"
    assert wayan.get(f"/sign-in?next={target}").path == "/"


def test_unknown_names_and_wrong_passwords_get_the_same_page(wayan):
    wayan.get("/sign-in")
    pages = [
        wayan.submit("sign-in", username=username, password="wrong password")
        for username in ("wayan", "nobody")
    ]

    assert {page.status for page in pages} == {422}
    assert pages[0].text == pages[1].text
    assert "do not belong together" in pages[0].banners


def test_what_was_typed_stays_but_not_the_password(wayan):
    wayan.get("/sign-in")
    page = wayan.submit("sign-in", username="wayan", password="wrong password")

    assert page.form("sign-in").fields["username"] == "wayan"
    assert page.form("sign-in").fields["password"] == ""


def test_after_three_failures_one_is_told_how_long_to_wait(app, wayan):
    wayan.get("/sign-in")
    for _ in range(3):
        wayan.submit("sign-in", username="wayan", password="wrong password")
    with app.app_context(), transaction() as session:
        later = datetime.now(UTC) + timedelta(seconds=125)
        session.execute(update(Brake).values(free_at=later))

    page = wayan.submit("sign-in", username="wayan", password=PASSWORD)

    assert page.status == 429
    assert int(page.headers["Retry-After"]) in range(110, 126)
    assert "Wait 3 minutes" in page.banners


def test_every_sign_in_has_a_token_and_a_form_token_of_its_own(wayan):
    wayan.get("/sign-in")
    planted = wayan.client.get_cookie("fieldapp").value
    before = wayan.page.form("sign-in").fields["csrf_token"]

    wayan.sign_in("wayan")
    with wayan.client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert cookie["csrf_token"] not in before
    wayan.sign_out()
    wayan.sign_in("wayan")

    assert wayan.client.get_cookie("fieldapp").value != planted
    with wayan.client.session_transaction() as cookie:
        assert cookie["_user_id"] != first


def test_a_cookie_kept_from_before_signing_out_opens_nothing(wayan):
    wayan.sign_in("wayan")
    kept = wayan.client.get_cookie("fieldapp").value

    wayan.sign_out()
    assert "You have signed out." in wayan.page.messages
    wayan.client.set_cookie("fieldapp", kept)

    assert wayan.get("/").path == "/sign-in"


def test_signing_in_as_somebody_else_ends_the_session_before(app, wayan):
    wayan.sign_in("wayan")
    token = wayan.page.form("/sign-out").fields["csrf_token"]

    wayan.post("/sign-in", {"username": "made", "password": PASSWORD, "csrf_token": token})

    assert sessions_of(app, "wayan") == [False]
    assert sessions_of(app, "made") == [True]


def test_a_form_without_its_token_is_refused(wayan):
    wayan.get("/sign-in")

    page = wayan.post("/sign-in", {"username": "wayan", "password": PASSWORD})

    assert page.status == 400


def test_a_session_ends_without_use(app, wayan):
    wayan.sign_in("wayan")
    with app.app_context(), transaction() as session:
        session.execute(
            update(UserSession).values(seen_at=datetime.now(UTC) - timedelta(minutes=60))
        )

    page = wayan.get("/account/sessions")

    assert page.path == "/sign-in"
    assert "Your session has ended." in page.messages


def test_a_session_ends_after_twelve_hours_of_use(app, wayan):
    wayan.sign_in("wayan")
    with app.app_context(), transaction() as session:
        session.execute(
            update(UserSession).values(created_at=datetime.now(UTC) - timedelta(hours=12))
        )

    assert wayan.get("/").path == "/sign-in"


def test_own_sessions_are_told_apart_and_ended(app, wayan):
    desk = Browser(app, agent=DESK, address="10.2.2.2")
    desk.sign_in("wayan")
    wayan.sign_in("wayan")

    page = wayan.get("/account/sessions")
    assert len(page.rows) == 2
    assert "Chrome di Android" in page.rows[0]
    assert "Edge di Windows" in page.rows[1]
    assert "10.2.2.2" in page.rows[1]
    action = next(form.action for form in page.forms if form.action.endswith("/end"))
    page = wayan.submit(action)

    assert len(page.rows) == 1
    assert desk.get("/").path == "/sign-in"
    assert wayan.get("/").path == "/"


def test_all_other_devices_are_signed_out_at_once(app, wayan):
    others = [Browser(app), Browser(app)]
    for other in others:
        other.sign_in("wayan")
    wayan.sign_in("wayan")
    wayan.get("/account/sessions")

    wayan.submit("/account/sessions/end-others")

    assert [other.get("/").path for other in others] == ["/sign-in", "/sign-in"]
    assert wayan.get("/").path == "/"


def test_the_session_of_somebody_else_does_not_exist(app, wayan):
    Browser(app).sign_in("made")
    wayan.sign_in("wayan")
    with app.app_context(), reading() as session:
        of_made = session.scalars(
            select(UserSession.id).join(UserSession.user).where(User.username == "made")
        ).one()
    token = wayan.page.form("/sign-out").fields["csrf_token"]

    page = wayan.post(f"/account/sessions/{of_made}/end", {"csrf_token": token})

    assert page.status == 404
    assert sessions_of(app, "made") == [True]


def test_a_password_is_changed_and_its_strength_told(wayan):
    wayan.sign_in("wayan")
    wayan.get("/account/password")

    wrong = wayan.submit("password", present="no", new="pendek", again="pendek2")
    assert set(wrong.errors) == {"new", "again"}
    wrong = wayan.submit("password", present="no", new="canang sari", again="canang sari")
    assert set(wrong.errors) == {"present"}
    done = wayan.submit(
        "password", present=PASSWORD, new="canang sari di meja", again="canang sari di meja"
    )

    assert done.path == "/"
    assert "kuat" in done.messages
    wayan.sign_out()
    assert wayan.sign_in("wayan", "canang sari di meja").path == "/"


def test_demo_accounts_do_not_sign_in_in_production(settings: Settings):
    production = Settings(
        env=Environment.PRODUCTION, data=settings.data, database_url=settings.database_url
    )
    app = create_app(production)
    app.testing = True
    with app.app_context(), transaction() as session:
        session.execute(update(User).where(User.username == "wayan").values(demo=True))
    wayan, made = (Browser(app, base_url="https://localhost") for _ in range(2))

    assert wayan.sign_in("wayan").status == 422
    assert made.sign_in("made").path == "/"
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def sessions_of(app, username) -> list[bool]:
    """Whether each session of a person still counts."""
    with app.app_context(), reading() as session:
        rows = session.scalars(
            select(UserSession).join(UserSession.user).where(User.username == username)
        )
        return [row.revoked_at is None for row in rows]


def test_guesses_sent_side_by_side_are_braked_like_guesses_in_turn(app):
    browsers = [Browser(app) for _ in range(12)]
    for browser in browsers:
        browser.get("/sign-in")

    def guess(browser: Browser) -> int:
        return browser.submit("sign-in", username="wayan", password="wrong password").status

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(guess, browsers))

    with app.app_context(), reading() as session:
        counted = max(session.scalars(select(Brake.failures)))
    assert set(statuses) == {422, 429}
    assert counted == statuses.count(422)
