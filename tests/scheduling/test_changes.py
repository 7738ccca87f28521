# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the organising team moves: numbers and stamps that rise, the public change log, and who hears of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Room
from app.events.notices import day_facts
from app.events.rules import EventStatus
from app.programme.models import AgendaChange, Round
from app.programme.plan import facts_of, seen_as
from app.programme.rules import Thing
from app.refusal import ChangedMeanwhile, Refusal, fingerprint
from app.registration.rules import RunHasPlaces, Status
from app.scheduling.service import cancel_day
from app.web.database import db
from tests.factories.days import NOW, at
from tests.programme.said import said_against
from tests.registration.steps import CLOSED, HOUR, ORGANISER, WHY, Day, open_day
from tests.scheduling import steps

Stamp = tuple[int, datetime]


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day() -> Day:
    """Anna sits in 1.1 and 2.1, ben in 1.2 waits for 1.1, cem waits for a seat, dora has not confirmed."""
    day = open_day(capacity=3)
    day.set_run("1.1", capacity=1)
    day.join("anna", labels=("1.1", "2.1"))
    day.join("ben", labels=("1.2",))
    day.choose("ben", "1.1")
    day.register("dora", "2.1")
    day.join("cem", labels=("1.1",))
    assert [day.status(name).value for name in ("anna", "ben", "cem", "dora")] == [
        "registered",
        "registered",
        "waiting",
        "unconfirmed",
    ]
    day.forget_mails()
    return day


def change_day(day: Day, now: datetime | None = None, **facts: Any) -> None:
    with day.step(now) as session:
        steps.change_facts(session, day.event_id, day.now, **facts)


def change_run(day: Day, label: str, /, now: datetime | None = None, **facts: Any) -> None:
    """`round` is a number, `room` a name."""
    with day.step(now) as session:
        if "round" in facts:
            facts["round_id"] = day.rounds[facts.pop("round")]
        if "room" in facts:
            named = select(Room.id).where(Room.name == facts.pop("room"))
            facts["room_id"] = session.scalars(named).one_or_none()
        steps.replan_run(session, day.runs[label], day.now, **facts)


def change_round(
    day: Day, number: int, starts: datetime, ends: datetime, title: str, seen: str | None = None
) -> None:
    with day.step() as session:
        steps.replan_round(
            session,
            day.rounds[number],
            day.now,
            seen=seen,
            starts_at=starts,
            ends_at=ends,
            title=title,
        )


def stamps(day: Day) -> dict[str, Stamp]:
    """Sequence and stamp of the day and of every run."""
    event = day.event
    found = {"day": (event.sequence, event.modified_at)}
    for label in day.runs:
        run = day.run(label)
        found[label] = (run.sequence, run.modified_at)
    return found


def risen(before: dict[str, Stamp], after: dict[str, Stamp]) -> set[str]:
    """Whose number rose; number and stamp rise together or not at all."""
    for name in before:
        assert (before[name][0] < after[name][0]) == (before[name][1] < after[name][1]), name
        assert before[name][0] <= after[name][0]
    return {name for name in before if before[name] != after[name]}


def log(day: Day) -> list[tuple[str, str, str, str]]:
    db.session.rollback()
    found = db.session.scalars(
        select(AgendaChange).where(AgendaChange.event_id == day.event_id).order_by(AgendaChange.id)
    )
    return [(one.title, one.field, one.old, one.new) for one in found]


def mails(day: Day) -> dict[str, list[str]]:
    return {name: kinds for name in day.ids if (kinds := day.mails(name))}


# -- the day


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": at("10:00")},
        {"ends_at": at("16:15")},
        {"venue_name": "Rathaus Musterstadt"},
        {"venue_street": "Musterallee 2"},
        {"venue_postcode": "00001"},
        {"venue_city": "Beispielhausen"},
    ],
)
def test_time_or_place_of_the_day(day: Day, facts: dict[str, Any]) -> None:
    """Everybody with a certain seat gets a new invitation; who waits hears of it, who has not confirmed does not."""
    before, revision = stamps(day), day.event.revision
    change_day(day, **facts)
    everywhere = {"day", *day.runs} if "venue" in next(iter(facts)) else {"day"}
    assert risen(before, stamps(day)) == everywhere
    assert day.event.revision == revision + 1
    assert mails(day) == {key: ["registration.changed"] for key in ("anna", "ben", "cem")}
    for name in ("anna", "ben"):
        assert day.of(name).invited_sequence == day.event.sequence
        assert day.of(name).feed_changed_at == day.now
    assert day.of("cem").invited_sequence is None


