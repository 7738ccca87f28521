# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda's verbs and what they refuse."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db import Base
from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.queries import rooms_of
from app.events.rules import Loop
from app.programme import conflicts, service
from app.programme.agenda import read_agenda
from app.programme.contributors import ContributorFacts, add_contributor
from app.programme.models import AgendaChange, AgendaItem, Round, Run, Workshop
from app.programme.queries import loose_ends, room_uses, workshops_of
from app.programme.rules import ItemKind
from app.programme.service import ItemFacts, RoundFacts
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import ChangedMeanwhile, Missing, Refusal, fingerprint
from app.scheduling.workshop_service import RunPlan, add_run, change_room, change_workshop
from app.web.database import db, transaction
from tests.factories import days
from tests.factories.days import NOW, Programme, at, make_event, make_programme
from tests.scheduling.steps import replan_run

LATER = NOW + timedelta(hours=1)


def built(app: Flask, *, released: bool = False) -> tuple[Event, Programme]:
    with transaction() as session:
        event = make_event(session)
        return event, make_programme(session, event, released=released)


def item(
    title: str = "Film", start: str = "16:00", end: str = "16:30", room: Room | None = None
) -> ItemFacts:
    return ItemFacts(ItemKind.PLENARY, title, at(start), at(end), "", room)


def refused(act: Callable[[Session], object]) -> tuple[str, str | None]:
    """The sentence and its field; nothing of what was done stays."""
    with pytest.raises(Refusal) as caught, transaction() as session:
        act(session)
    return str(caught.value), caught.value.field


def changes(event: Event) -> list[tuple[str, str, str, str]]:
    rows = db.session.scalars(
        select(AgendaChange).where(AgendaChange.event_id == event.id).order_by(AgendaChange.id)
    )
    return [(row.title, row.field, row.old, row.new) for row in rows]


def by_services(session: Session, event: Event) -> None:
    """The programme of `make_programme`, verb by verb."""
    rooms = {facts.name: service.add_room(session, event.id, facts, NOW) for facts in days.ROOMS}
    for kind, title, start, end, name in days.ITEMS:
        facts = ItemFacts(kind, title, at(start), at(end), "", rooms[name])
        service.add_item(session, event.id, facts, NOW)
    rounds = [
        service.add_round(session, event.id, RoundFacts(n, f"Workshoprunde {n}", at(start), at(end)), NOW)
        for n, start, end in days.ROUNDS
    ]
    workshops = [
        service.add_workshop(session, event.id, WorkshopFacts(*words), NOW) for words in days.WORKSHOPS
    ]
    for label, workshop, n, name, capacity, who in days.RUNS:
        plan = RunPlan(label, rounds[n].id, rooms[name].id, capacity)
        add_run(session, event.id, workshops[workshop].id, plan, NOW, (who,))


def rows_of(session: Session, event: Event) -> list[tuple[object, ...]]:
    """Everything stored of a programme, without ids."""
    runs = session.scalars(select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.label))
    inner = {"id", "event_id", "room_id", "workshop_id", "round_id", "run_id", "uid"}

    def facts(row: Base) -> tuple[object, ...]:
        return tuple(getattr(row, c.key) for c in inspect(type(row)).column_attrs if c.key not in inner)

    of_event = [
        row
        for kind in (Room, AgendaItem, Round, Workshop)
        for row in session.scalars(select(kind).where(kind.event_id == event.id).order_by(kind.id))
    ]
    return [facts(row) for row in of_event] + [
        (
            *facts(run),
            run.workshop.title,
            run.round.number,
            run.room and run.room.name,
            *map(facts, run.contributors),
        )
        for run in runs
    ]


def test_days_are_what_services_would_have_built(app: Flask) -> None:
    """The tests' programme is written as rows, to save time: nothing in it may differ from what services write."""
    with app.app_context(), transaction() as session:
        quick, slow = make_event(session), make_event(session, slug="langsam")
        make_programme(session, quick, released=False)
        by_services(session, slow)
        session.expire_all()
        assert rows_of(session, quick) == rows_of(session, slow)
        assert len(rows_of(session, quick)) == 18


