"""How fast long work goes, in words: pages as the printer counts them, and only what is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from fieldapp.models.jobs import Job, JobState
from fieldapp.web.pace import Pace, pace
from tests.conftest import NOW


@pytest.fixture
def told(app: Flask):
    """What is said of a job in Indonesian, so many seconds after it began."""

    def said(seconds: float, **facts: object) -> Pace:
        job = Job(**{"state": JobState.RUNNING, "started_at": NOW, "done_before": 0, **facts})
        with app.test_request_context():
            return pace(job, now=NOW + timedelta(seconds=seconds))

    return said


def test_speed_is_in_pages_and_the_rest_in_time(told):
    found = told(10, done=200, total=1000, pages=200)

    assert found.speed == "4 halaman per detik"
    assert "40 detik" in found.left
    assert "200 dari 1.000" in found.line


def test_what_an_earlier_attempt_did_makes_nobody_faster(told):
    found = told(10, done=500, done_before=400, total=1000, pages=200)

    assert found.speed == "2 halaman per detik"
    assert "50 detik" in found.left


def test_before_a_second_has_passed_nothing_is_guessed(told):
    assert told(0.5, done=100, total=1000, pages=200).speed == ""


def test_a_job_that_waits_says_only_that(told):
    assert told(10, done=0, total=10, state=JobState.WAITING) == Pace("Menunggu giliran")
