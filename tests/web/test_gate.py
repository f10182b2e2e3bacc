"""Who gets in where: one table that names every endpoint, and every role that it lets in."""

from functools import partial
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from fieldapp.domain.permissions import Role
from tests.web.browser import Browser

NOBODY_IN_PARTICULAR = "everybody, signed in or not"
SIGNED_IN = set(Role)
COORDINATOR, SUPERVISOR, CLERK = Role.COORDINATOR, Role.SUPERVISOR, Role.CLERK
ADMIN = {Role.ADMIN}
MANAGER = Role.MANAGER
ON_REGISTRATIONS = {COORDINATOR, SUPERVISOR, CLERK}
ON_PERMITS = {SUPERVISOR, Role.PERMIT_OFFICER, Role.ADMIN}
KEEP_COMPANIES = {CLERK, Role.ADMIN}
ON_COMPANIES = ON_PERMITS | KEEP_COMPANIES

# A row for each endpoint of the app: add yours, with the roles that get in.
WHO_GETS_IN = {
    # everybody
    "about.health": NOBODY_IN_PARTICULAR,
    "about.index": NOBODY_IN_PARTICULAR,
    "checks.card": NOBODY_IN_PARTICULAR,
    "checks.card_in_capitals": NOBODY_IN_PARTICULAR,
    "checks.index": NOBODY_IN_PARTICULAR,
    "checks.index_in_capitals": NOBODY_IN_PARTICULAR,
    "checks.keys": NOBODY_IN_PARTICULAR,
    "checks.service_worker": NOBODY_IN_PARTICULAR,
    "checks.void": NOBODY_IN_PARTICULAR,
    "language.choose": NOBODY_IN_PARTICULAR,
    "phone_app.bundle": NOBODY_IN_PARTICULAR,
    "phone_app.document": NOBODY_IN_PARTICULAR,
    "phone_app.index": NOBODY_IN_PARTICULAR,
    "phone_app.manifest": NOBODY_IN_PARTICULAR,
    "phone_app.service_worker": NOBODY_IN_PARTICULAR,
    "sessions.sign_in": NOBODY_IN_PARTICULAR,
    # one's own
    "account.end_other_sessions": SIGNED_IN,
    "account.end_session": SIGNED_IN,
    "account.password": SIGNED_IN,
    "account.sessions": SIGNED_IN,
    "home.index": SIGNED_IN,
    "sessions.sign_out": SIGNED_IN,
    # administration
    "agencies.close": ADMIN,
    "agencies.edit": ADMIN,
    "agencies.index": ADMIN,
    "agencies.new": ADMIN,
    "agencies.reopen": ADMIN,
    "audit.index": ADMIN,
    "categories.edit": ADMIN,
    "categories.index": ADMIN,
    "categories.new": ADMIN,
    "categories.terms": ADMIN,
    "regions.index": ADMIN,
    "regions.show": ADMIN,
    "roles.index": ADMIN,
    "users.close": ADMIN,
    "users.edit": ADMIN,
    "users.index": ADMIN,
    "users.new": ADMIN,
    "users.reopen": ADMIN,
    "users.reset_password": ADMIN,
    "devices.index": ADMIN,
    "devices.show": ADMIN,
    "recoveries.approve": {SUPERVISOR},
    "recoveries.index": {SUPERVISOR},
    "recoveries.refuse": {SUPERVISOR},
    # what phones speak
    "phone.batches.newest": ON_REGISTRATIONS,
    "phone.batches.put": {COORDINATOR},
    "phone.handovers.put": {COORDINATOR, CLERK},
    "phone.description": NOBODY_IN_PARTICULAR,
    "phone.devices.announce": {COORDINATOR},
    "phone.devices.receipts": {COORDINATOR},
    "phone.duplicates.key": {COORDINATOR},
    "phone.duplicates.known": {COORDINATOR},
    "phone.duplicates.look_ups": {COORDINATOR},
    "phone.parcels.post": {COORDINATOR},
    "phone.photos.put": {COORDINATOR},
    "phone.problems": NOBODY_IN_PARTICULAR,
    "phone.recoveries.ask": {COORDINATOR, SUPERVISOR},
    "phone.recoveries.key": {COORDINATOR, SUPERVISOR},
    "phone.recoveries.show": {COORDINATOR, SUPERVISOR},
    "phone.recoveries.taken": {COORDINATOR, SUPERVISOR},
    "phone.reference.tables": {COORDINATOR},
    "phone.reference.words": NOBODY_IN_PARTICULAR,
    "phone.registrations.changed": ON_REGISTRATIONS,
    "phone.registrations.put": {COORDINATOR},
    "phone.rescued.photo": {COORDINATOR, SUPERVISOR},
    "phone.rescued.put": {COORDINATOR, SUPERVISOR},
    "phone.session": SIGNED_IN,
    # registrations
    "registrations.attach": {COORDINATOR},
    "registrations.autosave": {COORDINATOR},
    "registrations.confirm": {COORDINATOR},
    "registrations.end": {SUPERVISOR},
    "registrations.form": {COORDINATOR},
    "registrations.index": ON_REGISTRATIONS,
    "registrations.new": {COORDINATOR},
    "registrations.photo": ON_REGISTRATIONS,
    "registrations.reveal": ON_REGISTRATIONS,
    "registrations.revision": {COORDINATOR},
    "registrations.show": ON_REGISTRATIONS,
    "registrations.sign": {COORDINATOR},
    "registrations.signature": ON_REGISTRATIONS,
    "registrations.village_list": {COORDINATOR},
    "registrations.withdraw": {COORDINATOR},
    # batches
    "batches.index": ON_REGISTRATIONS,
    "batches.new": {COORDINATOR},
    "batches.remove": {COORDINATOR},
    "batches.send": {COORDINATOR},
    "batches.show": ON_REGISTRATIONS,
    "decisions.approve_clean": {SUPERVISOR},
    "decisions.decide": {SUPERVISOR},
    # cards
    "cards.batch": ON_REGISTRATIONS,
    "cards.check": {SUPERVISOR, CLERK, Role.PERMIT_OFFICER},
    "cards.hand_over": {COORDINATOR, CLERK},
    "cards.handed_over": {COORDINATOR, CLERK},
    "cards.index": ON_REGISTRATIONS,
    "cards.move": ON_REGISTRATIONS,
    "cards.reconcile": {CLERK},
    "cards.show": ON_REGISTRATIONS,
    "reconciliations.show": NOBODY_IN_PARTICULAR,
    "reconciliations.show_in_capitals": NOBODY_IN_PARTICULAR,
    "tokens.index": ADMIN,
    "tokens.new": ADMIN,
    "tokens.revoke": ADMIN,
    # the licensing system comes with a token in place of a session
    "api_permit_checks.check": NOBODY_IN_PARTICULAR,
    "api_permit_checks.show": NOBODY_IN_PARTICULAR,
    "api_permit_checks.status": NOBODY_IN_PARTICULAR,
    # companies and permits
    "warning_letters.answer": {CLERK},
    "warning_letters.deliver": {CLERK},
    "warning_letters.index": {CLERK},
    "warning_letters.issue": {CLERK},
    "warning_letters.notify": {CLERK},
    "warning_letters.paper": {CLERK},
    "warning_letters.show": {CLERK},
    "companies.attach": KEEP_COMPANIES,
    "companies.edit": KEEP_COMPANIES,
    "companies.import": KEEP_COMPANIES,
    "companies.import_bad_rows": KEEP_COMPANIES,
    "companies.import_enter": KEEP_COMPANIES,
    "companies.import_result": KEEP_COMPANIES,
    "companies.index": ON_COMPANIES,
    "companies.judge_paper": {CLERK, Role.PERMIT_OFFICER},
    "companies.merge": KEEP_COMPANIES,
    "companies.new": KEEP_COMPANIES,
    "companies.paper": ON_COMPANIES,
    "companies.show": ON_COMPANIES,
    "permit_codes.show": NOBODY_IN_PARTICULAR,
    "permit_codes.show_in_capitals": NOBODY_IN_PARTICULAR,
    "permits.check": {Role.PERMIT_OFFICER},
    "permits.checks": ON_PERMITS,
    "permits.index": ON_PERMITS,
    "permits.override": {SUPERVISOR},
    "permits.paper": ON_PERMITS,
    "permits.show": ON_PERMITS,
    # paper
    "papers.batch_list": ON_REGISTRATIONS,
    "papers.card": ON_REGISTRATIONS,
    "papers.form": ON_REGISTRATIONS,
    "paper_origin.verify": {CLERK},
    "press.calibration": {CLERK},
    "press.cancel": {CLERK},
    "press.choice": {CLERK},
    "press.cut": {CLERK},
    "press.document": ON_REGISTRATIONS,
    "press.download": ON_REGISTRATIONS,
    "press.index": {CLERK},
    "press.job": {CLERK},
    "press.job_state": {CLERK},
    "press.printer": {CLERK},
    "press.show_preview": {CLERK},
    "press.start": {CLERK},
    # coverage
    "coverage.download_report": {MANAGER},
    "coverage.export": {MANAGER},
    "coverage.index": {MANAGER},
    "coverage.order_report": {MANAGER},
    "coverage.reports": {MANAGER},
    "coverage.rows": {MANAGER},
    "targets.add_holiday": ADMIN,
    "targets.index": ADMIN,
    "targets.new": ADMIN,
    "targets.remove_holiday": ADMIN,
}
PEOPLE = {
    Role.COORDINATOR: "wayan",
    Role.SUPERVISOR: "ketut",
    Role.CLERK: "putu",
    Role.PERMIT_OFFICER: "komang",
    Role.MANAGER: "gede",
    Role.ADMIN: "luh",
}
# What stands in addresses in the place of words.
WORDS = {
    "code": "51.71",
    "number": "IZ-2026-000001",
    "day": "2018-05-30",
    "sha256": "0" * 64,
    "sheet_id": "0" * 64,
    "release": "0" * 12,
}


