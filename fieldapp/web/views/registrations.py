"""Registering a worker: the form that saves as one goes, its pictures, its page, the list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Response,
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

from fieldapp import words
from fieldapp.adapters.photos import PhotoError, normalise
from fieldapp.adapters.photos import signature as read_signature
from fieldapp.adapters.storage import Storage, StorageFullError
from fieldapp.adapters.tables import consent_statement, place_names
from fieldapp.clock import now_utc
from fieldapp.database import db, reading, transaction
from fieldapp.domain import consent
from fieldapp.domain.contributions import Contribution, month_after
from fieldapp.domain.dates import parse_date
from fieldapp.domain.errors import FieldError, OutOfReachError, StaleError
from fieldapp.domain.findings import Finding, Weight
from fieldapp.domain.forms import Reference
from fieldapp.domain.nik import grouped
from fieldapp.domain.permissions import Permission
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.registrations import PATHS, Move, Stage
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import BloodType, MaritalStatus, Payer, Relation, Segment, Sex
from fieldapp.domain.wita import day_of
from fieldapp.models.agencies import AgencyCategory, Category
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as queries
from fieldapp.services import photos, registrations
from fieldapp.services.contributions import contribution, contribution_of
from fieldapp.services.reference import reference, villages
from fieldapp.web.filters import hour
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.forms.registrations import RegistrationForm, texts_of
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.held import held_form_of_request

bp = Blueprint("registrations", __name__, url_prefix="/registrations")

A_YEAR: Final = 31_536_000
NEVER_KEPT: Final = "private, no-store"
REASON: Final = "reason:"
"""How the reasons for warnings are named in the form: `reason:birth_date_differs:birth_date`."""


# The list.


@bp.get("/")
@needs(Permission.REGISTRATION_VIEW)
def index() -> ResponseReturnValue:
    """The workers within reach, to look through and to find one among them."""
    actor = current_actor()
    criteria = _criteria()
    with transaction() as session:
        page = queries.search(
            session,
            actor,
            criteria,
            size=current_app.extensions["fieldapp.settings"].page_rows,
            key=request.args.get("key", ""),
        )
        registrations.note_seen(
            session, actor=actor, ids=[row.id for row in page.rows], what="list", now=now_utc()
        )
        session.flush()
        return render_template(
            "registrations/index.html",
            page=page,
            criteria=criteria,
            asked=bool(criteria.text or criteria.stage or criteria.category_id
                       or criteria.agency_id or criteria.own_only),
            stages=[each for each in Stage if _sees(each)],
            categories=queries.categories_within_reach(session, actor),
            agencies=queries.agencies_within_reach(session, actor) if actor.reaches_all else [],
            address=_address,
        )  # fmt: skip


def _criteria() -> queries.Criteria:
    stage = request.args.get("stage", "")
    return queries.Criteria(
        text=request.args.get("q", "")[:80],
        stage=Stage(stage) if stage in set(Stage) else None,
        category_id=_id(request.args.get("category", "")),
        agency_id=_id(request.args.get("agency", "")),
        own_only=request.args.get("whose") == "own",
        by_name=request.args.get("order") == "name",
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sees(stage: Stage) -> bool:
    unsent = stage in (Stage.DRAFT, Stage.WITHDRAWN)
    return current_actor().may(Permission.REGISTRATION_EDIT) or not unsent


def _address(**changes: str | None) -> str:
    """This list with something of its question changed; a change of question begins anew."""
    kept = {name: value for name, value in request.args.items() if name != "key"}
    asked: dict[str, Any] = {name: v for name, v in {**kept, **changes}.items() if v}
    return url_for(".index", **asked)


# The form.


@bp.get("/new")
@needs(Permission.REGISTRATION_EDIT)
def new() -> ResponseReturnValue:
    """Mint an id; nothing is kept before the first key is pressed."""
    return redirect(url_for(".form", registration_id=uuid4()))


@bp.route("/<uuid:registration_id>/form", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_EDIT)
def form(registration_id: UUID) -> ResponseReturnValue:
    """The form, filled with what is kept; sent whole by those without scripts."""
    if request.method == "GET":
        return _show_form(registration_id)
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        row = queries.registration(session, actor, registration_id)
        typed = _form(session, row)
        try:
            _save(session, registration_id, typed)
        except StaleError:
            session.rollback()
            return _show_both(session, registration_id, typed)
    refused = _keep_pictures(registration_id, typed)
    if refused:
        with transaction() as session:
            return _page(session, registration_id, refused=refused), 422
    if request.form.get("then") == "add_row":
        return redirect(url_for(".form", registration_id=registration_id, _anchor="family"), 303)
    with reading() as session:
        row = queries.registration(session, actor, registration_id) or abort(404)
        open_ends = row.worst is Weight.BLOCK or (
            "check" not in request.args and _unconfirmed(session, row)
        )
    if open_ends:
        return redirect(url_for(".form", registration_id=registration_id, check=1), 303)
    flash(_("Saved %(time)s. The form is complete.", time=hour(now)), "good")
    return redirect(url_for(".show", registration_id=registration_id), 303)


@bp.post("/<uuid:registration_id>/autosave")
@needs(Permission.REGISTRATION_EDIT)
def autosave(registration_id: UUID) -> ResponseReturnValue:
    """Keep what was typed so far, and answer what is to be said about it."""
    actor = current_actor()
    with transaction() as session:
        row = queries.registration(session, actor, registration_id)
        row = _save(session, registration_id, _form(session, row))
        session.flush()
        return jsonify(_told(session, row))


@bp.get("/<uuid:registration_id>/revision.json")
@needs(Permission.REGISTRATION_EDIT)
def revision(registration_id: UUID) -> ResponseReturnValue:
    """Whether the page that was loaded is still what is kept; and a fresh token for its form."""
    with reading() as session:
        row = _row_or_new(session, registration_id)
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


# Pictures.


@bp.post("/<uuid:registration_id>/photos/<any(ktp, face):kind>")
@needs(Permission.REGISTRATION_EDIT)
def attach(registration_id: UUID, kind: str) -> ResponseReturnValue:
    """Take one photo; the registration is begun by it when it is the first thing."""
    picture = normalise(_sent_file(), kind=PhotoKind(kind))
    with transaction() as session:
        row = _begun(session, registration_id)
        left = photos.attach(session, kind=PhotoKind(kind), picture=picture, **_deed(row))
        answer = _told(session, row)
    _forget(registration_id, left)
    answer["url"] = url_for(".photo", registration_id=registration_id, kind=kind)
    return jsonify(answer)


@bp.get("/<uuid:registration_id>/photos/<any(ktp, face):kind>.jpg")
@needs(Permission.REGISTRATION_VIEW)
def photo(registration_id: UUID, kind: str) -> ResponseReturnValue:
    """One photo; looking at it leaves a trace."""
    with transaction() as session:
        row = queries.registration(session, current_actor(), registration_id) or abort(404)
        found = next((each for each in row.photos if each.kind == kind), None) or abort(404)
        registrations.note_seen(
            session, actor=current_actor(), ids=[row.id], what=kind, now=now_utc()
        )
        file = found.file
    return _picture(file, "image/jpeg")


@bp.post("/<uuid:registration_id>/signature")
@needs(Permission.REGISTRATION_EDIT)
def sign(registration_id: UUID) -> ResponseReturnValue:
    """Take a drawn signature; an empty one takes it back."""
    sent = request.files.get("signature")
    drawn = read_signature(sent.read()) if sent else None
    with transaction() as session:
        row = _begun(session, registration_id)
        left = photos.sign(session, drawn=drawn, **_deed(row))
        answer = _told(session, row)
    _forget(registration_id, left)
    return jsonify(answer)


@bp.get("/<uuid:registration_id>/signature.png")
@needs(Permission.REGISTRATION_VIEW)
def signature(registration_id: UUID) -> ResponseReturnValue:
    """The signature; looking at it leaves a trace."""
    with transaction() as session:
        row = queries.registration(session, current_actor(), registration_id) or abort(404)
        file = row.signature_file or abort(404)
        registrations.note_seen(
            session, actor=current_actor(), ids=[row.id], what="signature", now=now_utc()
        )
    return _picture(file, "image/png")


# One registration, and what else is done with it.


@bp.get("/<uuid:registration_id>")
@needs(Permission.REGISTRATION_VIEW)
def show(registration_id: UUID) -> ResponseReturnValue:
    """Everything on one page, the NIK masked."""
    return _show(registration_id, revealed=False)


@bp.post("/<uuid:registration_id>/reveal")
@needs(Permission.REGISTRATION_VIEW)
def reveal(registration_id: UUID) -> ResponseReturnValue:
    """The same page with the NIK in full, which leaves a trace of its own."""
    return _show(registration_id, revealed=True)


@bp.post("/<uuid:registration_id>/confirm")
@needs(Permission.REGISTRATION_EDIT)
def confirm(registration_id: UUID) -> ResponseReturnValue:
    """Say why a warning is right as it is."""
    with transaction() as session:
        row = _row(session, registration_id)
        registrations.confirm_finding(
            session,
            actor=current_actor(),
            row=row,
            key=request.form.get("key", "")[:40],
            reason=request.form.get("reason", ""),
            now=now_utc(),
        )
    flash(_("Your reason is kept. The supervisor will see it."), "good")
    return redirect(url_for(".show", registration_id=registration_id, _anchor="findings"), 303)


@bp.route("/<uuid:registration_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_EDIT)
def withdraw(registration_id: UUID) -> ResponseReturnValue:
    """Take a draft back for good, after asking."""
    if request.method == "GET":
        with reading() as session:
            return render_template(
                "registrations/withdraw.html", row=_row(session, registration_id)
            )
    with transaction() as session:
        row = _row(session, registration_id)
        registrations.withdraw(session, actor=current_actor(), row=row, now=now_utc())
    flash(_("Withdrawn. Nothing of it will be sent."), "good")
    return redirect(url_for(".index"), 303)


@bp.route("/<uuid:registration_id>/end", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_END)
def end(registration_id: UUID) -> ResponseReturnValue:
    """End a registration that was approved: a reason and a date."""
    faults: dict[str, str] = {}
    with transaction() as session:
        row = _row(session, registration_id)
        if request.method == "POST":
            faults = _end(session, row)
            if not faults:
                flash(_("Ended. The reason stands on the page of the worker."), "good")
                return redirect(url_for(".show", registration_id=registration_id), 303)
        page = render_template(
            "registrations/end.html", row=row, faults=faults, today=day_of(now_utc()),
            typed=request.form,
        )  # fmt: skip
    return page, (422 if faults else 200)


def _end(session: Session, row: Registration) -> dict[str, str]:
    reason = request.form.get("reason", "")
    try:
        ended_on = parse_date(request.form.get("ended_on", ""))
        registrations.end(
            session,
            actor=current_actor(),
            row=row,
            reason=reason,
            ended_on=ended_on,
            now=now_utc(),
        )
    except UnreadableError as error:
        return {"ended_on": words.error_words(error)}
    except FieldError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        return {"reason": words.error_words(error)}
    return {}


# How the pages come about.


def _row(session: Session, registration_id: UUID) -> Registration:
    row = queries.registration(session, current_actor(), registration_id)
    if row is None:
        raise OutOfReachError(subject="registration", id=registration_id)
    return row


def _row_or_new(session: Session, registration_id: UUID) -> Registration | None:
    """The row, or None where nothing was kept yet under an id that was minted here."""
    row = queries.registration(session, current_actor(), registration_id)
    if row is None and session.get(Registration, registration_id) is not None:
        raise OutOfReachError(subject="registration", id=registration_id)
    return row


def _form(session: Session, row: Registration | None) -> RegistrationForm:
    """A form that offers the categories of the agency whose row it is."""
    agency_id = row.agency_id if row else current_actor().agency_id
    return RegistrationForm(queries.terms_of_agency(session, agency_id))


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
        kept = _row(session, registration_id)
        if registrations.differences(kept, texts, now=now):
            raise
        row = registrations.save(session, seen=kept.revision, **deed)
    reasons = _reasons(row)
    known = queries.confirmations(session, [row.id])[row.id]
    for key, reason in reasons.items():
        if reason != known.get(key, ""):
            registrations.confirm_finding(
                session, actor=actor, row=row, key=key, reason=reason, now=now
            )
    return row


def _unconfirmed(session: Session, row: Registration) -> bool:
    """Whether there is a warning that nobody has given a reason for: shown once, then let go."""
    known = queries.confirmations(session, [row.id])[row.id]
    return bool(_warned(row) - known.keys())


def _reasons(row: Registration) -> dict[str, str]:
    """The reasons that were typed, for the warnings that the row has now."""
    warned = _warned(row)
    return {
        name.removeprefix(REASON): " ".join(text.split())[:300]
        for name, text in request.form.items()
        if name.startswith(REASON) and name.removeprefix(REASON) in warned
    }


def _warned(row: Registration) -> set[str]:
    found = map(Finding.from_row, row.findings)
    return {finding.key for finding in found if finding.weight is Weight.WARN}


def _show_form(registration_id: UUID) -> ResponseReturnValue:
    held = held_form_of_request(request.path)
    with transaction() as session:
        row = _row_or_new(session, registration_id)
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
    agency_id = row.agency_id if row else current_actor().agency_id
    terms = queries.terms_of_agency(session, agency_id)
    shown = RegistrationForm(terms, formdata=held)
    notes = _notes(session, row, looked_up)
    if held:
        shown.show_family(shown.family.data)
    elif row is None:
        _begin(shown, terms, today)
    else:
        labels = {code: village.label for code, village in villages().items()}
        shown.show(
            texts_of(row, labels),
            revision=row.revision,
            consented=not consent.needs_asking(row.consent_version),
        )
    noting.put_on(shown, notes, finished=finished)
    for name, text in (refused or {}).items():
        shown[name].errors = [*shown[name].errors, text]
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
        contribution=contribution_of(row) if row else _first_contribution(terms, today),
        choices=noting.village_choices(row, looked_up) if row else [],
        heirs=noting.heirs_words(row.family if row else None),
        regencies=_regencies_of_bali(),
        consent_version=consent.CURRENT,
        saved_at=row.changed_at if row else None,
        reason_prefix=REASON,
        today=today.isoformat(),
        statement=consent_statement(consent.CURRENT),
        city=current_app.extensions["fieldapp.settings"].city,
    )


def _begin(shown: RegistrationForm, terms: Sequence[AgencyCategory], today: date) -> None:
    """An empty form with what may be taken for granted already filled in."""
    shown.show({}, revision=0, consented=False)
    shown.show_family([])
    shown.starts_on.process_data(month_after(today, 1))
    shown.starts_on.show(shown.starts_on.text)
    if len(terms) == 1:
        shown.category_id.data = str(terms[0].category_id)
        shown.payer.data = terms[0].payer.value


def _first_contribution(terms: Sequence[AgencyCategory], today: date) -> Contribution | None:
    """What the smallest income costs, before anything is typed: a price to begin with."""
    if len(terms) != 1 or terms[0].segment is not Segment.BPU:
        return None
    return contribution(
        segment=terms[0].segment,
        sector=terms[0].sector,
        risk_class=terms[0].risk_class,
        income=0,
        payer=terms[0].payer,
        with_jht=False,
        months=1,
        starts_on=month_after(today, 1),
    )


def _notes(session: Session, row: Registration | None, looked_up: Reference) -> list[noting.Note]:
    if row is None:
        return []
    return noting.notes_of(row, queries.confirmations(session, [row.id])[row.id], looked_up)


def _told(session: Session, row: Registration) -> dict[str, Any]:
    """What a script needs to know after something was kept."""
    session.refresh(row)
    finished = "check" in request.args
    now = now_utc()
    looked_up = reference(day_of(now))
    notes = _notes(session, row, looked_up)
    warnings = noting.warnings_of(notes, finished=finished)
    sections = noting.sections_of(row, notes, finished=finished, today=day_of(now))
    price = contribution_of(row)
    return {
        "revision": row.revision,
        "saved": hour(now),
        "notes": noting.by_field(notes, finished=finished),
        "sections": {
            name: {"status": each.status, "summary": each.summary}
            for name, each in sections.items()
        },
        "read": {"nik": _nik_facts(row, looked_up)},
        "village": {
            "choices": noting.village_choices(row, looked_up),
        },
        "contribution": {"monthly": price.monthly, "total": price.total} if price else None,
        "heirs": noting.heirs_words(row.family),
        "warnings": render_template(
            "registrations/_warnings.html", warnings=warnings, reason_prefix=REASON
        ),
    }


def _nik_facts(row: Registration, looked_up: Reference) -> dict[str, str] | None:
    """What the NIK says of its own accord; the digits themselves are not sent back."""
    if row.nik is None:
        return None
    return {"regency": place_names().get(f"{row.nik[:2]}.{row.nik[2:4]}", "")}


def _regencies_of_bali() -> dict[str, str]:
    return {
        code: name
        for code, name in place_names().items()
        if code.startswith("51.") and len(code) == len("51.71")
    }


def _show_both(
    session: Session, registration_id: UUID, typed: RegistrationForm
) -> ResponseReturnValue:
    """Somebody, or another window, changed the form since: both values, and the person chooses."""
    row = _row(session, registration_id)
    mine = typed.typed()
    labels = {code: village.label for code, village in villages().items()}
    theirs = texts_of(row, labels)
    differing = registrations.differences(row, mine, now=now_utc())
    page = render_template(
        "registrations/both.html",
        row=row,
        mine=mine,
        theirs=theirs,
        differing=differing,
        reasons={
            name: text for name, text in request.form.items() if name.startswith(REASON) and text
        },
        consented=typed.consented(),
        as_text=_as_text,
        shown=_shown,
        field_label=words.field_label,
        then=request.form.get("then", ""),
    )
    return page, 409


def _as_text(name: str, value: Any) -> str:
    """A value as one input carries it."""
    if name == "family":
        return json.dumps(value or [], ensure_ascii=False)
    return ("y" if value else "") if isinstance(value, bool) else str(value)


def _shown(name: str, value: Any) -> str:
    """A value as a person reads it: words for what is chosen from a list."""
    if name == "category_id" and value:
        category = db.session.get(Category, UUID(value))
        return category.name if category else value
    kind = _LISTS.get(name)
    return str(words.label(kind(value))) if kind and value in set(kind) else str(value)


_LISTS: Final[Mapping[str, type[StrEnum]]] = {
    "sex": Sex,
    "marital_status": MaritalStatus,
    "blood_type": BloodType,
    "payer": Payer,
}


def _show(registration_id: UUID, *, revealed: bool) -> ResponseReturnValue:
    actor = current_actor()
    with transaction() as session:
        row = _row(session, registration_id)
        registrations.note_seen(
            session, actor=actor, ids=[row.id], what="nik" if revealed else "page", now=now_utc()
        )
        notes = _notes(session, row, reference(day_of(now_utc())))
        village = villages().get(row.village_code or "")
        return render_template(
            "registrations/show.html",
            row=row,
            revealed=grouped(row.nik) if revealed and row.nik else "",
            notes=notes,
            village=village.label if village else "",
            price=contribution_of(row),
            heirs=noting.heirs_words(row.family),
            kept_photos={each.kind.value for each in row.photos},
            relation_label=lambda relation: words.label(Relation(relation)),
            consent_taker=row.consent_taker.name if row.consent_taker else "",
            may={
                move.value
                for move in (Move.EDIT, Move.WITHDRAW, Move.END)
                if row.stage in PATHS[move].sources and actor.may(PATHS[move].permission)
            },
        )


def _begun(session: Session, registration_id: UUID) -> Registration:
    """The row of a picture; the first picture begins it."""
    row = queries.registration(session, current_actor(), registration_id)
    return row or registrations.save(
        session,
        actor=current_actor(),
        registration_id=registration_id,
        typed={},
        seen=None,
        now=now_utc(),
    )


def _deed(row: Registration) -> dict[str, Any]:
    return {"storage": _storage(), "actor": current_actor(), "row": row, "now": now_utc()}


def _keep_pictures(registration_id: UUID, typed: RegistrationForm) -> dict[str, str]:
    """Keep the pictures of a form that came whole; what is wrong with them, by field.

    The text was kept before, so a bad picture or a full disk loses nothing that was typed.
    """
    refused: dict[str, str] = {}
    for name, kind in (("ktp_photo", PhotoKind.KTP), ("face_photo", PhotoKind.FACE)):
        data = _first_sent(name)
        if data:
            try:
                picture = normalise(data, kind=kind)
                with transaction() as session:
                    row = _row(session, registration_id)
                    left = photos.attach(session, kind=kind, picture=picture, **_deed(row))
                _forget(registration_id, left)
            except (PhotoError, StorageFullError) as error:
                refused[name] = words.error_words(error)
    data = _first_sent("signature")
    if data:
        try:
            drawn = read_signature(data)
            with transaction() as session:
                row = _row(session, registration_id)
                left = photos.sign(session, drawn=drawn, **_deed(row))
            _forget(registration_id, left)
        except (PhotoError, StorageFullError) as error:
            refused["signature"] = words.error_words(error)
    return refused


def _first_sent(name: str) -> bytes:
    """The camera's and the file chooser's input share a name; one of them holds something."""
    return next((data for file in request.files.getlist(name) if (data := file.read())), b"")


def _sent_file() -> bytes:
    sent = request.files.get("photo") or abort(400)
    data: bytes = sent.read()
    return data


def _forget(registration_id: UUID, keys: list[str]) -> None:
    if keys:
        with transaction() as session:
            photos.forget(
                session,
                storage=_storage(),
                actor=current_actor(),
                registration_id=registration_id,
                keys=keys,
                now=now_utc(),
            )


def _picture(key: str, mimetype: str) -> Response:
    answer = Response(_storage().get(key), mimetype=mimetype)
    answer.headers["Cache-Control"] = NEVER_KEPT
    return answer


def _storage() -> Storage:
    storage: Storage = current_app.extensions["fieldapp.storage"]
    return storage
