# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""People are forgotten in time, with a clock that the test sets (DP-07)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.organising.checks import data_findings
from app.organising.sweeping import Swept
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.privacy.erasure import (
    ENDED_KEPT,
    NAMES_KEPT,
    days_to_forget,
    delete_groups,
    delete_last_mails,
    delete_needs,
    delete_surplus,
    forget_contact,
    forget_person,
    remove_names,
)
from app.refusal import Missing
from app.registration import notifications
from app.registration.consents.models import Consent, ConsentSource, Purpose
from app.registration.history import By
from app.registration.jobs import expire_holds
from app.registration.links import Withdrawn, feed_token, open_feed, open_personal, personal_token
from app.registration.models import Group, GroupGuest, Registration, StatusChange
from app.registration.rules import Actor, Status
from app.registration.service import cancel
from app.registration.workshops.models import Place, RegistrationNeed, SwapOffer, Wish
from app.registration.workshops.rules import Need
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day, id_of, people_left, run_sweep, seats_of, signs_up
from tests.registration.steps import OPENED, open_day

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


MOMENT = timedelta(microseconds=1)


def days_of_each_kind() -> dict[int, str]:
    """Days that hold one thing each whose time comes: their ids, and what it is."""
    days = {
        kind: open_day(slug=kind) for kind in ("name", "surplus", "named", "group", "needs", "days", "months")
    }
    for kind, day in days.items():
        day.ids.clear()
        if kind in ("name", "needs"):
            day.join("anna")
    days["surplus"].join("ben")
    days["surplus"].cancel("ben")
    days["named"].join("cem")
    group = days["group"].group("clara", "dora")
    days["group"].confirm_group(group)
    answered = ("days", "months")
    with transaction() as session:
        session.get_one(Registration, days["named"].ids["cem"]).named_by = "Clara Beispiel"
        session.get_one(Registration, days["group"].ids["dora"]).named_by = ""
        need = RegistrationNeed(registration_id=days["needs"].ids["anna"], need=Need.STEP_FREE)
        session.add(need)
        asked = {kind: make_questions(session, days[kind].event_id) for kind in answered}
        bus, badge = asked["days"]["bus"], asked["months"]["badge"]
        given = {"days": {bus.id: (bus.options[0].id,)}, "months": {badge.id: "Emil"}}
    for kind in answered:
        days[kind].register("emil", given=given[kind])
        days[kind].confirm("emil")
    return {day.event_id: kind for kind, day in days.items()}


def test_a_day_is_taken_up_as_soon_as_something_of_it_has_had_its_time(app: Flask) -> None:
    """DP-07: what nobody looks for stays for ever; what is looked for too early costs every night."""
    with app.app_context():
        kinds = days_of_each_kind()
        fortnight = timedelta(days=14)
        found = [
            {kinds[one] for one in days_to_forget(db.session(), END + kept - early)}
            for kept in (fortnight, ENDED_KEPT, NAMES_KEPT)
            for early in (MOMENT, timedelta())
        ]
        soon, later = {"needs", "days"}, {"needs", "days", "surplus", "named", "group"}
        assert found == [set(), soon, soon, later, later, set(kinds.values())]


def test_a_day_without_names_is_taken_up_for_its_answers(app: Flask) -> None:
    with app.app_context():
        kinds = days_of_each_kind()
        for one in kinds:
            with transaction() as session:
                remove_names(session, one, END + NAMES_KEPT)
        left = {kinds[one] for one in days_to_forget(db.session(), END + NAMES_KEPT)}
        assert {"days", "months"} <= left
        assert "name" not in left
        OPENED.clear()  # a day whose people have no names has not come yet by the clock of its steps