def test_an_agenda_reads_in_order_of_time(app: Flask) -> None:
    with app.app_context():
        event, _ = built(app)
        lines = read_agenda(db.session(), event)
        assert [line.title for line in lines] == [
            "Ankommen und Kaffee",
            "Begrüßung",
            "Vortrag: Was Akten nicht erzählen",
            "Workshoprunde 1",
            "Mittagsimbiss",
            "Workshoprunde 2",
            "Ausblick",
        ]
        assert [run.label for run in lines[3].round.runs] == ["1.1", "1.2"]  # type: ignore[union-attr]
        assert loose_ends(lines).none
        assert [(one.title, one.labels) for one in workshops_of(db.session(), event)] == [
            ("Beraten ohne Vorurteil", ("1.1",)),
            ("Datenschutz im Fallmanagement", ("1.2", "2.2")),
            ("Konflikte am Schalter", ("2.1",)),
        ]


def test_each_change_raises_the_revision(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        room, first = programme.rooms["Foyer"], programme.items[0]
        for act in (
            lambda s: service.add_item(s, event.id, item(), LATER),
            lambda s: service.change_item(s, event.id, first.id, item("Neu", "8:00", "8:30"), 1, LATER),
            lambda s: service.remove_item(s, event.id, first.id, LATER),
            lambda s: service.add_workshop(s, event.id, WorkshopFacts("Neues Thema"), LATER),
            lambda s: service.add_room(s, event.id, RoomFacts("Turm", 5, False, Loop.NONE, ""), LATER),
            lambda s: change_room(
                s,
                event.id,
                room.id,
                RoomFacts("Halle", None, True, Loop.NONE, ""),
                fingerprint(room.facts),
                LATER,
            ),
            lambda s: service.release_agenda(s, event.id, None, LATER),
        ):
            before = event.revision
            with transaction() as session:
                act(session)
            assert event.revision > before


def test_times_must_lie_on_the_dates_of_the_day(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        day_after = date(2031, 3, 14)
        late = ItemFacts(ItemKind.PLENARY, "Film", at("9:00", day_after), at("9:30", day_after))
        sentence, field = refused(lambda s: service.add_item(s, event.id, late, LATER))
        assert field == "date"
        assert sentence == "This lies outside of the day, which begins on 2031-03-13 and ends on 2031-03-13."
        reversed_round = RoundFacts(3, "Runde 3", at("16:30"), at("16:00"))
        assert refused(lambda s: service.add_round(s, event.id, reversed_round, LATER)) == (
            "The end must be after the beginning.",
            "end",
        )
        first = programme.items[0]
        assert (
            refused(lambda s: service.change_item(s, event.id, first.id, late, first.version, LATER))[1]
            == "date"
        )
        assert len(read_agenda(db.session(), event)) == 7


@pytest.mark.parametrize(
    ("start", "end", "busy"),
    [
        ("10:45", "11:00", False),
        ("10:30", "11:01", True),
        ("12:14", "12:16", True),
        ("12:15", "13:30", False),
    ],
)
def test_one_thing_at_a_time_in_a_room(app: Flask, start: str, end: str, busy: bool) -> None:
    with app.app_context():
        event, programme = built(app)
        birch = programme.rooms["Raum Birke"]
        facts = item("Film", start, end, birch)
        if not busy:
            with transaction() as session:
                service.add_item(session, event.id, facts, LATER)
            return
        assert refused(lambda s: service.add_item(s, event.id, facts, LATER)) == (
            "Raum Birke is in use for “1.1 Beraten ohne Vorurteil” at that time (11:00–12:15).",
            "room_id",
        )


def test_a_run_needs_a_free_room_that_is_large_enough_and_a_label_of_its_own(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        workshop, first = programme.workshops[2], programme.rounds[0]
        maple, hall = programme.rooms["Raum Ahorn"], programme.rooms["Großer Saal"]

        def add(label: str, room: Room | None, capacity: int | None) -> Callable[[Session], object]:
            plan = RunPlan(label, first.id, room and room.id, capacity)
            return lambda s: add_run(s, event.id, workshop.id, plan, LATER)

        assert refused(add("1.3", maple, 10))[0].startswith("Raum Ahorn is in use for “1.2 Datenschutz")
        assert refused(add("1.3", hall, 121)) == (
            "The room has 120 seats. Please choose a smaller number or another room.",
            "capacity",
        )
        assert refused(add("1.3", hall, None))[1] == "capacity"
        assert refused(add("1.1", hall, 10))[1] == "label"
        with transaction() as session:
            add("1.3", hall, 120)(session)


def test_rounds_have_their_own_numbers_and_times(app: Flask) -> None:
    with app.app_context():
        event, _ = built(app)
        taken = RoundFacts(2, "Noch eine", at("16:00"), at("17:00"))
        beside = RoundFacts(3, "Noch eine", at("12:00"), at("12:30"))
        assert refused(lambda s: service.add_round(s, event.id, taken, LATER))[1] == "number"
        assert refused(lambda s: service.add_round(s, event.id, beside, LATER)) == (
            "“Workshoprunde 1” takes place at the same time (11:00–12:15).",
            "start",
        )


def test_rooms_have_their_own_names(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session)
        hall = service.add_room(session, event.id, RoomFacts("Saal", 100, True, Loop.FIXED, ""), NOW)
        service.add_room(session, event.id, RoomFacts("Foyer", None, True, Loop.NONE, ""), NOW)
        assert [room.name for room in rooms_of(session, event)] == ["Saal", "Foyer"]
        assert event.revision == 2
        with pytest.raises(Refusal) as taken:
            service.add_room(session, event.id, RoomFacts("Saal", 10, True, Loop.NONE, ""), NOW)
        assert taken.value.field == "name"
        with pytest.raises(Refusal):
            change_room(
                session,
                event.id,
                hall.id,
                RoomFacts("Foyer", 10, True, Loop.NONE, ""),
                fingerprint(hall.facts),
                NOW,
            )
        smaller = RoomFacts("Saal", 90, False, Loop.MOBILE, "Stufen")
        change_room(session, event.id, hall.id, smaller, seen := fingerprint(hall.facts), NOW)
        with pytest.raises(ChangedMeanwhile):
            change_room(session, event.id, hall.id, smaller, seen, NOW)
        session.refresh(hall)
        assert (hall.seats, hall.step_free, hall.loop, hall.note) == (90, False, Loop.MOBILE, "Stufen")
        other = make_event(session, slug="anderer")
        service.add_room(session, other.id, RoomFacts("Saal", 100, True, Loop.FIXED, ""), NOW)


def test_what_is_in_use_is_not_removed(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        round_, workshop, room = programme.rounds[0], programme.workshops[0], programme.rooms["Raum Birke"]
        foyer = programme.rooms["Foyer"]
        for act in (
            lambda s: service.remove_round(s, event.id, round_.id, LATER),
            lambda s: service.remove_workshop(s, event.id, workshop.id, LATER),
            lambda s: service.remove_room(s, event.id, room.id, LATER),
            lambda s: service.remove_room(s, event.id, foyer.id, LATER),
        ):
            refused(act)
        small = RoomFacts("Raum Birke", 19, True, Loop.NONE, "")
        assert refused(
            lambda s: change_room(s, event.id, room.id, small, fingerprint(room.facts), LATER)
        ) == (
            "“1.1 Beraten ohne Vorurteil” has more seats than that. Please make the workshop smaller first.",
            "seats",
        )
        assert room_uses(db.session(), event)[room.id] == [
            "1.1 Beraten ohne Vorurteil",
            "2.1 Konflikte am Schalter",
        ]


def test_two_people_on_one_item_do_not_overwrite_each_other(app: Flask) -> None:
    """F30"""
    with app.app_context():
        event, programme = built(app)
        first = programme.items[0].id
        with transaction() as session:
            service.change_item(session, event.id, first, item("Von der einen", "8:00", "8:30"), 1, LATER)
        with pytest.raises(ChangedMeanwhile), transaction() as session:
            service.change_item(session, event.id, first, item("Vom anderen", "8:00", "8:30"), 1, LATER)
        assert conflicts.get_item(db.session(), event, first).title == "Von der einen"


def test_nothing_of_another_day_is_found(app: Flask) -> None:
    """T02"""
    with app.app_context():
        _, programme = built(app)
        with transaction() as session:
            other = make_event(session, slug="anderer")
        session = db.session()
        for find, thing in (
            (conflicts.get_item, programme.items[0]),
            (conflicts.get_round, programme.rounds[0]),
            (conflicts.get_workshop, programme.workshops[0]),
            (conflicts.get_run, programme.runs["1.1"]),
            (conflicts.get_room, programme.rooms["Foyer"]),
        ):
            with pytest.raises(Missing):
                find(session, other, thing.id)


def test_releasing_tells_calendars_and_starts_the_change_log(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        run, first = programme.runs["1.1"], programme.items[0].id
        before = (event.revision, run.sequence)
        with transaction() as session:
            service.change_item(session, event.id, first, item("Vorher", "8:00", "8:30"), 1, LATER)
            service.release_agenda(session, event.id, None, LATER)
        assert (event.revision, run.sequence) == (before[0] + 2, before[1] + 1)
        assert changes(event) == []
        with transaction() as session:
            service.change_item(session, event.id, first, item("Nachher", "8:00", "8:45"), 2, LATER)
            added = service.add_item(session, event.id, item("Film"), LATER).id
            service.remove_item(session, event.id, added, LATER)
        assert changes(event) == [
            ("Nachher", "title", "Vorher", "Nachher"),
            (
                "Nachher",
                "times",
                f"{at('8:00').isoformat()}/{at('8:30').isoformat()}",
                f"{at('8:00').isoformat()}/{at('8:45').isoformat()}",
            ),
            ("Film", "title", "", "Film"),
            ("Film", "title", "Film", ""),
        ]
        refused(lambda s: service.release_agenda(s, event.id, None, LATER))


def test_an_empty_agenda_is_not_released(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            event = make_event(session)
        assert refused(lambda s: service.release_agenda(s, event.id, None, LATER))[0].startswith(
            "The agenda is empty"
        )


def test_what_stands_in_calendars_raises_the_sequence(app: Flask) -> None:
    """D3: title, abstract, who facilitates and the room's name are in a run's entry."""
    with app.app_context():
        event, programme = built(app, released=True)
        run, workshop, birch = programme.runs["1.1"], programme.workshops[0], programme.rooms["Raum Birke"]

        def raised(act: Callable[[Session], object]) -> bool:
            before = (run.sequence, run.modified_at)
            with transaction() as session:
                act(session)
            return run.sequence > before[0] and run.modified_at > before[1]

        same = WorkshopFacts(workshop.title, workshop.abstract)
        assert not raised(lambda s: change_workshop(s, event.id, workshop.id, same, 1, LATER))
        new_text = WorkshopFacts(workshop.title, "Anders")
        assert raised(lambda s: change_workshop(s, event.id, workshop.id, new_text, 1, LATER))
        new_title = WorkshopFacts("Neuer Titel", "Anders")
        assert raised(lambda s: change_workshop(s, event.id, workshop.id, new_title, 2, LATER))
        assert not raised(lambda s: replan_run(s, run.id, LATER))
        who, asked = ContributorFacts("Mika Erfunden"), ContributorFacts("Roza Beispielsen", confirmed=False)
        assert raised(lambda s: add_contributor(s, event.id, f"run-{run.id}", who, LATER))
        assert not raised(lambda s: add_contributor(s, event.id, f"run-{run.id}", asked, LATER))
        renamed = RoomFacts("Raum Buche", 26, True, Loop.MOBILE, "")
        assert raised(lambda s: change_room(s, event.id, birch.id, renamed, fingerprint(birch.facts), LATER))
        assert [(field, old, new) for _, field, old, new in changes(event)] == [
            ("title", "Beraten ohne Vorurteil", "Neuer Titel"),
            ("room", "Raum Birke", "Raum Buche"),
            ("room", "Raum Birke", "Raum Buche"),
        ]
