"""Long work: taken once, never lost, given up in the end."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from fieldapp.domain.errors import OutOfReachError
from fieldapp.models.jobs import JobState
from fieldapp.services import jobs
from fieldapp.services.jobs import Beat

LEASE = timedelta(seconds=30)


@pytest.fixture
def job(session, world, now):
    return jobs.enqueue(
        session,
        actor=world.putu,
        kind="print_batch",
        args={"kind": "card_sheet", "batch_id": str(uuid4())},
        total=12,
        agency_id=world.agency("parking").id,
        now=now,
    )


def test_a_job_is_taken_by_one_worker_only(session, job, now):
    first = jobs.claim(session, owner="one", lease=LEASE, now=now)

    assert first is job
    assert jobs.claim(session, owner="two", lease=LEASE, now=now) is None


def test_a_job_of_a_dead_worker_is_taken_over_when_its_lease_has_run_out(session, job, now):
    jobs.claim(session, owner="dead", lease=LEASE, now=now)
    later = now + LEASE + timedelta(seconds=1)

    taken = jobs.claim(session, owner="alive", lease=LEASE, now=later)

    assert taken is job
    assert job.attempt == 2
    assert jobs.beat(
        session, job_id=job.id, owner="dead", done=3, lease=LEASE, now=later
    ) is Beat.LOST  # fmt: skip


def test_a_beat_renews_the_lease_and_tells_how_far_it_is(session, job, now):
    jobs.claim(session, owner="one", lease=LEASE, now=now)
    later = now + timedelta(seconds=20)

    told = jobs.beat(session, job_id=job.id, owner="one", done=7, lease=LEASE, now=later)
    session.refresh(job)

    assert told is Beat.GO_ON
    assert (job.done, job.leased_until) == (7, later + LEASE)


def test_a_running_job_hears_at_its_next_beat_that_it_is_to_stop(session, world, job, now):
    jobs.claim(session, owner="one", lease=LEASE, now=now)

    jobs.cancel(session, actor=world.putu, job=job, now=now)
    session.flush()

    told = jobs.beat(session, job_id=job.id, owner="one", done=7, lease=LEASE, now=now)
    assert told is Beat.CANCEL


def test_a_waiting_job_stops_at_once(session, world, job, now):
    jobs.cancel(session, actor=world.putu, job=job, now=now)

    assert job.state is JobState.CANCELLED
    assert jobs.claim(session, owner="one", lease=LEASE, now=now) is None


def test_a_failing_job_is_tried_later_each_time_and_then_given_up(session, job, now):
    for pause in (5, 10, None):
        assert jobs.claim(session, owner="one", lease=LEASE, now=now) is job
        jobs.fail(session, job=job, owner="one", problem={"code": "crashed"}, again=True, now=now)
        session.refresh(job)
        if pause:
            assert job.not_before == now + timedelta(seconds=pause)
            assert jobs.claim(session, owner="one", lease=LEASE, now=now) is None
            now = job.not_before

    assert job.state is JobState.FAILED


def test_a_job_that_kills_its_workers_is_given_up(session, job, now):
    for _ in range(jobs.MOST_ATTEMPTS):
        assert jobs.claim(session, owner="doomed", lease=LEASE, now=now) is job
        now += LEASE + timedelta(seconds=1)

    assert jobs.claim(session, owner="next", lease=LEASE, now=now) is None
    assert job.problem == {"code": "worker_lost"}


def test_a_worker_that_is_told_to_stop_gives_its_job_back_unharmed(session, job, now):
    jobs.claim(session, owner="one", lease=LEASE, now=now)

    jobs.give_back(session, job_id=job.id, owner="one", now=now)
    session.refresh(job)

    assert (job.state, job.attempt) == (JobState.WAITING, 0)


def test_another_agencys_job_cannot_be_stopped(session, world, job, now):
    with pytest.raises(OutOfReachError):
        jobs.cancel(session, actor=world.made, job=job, now=now)
