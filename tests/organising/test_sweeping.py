# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The retention periods, with a clock that the test sets (DP-07), and the worker's regular jobs."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now as clock_now
from app.events.models import Event
from app.organising import jobs as organising_jobs
from app.organising.checks import data_findings
from app.organising.sweeping import MAILS_KEPT, Swept, sweep
from app.outbox.jobs import JOBS
from app.outbox.models import Message
from app.outbox.queries import counts
from app.outbox.rules import State
from app.people.audit import KEPT as AUDIT_KEPT
from app.people.audit import record
from app.people.budget import spend
from app.people.models import AuditEntry, Budget
from app.privacy.erasure import ENDED_KEPT, NAMES_KEPT
from app.refusal import Missing
from app.registration import jobs as registration_jobs
from app.registration.admission import Entry
from app.registration.history import By
from app.registration.jobs import expire_holds
from app.registration.links import Withdrawn, feed_token, open_feed, open_personal, personal_token
from app.registration.models import Registration, StatusChange
from app.registration.rules import Actor, Status
from app.registration.service import cancel, register
from app.registration.workshops.models import Place
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day, a_person, id_of, seats_of, signs_up, status_of

END = at("15:45")
HOUR = timedelta(hours=1)


def run(app: Flask, settings: Settings, moment: datetime) -> Swept:
    with app.app_context():
        return sweep(settings.data_dir, moment)


def people_left(app: Flask) -> list[tuple[str, str]]:
    """Family name and status, in the order of registering."""
    with app.app_context():
        found = select(Registration.family_name, Registration.status).order_by(Registration.id)
        return [(name, status.value) for name, status in db.session.execute(found)]


def three_kinds(app: Flask) -> tuple[Day, list[str]]:
    """One registered, one cancelled with a note, one never confirmed, one waits, and a day after it."""
    day = a_day(app, capacity=1)
    first, second = day.rounds
    references = [
        signs_up(app, day, 1, choices={first: day.runs["1.1"], second: day.runs["2.1"]}),
        signs_up(app, day, 2, choices={first: day.runs["1.1"]}),
        signs_up(app, day, 3, confirmed=False),
        signs_up(app, day, 4, choices={first: day.runs["1.2"]}),
    ]
    with app.app_context(), transaction() as session:
        cancel(session, id_of(app, references[1]), By(Actor.ORGANISER, None, "Ist krank"), NOW)
    with app.app_context():
        expire_holds(NOW + 2 * HOUR)
    later = a_day(
        app,
        "later",
        programme=False,
        starts_at=at("9:30") + timedelta(days=365),
        ends_at=END + timedelta(days=365),
    )
    references.append(signs_up(app, later, 5))
    return day, references


def test_nothing_is_forgotten_too_early(app: Flask, settings: Settings) -> None:
    three_kinds(app)
    before = people_left(app)
    swept = run(app, settings, END + ENDED_KEPT - HOUR)
    assert (swept.registrations_deleted, swept.names_removed) == (0, 0)
    assert people_left(app) == before


def test_after_thirty_days_who_never_took_part_is_deleted(app: Flask, settings: Settings) -> None:
    """With history, wishes and mails; the counters still fit, and a second sweep finds nothing to do."""
    day, references = three_kinds(app)
    gone = [id_of(app, one) for one in references[1:4]]
    swept = run(app, settings, END + ENDED_KEPT)
    assert (swept.registrations_deleted, swept.names_removed) == (3, 0)
    assert people_left(app) == [("Muster001", "registered"), ("Muster005", "registered")]
    assert seats_of(app, day) == (1, 0, 0)
    with app.app_context():
        assert data_findings(db.session(), END) == []
        for table in (StatusChange, Place):
            left = db.session.scalars(select(table.registration_id)).all()
            assert not set(left) & set(gone)
        assert db.session.scalars(select(Message.id).where(Message.subject_id.in_(gone))).all() == []
    assert run(app, settings, END + ENDED_KEPT) == Swept()


def test_after_half_a_year_nobody_can_be_told(app: Flask, settings: Settings) -> None:
    """Organisation, status and workshops stay for the figures; name, address, function, reference and links do not."""
    _, references = three_kinds(app)
    number = id_of(app, references[0])
    with app.test_request_context():
        one = db.session.get_one(Registration, number)
        link, feed = personal_token(one), feed_token(one)
    swept = run(app, settings, END + NAMES_KEPT)
    assert (swept.registrations_deleted, swept.names_removed) == (3, 1)
    with app.test_request_context():
        one = db.session.get_one(Registration, number)
        left = (one.given_name, one.family_name, one.sort_key, one.email, one.role_title, one.email_key)
        assert left == ("", "", "", "", "", f"#{number}")
        assert (one.organisation.name, one.status) == ("Kreis Musterstadt", Status.REGISTERED)
        assert one.reference != references[0]
        assert len(db.session.scalars(select(Place).where(Place.registration_id == number)).all()) == 2
        for open_, token in ((open_personal, link), (open_feed, feed)):
            with pytest.raises(Withdrawn):
                open_(db.session(), token)
        assert set(db.session.scalars(select(StatusChange.note))) == {""}
        assert "person1" not in " ".join(db.session.scalars(select(Message.recipient)))
        assert data_findings(db.session(), END) == []
    assert run(app, settings, END + NAMES_KEPT) == Swept()
    assert people_left(app) == [("", "registered"), ("Muster005", "registered")]


