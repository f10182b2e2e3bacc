"""An empty house, a terminal, and nobody who can sign in yet."""

import re

import pytest

from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.database import db, transaction
from fieldapp.services import audit
from tests.conftest import settings_for
from tests.web.browser import Browser

BRANCH = "BPJS Ketenagakerjaan Kantor Cabang Denpasar"
OWN_PASSWORD = "canang sari di meja"


@pytest.fixture
def app(tmp_path):
    """An app on a migrated database with nothing in it."""
    app = create_app(settings_for(tmp_path / "data"))
    app.testing = True
    with app.app_context():
        migrate()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def run(app):
    """Run a command as `flask WORDS…` does."""
    runner = app.test_cli_runner()
    return lambda *words, typed=None: runner.invoke(args=words, input=typed)


def test_the_first_administrator_is_made_on_an_empty_database_and_signs_in(app, run):
    run("agencies", "add", BRANCH, "--kind", "branch")
    said = run(
        "users", "add", "Luh.Sari", "--name", "Ni Luh Sari", "--role", "admin", "--agency", "branch"
    ).output
    password = re.search(r"First password: (\S+)", said)[1]
    luh = Browser(app)

    arrived = luh.sign_in("luh.sari", password)
    assert arrived.path == "/account/password"
    assert luh.get("/users/").path == "/account/password"
    luh.submit("password", present=password, new=OWN_PASSWORD, again=OWN_PASSWORD)

    assert luh.page.path == "/"
    assert luh.get("/users/").rows == [
        "Ni Luh Sari luh.sari Administrator BPJS Ketenagakerjaan Kantor Cabang Denpasar Aktif"
    ]


def test_without_a_branch_the_command_says_what_to_do_first(run):
    result = run("users", "add", "luh", "--name", "Luh", "--role", "admin", "--agency", "branch")

    assert result.exit_code == 2
    assert "flask agencies add NAME --kind branch" in result.stderr


def test_there_is_one_branch(run):
    run("agencies", "add", BRANCH, "--kind", "branch")

    result = run("agencies", "add", "Another branch", "--kind", "branch")

    assert result.exit_code == 2
    assert "There is one branch office." in result.stderr


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("luh sari", OWN_PASSWORD, "cannot be a user name"),
        ("luh.sari", "rahasia123", "Many people use this password"),
        ("luh.sari", "short", "too short"),
        ("luh.sari", "luh.sari12", "hardly more than the user name"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_made(run, username, password, said):
    run("agencies", "add", BRANCH, "--kind", "branch")

    options = ["--name", "Luh", "--role", "admin", "--agency", "branch", "--password-stdin"]
    result = run("users", "add", username, *options, typed=f"{password}\n")

    assert result.exit_code == 2
    assert said in result.stderr
    assert run("users", "list").output == ""


def test_the_last_administrator_is_not_closed_by_a_command_either(run):
    run("agencies", "add", BRANCH, "--kind", "branch")
    run("users", "add", "luh", "--name", "Luh", "--role", "admin", "--agency", "branch")

    result = run("users", "close", "luh")

    assert result.exit_code == 2
    assert "last active administrator" in result.stderr


def test_categories_and_agencies_can_be_made_and_listed(run):
    run("agencies", "add", "Dinas Koperasi", "--kind", "opd")
    terms = ["--segment", "PU", "--risk-class", "very_low", "--payer", "company"]

    run("categories", "add", "petugas koperasi", "--agency", "dinas koperasi", *terms)

    assert run("agencies", "list").output == "opd\tDinas Koperasi\tpetugas koperasi\n"
    assert run("categories", "list").output == "petugas koperasi\tPU\tcompany\tDinas Koperasi\n"


def test_terms_that_do_not_fit_together_are_refused(run):
    run("agencies", "add", "Dinas Koperasi")

    add = ["categories", "add", "petugas koperasi", "--agency", "Dinas Koperasi"]
    result = run(*add, "--segment", "PU")

    assert result.exit_code == 2
    assert run("categories", "list").output == ""


def test_regions_are_loaded_once(run):
    assert re.match(r"\d+ regions added", run("regions", "load").output)
    assert run("regions", "load").output == "Nothing to change.\n"


def test_a_forgotten_password_is_reset_and_every_session_ends(app, run):
    run("agencies", "add", BRANCH, "--kind", "branch")
    add = ["--name", "Luh", "--role", "admin", "--agency", "branch", "--password-stdin"]
    run("users", "add", "luh", *add, typed="dupa dan kembang\n")
    luh = Browser(app)
    luh.sign_in("luh", "dupa dan kembang")

    run("users", "reset-password", "luh", "--password-stdin", typed="kembang dan dupa\n")

    assert luh.get("/").h1 == "Sign in"
    assert luh.sign_in("luh", "kembang dan dupa").path == "/account/password"


def test_the_trail_holds_after_commands(app, run):
    run("agencies", "add", BRANCH, "--kind", "branch")
    run("users", "add", "luh", "--name", "Luh", "--role", "admin", "--agency", "branch")

    with app.app_context(), transaction() as session:
        held, fault = audit.verify(session)

    assert (held, fault) == (2, None)
