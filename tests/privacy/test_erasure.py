# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""People are forgotten in time, with a clock that the test sets (DP-07)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.organising.checks import data_findings
from app.organising.sweeping import Swept
from app.outbox.models import Message
from app.privacy.erasure import ENDED_KEPT, NAMES_KEPT, delete_groups, delete_needs, delete_surplus
from app.refusal import Missing
from app.registration.history import By
from app.registration.jobs import expire_holds
from app.registration.links import Withdrawn, feed_token, open_feed, open_personal, personal_token
from app.registration.models import Group, Registration, StatusChange
from app.registration.rules import Actor, Status
from app.registration.service import cancel
from app.registration.workshops.models import Place, RegistrationNeed
from app.registration.workshops.rules import Need
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day, id_of, people_left, run_sweep, seats_of, signs_up
from tests.registration.steps import open_day

END = at("15:45")
HOUR = timedelta(hours=1)


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
    swept = run_sweep(app, settings, END + ENDED_KEPT - HOUR)
    assert (swept.registrations_deleted, swept.names_removed) == (0, 0)
    assert people_left(app) == before


def test_after_thirty_days_who_never_took_part_is_deleted(app: Flask, settings: Settings) -> None:
    """With history, wishes and mails; the counters still fit, and a second sweep finds nothing to do."""
    day, references = three_kinds(app)
    gone = [id_of(app, one) for one in references[1:4]]
    swept = run_sweep(app, settings, END + ENDED_KEPT)
    assert (swept.registrations_deleted, swept.names_removed) == (3, 0)
    assert people_left(app) == [("Muster001", "registered"), ("Muster005", "registered")]
    assert seats_of(app, day) == (1, 0, 0)
    with app.app_context():
        assert data_findings(db.session(), END) == []
        for table in (StatusChange, Place):
            left = db.session.scalars(select(table.registration_id)).all()
            assert not set(left) & set(gone)
        assert db.session.scalars(select(Message.id).where(Message.subject_id.in_(gone))).all() == []
    assert run_sweep(app, settings, END + ENDED_KEPT) == Swept()


def test_after_half_a_year_nobody_can_be_told(app: Flask, settings: Settings) -> None:
    """Organisation, status and workshops stay for the figures; name, address, function, reference and links do not."""
    _, references = three_kinds(app)
    number = id_of(app, references[0])
    with app.test_request_context():
        one = db.session.get_one(Registration, number)
        link, feed = personal_token(one), feed_token(one)
    swept = run_sweep(app, settings, END + NAMES_KEPT)
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
    assert run_sweep(app, settings, END + NAMES_KEPT) == Swept()
    assert people_left(app) == [("", "registered"), ("Muster005", "registered")]


def test_contact_persons_are_forgotten_after_thirty_days(app: Flask, settings: Settings) -> None:
    """DP-07: the group, its mails and who named whom; the colleagues who took part stay until their time."""
    with app.app_context():
        day = open_day(capacity=3)
        day.confirm_group(day.group("clara", "anna", together=True))
        day.allot("dieter", 1)
        day.substitute("anna", "ella")
        expire_holds(NOW + 100 * HOUR)
    assert run_sweep(app, settings, END + ENDED_KEPT - HOUR).groups_deleted == 0
    swept = run_sweep(app, settings, END + ENDED_KEPT)
    assert (swept.groups_deleted, swept.registrations_deleted) == (2, 2)
    with app.app_context():
        assert db.session.scalars(select(Group.id)).all() == []
        assert set(db.session.scalars(select(Registration.named_by))) == {""}
        assert "clara" not in " ".join(db.session.scalars(select(Message.recipient)))
        assert day.event.together_count == 0
    assert run_sweep(app, settings, END + ENDED_KEPT).groups_deleted == 0


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
        found.append(run_sweep(app, settings, moment).answers_deleted)
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
    swept = run_sweep(app, settings, END + ENDED_KEPT)
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
    assert run_sweep(app, settings, END + ENDED_KEPT).registrations_deleted == 1
    with app.test_request_context(), pytest.raises(Missing):
        open_personal(db.session(), link)


def test_whom_nobody_decided_about_is_forgotten_with_seat_and_places(app: Flask) -> None:
    with app.app_context():
        day = open_day(capacity=1, approval=True)
        day.join("anna", labels=("1.1",))
        day.join("berta")
        later = day.event.ends_at + timedelta(days=31)
        with transaction() as session:
            assert delete_surplus(session, day.event_id, later) == 1  # the newest row only loses its name
        assert (day.event.taken, day.run("1.1").taken) == (0, 0)
        assert data_findings(db.session(), later) == []
        day.ids.clear()


def test_needs_go_fourteen_days_after_the_end(app: Flask) -> None:
    """DP-04: of that day alone."""
    with app.app_context():
        day, other = open_day(), open_day(slug="anderer-tag")
        for one, name in ((day, "anna"), (day, "ben"), (other, "cem")):
            one.join(name)
            with transaction() as session:
                session.add(RegistrationNeed(registration_id=one.ids[name], need=Need.STEP_FREE))
        gone = END + timedelta(days=14)
        for now, expected in ((gone - timedelta(microseconds=1), 0), (gone, 2), (gone, 0)):
            with transaction() as session:
                assert delete_needs(session, day.event_id, now) == expected
        assert db.session.scalars(select(RegistrationNeed.registration_id)).all() == [other.ids["cem"]]


def test_a_moment_before_the_time_nothing_is_deleted(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.confirm_group(day.group("clara", "anna"))
        day.join("ben")
        day.cancel("ben")
        day.join("cem")
        for verb in (delete_surplus, delete_groups):
            for now, expected in ((END + ENDED_KEPT - timedelta(microseconds=1), 0), (END + ENDED_KEPT, 1)):
                with transaction() as session:
                    assert verb(session, day.event_id, now) == expected
        day.ids.clear()
