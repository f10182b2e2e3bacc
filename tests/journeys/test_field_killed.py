"""The browser is closed, and killed with every process of it: nothing that waits is lost.

bench/field_sync.py tells the same of two hundred workers, on a slow line.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.field_sync import COUNT, Phone
from fieldapp.database import reading
from fieldapp.models.parts import RegistrationPart
from fieldapp.models.registrations import Registration
from tests.journeys.conftest import Live
from tests.world import PASSWORD

pytestmark = pytest.mark.journey

WORKERS = 10


def test_a_full_outbox_survives_closing_and_killing_and_is_sent_in_one_go(
    live: Live, tmp_path: Path
):
    profile = tmp_path / "profile"
    profile.mkdir()
    chromium = live.browser.browser_type

    with Phone(chromium, profile, live.url) as phone:
        phone.sign_in(PASSWORD)
        phone.choose_pin()
        phone.queue(WORKERS, 20_000)
    with Phone(chromium, profile, live.url) as phone:
        phone.offline(really=True)
        phone.open_app()
        closed = phone.page.evaluate(COUNT)
        phone.unlock()
        phone.page.wait_for_selector("[data-item]")
        phone.kill()
    with Phone(chromium, profile, live.url) as phone:
        phone.offline(really=True)
        phone.open_app()
        killed = phone.page.evaluate(COUNT)
        phone.offline(really=False)
        phone.sign_in(PASSWORD)
        phone.open_app()
        phone.unlock()
        phone.page.wait_for_selector('[data-outbox="empty"]:not([hidden])')
        left = phone.page.evaluate(COUNT)

    assert closed == killed == [WORKERS, 2 * WORKERS]
    assert left == [0, 0]
    with live.app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Registration.id))) == WORKERS
        assert session.scalar(select(func.count(RegistrationPart.sha256))) == 2 * WORKERS
