"""Putu is handed a file by somebody who says that it came from her press."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import reading
from fieldapp.models.documents import Document
from tests.cards import approved, print_cards
from tests.journeys.conftest import Live

pytestmark = pytest.mark.journey

NOT_OURS = "Bukan cetakan kami"


def test_a_file_is_looked_up_without_leaving_the_desk(live: Live, tmp_path: Path) -> None:
    now = now_utc()
    _batch, ids = approved(live.app, now)
    print_cards(live.app, ids[:1], now)
    with live.app.app_context(), reading() as session:
        file = session.scalars(select(Document.file)).one()
        content = live.app.extensions["fieldapp.house"].storage.get(file)
    ours, changed = tmp_path / "kartu.pdf", tmp_path / "diubah.pdf"
    ours.write_bytes(content)
    changed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    page = live.phone("putu")
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    page.goto("/documents/verify")

    for path, said in ((ours, "File ini dicetak di sini"), (changed, NOT_OURS)):
        page.locator("#file").set_input_files(path)
        expect(page.locator("#sha256")).to_have_value(sha256(path.read_bytes()).hexdigest())
        page.get_by_role("button", name="Cari asalnya").click()
        expect(page.get_by_text(said, exact=said == NOT_OURS)).to_be_visible()

    assert max(sent) < 2_000 < len(content), "the file itself stayed where it was"
