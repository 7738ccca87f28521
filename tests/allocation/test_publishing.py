# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Publishing: everybody's places, counters, calendars and mails at once; what changed in between; and once more."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.allocation import service
from app.allocation.models import AllocationRun
from app.allocation.publishing import Plan, plan
from app.allocation.rules import (
    AgendaNotReleased,
    ConditionKind,
    DayOver,
    NeedsUnmet,
    NotByWishes,
    NotReady,
    OtherPublished,
    RunChangedSince,
    RunClosedSince,
    RunTooSmall,
    WishesStillOpen,
)
from app.events.models import Event, Room
from app.events.rules import EventStatus, Placement
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.people.models import AuditEntry
from app.programme.models import Run
from app.refusal import Refusal
from app.registration.accompanying import take_number
from app.registration.admission import Entry
from app.registration.correcting import change_choices
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.rules import PlaceState, Status
from app.registration.service import cancel, lock_registration, register
from app.registration.workshops.models import Place, RoundAbsence
from app.web.database import db, transaction
from tests.allocation.day import (
    HOUSES,
    LATER,
    TEAM,
    UNTIL,
    WishDay,
    a_wish_day,
    asks,
    joins,
    leads,
    needs_step_free,
    places,
    publishes,
    set_run,
    solved,
    works_out,
)
from tests.factories.days import NOW
from tests.factories.organising import Queries
from tests.mailbox import mailbox, text_of


@pytest.fixture
def made(app: Flask) -> WishDay:
    """Six people; of the three who wish for 1.1 first, one has to go elsewhere."""
    found = a_wish_day(app, 6)
    set_run(app, found, "1.1", capacity=2)
    return found


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return data_findings(db.session(), LATER)


def told(app: Flask) -> list[int]:
    """Subjects of the mails about an allocation."""
    with app.app_context():
        found = select(Message.subject_id).where(Message.kind == "places.allocated")
        return list(db.session.scalars(found.order_by(Message.id)))


def planned(app: Flask, made: WishDay, number: int) -> Plan:
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        return plan(db.session(), event, db.session.get_one(AllocationRun, number))


def leaves(app: Flask, made: WishDay, number: int) -> None:
    with app.app_context(), transaction() as session:
        cancel(session, made.people[number], PARTICIPANT, LATER)


def comes(app: Flask, made: WishDay, number: int) -> None:
    with app.app_context(), transaction() as session:
        joins(session, made, number, now=NOW)


def waits_for(app: Flask, made: WishDay, number: int, label: str) -> None:
    with app.app_context(), transaction() as session:
        run = session.get_one(Run, made.day.runs[label])
        run.waiting = run.waiting_counter = 1
        session.add(
            Place(
                registration_id=made.people[number],
                run_id=run.id,
                round_id=run.round_id,
                workshop_id=run.workshop_id,
                state=PlaceState.WAITING,
                waiting_number=1,
            )
        )


@contextmanager
def refused(app: Flask, refusal: type[Refusal]) -> Iterator[None]:
    """And nothing is different afterwards."""
    before = rows(app)
    with pytest.raises(refusal):
        yield
    assert rows(app) == before


def rows(app: Flask) -> list[object]:
    with app.app_context():
        found: list[object] = []
        for table in (Place, Run, Event, Message, AllocationRun, AuditEntry, Registration):
            columns = [one for one in table.__table__.columns if one.name != "protocol"]
            found += [tuple(row) for row in db.session.execute(select(*columns).order_by(table.id))]
        return found


def test_everybody_gets_places_and_one_mail(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context():
        before = db.session.get_one(Event, made.event_id).revision
    publishes(app, made, number)
    found = places(app, made)
    assert all(len(mine) == 2 and mine[1][0] == "2" for mine in found.values())
    assert sum("1.1" in mine for mine in found.values()) == 2
    assert sorted(told(app)) == sorted(made.people.values())
    assert findings(app) == []
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        assert (event.placed_at, event.revision, event.awaits_places) == (LATER, before + 1, False)
        taken = dict(db.session.execute(select(Run.label, Run.taken)).all())
        assert (taken["1.1"], sum(taken.values())) == (2, 12)
        assert db.session.get_one(AllocationRun, number).published_at == LATER
        for one in db.session.scalars(select(Registration)):
            assert one.feed_changed_at == LATER
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.subject, entry.detail["told"]) == (
            "allocation.publish",
            f"allocation {number}",
            6,
        )


