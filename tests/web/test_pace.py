"""How fast long work goes, in words."""

from __future__ import annotations

from datetime import timedelta

from fieldapp.models.jobs import Job, JobState
from fieldapp.web.pace import pace


def test_the_pace_is_that_of_this_attempt_not_of_what_was_done_before(app, now):
    job = Job(
        state=JobState.RUNNING, total=1000, done=600, done_before=500,
        started_at=now - timedelta(seconds=10),
    )  # fmt: skip

    with app.test_request_context():
        told = pace(job, now=now)

    assert told.speed.startswith("10")
    assert told.left == "kira-kira 40 detik lagi"


def test_nothing_is_said_of_the_pace_before_anything_is_done(app, now):
    job = Job(
        state=JobState.RUNNING, total=1000, done=500, done_before=500,
        started_at=now - timedelta(seconds=10),
    )  # fmt: skip

    with app.test_request_context():
        told = pace(job, now=now)

    assert (told.speed, told.left) == ("", "")
