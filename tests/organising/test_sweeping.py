# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Mails and traces go in time, with a clock that the test sets (DP-07), and the worker's regular jobs."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now as clock_now
from app.events.models import Event
from app.organising import jobs as organising_jobs
from app.organising.sweeping import MAILS_KEPT, Swept
from app.outbox.jobs import JOBS
from app.outbox.queries import counts
from app.outbox.rules import State
from app.people.audit import KEPT as AUDIT_KEPT
from app.people.audit import record
from app.people.budget import spend
from app.people.models import AuditEntry, Budget
from app.registration import jobs as registration_jobs
from app.registration.admission import Entry
from app.registration.history import By
from app.registration.jobs import expire_holds
from app.registration.rules import Actor
from app.registration.service import register
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.organising.helpers import (
    a_day,
    a_person,
    id_of,
    people_left,
    run_sweep,
    signs_up,
    status_of,
)

END = at("15:45")
HOUR = timedelta(hours=1)


def test_mails_are_kept_for_ninety_days(app: Flask, settings: Settings) -> None:
    """What still waits is not touched: the outbox itself ends it."""
    day = a_day(app)
    signs_up(app, day, 1)
    with app.app_context():
        assert counts(db.session())[State.SUPERSEDED] == 1
        assert counts(db.session())[State.QUEUED] == 1
    assert run_sweep(app, settings, NOW + MAILS_KEPT - HOUR).mails_deleted == 0
    assert run_sweep(app, settings, NOW + MAILS_KEPT).mails_deleted == 1
    with app.app_context():
        assert sum(counts(db.session()).values()) == counts(db.session())[State.QUEUED] == 1


def test_many_mails_go_in_portions(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.organising import sweeping
    from tests.organising.helpers import many_sign_up, run_sweep

    monkeypatch.setattr(sweeping, "_AT_ONCE", 4)
    many_sign_up(app, a_day(app, programme=False), 1, 9)
    assert run_sweep(app, settings, NOW + MAILS_KEPT).mails_deleted == 9


def test_traces_and_budgets(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction() as session:
        record(session, NOW, None, None, "old")
        record(session, NOW + HOUR, None, None, "new")
        spend(session, "x", 1, HOUR, NOW)
        spend(session, "y", 1, AUDIT_KEPT + HOUR, NOW)
    swept = run_sweep(app, settings, NOW + AUDIT_KEPT)
    assert (swept.audit_entries_deleted, swept.budgets_deleted) == (1, 1)
    with app.app_context():
        assert db.session.scalars(select(AuditEntry.action)).all() == ["new"]
        assert db.session.scalars(select(Budget.bucket)).all() == ["y"]


def test_the_command_says_what_it_did(app: Flask) -> None:
    day = a_day(app, programme=False, starts_at=NOW - timedelta(days=400), ends_at=NOW - timedelta(days=399))
    with app.app_context(), transaction() as session:
        # Added by hand: the window of that day is long over.
        from app.attendees import manual

        manual.add(session, day.event_id, Entry(a_person(), "n"), By(Actor.ORGANISER), NOW, extra_seat=False)
    runner = app.test_cli_runner()
    first, second = (runner.invoke(args=["privacy", "sweep"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.splitlines()[:2] == ["registrations deleted: 0", "names removed: 1"]
    assert {line.rpartition(": ")[2] for line in second.output.splitlines()} == {"0"}
    assert people_left(app) == [("", "registered")]


# -- jobs


def test_holds_that_are_over_go_to_the_next(app: Flask) -> None:
    day = a_day(app, capacity=1)
    late, next_one = signs_up(app, day, 1, confirmed=False), signs_up(app, day, 2)
    with app.app_context():
        assert expire_holds(NOW + HOUR - timedelta(seconds=1)) == 0
        assert expire_holds(NOW + HOUR) == 1
        assert expire_holds(NOW + HOUR) == 0
    assert (status_of(app, late), status_of(app, next_one)) == (("expired", False), ("registered", True))


def test_one_that_is_gone_does_not_stop_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_day(app)
    reference = signs_up(app, day, 1, confirmed=False)
    number = id_of(app, reference)
    monkeypatch.setattr(registration_jobs, "overdue_holds", lambda *_: [10**6, number])
    with app.app_context():
        assert expire_holds(NOW + HOUR) == 2
    assert status_of(app, reference) == ("expired", False)


def test_the_worker_knows_the_jobs(app: Flask) -> None:
    assert app.cli
    assert (JOBS["expire holds"].function, JOBS["expire holds"].every_seconds) == (expire_holds, 60)
    assert JOBS["retention"].function is organising_jobs.apply_retention
    assert JOBS["count rows"].every_seconds == 3600
    with app.app_context():
        assert organising_jobs.apply_retention(clock_now()) == Swept()


def test_a_worker_runs_the_jobs(app: Flask) -> None:
    """End to end: a pass of the worker gives the seat to the next in line."""
    from app.outbox.worker import Worker

    day = a_day(app, capacity=1)
    with app.app_context(), transaction() as session:
        register(session, day.event_id, Entry(a_person(1), "one"), NOW)
    next_one = signs_up(app, day, 2)
    Worker(app, clock=lambda: NOW + 2 * HOUR).run(once=True)
    assert status_of(app, next_one) == ("registered", True)
    with app.app_context():
        assert db.session.get_one(Event, day.event_id).waiting == 0