@pytest.mark.parametrize(
    ("facts", "in_calendars"),
    [
        ({"title": "Neuer Titel"}, True),
        ({"summary": "Neuer Text."}, True),
        ({"venue_note": "Der Aufzug ist außer Betrieb."}, True),
        ({"description": "Mehr Text."}, False),
        ({"for_whom": "Für alle."}, False),
        ({"fee_note": "5 Euro"}, False),
        ({"contact_email": "andere@example.org"}, False),
        ({"registration_closes_at": at("12:00")}, False),
    ],
)
def test_other_facts_reach_feeds_without_a_mail(day: Day, facts: dict[str, Any], in_calendars: bool) -> None:
    before, revision = stamps(day), day.event.revision
    change_day(day, **facts)
    assert risen(before, stamps(day)) == ({"day"} if in_calendars else set())
    assert day.event.revision == revision + 1
    assert mails(day) == {}


def test_nothing_changed_is_no_change(day: Day) -> None:
    before, version, revision = stamps(day), day.event.version, day.event.revision
    change_day(day)
    assert (stamps(day), day.event.version, day.event.revision) == (before, version, revision)


def test_two_changes_in_one_second_are_two_stamps(day: Day) -> None:
    """D3: whole seconds, and each at least one more than before."""
    first = day.now
    change_day(day, now=first, title="Eins")
    one = day.event.modified_at, day.event.changed_at
    change_day(day, now=first, title="Zwei")
    two = day.event.modified_at, day.event.changed_at
    assert one < two
    assert all(moment.microsecond == 0 for moment in (*one, *two))


def test_stale_form_is_refused(day: Day) -> None:
    """F30"""
    seen = fingerprint(day_facts(day.event))
    change_day(day, title="Von der einen")
    with pytest.raises(ChangedMeanwhile):
        change_day(day, seen=seen, title="Vom anderen")
    assert day.event.title == "Von der einen"


def test_seats_taken_meanwhile_are_no_conflict(day: Day) -> None:
    """Registrations do not make an organiser's form stale."""
    seen = fingerprint(day_facts(day.event))
    day.cancel("anna")
    change_day(day, seen=seen, title="Trotzdem")
    assert day.event.title == "Trotzdem"


def test_reversed_times_are_refused(day: Day) -> None:
    with pytest.raises(Refusal):
        change_day(day, ends_at=at("9:00"))
    with pytest.raises(Refusal):
        change_day(day, registration_opens_at=at("12:00"), registration_closes_at=at("11:00"))
    assert mails(day) == {}


def test_day_that_is_over_tells_nobody(day: Day) -> None:
    """A correction for the archive is no invitation."""
    change_day(day, now=at("18:00"), venue_street="Richtige Straße 3")
    assert day.event.venue_street == "Richtige Straße 3"
    assert mails(day) == {}


def test_draft_tells_nobody(day: Day) -> None:
    day.set_event(status=EventStatus.DRAFT)
    change_day(day, starts_at=at("10:00"))
    assert mails(day) == {}


# -- seats of the day


def test_fewer_seats_than_are_taken(day: Day) -> None:
    with pytest.raises(Refusal) as refused:
        change_day(day, capacity=2)
    assert (refused.value.field, refused.value.values) == ("capacity", {"taken": 3})
    assert day.event.capacity == 3
    change_day(day, capacity=3)


def test_more_seats_go_to_the_line_in_order(day: Day) -> None:
    """F34"""
    day.join("emil", "fritz")
    day.forget_mails()
    change_day(day, capacity=5)
    assert [day.status(name) for name in ("cem", "emil", "fritz")] == [
        Status.REGISTERED,
        Status.REGISTERED,
        Status.WAITING,
    ]
    assert day.history("cem")[-1] == ("waiting", "registered", "system", "capacity_raised")
    assert mails(day) == {"cem": ["registration.moved_up"], "emil": ["registration.moved_up"]}
    assert day.places("cem") == {"1.1": "waiting 2"}


def test_no_limit_takes_everybody_in(day: Day) -> None:
    day.join("emil", "fritz")
    change_day(day, capacity=None)
    assert day.event.waiting == 0
    assert {day.status(name) for name in ("cem", "emil", "fritz")} == {Status.REGISTERED}


def test_more_seats_after_closing_move_nobody(day: Day) -> None:
    """F36"""
    change_day(day, now=CLOSED, capacity=10)
    assert day.status("cem") is Status.WAITING
    assert mails(day) == {}


