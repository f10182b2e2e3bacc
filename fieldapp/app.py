"""create_app: the only module that knows every room of the house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from fieldapp import cli
from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage
from fieldapp.api import permit_checks, phone
from fieldapp.database import db, engine_options
from fieldapp.domain.coverage import Thresholds
from fieldapp.jobs.card_addresses import CardAddresses
from fieldapp.jobs.paper_facts import House
from fieldapp.models import sealed
from fieldapp.web import (
    compression,
    errors,
    filters,
    gate,
    headers,
    language,
    limits,
    places,
    statics,
    visitors,
)
from fieldapp.web.views import (
    about,
    account,
    agencies,
    audit,
    batches,
    cards,
    categories,
    checks,
    companies,
    coverage,
    decisions,
    devices,
    home,
    paper_origin,
    papers,
    permit_codes,
    permits,
    press,
    reconciliations,
    recoveries,
    regions,
    registrations,
    roles,
    sessions,
    targets,
    tokens,
    users,
    warning_letters,
)
from fieldapp.web.views import phone as phone_app

if TYPE_CHECKING:
    from config import Settings

ROOT = Path(__file__).resolve().parent.parent
BLUEPRINTS = (
    language.bp,
    home.bp,
    sessions.bp,
    account.bp,
    press.bp,
    papers.bp,
    paper_origin.bp,
    reconciliations.bp,
    registrations.bp,
    agencies.bp,
    categories.bp,
    users.bp,
    roles.bp,
    regions.bp,
    audit.bp,
    about.bp,
    batches.bp,
    decisions.bp,
    phone.bp,
    phone_app.bp,
    devices.bp,
    recoveries.bp,
    checks.bp,
    companies.bp,
    permits.bp,
    permit_codes.bp,
    permit_checks.bp,
    tokens.bp,
    warning_letters.bp,
    cards.bp,
    coverage.bp,
    targets.bp,
)


def create_app(settings: Settings) -> Flask:
    """The app of these settings. Raises when it could not be trusted to run (keys, gate)."""
    app = Flask(
        "fieldapp",
        root_path=str(ROOT / "fieldapp"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = Keyring.open(settings.keys_path)
    sealer = Sealer(keyring)
    sealed.use(sealer)
    app.config.update(
        SECRET_KEY=keyring.session_key,
        SQLALCHEMY_DATABASE_URI=settings.database_uri,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_uri),
        MAX_CONTENT_LENGTH=settings.upload_mb * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SESSION_COOKIE_NAME="fieldapp",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        WTF_CSRF_TIME_LIMIT=None,  # a form may be open for as long as its session
    )
    app.extensions["fieldapp.settings"] = settings
    app.extensions["fieldapp.sealer"] = sealer
    storage = LocalStorage(settings.files_path, sealer, keyring.name_key)
    app.extensions["fieldapp.storage"] = storage
    app.extensions["fieldapp.house"] = House(
        issuer=settings.city,
        branch=settings.office,
        storage=storage,
        verifier=CardAddresses(settings.card_url),
        thresholds=Thresholds(settings.coverage_on_track, settings.coverage_at_risk),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )

    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    language.speak(app)
    filters.install(app)
    statics.serve(app, ROOT)
    visitors.welcome_visitors(app, settings)
    places.install(app)
    errors.install(app)
    limits.install(app, settings)
    compression.compress(app)
    headers.send_headers(app, production=settings.production)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.install(app)
    gate.close_gate(app)
    # After the gate: a form without a session is kept for its owner before its token is asked for.
    csrf = CSRFProtect(app)
    csrf.exempt(permit_checks.bp)  # comes with a token of its own, never with a cookie
    return app