def test_runs_of_other_days_are_not_read(app: Flask, made: WishDay) -> None:
    """An installation keeps the workshops of all its days; publishing one of them costs what that day costs."""
    number = solved(app, made)
    with Queries(app) as queries:
        publishes(app, made, number)
    of_all = [one for one in queries.statements if re.search(r"FROM run\b", one) and "WHERE" not in one]
    assert of_all == []
    assert any("FROM run" in one for one in queries.statements)


def test_a_second_press_changes_nothing(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    publishes(app, made, number)
    before = rows(app)
    for seen in (0, number):
        publishes(app, made, number, seen=seen)
    assert rows(app) == before


def test_the_sequence_of_runs_stays_unless_they_do_not_take_place(app: Flask, made: WishDay) -> None:
    """Nobody wishes for 2.2, and it needs four."""
    set_run(app, made, "2.2", least_people=4)
    number = solved(app, made)
    assert planned(app, made, number).closing == (made.day.runs["2.2"],)
    publishes(app, made, number)
    with app.app_context():
        found = db.session.execute(select(Run.label, Run.takes_place, Run.sequence).order_by(Run.label)).all()
    assert [tuple(one) for one in found] == [
        ("1.1", True, 0),
        ("1.2", True, 0),
        ("2.1", True, 0),
        ("2.2", False, 1),
    ]
    assert findings(app) == []


def test_who_leads_a_run_takes_no_seat_of_it(app: Flask, made: WishDay) -> None:
    with app.app_context(), transaction() as session:
        leads(session, made, 1, "1.1")
    publishes(app, made, solved(app, made))
    found = places(app, made)
    assert found[1] == ["2.1"]
    assert sum("1.1" in mine for mine in found.values()) == 2
    assert findings(app) == []


def test_the_mail_names_the_places(app: Flask, made: WishDay) -> None:
    with app.app_context(), transaction() as session:
        leads(session, made, 2, "1.2")
        needs_step_free(session, made, 4)
        session.add(RoundAbsence(registration_id=made.people[3], round_id=made.day.rounds[1]))
    publishes(app, made, solved(app, made))
    Worker(app, clock=lambda: LATER).deliver()
    mails = {mail["To"]: mail for mail in mailbox(app).read() if "Ihre Plätze" in mail["Subject"]}
    assert len(mails) == 6
    lines = text_of(mails["person2@example.org"]).splitlines()
    assert (
        "Workshoprunde 1, 11:00–12:15 Uhr: 1.2 Datenschutz im Fallmanagement, Raum Ahorn (Sie leiten ihn)"
        in lines
    )
    assert "Workshoprunde 2, 13:30–14:45 Uhr: 2.1 Konflikte am Schalter, Raum Birke" in lines
    assert any("/my/" in line for line in lines)
    assert not any(f"Muster00{number}" in line for line in lines for number in (1, 3, 4, 5, 6))
    assert "Sie nehmen nicht teil" in text_of(mails["person3@example.org"])
    everything = " ".join(text_of(mail) for mail in mails.values()).lower()
    assert not any(word in everything for word in ("stufenlos", "step-free", "bedarf"))


def test_an_offered_seat_keeps_its_workshops_and_gets_no_mail(app: Flask, made: WishDay) -> None:
    with app.app_context(), transaction() as session:
        one = session.get_one(Registration, made.people[2])
        one.status, one.reserved_until = Status.OFFERED, LATER
    number = solved(app, made)
    assert (len(planned(app, made, number).told), planned(app, made, number).mails) == (6, 5)
    publishes(app, made, number)
    assert len(places(app, made)[2]) == 2
    assert made.people[2] not in told(app)


# --- what changed in between ---------------------------------------------------------------------------------------


def test_who_has_left_is_left_out(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    leaves(app, made, 3)
    what = planned(app, made, number)
    assert (what.left, what.outdated, what.obstacles) == (1, True, ())
    publishes(app, made, number)
    assert places(app, made)[3] == []
    assert made.people[3] not in told(app)
    assert findings(app) == []


def test_who_came_later_is_named_and_keeps_what_they_have(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    comes(app, made, 7)
    what = planned(app, made, number)
    assert (what.newcomers, what.without) == ((made.people[7],), (made.people[7],))
    publishes(app, made, number)
    assert places(app, made)[7] == []
    assert made.people[7] not in told(app)
    assert findings(app) == []


def test_who_stays_away_from_a_round_since_gets_no_place_there(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        session.add(RoundAbsence(registration_id=made.people[1], round_id=made.day.rounds[1]))
    assert planned(app, made, number).without == ()
    publishes(app, made, number)
    assert places(app, made)[1] in (["1.1"], ["1.2"])
    assert findings(app) == []


def test_who_leads_a_run_since_gets_no_seat_beside_it(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        leads(session, made, 1, "1.2")
    publishes(app, made, number)
    assert places(app, made)[1] == ["2.1"]
    assert planned(app, made, number).without == ()


def test_a_room_that_is_too_small_by_now_is_refused(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        room = session.scalars(select(Room).where(Room.name == "Raum Ahorn")).one()
        room.seats = 3
        for run in session.scalars(select(Run).where(Run.room_id == room.id)):
            run.capacity = 3
    with refused(app, RunTooSmall):
        publishes(app, made, number)
    assert [str(one) for one in planned(app, made, number).obstacles] == [
        "Workshop 1.2 has 3 seats by now, and 4 people would be in it. Please work out a new allocation."
    ]


def test_a_run_that_was_closed_or_moved_or_is_gone_is_refused(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        service.mark_run(session, made.event_id, made.day.runs["1.2"], TEAM, LATER, takes_place=False)
    with refused(app, RunClosedSince):
        publishes(app, made, number)
    set_run(app, made, "1.2", takes_place=True, spans=2)
    with refused(app, RunChangedSince):
        publishes(app, made, number)
    with app.app_context(), transaction() as session:
        session.delete(session.get_one(Run, made.day.runs["1.2"]))
    with refused(app, RunChangedSince):
        publishes(app, made, number)


def test_needs_that_are_not_met_any_more_are_refused(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        needs_step_free(session, made, 2)  # sits in 1.2, up the stairs
    assert "1.2" in _wanted(app, made, number)
    with refused(app, NeedsUnmet):
        publishes(app, made, number)


def _wanted(app: Flask, made: WishDay, number: int) -> set[str]:
    labels = {run: label for label, run in made.day.runs.items()}
    return {labels[run] for run in planned(app, made, number).places[made.people[2]]}


def test_it_waits_for_the_end_of_wishes(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with refused(app, WishesStillOpen):
        publishes(app, made, number, now=UNTIL - (LATER - UNTIL))


def test_other_refusals(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    waiting = asks(app, made, nonce="nonce-other-0123456789")
    with refused(app, NotReady):
        publishes(app, made, waiting)
    with app.app_context():
        ends = db.session.get_one(Event, made.event_id).ends_at
    with refused(app, DayOver):
        publishes(app, made, number, now=ends)
    with app.app_context(), transaction() as session:
        session.get_one(Event, made.event_id).status = EventStatus.CANCELLED
    with refused(app, DayOver):
        publishes(app, made, number)
    with app.app_context(), transaction() as session:
        session.get_one(Event, made.event_id).placement = Placement.DIRECT
    with refused(app, NotByWishes):
        publishes(app, made, number)


# --- once more -----------------------------------------------------------------------------------------------------


def test_publishing_again_moves_as_few_as_possible_and_tells_only_them(app: Flask, made: WishDay) -> None:
    first = solved(app, made)
    publishes(app, made, first)
    before = places(app, made)
    lucky = next(number for number, mine in before.items() if number % 2 and "1.1" in mine)
    with app.app_context(), transaction() as session:
        facts = service.ConditionFacts(
            ConditionKind.FORBID, first_id=made.people[lucky], run_id=made.day.runs["1.1"]
        )
        service.add_condition(session, made.event_id, facts, TEAM, LATER)
    second = solved(app, made, "nonce-second-0123456789", seed=8)
    publishes(app, made, second, seen=first)
    after = places(app, made)
    moved = {number for number in made.people if before[number] != after[number]}
    assert lucky in moved
    assert len(moved) == 2
    assert sorted(told(app)[6:]) == sorted(made.people[number] for number in moved)
    assert findings(app) == []
    with app.app_context():
        assert db.session.get_one(AllocationRun, first).superseded_at == LATER
        revisions = db.session.execute(
            select(Message.subject_id, func.max(Message.revision))
            .where(Message.kind == "places.allocated")
            .group_by(Message.subject_id)
        ).all()
        current = dict(db.session.execute(select(Registration.id, Registration.mail_revision)).all())
        assert all(current[person] == revision for person, revision in revisions)


def test_a_mail_that_has_not_left_is_settled_by_the_next_one(app: Flask, made: WishDay) -> None:
    first = solved(app, made)
    publishes(app, made, first)
    set_run(app, made, "1.1", takes_place=False)
    publishes(app, made, solved(app, made, "nonce-second-0123456789"), seen=first)
    with app.app_context():
        found = db.session.execute(
            select(Message.subject_id, Message.state)
            .where(Message.kind == "places.allocated")
            .order_by(Message.id)
        ).all()
    again = [person for person, _state in found[6:]]
    assert len(again) == 2
    for person, state in found[:6]:
        assert state is (State.SUPERSEDED if person in again else State.QUEUED)


def test_who_keeps_the_place_keeps_the_line_beside_it(app: Flask, made: WishDay) -> None:
    """Nobody loses a place in line without being told."""
    first = solved(app, made)
    publishes(app, made, first)
    mine = next(number for number, labels in places(app, made).items() if "1.2" in labels and number % 2)
    waits_for(app, made, mine, "1.1")
    assert findings(app) == []
    publishes(app, made, solved(app, made, "nonce-second-0123456789"), seen=first)
    with app.app_context():
        run = db.session.get_one(Run, made.day.runs["1.1"])
        assert (run.waiting, run.waiting_counter) == (1, 1)
    assert findings(app) == []


def test_a_seat_that_is_free_by_now_goes_to_who_waits_for_it(app: Flask, made: WishDay) -> None:
    first = solved(app, made)
    publishes(app, made, first)
    second = solved(app, made, "nonce-second-0123456789")
    comes(app, made, 7)
    seated = next(number for number, labels in places(app, made).items() if "1.1" in labels)
    with app.app_context(), transaction() as session:
        run = session.get_one(Run, made.day.runs["1.1"])
        change_choices(session, made.people[7], {run.round_id: run.id}, LATER)
        assert run.waiting == 1
    with app.app_context(), transaction() as session:
        cancel(session, made.people[seated], PARTICIPANT, LATER)
    assert "1.1" in places(app, made)[7]
    third = solved(app, made, "nonce-third-01234567890")
    publishes(app, made, second, seen=first)
    assert findings(app) == []
    assert third


def test_seats_of_people_who_are_not_placed_are_theirs(app: Flask, made: WishDay) -> None:
    """Who has not confirmed yet sits in a run that would be full without a seat for them."""
    publishes(app, made, solved(app, made))
    set_run(app, made, "1.1", capacity=3)
    with app.app_context(), transaction() as session:
        entry = Entry(Person("Nora", "Neu", "nora@example.org", HOUSES[0], ""), "nonce-nora-0123456789")
        one = register(session, made.event_id, entry, LATER)
        run = session.get_one(Run, made.day.runs["1.1"])
        change_choices(session, one.id, {run.round_id: run.id}, LATER)
    joined = solved(app, made, "nonce-second-0123456789")
    publishes(app, made, joined, seen=1)
    with app.app_context():
        run = db.session.get_one(Run, made.day.runs["1.1"])
        assert (run.taken, run.capacity) == (3, 3)
    assert findings(app) == []


def test_the_agenda_comes_first(app: Flask, made: WishDay) -> None:
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        session.get_one(Event, made.event_id).agenda_released_at = None
    with refused(app, AgendaNotReleased):
        publishes(app, made, number)


def test_somebody_else_published_in_between(app: Flask, made: WishDay) -> None:
    first, second = solved(app, made), solved(app, made, "nonce-second-0123456789")
    publishes(app, made, first)
    with refused(app, OtherPublished):
        publishes(app, made, second, seen=0)
    publishes(app, made, second, seen=first)
    with refused(app, NotReady):
        publishes(app, made, first, seen=second)


def test_a_closed_run_is_emptied_by_the_next_one(app: Flask, made: WishDay) -> None:
    first = solved(app, made)
    publishes(app, made, first)
    with app.app_context(), transaction() as session:
        service.mark_run(session, made.event_id, made.day.runs["1.1"], TEAM, LATER, takes_place=False)
    assert findings(app) == []
    publishes(app, made, solved(app, made, "nonce-second-0123456789"), seen=first)
    assert all("1.1" not in mine for mine in places(app, made).values())
    assert findings(app) == []


def test_who_waits_for_a_run_that_is_closed_is_told_so(app: Flask, made: WishDay) -> None:
    """Their place stays as it is, so the mail about the allocation does not reach them."""
    first = solved(app, made)
    publishes(app, made, first)
    mine = next(number for number, labels in places(app, made).items() if "1.2" in labels and number % 2)
    waits_for(app, made, mine, "1.1")
    set_run(app, made, "1.1", least_people=3)  # more than it has seats
    publishes(app, made, solved(app, made, "nonce-second-0123456789"), seen=first)
    assert "1.2" in places(app, made)[mine]
    with app.app_context():
        run = db.session.get_one(Run, made.day.runs["1.1"])
        assert (run.takes_place, run.waiting) == (False, 0)
        again = db.session.scalars(
            select(Message.kind).where(Message.subject_id == made.people[mine]).order_by(Message.id)
        ).all()
    assert made.people[mine] not in told(app)[6:]
    assert again[-1] == "places.changed"
    assert findings(app) == []


def test_who_reads_of_the_allocation_is_not_told_of_the_closed_run_as_well(app: Flask, made: WishDay) -> None:
    set_run(app, made, "1.1", least_people=3)
    waits_for(app, made, 1, "1.1")
    publishes(app, made, solved(app, made))
    with app.app_context():
        assert not db.session.get_one(Run, made.day.runs["1.1"]).takes_place
        mails = db.session.scalars(select(Message.kind).where(Message.subject_id == made.people[1]))
        assert [kind for kind in mails if kind.startswith("places.")] == ["places.allocated"]
    assert made.people[1] in told(app)


def test_a_new_allocation_places_who_came_later(app: Flask, made: WishDay) -> None:
    first = solved(app, made)
    publishes(app, made, first)
    before = places(app, made)
    comes(app, made, 7)
    second = asks(app, made, nonce="nonce-second-0123456789")
    works_out(app, second)
    publishes(app, made, second, seen=first)
    after = places(app, made)
    assert len(after[7]) == 2
    assert {number: after[number] for number in before} == before
    assert told(app)[6:] == [made.people[7]]


def test_places_are_given_with_a_chair_for_who_comes_along(app: Flask) -> None:
    """Four chairs in 1.1, which three people wish for first; one of them brings two along. Counters count chairs, and a
    number that grew since is refused where the room is too small for it."""
    made = a_wish_day(app, 5)
    with app.app_context(), transaction() as session:
        take_number(session, lock_registration(session, made.people[3]), 2, NOW)
    set_run(app, made, "1.1", capacity=4)
    set_run(app, made, "2.1", capacity=9)
    number = solved(app, made)
    with app.app_context(), transaction() as session:
        take_number(session, lock_registration(session, made.people[1]), 2, NOW)
    with pytest.raises(RunTooSmall):
        publishes(app, made, number)
    with app.app_context(), transaction() as session:
        take_number(session, lock_registration(session, made.people[1]), 0, NOW)
    publishes(app, made, number)
    seated = places(app, made)
    with app.app_context():
        chairs = {number: 1 + 2 * (number == 3) for number in made.people}
        for label in made.day.runs:
            run = db.session.get_one(Run, made.day.runs[label])
            assert run.taken == sum(chairs[one] for one, labels in seated.items() if label in labels)
            assert run.capacity is None or run.taken <= run.capacity
        assert data_findings(db.session(), NOW) == []


def test_who_waits_for_a_run_with_free_seats_gets_one_with_the_publication(app: Flask, made: WishDay) -> None:
    """Somebody whom the allocation does not know; the entry of the day itself stays what it was."""
    number = solved(app, made)
    comes(app, made, 7)
    waits_for(app, made, 7, "1.1")
    set_run(app, made, "1.1", capacity=9)
    with app.app_context():
        before = db.session.get_one(Event, made.event_id).sequence
    publishes(app, made, number)
    assert "1.1" in places(app, made)[7]
    with app.app_context():
        assert db.session.get_one(Event, made.event_id).sequence == before
    assert findings(app) == []


def test_a_seat_that_somebody_else_took_since_is_not_given_again(app: Flask, made: WishDay) -> None:
    """Nora is not known to the allocation, and keeps what she has."""
    first = solved(app, made)
    publishes(app, made, first)
    set_run(app, made, "1.1", capacity=3)
    second = asks(app, made, nonce="nonce-second-0123456789")
    works_out(app, second)
    with app.app_context():
        wanted = planned(app, made, second).places
    assert sum(made.day.runs["1.1"] in runs for runs in wanted.values()) == 3
    with app.app_context(), transaction() as session:
        entry = Entry(Person("Nora", "Neu", "nora@example.org", HOUSES[0], ""), "nonce-nora-0123456789")
        one = register(session, made.event_id, entry, LATER)
        run = session.get_one(Run, made.day.runs["1.1"])
        change_choices(session, one.id, {run.round_id: run.id}, LATER)
    with refused(app, RunTooSmall):
        publishes(app, made, second, seen=first)