def test_an_overbooked_seat_goes_with_the_first_who_leaves() -> None:
    """There is no chair under it, so nobody moves up to it; more chairs take its place as well."""
    day = open_day(capacity=2)
    day.join("anna", "ben")
    day.add("cem", extra=True)
    day.add("dora", extra=True)
    day.join("emil")
    assert (day.event.extra, day.event.taken) == (2, 4)
    day.cancel("anna")
    assert (day.event.extra, day.event.taken, day.event.waiting) == (1, 3, 1)
    change_day(day, capacity=3)
    assert (day.event.extra, day.event.taken, day.event.waiting) == (0, 3, 1)
    day.cancel("ben")
    assert day.statuses()["emil"] is Status.REGISTERED
    assert (day.event.extra, day.event.taken, day.event.waiting) == (0, 3, 0)


def test_opening_again_moves_up_what_became_free(day: Day) -> None:
    """Seats and places that were given back after closing are not lost."""
    day.cancel("anna", now=CLOSED)
    assert (day.status("cem"), day.places("ben")) == (
        Status.WAITING,
        {"1.2": "place", "1.1": "waiting 1"},
    )
    change_day(day, registration_closes_at=at("9:00"))
    assert day.status("cem") is Status.REGISTERED
    assert day.history("cem")[-1][3] == "moved_up"
    assert day.places("ben") == {"1.1": "place"}
    assert day.places("cem") == {"1.1": "waiting 2"}


# -- runs


def test_run_moves_to_another_room(day: Day) -> None:
    """Who sits in it is told; who waits for it, sits elsewhere or has not confirmed is not."""
    before, revision = stamps(day), day.event.revision
    change_run(day, "1.1", room="Foyer")
    assert risen(before, stamps(day)) == {"1.1"}
    assert day.event.revision == revision + 1
    assert log(day) == [("Beraten ohne Vorurteil", "room", "Raum Birke", "Foyer")]
    assert mails(day) == {"anna": ["places.changed"]}
    assert day.of("anna").feed_changed_at == day.now


def test_unconfirmed_who_sits_in_it_hears_nothing(day: Day) -> None:
    """T08: dora's address has not answered."""
    change_run(day, "2.1", room="Foyer")
    assert mails(day) == {"anna": ["places.changed"]}


def test_run_without_a_room(day: Day) -> None:
    change_run(day, "1.1", room=None)
    change_run(day, "1.1", room="Foyer")
    assert log(day) == [
        ("Beraten ohne Vorurteil", "room", "Raum Birke", ""),
        ("Beraten ohne Vorurteil", "room", "", "Foyer"),
    ]


def test_run_that_people_chose_stays_in_its_round(day: Day) -> None:
    for label in ("1.1", "1.2", "2.1"):
        with pytest.raises(RunHasPlaces):
            change_run(day, label, round=2 if label[0] == "1" else 1, room=None, label="9.9")
    assert mails(day) == {}


def test_run_nobody_chose_moves_to_another_round(day: Day) -> None:
    before = stamps(day)
    change_run(day, "2.2", round=1, room="Foyer", label="1.3")
    assert risen(before, stamps(day)) == {"2.2"}
    (title, field, old, new), room = log(day)
    assert room == ("Datenschutz im Fallmanagement", "room", "Raum Ahorn", "Foyer")
    assert (title, field) == ("Datenschutz im Fallmanagement", "times")
    assert old == f"{at('13:30').isoformat()}/{at('14:45').isoformat()}"
    assert new == f"{at('11:00').isoformat()}/{at('12:15').isoformat()}"
    assert mails(day) == {}


def test_more_places_in_a_run_go_to_its_line(day: Day) -> None:
    before = stamps(day)
    change_run(day, "1.1", capacity=2)
    assert day.places("ben") == {"1.1": "place"}
    assert mails(day) == {"ben": ["places.changed"]}
    assert risen(before, stamps(day)) == set()
    assert log(day) == []


def test_fewer_places_than_are_taken(day: Day) -> None:
    with pytest.raises(Refusal) as refused:
        change_run(day, "1.1", capacity=0)
    assert refused.value.field == "capacity"


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (27, "“1.1 Beraten ohne Vorurteil” has 27 places, Raum Birke has 26 seats."),
        (None, "“1.1 Beraten ohne Vorurteil” has no limit of places, Raum Birke has 26 seats."),
    ],
)
def test_more_places_than_the_room_has_are_said(day: Day, capacity: int | None, said: str) -> None:
    change_run(day, "1.1", capacity=capacity)
    assert day.run("1.1").capacity == capacity
    assert said_against(db.session(), day.event) == [said]