def test_contact_persons_are_forgotten_after_thirty_days(app: Flask, settings: Settings) -> None:
    """DP-07: the group, its mails and who named whom; the colleagues who took part stay until their time."""
    from app.registration.models import Group
    from tests.registration.steps import open_day

    with app.app_context():
        day = open_day(capacity=3)
        day.confirm_group(day.group("clara", "anna", together=True))
        day.allot("dieter", 1)
        day.substitute("anna", "ella")
        expire_holds(NOW + 100 * HOUR)
    assert run(app, settings, END + ENDED_KEPT - HOUR).groups_deleted == 0
    swept = run(app, settings, END + ENDED_KEPT)
    assert (swept.groups_deleted, swept.registrations_deleted) == (2, 2)
    with app.app_context():
        assert db.session.scalars(select(Group.id)).all() == []
        assert set(db.session.scalars(select(Registration.named_by))) == {""}
        assert "clara" not in " ".join(db.session.scalars(select(Message.recipient)))
        assert day.event.together_count == 0
    assert run(app, settings, END + ENDED_KEPT).groups_deleted == 0


def test_answers_go_in_their_own_time(app: Flask, settings: Settings) -> None:
    """DP-04: what is sensitive fourteen days after the end, the rest with the names; options are counted anew."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        asked = make_questions(session, day.event_id)
        given = {
            asked["needs"].id: (asked["needs"].options[0].id,),
            asked["meal"].id: (asked["meal"].options[2].id,),
            asked["badge"].id: "Aylin",
        }
    signs_up(app, day, 1, given=given)
    found = []
    for moment in (
        END + timedelta(days=14) - HOUR,
        END + timedelta(days=14),
        END + NAMES_KEPT - HOUR,
        END + NAMES_KEPT,
        END + NAMES_KEPT,
    ):
        found.append(run(app, settings, moment).answers_deleted)
        with app.app_context():
            assert data_findings(db.session(), moment) == []
    assert found == [0, 1, 0, 2, 0]


def test_an_id_is_never_given_to_somebody_else(app: Flask, settings: Settings) -> None:
    """T03: SQLite gives the highest id again, and with it the links that were signed for it. So that row stays, empty."""
    day = a_day(app)
    signs_up(app, day, 1)
    reference = signs_up(app, day, 2)
    number = id_of(app, reference)
    with app.app_context(), transaction() as session:
        cancel(session, number, By(Actor.PARTICIPANT), NOW)
    with app.test_request_context():
        link = personal_token(db.session.get_one(Registration, number))
    swept = run(app, settings, END + ENDED_KEPT)
    assert swept.registrations_deleted == 0
    assert people_left(app) == [("Muster001", "registered"), ("", "cancelled")]
    newcomer = signs_up(
        app,
        a_day(
            app, "next", programme=False, starts_at=END + timedelta(days=90), ends_at=END + timedelta(days=91)
        ),
        3,
    )
    assert id_of(app, newcomer) == number + 1
    with app.test_request_context(), pytest.raises(Withdrawn):
        open_personal(db.session(), link)
    assert run(app, settings, END + ENDED_KEPT).registrations_deleted == 1
    with app.test_request_context(), pytest.raises(Missing):
        open_personal(db.session(), link)


def test_mails_are_kept_for_ninety_days(app: Flask, settings: Settings) -> None:
    """What still waits is not touched: the outbox itself ends it."""
    day = a_day(app)
    signs_up(app, day, 1)
    with app.app_context():
        assert counts(db.session())[State.SUPERSEDED] == 1
        assert counts(db.session())[State.QUEUED] == 1
    assert run(app, settings, NOW + MAILS_KEPT - HOUR).mails_deleted == 0
    assert run(app, settings, NOW + MAILS_KEPT).mails_deleted == 1
    with app.app_context():
        assert sum(counts(db.session()).values()) == counts(db.session())[State.QUEUED] == 1


def test_many_mails_go_in_portions(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.organising import sweeping
    from tests.organising.helpers import many_sign_up

    monkeypatch.setattr(sweeping, "_AT_ONCE", 4)
    many_sign_up(app, a_day(app, programme=False), 1, 9)
    assert run(app, settings, NOW + MAILS_KEPT).mails_deleted == 9


def test_traces_and_budgets(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction() as session:
        record(session, NOW, None, None, "old")
        record(session, NOW + HOUR, None, None, "new")
        spend(session, "x", 1, HOUR, NOW)
        spend(session, "y", 1, AUDIT_KEPT + HOUR, NOW)
    swept = run(app, settings, NOW + AUDIT_KEPT)
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
