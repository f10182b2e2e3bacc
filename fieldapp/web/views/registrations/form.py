"""The form: shown as it is kept, saved as one goes, and sent whole by those without scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from flask import (
    abort,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from fieldapp.adapters.tables import consent_statement
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain import consent
from fieldapp.domain.errors import StaleError
from fieldapp.domain.findings import Weight
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.models.agencies import AgencyCategory
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as queries
from fieldapp.services import registrations
from fieldapp.services.contributions import contribution_of, first_contribution
from fieldapp.services.reference import reference, regencies_of_bali, villages
from fieldapp.web.filters import hour
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.forms import registration_reasons as reasons
from fieldapp.web.forms.registrations import RegistrationForm, in_error, texts_of
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.held import held_form_of_request
from fieldapp.web.views.registrations.blueprint import bp
from fieldapp.web.views.registrations.both import both
from fieldapp.web.views.registrations.pictures import keep_sent_pictures
from fieldapp.web.views.registrations.rows import (
    notes_on,
    reasons_kept,
    row_or_new,
    row_within_reach,
)
from fieldapp.web.views.registrations.told import told

A_YEAR: Final = 31_536_000


@bp.get("/new")
@needs(Permission.REGISTRATION_EDIT)
def new() -> ResponseReturnValue:
    """A form with a minted id; nothing is kept before the first key is pressed.

    Shown here, not redirected to, which takes half a second on a slow line; the page's script puts
    the form's own address into the address bar.
    """
    return _show(uuid4())


@bp.route("/<uuid:registration_id>/form", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_EDIT)
def form(registration_id: UUID) -> ResponseReturnValue:
    """The form, filled with what is kept; sent whole by those without scripts."""
    if request.method == "GET":
        return _show(registration_id)
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        row = queries.registration(session, actor, registration_id)
        typed = RegistrationForm(_terms(session, row))
        try:
            _save(session, registration_id, typed)
        except StaleError:
            session.rollback()
            return both(session, row_within_reach(session, registration_id), typed)
    refused = keep_sent_pictures(registration_id)
    if refused:
        with transaction() as session:
            return _page(session, registration_id, refused=refused), 422
    if request.form.get("then") == "add_row":
        return redirect(url_for(".form", registration_id=registration_id, _anchor="family"), 303)
    with reading() as session:
        row = queries.registration(session, actor, registration_id) or abort(404)
        open_ends = row.worst is Weight.BLOCK or (
            "check" not in request.args and _unexplained(session, row)
        )
    if open_ends:
        return redirect(url_for(".form", registration_id=registration_id, check=1), 303)
    flash(_("Saved %(time)s. The form is complete.", time=hour(now)), "good")
    return redirect(url_for(".show", registration_id=registration_id), 303)


@bp.post("/<uuid:registration_id>/autosave")
@needs(Permission.REGISTRATION_EDIT)
def autosave(registration_id: UUID) -> ResponseReturnValue:
    """Keep what was typed so far, and answer what is to be said about it."""
    with transaction() as session:
        row = queries.registration(session, current_actor(), registration_id)
        row = _save(session, registration_id, RegistrationForm(_terms(session, row)))
        session.flush()
        return jsonify(told(session, row))


@bp.get("/<uuid:registration_id>/revision.json")
@needs(Permission.REGISTRATION_EDIT)
def revision(registration_id: UUID) -> ResponseReturnValue:
    """Whether the page that was loaded is still what is kept; and a fresh token for its form."""
    with reading() as session:
        row = row_or_new(session, registration_id)
        return jsonify(
            revision=row.revision if row else 0,
            token=generate_csrf(),
            user=current_user.username,
        )


@bp.get("/villages.json")
@needs(Permission.REGISTRATION_EDIT)
def village_list() -> ResponseReturnValue:
    """Every village of Bali by regency and district: [[regency, [[district, [village …]] …]] …]."""
    tree: dict[str, dict[str, list[str]]] = {}
    for village in villages().values():
        tree.setdefault(village.regency, {}).setdefault(village.district, []).append(village.name)
    compact = [[regency, list(map(list, parts.items()))] for regency, parts in tree.items()]
    answer = make_response(json.dumps(compact, ensure_ascii=False, separators=(",", ":")))
    answer.mimetype = "application/json"
    answer.headers["Cache-Control"] = f"private, max-age={A_YEAR // 52}"
    answer.add_etag()
    return answer.make_conditional(request)


def _terms(session: Session, row: Registration | None) -> Sequence[AgencyCategory]:
    """The categories of the agency whose row it is, or will be."""
    return queries.terms_of_agency(session, row.agency_id if row else current_actor().agency_id)


def _save(session: Session, registration_id: UUID, typed: RegistrationForm) -> Registration:
    """Keep what was typed and the reasons for warnings.

    Raises StaleError; but the same form that arrives again, since its answer was lost or a button
    was pressed twice, has nothing new to say and is stale for nobody.
    """
    actor, now = current_actor(), now_utc()
    texts = typed.typed()
    deed: dict[str, Any] = {
        "actor": actor,
        "registration_id": registration_id,
        "typed": texts,
        "consented": typed.consented(),
        "now": now,
    }
    try:
        row = registrations.save(session, seen=typed.seen(), **deed)
    except StaleError:
        kept = row_within_reach(session, registration_id)
        if registrations.differences(kept, texts, now=now):
            raise
        row = registrations.save(session, seen=kept.revision, **deed)
    known = reasons_kept(session, row)
    for key, reason in reasons.given(row, request.form).items():
        if reason != known.get(key, ""):
            registrations.confirm_finding(
                session, actor=actor, row=row, key=key, reason=reason, now=now
            )
    return row


def _unexplained(session: Session, row: Registration) -> bool:
    """Whether there is a warning that nobody has given a reason for: shown once, then let go."""
    return bool(reasons.warned(row) - reasons_kept(session, row).keys())


def _show(registration_id: UUID) -> ResponseReturnValue:
    held = held_form_of_request(request.path)
    with transaction() as session:
        row = row_or_new(session, registration_id)
        if row is not None and not row.editable:
            flash(_("This form has been sent and can no longer be changed."), "info")
            return redirect(url_for(".show", registration_id=registration_id))
        if row is not None:
            registrations.note_seen(
                session, actor=current_actor(), ids=[row.id], what="form", now=now_utc()
            )
        return _page(session, registration_id, held=held)


def _page(
    session: Session,
    registration_id: UUID,
    *,
    refused: Mapping[str, str] | None = None,
    held: MultiDict[str, str] | None = None,
) -> str:
    """The form as it is kept.

    refused: what is wrong with a file that was just sent, by field. held: what was typed when a
    session ended, to be shown in place of what is kept.
    """
    finished = "check" in request.args
    today = day_of(now_utc())
    looked_up = reference(today)
    row = queries.registration(session, current_actor(), registration_id)
    terms = _terms(session, row)
    shown = RegistrationForm(terms, formdata=held)
    notes = notes_on(session, row, looked_up) if row else []
    if held:
        shown.show_family(shown.family.data)
    elif row is None:
        shown.begin(terms, today=today)
    else:
        labels = {code: village.label for code, village in villages().items()}
        shown.show(
            texts_of(row, labels),
            revision=row.revision,
            consented=not consent.needs_asking(row.consent_version),
        )
    noting.put_on(shown, notes, finished=finished)
    for name, text in (refused or {}).items():
        in_error(shown[name], text)
    sections = noting.sections_of(row, notes, finished=finished, today=today)
    return render_template(
        "registrations/form.html",
        form=shown,
        row=row,
        registration_id=registration_id,
        finished=finished,
        held=bool(held),
        sections=sections,
        opened=next((name for name, each in sections.items() if each.status != "done"), ""),
        warnings=noting.warnings_of(notes, finished=finished),
        kept_photos={each.kind.value for each in row.photos} if row else set(),
        contribution=contribution_of(row) if row else first_contribution(terms, today=today),
        choices=noting.village_choices(row, looked_up) if row else [],
        heirs=noting.heirs_words(row.family if row else None),
        regencies=regencies_of_bali(),
        consent_version=consent.CURRENT,
        saved_at=row.changed_at if row else None,
        reason_prefix=reasons.PREFIX,
        today=today.isoformat(),
        statement=consent_statement(consent.CURRENT),
        city=current_app.extensions["fieldapp.settings"].city,
    )