def test_a_group_with_open_holds_waits_and_keeps_no_other_one(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.confirm_group(day.group("clara", "anna"))
        open_one = day.group("dieter", "ben")
        with transaction() as session:
            assert delete_groups(session, day.event_id, END + ENDED_KEPT) == 1
        assert db.session.scalars(select(Group.id)).all() == [open_one]
        day.ids.clear()


# -- because the person asks for it


@pytest.mark.parametrize("now", [NOW + HOUR, END], ids=["before the day", "after it"])
def test_what_is_forgotten_of_a_person_is_theirs_alone(app: Flask, now: datetime) -> None:
    """Art. 17 GDPR: wishes, needs, consents, offers, the row in somebody's group and notes; nothing of anybody else."""
    with app.app_context():
        day = open_day()
        for name in ("anna", "ben"):
            day.add(name, "1.1")
        group = day.group("clara", "gabi")
        tables = (Wish, RegistrationNeed, Consent, SwapOffer, GroupGuest)
        with transaction() as session:
            for number in day.ids["anna"], day.ids["ben"]:
                place = session.scalars(select(Place.id).where(Place.registration_id == number)).one()
                of_run = {"round_id": day.rounds[1], "run_id": day.runs["1.2"]}
                session.add_all(
                    [
                        Wish(registration_id=number, rank=1, **of_run),
                        RegistrationNeed(registration_id=number, need=Need.STEP_FREE),
                        Consent(
                            registration_id=number,
                            purpose=Purpose.NEXT_DAY,
                            words="Ja",
                            text_version=1,
                            source=ConsentSource.FORM,
                            given_at=NOW,
                        ),
                        SwapOffer(registration_id=number, place_id=place, made_at=NOW),
                        GroupGuest(
                            registration_id=number,
                            group_id=group,
                            given_name="Anna",
                            family_name="Beispiel",
                            nonce=f"#{number}",
                        ),
                    ]
                )
        version = day.of("anna").version
        with transaction() as session:
            loaded = session.get_one(Registration, day.ids["anna"])
            forget_person(session, loaded.id, now)
            assert (loaded.given_name, loaded.email) == ("", "")  # also for who goes on with it
        assert day.of("anna").version > version
        for table in tables:
            assert db.session.scalars(select(table.registration_id)).all() == [day.ids["ben"]], table
        notes = select(StatusChange.registration_id).where(StatusChange.note != "")
        assert set(db.session.scalars(notes)) == {day.ids["ben"]}


def test_mails_to_a_substitute_lose_the_name_of_whoever_is_forgotten(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.join("anna", "ben")
        day.substitute("anna", "dora")
    Worker(app, clock=lambda: NOW + HOUR).deliver()
    with app.app_context():
        sent = select(Message.frozen).where(Message.subject_id == day.ids["dora"])
        assert all(db.session.scalars(sent))
        with transaction() as session:
            forget_person(session, day.ids["anna"], NOW + HOUR)
        assert set(db.session.scalars(sent)) == {None}
        assert any(db.session.scalars(select(Message.frozen).where(Message.subject_id == day.ids["ben"])))


@pytest.mark.parametrize(("now", "left"), [(NOW + HOUR, 1), (END, 0)])
def test_only_a_day_to_come_is_taken_out_of_the_calendar(app: Flask, now: datetime, left: int) -> None:
    """The mail that does it is the last one of its person, and goes when it has left; nobody else's does."""
    with app.app_context():
        day = open_day()
        day.join("anna", "ben")
    Worker(app, clock=lambda: NOW + HOUR).deliver()
    with app.app_context():
        with transaction() as session:
            forget_person(session, day.ids["anna"], now)
        of_anna = select(Message.kind).where(Message.subject_id == day.ids["anna"])
        assert db.session.scalars(of_anna).all() == [notifications.ADDRESS_LEFT] * left
        with transaction() as session:
            assert delete_last_mails(session) == 0  # it has not left
    Worker(app, clock=lambda: NOW + HOUR).deliver()
    with app.app_context():
        with transaction() as session:
            number = day.ids["ben"]
            session.execute(
                update(Message).where(Message.subject_id == number).values(kind=notifications.ADDRESS_LEFT)
            )
        with transaction() as session:
            assert delete_last_mails(session) == left
        assert set(db.session.scalars(select(Message.subject_id))) == {number}


def test_when_a_contact_is_forgotten_the_others_say_so_at_once(app: Flask) -> None:
    """Whoever has read them before, in the same transaction, reads that nobody named them."""
    with app.app_context():
        day = open_day()
        group = day.group("clara", "anna")
        day.confirm_group(group)
        with transaction() as session:
            anna = session.get_one(Registration, day.ids["anna"])
            assert anna.named_by == "Clara Beispiel"
            forget_contact(session, group, day.now)
            assert (anna.named_by, anna.group_id) == ("", None)