def test_every_endpoint_stands_in_the_table(app):
    assert set(app.view_functions) == WHO_GETS_IN.keys()


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_in_where_the_table_says_and_nowhere_else(app, role):
    browser = Browser(app)
    browser.sign_in(PEOPLE[role])
    wrong = []

    for rule in rules(app):
        let_in = WHO_GETS_IN[rule.endpoint]
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            status = open_door(browser, rule, method).status_code
            allowed = let_in is NOBODY_IN_PARTICULAR or role in let_in
            if (status == 403) is allowed:
                wrong.append(f"{method} {rule.endpoint} answers {status}")

    assert wrong == []


def test_without_a_session_every_other_door_leads_to_the_sign_in_page(app):
    stranger = Browser(app)
    stranger.get("/sign-in")
    wrong = []

    for rule in rules(app):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            response = open_door(stranger, rule, method)
            asked = response.status_code in (302, 401) and "/sign-in" in (
                response.headers.get("Location", "") + response.get_data(as_text=True)
            )
            public = WHO_GETS_IN[rule.endpoint] is NOBODY_IN_PARTICULAR
            if asked is public:
                wrong.append(f"{method} {rule.endpoint} answers {response.status_code}")

    assert wrong == []


def test_every_role_is_tried_by_somebody():
    assert PEOPLE.keys() == set(Role)


def rules(app: Flask) -> list:
    """Every address of the table; the sign-out last, for then one sign-in is enough."""
    named = [rule for rule in app.url_map.iter_rules() if rule.endpoint in WHO_GETS_IN]
    return sorted(named, key=lambda rule: (rule.endpoint == "sessions.sign_out", rule.rule))


def open_door(browser: Browser, rule, method: str):
    """One real request; a POST carries a valid CSRF token and nothing else."""
    adapter = browser.client.application.url_map.bind("localhost")
    path = adapter.build(rule.endpoint, parts(rule), method=method)
    send = partial(browser.client.open, path, method=method, environ_overrides=browser.environ)
    if method == "GET":
        return send()
    return send(data={"csrf_token": browser.page.forms[0].fields["csrf_token"]})


def parts(rule) -> dict[str, object]:
    """A value for each part of the address: ids of nothing, so that only the gate is asked."""
    return {name: value(name, converter) for name, converter in rule._converters.items()}


def value(name: str, converter) -> object:
    match converter:
        case UUIDConverter():
            return uuid4()
        case IntegerConverter():
            return 1
        case AnyConverter():
            return min(converter.items)
    return WORDS[name]
