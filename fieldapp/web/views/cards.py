"""Cards after they are printed: handed over, spoiled, void, printed again; and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_life import PATHS, CardMove, HandOverError, verdict
from fieldapp.domain.errors import ReasonMissingError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.domain.wita import day_of
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.reconciliation_paper import print_reconciliation
from fieldapp.models.cards import Card
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import cards as queries
from fieldapp.queries import documents as document_queries
from fieldapp.services import audit, card_checks, handovers
from fieldapp.services import cards as services
from fieldapp.web import arguments
from fieldapp.web.forms.cards import CheckForm, MoveForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.targets import safe_target

bp = Blueprint("cards", __name__, url_prefix="/cards")

SHOWN = 50


@bp.get("/")
@needs(Permission.CARD_VIEW)
def index() -> ResponseReturnValue:
    """Batches whose cards can be followed, and reprints that wait for a second person."""
    actor = current_actor()
    with reading() as session:
        return render_template(
            "cards/index.html",
            batches=document_queries.printable_batches(session, actor, limit=SHOWN),
            asked=queries.awaiting_confirmation(session, actor, limit=SHOWN),
        )


@bp.get("/batches/<uuid:batch_id>")
@needs(Permission.CARD_VIEW)
def batch(batch_id: UUID) -> ResponseReturnValue:
    """Where every card of a batch is, and whether it adds up."""
    actor = current_actor()
    rows = _settings().page_rows
    after = (request.args.get("after", ""), arguments.whole(request.args.get("copy")) or 0)
    with reading() as session:
        found = batch_queries.batch(session, actor, batch_id) or abort(404)
        lines = queries.cards_of_batch(session, actor, batch_id, after=after, limit=rows + 1)
        last = lines[rows - 1].card if len(lines) > rows else None
        return render_template(
            "cards/batch.html",
            batch=found,
            lines=lines[:rows],
            figures=queries.reconciliation(session, actor, batch_id),
            next=url_for(".batch", batch_id=batch_id, after=last.serial, copy=last.copy)
            if last
            else None,
            form=MoveForm(),
            moves=_moves(),
        )


@bp.post("/batches/<uuid:batch_id>/reconciliation.pdf")
@needs(Permission.DOCUMENT_PRINT)
def reconcile(batch_id: UUID) -> ResponseReturnValue:
    """The figures of a batch as a sheet, signed by us and to be signed by two people."""
    house: House = current_app.extensions["fieldapp.house"]
    document_id = print_reconciliation(
        house,
        actor=current_actor(),
        batch_id=batch_id,
        base=_settings().card_url or request.host_url,
        now=now_utc(),
    )
    return redirect(url_for("press.download", document_id=document_id), code=303)


@bp.get("/<uuid:card_id>")
@needs(Permission.CARD_VIEW)
def show(card_id: UUID) -> ResponseReturnValue:
    """One card: every copy of it, who did what and why."""
    actor = current_actor()
    with reading() as session:
        line = queries.card(session, actor, card_id) or abort(404)
        copies = queries.copies(session, actor, line.card.registration_id)
        people = [
            each
            for copy in copies
            for each in (copy.card.issued_by, copy.card.confirmed_by, copy.card.changed_by)
        ]
        return render_template(
            "cards/show.html",
            line=line,
            copies=copies,
            names=queries.names_of(session, people),
            form=MoveForm(),
            moves=_moves_of(line.card, may_reprint=queries.may_be_reprinted(copies)),
        )


@bp.post("/moves")
@needs(Permission.CARD_VIEW)
def move() -> ResponseReturnValue:
    """Do one thing with the cards that are marked: with all of them, or with none."""
    actor, form = current_actor(), MoveForm()
    back = safe_target(request.form.get("back")) or url_for(".index")
    if not form.validate_on_submit() or form.move is None:
        abort(400)
    ids = form.card_ids
    if not ids:
        flash(_("Mark at least one card first."), "warn")
        return redirect(back, code=303)
    try:
        with transaction() as session:
            cards = queries.cards_of(session, actor, ids)
            if len(cards) != len(set(ids)):
                abort(404)
            _DEEDS[form.move](session, cards, form.reason.data or "")
    except ReasonMissingError as error:
        flash(words.error_words(error), "warn")
        return redirect(back, code=303)
    flash(
        ngettext("Done for %(num)s card.", "Done for %(num)s cards.", len(ids)),
        "good",
    )
    return redirect(back, code=303)


@bp.route("/hand-over", methods=["GET", "POST"])
@needs(Permission.CARD_HAND_OVER)
def hand_over() -> ResponseReturnValue:
    """Scan a card, or type its number, and see whose it is before it is handed over."""
    actor, form, now = current_actor(), CheckForm(), now_utc()
    if not form.validate_on_submit():
        return render_template("cards/hand_over.html", form=form, line=None, refusal=None)
    with reading() as session:
        try:
            card = handovers.find_shown(session, actor=actor, text=form.code.data, now=now)
            line = queries.card(session, actor, card.id)
            handovers.check(session, card)
        except HandOverError as error:
            page = render_template(
                "cards/hand_over.html", form=form, line=None, refusal=words.error_words(error)
            )
            return page, error.status
        return render_template("cards/hand_over.html", form=form, line=line, refusal=None)


@bp.post("/<uuid:card_id>/hand-over")
@needs(Permission.CARD_HAND_OVER)
def handed_over(card_id: UUID) -> ResponseReturnValue:
    """It is in the hands of its person; on to the next one."""
    actor = current_actor()
    try:
        with transaction() as session:
            line = queries.card(session, actor, card_id) or abort(404)
            handovers.hand_over(session, actor=actor, card=line.card, now=now_utc())
            said, kind = _("%(name)s has card %(serial)s.", **_named(line)), "good"
    except HandOverError as error:
        said, kind = str(words.error_words(error)), "warn"
    flash(said, kind)
    return redirect(url_for(".hand_over"), code=303)


@bp.route("/check", methods=["GET", "POST"])
@needs(Permission.CARD_CHECK)
def check() -> ResponseReturnValue:
    """Check a card at the counter: the code from the camera, or the number as it is typed."""
    actor, form = current_actor(), CheckForm()
    answer: dict[str, Any] = {"verdict": None, "line": None, "by_number": False, "fault": ""}
    if form.validate_on_submit():
        now, text = now_utc(), form.code.data
        with transaction() as session:
            line = queries.card_of_serial(session, actor, text)
            if line is not None:
                said = verdict(
                    line.card.state,
                    valid_until=line.card.valid_until,
                    ended=line.stage not in PRINTABLE,
                    today=day_of(now),
                )
                answer |= {"verdict": said, "line": line, "by_number": True}
            else:
                checked = card_checks.check(session, text, now=now)
                if checked.card_id:
                    line = queries.card(session, actor, checked.card_id)
                fault = words.error_words(checked.fault) if checked.fault else ""
                answer |= {"verdict": checked.verdict, "line": line, "fault": fault}
                answer["claims"] = checked.claims
            audit.record(
                session,
                actor=actor,
                action="card.check",
                subject="card",
                subject_id=line.card.id if line else "unknown",
                now=now,
                verdict=answer["verdict"],
                by_number=answer["by_number"],
            )
            return render_template("cards/check.html", form=form, **answer)
    return render_template("cards/check.html", form=form, **answer)


def _hand_over(session: Session, cards: Any, _reason: str) -> None:
    services.hand_over(session, actor=current_actor(), cards=cards, now=now_utc())


def _each(deed: Callable[..., Any]) -> Callable[[Session, Any, str], None]:
    def do(session: Session, cards: Any, reason: str) -> None:
        for card in cards:
            deed(session, actor=current_actor(), card=card, reason=reason, now=now_utc())

    return do


def _confirm(session: Session, cards: Any, _reason: str) -> None:
    for card in cards:
        services.confirm(session, actor=current_actor(), card=card, now=now_utc())


_DEEDS: Final[Mapping[CardMove, Callable[[Session, Any, str], None]]] = {
    CardMove.HAND_OVER: _hand_over,
    CardMove.SPOIL: _each(services.spoil),
    CardMove.VOID: _each(services.void),
    CardMove.REPRINT: _each(services.reprint),
    CardMove.CONFIRM: _confirm,
}


def _named(line: queries.CardLine) -> dict[str, str]:
    return {"name": line.name, "serial": line.card.printed_serial}


def _moves() -> list[CardMove]:
    """What this person may do with cards of a batch, whatever state each is in."""
    wanted = (CardMove.HAND_OVER, CardMove.SPOIL, CardMove.VOID)
    return [each for each in wanted if current_actor().may(PATHS[each].permission)]


def _moves_of(card: Card, *, may_reprint: bool) -> list[CardMove]:
    """What this person may do with this card now."""
    actor = current_actor()
    found = [
        each
        for each in _DEEDS
        if actor.may(PATHS[each].permission) and card.state in PATHS[each].sources
    ]
    if not may_reprint:
        found = [each for each in found if each is not CardMove.REPRINT]
    if card.issued_by == actor.id:
        found = [each for each in found if each is not CardMove.CONFIRM]
    return found


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return settings
