"""Takes a picture of every page, on a phone and at a desk, and of every paper: for the eye.

    .venv/bin/python bench/pictures.py [--out build/pictures] [--dark] [--only WORD]

Starts the app on a demo of its own, signs in as each demo person and walks through the pages
that they can reach without changing anything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parents[1]))

from config import Settings
from fieldapp.app import create_app
from fieldapp.clock import now_utc
from fieldapp.database import db, reading
from fieldapp.demo.load import ACCOUNTS, PASSWORD
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.registrations import Stage
from fieldapp.jobs import press
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
PAGES: dict[str, tuple[str, ...]] = {
    "wayan": (
        "/", "/registrations/", "/registrations/{draft}/form", "/registrations/{returned}/form",
        "/registrations/{returned}", "/batches/", "/batches/new", "/batches/{open_or_sent}",
        "/account/sessions", "/account/password",
    ),
    "ketut": ("/", "/registrations/", "/batches/", "/batches/{submitted}/decide"),
    "putu": (
        "/", "/press/", "/press/choice?kind=card_sheet", "/press/printer",
        "/registrations/", "/registrations/{approved}",
    ),
    "komang": ("/",),
    "gede": ("/",),
    "luh": ("/", "/agencies/", "/categories/", "/users/", "/users/new", "/roles", "/regions/",
            "/audit/"),
}  # fmt: skip
PUBLIC = ("/sign-in", "/about", "/nothing-here")


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Any, str]]:
    """The app with demo people, and its address."""
    app = create_app(Settings(data=folder))
    runner = app.test_cli_runner()
    for words in (["setup"], ["demo", "load"]):
        told = runner.invoke(args=words)
        if told.exit_code:
            raise SystemExit(told.output)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def places(app: Any) -> dict[str, str]:
    """Ids that stand for the names in PAGES, within the parking agency."""
    with app.app_context(), reading() as session:
        wayan = session.scalars(select(User).where(User.username == "wayan")).one()

        def row(stage: Stage) -> str:
            return str(
                session.scalars(
                    select(Registration.id).where(
                        Registration.agency_id == wayan.agency_id, Registration.stage == stage
                    )
                ).first()
            )

        def batch(*states: BatchState) -> str:
            return str(
                session.scalars(
                    select(Batch.id).where(
                        Batch.agency_id == wayan.agency_id, Batch.state.in_(states)
                    )
                ).first()
            )

        return {
            "draft": row(Stage.DRAFT),
            "returned": row(Stage.RETURNED),
            "approved": row(Stage.APPROVED),
            "submitted": batch(BatchState.SUBMITTED),
            "open_or_sent": batch(BatchState.OPEN, BatchState.SUBMITTED, BatchState.DECIDED),
            "decided": batch(BatchState.SUBMITTED, BatchState.DECIDED),
        }


def pages(browser: Browser, address: str, ids: dict[str, str], out: Path, args: Any) -> None:
    """A picture of each page in each size."""
    for size, (width, height) in SIZES.items():
        for person in (
            None,
            *(account.username for account in ACCOUNTS if account.username in PAGES),
        ):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if args.dark else "light",
                locale="id-ID",
            )
            page = context.new_page()
            paths: tuple[str, ...] = PUBLIC
            if person:
                page.goto(f"{address}/sign-in")
                page.fill("[name=username]", person)
                page.fill("[name=password]", PASSWORD)
                page.click("form button[type=submit]")
                paths = PAGES[person]
            for path in paths:
                if args.only and args.only not in f"{person}{path}":
                    continue
                page.goto(address + path.format(**ids))
                page.evaluate("for (const image of document.images) image.loading = 'eager'")
                page.wait_for_load_state("networkidle")
                name = f"{size}-{person or 'public'}{path}".replace("/", "_").replace("{", "")
                page.screenshot(path=out / f"{name.replace('}', '')}.png", full_page=True)
            context.close()


def papers(app: Any, out: Path) -> None:
    """A picture of each page of each paper."""
    with app.app_context():
        house = app.extensions["fieldapp.house"]
        with reading() as session:
            putu = session.scalars(select(User).where(User.username == "putu")).one().as_actor()
            wayan = session.scalars(select(User).where(User.username == "wayan")).one().as_actor()
        ids = places(app)
        made = {}
        for name, actor, stage in (("form", putu, "approved"), ("draft", wayan, "draft")):
            made[name] = press.print_one(
                house, actor=actor, kind=DocumentKind.ENROLMENT_FORM,
                registration_id=UUID(ids[stage]), now=now_utc(),
            ).pdf  # fmt: skip
        made["card"] = press.print_one(
            house, actor=putu, kind=DocumentKind.CARD, registration_id=UUID(ids["approved"]),
            now=now_utc(),
        ).pdf  # fmt: skip
        for kind in (DocumentKind.BATCH_LIST, DocumentKind.HANDOVER_LIST):
            made[kind.value] = press.print_list(
                house, actor=putu, kind=kind, batch_id=UUID(ids["decided"]), now=now_utc()
            ).pdf
        db.session.remove()
    for name, pdf in made.items():
        file = out / f"paper-{name}.pdf"
        file.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", "110", "-png", file, file.with_suffix("")], check=True)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/pictures"))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", default="", help="only pages whose person and path hold this")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as (app, address):
        if not args.only:
            papers(app, args.out)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            pages(browser, address, places(app), args.out, args)
            browser.close()


if __name__ == "__main__":
    main()
