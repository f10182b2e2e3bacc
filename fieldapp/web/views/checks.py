"""Is this card genuine? For anybody with a phone, and without signal once it has been opened."""

from __future__ import annotations

import json
from base64 import b64encode
from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading
from fieldapp.domain.card_codes import dotted
from fieldapp.domain.card_life import CardVerdict
from fieldapp.domain.permissions import Permission
from fieldapp.services import card_checks as services
from fieldapp.web.gate import needs
from fieldapp.web.limits import check_rate, limiter

bp = Blueprint("checks", __name__)

SHELL = (
    "css/app.css",
    "icons/icon.svg",
    "js/page.js",
    "js/cards/check.js",
    "js/cards/code.js",
    "js/cards/letters.js",
)
"""What the page needs to open without signal."""


@bp.get("/v/")
@bp.get("/V/", endpoint="index_in_capitals")
@needs(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    """What can be checked here; the same page gives the verdict when there is no signal."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for(".card", code=code.rpartition("/")[2] or code))
    return render_template("checks/index.html", verdicts=list(CardVerdict))


@bp.get("/v/<code>")
@bp.get("/V/<code>", endpoint="card_in_capitals")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def card(code: str) -> ResponseReturnValue:
    """The verdict on one card. Nothing about a person but initials."""
    now = now_utc()
    with reading() as session:
        checked = services.check(session, code, now=now)
    page = render_template(
        "checks/card.html",
        checked=checked,
        initials=dotted(checked.claims.initials) if checked.claims else "",
        fault=words.error_words(checked.fault) if checked.fault else "",
        now=now,
    )
    genuine = checked.verdict is not CardVerdict.NOT_GENUINE
    return page, HTTPStatus.OK if genuine else HTTPStatus.NOT_FOUND


@bp.get("/v/keys.json")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def keys() -> ResponseReturnValue:
    """The public keys, and the names that the numbers of agencies stand for."""
    with reading() as session:
        return jsonify(
            keys=[
                {
                    "id": key.id,
                    "public": _text(key.public),
                    "retired_on": key.retired_on.isoformat() if key.retired_on else None,
                }
                for key in services.public_keys(session)
            ],
            agencies=services.agency_names(session),
        )


@bp.get("/v/void.json")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def void() -> ResponseReturnValue:
    """The cards that count for nothing any more, signed, with the time of the list."""
    with reading() as session:
        made = services.void_list(session, now=now_utc())
    if made is None:
        return jsonify(code="no_key"), HTTPStatus.NOT_FOUND
    return jsonify(
        made_at=made.made_at,
        issues=_text(made.issues),
        key_id=made.key_id,
        signature=_text(made.signature),
    )


@bp.get("/v/sw.js")
@needs(Permission.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """The service worker of this release, for the pages of checks alone."""
    asset = current_app.jinja_env.globals["asset"]
    shell = [asset(path) for path in SHELL]  # type: ignore[operator]
    worker = asset("js/cards/worker.js")  # type: ignore[operator]
    text = f"self.SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(worker)});\n"
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"  # for the capital /V/ of the QR as well
    return answer


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