def seen(day: Day, label: str) -> str:
    return seen_as(facts_of(Thing.RUN, day.run(label)))


def test_stale_run_form_is_refused(day: Day) -> None:
    """F30"""
    read = seen(day, "1.1")
    change_run(day, "1.1", room="Foyer")
    with pytest.raises(ChangedMeanwhile):
        change_run(day, "1.1", room=None, seen=read)


def test_places_taken_meanwhile_are_no_conflict(day: Day) -> None:
    read = seen(day, "1.1")
    day.choose("anna", "1.2")
    change_run(day, "1.1", room="Foyer", seen=read)
    assert day.run("1.1").room is not None


def test_before_the_release_nothing_is_announced(day: Day) -> None:
    day.set_event(agenda_released_at=None)
    before = stamps(day)
    change_run(day, "1.1", room="Foyer")
    change_round(day, 1, at("11:15"), at("12:15"), "Workshoprunde 1")
    assert log(day) == []
    assert mails(day) == {}
    assert risen(before, stamps(day)) == {"1.1", "1.2"}


def test_after_the_day_nothing_is_announced(day: Day) -> None:
    change_run(day, "1.1", room="Foyer", now=at("16:00"))
    assert mails(day) == {}
    assert len(log(day)) == 1


# -- rounds


def test_round_moves_with_all_its_runs(day: Day) -> None:
    before = stamps(day)
    change_round(day, 1, at("11:15"), at("12:30"), "Workshoprunde 1")
    assert risen(before, stamps(day)) == {"1.1", "1.2"}
    assert log(day) == [
        (
            "Workshoprunde 1",
            "times",
            f"{at('11:00').isoformat()}/{at('12:15').isoformat()}",
            f"{at('11:15').isoformat()}/{at('12:30').isoformat()}",
        )
    ]
    assert mails(day) == {"anna": ["places.changed"], "ben": ["places.changed"]}


def test_round_with_a_new_name_only(day: Day) -> None:
    before, revision = stamps(day), day.event.revision
    change_round(day, 1, at("11:00"), at("12:15"), "Vormittag")
    assert risen(before, stamps(day)) == set()
    assert day.event.revision == revision + 1
    assert mails(day) == {}


def test_round_refuses_stale_and_reversed(day: Day) -> None:
    with pytest.raises(Refusal):
        change_round(day, 1, at("12:00"), at("11:00"), "Workshoprunde 1")
    read = seen_as(facts_of(Thing.ROUND, db.session.get_one(Round, day.rounds[1])))
    change_round(day, 1, at("11:15"), at("12:15"), "Workshoprunde 1")
    with pytest.raises(ChangedMeanwhile):
        change_round(day, 1, at("11:00"), at("12:15"), "Workshoprunde 1", read)


# -- calling it off


def test_cancelled_day(day: Day) -> None:
    before = stamps(day)
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)
    assert day.event.status is EventStatus.CANCELLED
    assert risen(before, stamps(day)) == {"day", *day.runs}
    assert set(day.statuses().values()) == {Status.CANCELLED}
    assert day.seats() == (0, 0)
    assert {(day.run(label).taken, day.run(label).waiting) for label in day.runs} == {(0, 0)}
    # Dora's address never answered; nobody moves up into a day that does not take place.
    assert mails(day) == {name: ["registration.cancelled"] for name in ("anna", "ben", "cem")}
    for name in day.ids:
        assert day.history(name)[-1][1:] == ("cancelled", "organiser", "event_cancelled")
    assert day.of("anna").invited_sequence == day.event.sequence + 1
    assert day.of("cem").invited_sequence is None


def test_cancelled_day_stays_empty(day: Day) -> None:
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)
    for step in (
        lambda: day.register("emil"),
        lambda: day.confirm("dora"),
        lambda: day.choose("anna", "1.2"),
    ):
        with pytest.raises(Refusal):
            step()
    change_day(day, capacity=50)
    assert set(day.statuses().values()) == {Status.CANCELLED}


def test_stamps_never_lie_in_the_future_for_long(day: Day) -> None:
    """F37: a clock that jumps back does not make stamps fall."""
    change_day(day, now=NOW + 3 * HOUR, title="Eins")
    late = day.event.modified_at
    change_day(day, now=NOW, title="Zwei")
    assert day.event.modified_at == late + timedelta(seconds=1)
