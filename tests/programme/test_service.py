# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme as the team edits it before its release, its rooms, and the public change log."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db import Base
from app.events.facts import RoomEntry, RoomFacts
from app.events.models import Event, Room
from app.events.queries import rooms_of
from app.events.rules import Loop
from app.programme import conflicts, service
from app.programme.agenda import read_agenda
from app.programme.models import AgendaChange, AgendaItem, Round, Run, Workshop
from app.programme.plan import (
    ContributorFacts,
    ItemFacts,
    RoundFacts,
    RunPlan,
    facts_of,
    read_plan,
    seen_as,
)
from app.programme.queries import loose_ends, room_uses, workshops_of
from app.programme.rules import ItemKind, Thing
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import ChangedMeanwhile, Missing, Refusal, fingerprint
from app.scheduling import editing
from app.scheduling.contributing import add_to_place
from app.scheduling.room_service import change_room
from app.web.database import db, transaction
from tests.factories import days
from tests.factories.days import NOW, Programme, at, make_event, make_programme
from tests.programme.said import said_against
from tests.scheduling.steps import add, change, release_now, replan_run, take_out

LATER = NOW + timedelta(hours=1)


def built(app: Flask, *, released: bool = False) -> tuple[Event, Programme]:
    with transaction() as session:
        event = make_event(session)
        return event, make_programme(session, event, released=released)


def item(
    title: str = "Film", start: str = "16:00", end: str = "16:30", room: Room | None = None
) -> ItemFacts:
    return ItemFacts(ItemKind.PLENARY, title, at(start), at(end), "", room and room.id)


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
        facts = ItemFacts(kind, title, at(start), at(end), "", rooms[name].id)
        editing.add(session, event.id, Thing.ITEM, facts, NOW)
    rounds = [
        editing.add(
            session, event.id, Thing.ROUND, RoundFacts(n, f"Workshoprunde {n}", at(start), at(end)), NOW
        )
        for n, start, end in days.ROUNDS
    ]
    workshops = [
        editing.add(session, event.id, Thing.WORKSHOP, WorkshopFacts(*words), NOW) for words in days.WORKSHOPS
    ]
    for label, workshop, n, name, capacity, who in days.RUNS:
        plan = RunPlan(label, rounds[n], rooms[name].id, capacity, workshop_id=workshops[workshop])
        editing.add_run(session, event.id, plan, (who,), NOW)


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
        assert [(one.title, one.labels) for one in workshops_of(read_plan(db.session(), event))] == [
            ("Beraten ohne Vorurteil", ("1.1",)),
            ("Datenschutz im Fallmanagement", ("1.2", "2.2")),
            ("Konflikte am Schalter", ("2.1",)),
        ]


def test_each_change_raises_the_revision(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        room, first = programme.rooms["Foyer"], programme.items[0]
        for act in (
            lambda s: add(s, event.id, Thing.ITEM, item(), LATER),
            lambda s: change(s, event.id, Thing.ITEM, first.id, item("Neu", "8:00", "8:30"), LATER),
            lambda s: take_out(s, event.id, Thing.ITEM, first.id, LATER),
            lambda s: add(s, event.id, Thing.WORKSHOP, WorkshopFacts("Neues Thema"), LATER),
            lambda s: service.add_room(s, event.id, RoomFacts("Turm", 5, False, Loop.NONE, ""), LATER),
            lambda s: change_room(
                s,
                event.id,
                room.id,
                RoomEntry(RoomFacts("Halle", None, True, Loop.NONE, "")),
                fingerprint(room.entry),
                LATER,
            ),
            lambda s: release_now(s, event.id, LATER),
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
        sentence, field = refused(lambda s: add(s, event.id, Thing.ITEM, late, LATER))
        assert field == "date"
        assert sentence == "This lies outside of the day, which begins on 2031-03-13 and ends on 2031-03-13."
        reversed_round = RoundFacts(3, "Runde 3", at("16:30"), at("16:00"))
        assert refused(lambda s: add(s, event.id, Thing.ROUND, reversed_round, LATER)) == (
            "The end must be after the beginning.",
            "end",
        )
        first = programme.items[0].id
        assert refused(lambda s: change(s, event.id, Thing.ITEM, first, late, LATER))[1] == "date"
        assert len(read_agenda(db.session(), event)) == 7


@pytest.mark.parametrize(
    ("start", "end", "with_round"),
    [
        ("10:45", "11:00", False),
        ("10:45", "11:01", True),
        ("12:14", "12:15", True),
        ("12:15", "12:30", False),
    ],
)
def test_what_is_at_the_same_time_is_saved_and_said(
    app: Flask, start: str, end: str, with_round: bool
) -> None:
    """In the room of a workshop as well: nothing stands in the way of somebody who moves a whole afternoon."""
    with app.app_context():
        event, programme = built(app)
        with transaction() as session:
            film = add(
                session, event.id, Thing.ITEM, item("Film", start, end, programme.rooms["Raum Birke"]), LATER
            )
        said = said_against(db.session(), event, f"item-{film.id}")
        assert any("“Workshoprunde 1” (11:00–12:15)" in one for one in said) == with_round


def test_a_run_needs_a_label_of_its_own_and_says_which_room_is_taken_or_too_small(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        workshop, first = programme.workshops[2], programme.rounds[0]
        maple, hall = programme.rooms["Raum Ahorn"], programme.rooms["Großer Saal"]

        def put(label: str, room: Room | None, capacity: int | None) -> Callable[[Session], object]:
            plan = RunPlan(label, first.id, room and room.id, capacity, workshop_id=workshop.id)
            return lambda s: editing.add(s, event.id, Thing.RUN, plan, LATER)

        assert refused(put("1.1", hall, 10))[1] == "label"
        with transaction() as session:
            for label, room, capacity in (
                ("1.3", maple, 10),
                ("1.4", hall, 120),
                ("1.5", programme.rooms["Raum Birke"], None),
            ):
                put(label, room, capacity)(session)
        assert [one.split(" (")[0] for one in said_against(db.session(), event)] == [
            "Raum Birke is in use twice at the same time: for “1.1 Beraten ohne Vorurteil” and “1.5 Konflikte am Schalter”",
            "Raum Ahorn is in use twice at the same time: for “1.2 Datenschutz im Fallmanagement” and “1.3 Konflikte am Schalter”",
            "“1.5 Konflikte am Schalter” has no limit of places, Raum Birke has 26 seats.",
        ]


def test_rounds_have_their_own_numbers_and_times(app: Flask) -> None:
    with app.app_context():
        event, _ = built(app)
        taken = RoundFacts(2, "Noch eine", at("16:00"), at("17:00"))
        beside = RoundFacts(3, "Noch eine", at("12:00"), at("12:30"))
        assert refused(lambda s: add(s, event.id, Thing.ROUND, taken, LATER))[1] == "number"
        assert refused(lambda s: add(s, event.id, Thing.ROUND, beside, LATER)) == (
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
                RoomEntry(RoomFacts("Foyer", 10, True, Loop.NONE, "")),
                fingerprint(hall.entry),
                NOW,
            )
        smaller = RoomEntry(RoomFacts("Saal", 90, False, Loop.MOBILE, "Stufen"))
        change_room(session, event.id, hall.id, smaller, seen := fingerprint(hall.entry), NOW)
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
            lambda s: take_out(s, event.id, Thing.ROUND, round_.id, LATER),
            lambda s: take_out(s, event.id, Thing.WORKSHOP, workshop.id, LATER),
            lambda s: service.remove_room(s, event.id, room.id, LATER),
            lambda s: service.remove_room(s, event.id, foyer.id, LATER),
        ):
            refused(act)
        assert room_uses(read_plan(db.session(), event))[room.id] == [
            "1.1 Beraten ohne Vorurteil",
            "2.1 Konflikte am Schalter",
        ]


def test_two_people_on_one_item_do_not_overwrite_each_other(app: Flask) -> None:
    """F30"""
    with app.app_context():
        event, programme = built(app)
        first = programme.items[0]
        seen = seen_as(facts_of(Thing.ITEM, first))

        def save(title: str) -> None:
            with transaction() as session:
                facts = item(title, "8:00", "8:30")
                editing.change(session, event.id, Thing.ITEM, first.id, facts, seen, LATER)

        save("Von der einen")
        with pytest.raises(ChangedMeanwhile):
            save("Vom anderen")
        assert db.session.get_one(AgendaItem, first.id).title == "Von der einen"


def test_nothing_of_another_day_is_found(app: Flask) -> None:
    """T02"""
    with app.app_context():
        _, programme = built(app)
        with transaction() as session:
            other = make_event(session, slug="anderer")
        session = db.session()
        for find, one in (
            (conflicts.get_run, programme.runs["1.1"]),
            (conflicts.get_room, programme.rooms["Foyer"]),
        ):
            with pytest.raises(Missing):
                find(session, other, one.id)
        for thing, row in (
            (Thing.ITEM, programme.items[0]),
            (Thing.ROUND, programme.rounds[0]),
            (Thing.WORKSHOP, programme.workshops[0]),
            (Thing.RUN, programme.runs["1.1"]),
            (Thing.CONTRIBUTOR, programme.runs["1.1"].contributors[0]),
        ):
            facts = facts_of(thing, row)
            with pytest.raises(Missing), transaction() as session:
                editing.change(session, other.id, thing, row.id, facts, seen_as(facts), LATER)
            with pytest.raises(Missing), transaction() as session:
                editing.take_out(session, other.id, thing, row.id, LATER)


def test_releasing_tells_calendars_and_starts_the_change_log(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        run, first = programme.runs["1.1"], programme.items[0].id
        before = (event.revision, run.sequence)
        with transaction() as session:
            change(session, event.id, Thing.ITEM, first, item("Vorher", "8:00", "8:30"), LATER)
            release_now(session, event.id, LATER)
        assert (event.revision, run.sequence) == (before[0] + 2, before[1] + 1)
        assert changes(event) == []
        with transaction() as session:
            change(session, event.id, Thing.ITEM, first, item("Nachher", "8:00", "8:45"), LATER)
            added = add(session, event.id, Thing.ITEM, item("Film"), LATER).id
            take_out(session, event.id, Thing.ITEM, added, LATER)
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
        assert refused(lambda s: release_now(s, event.id, LATER))[0].endswith("There is nothing to release.")


def test_an_empty_agenda_is_not_released(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            event = make_event(session)
        assert refused(lambda s: release_now(s, event.id, LATER))[0].startswith("The agenda is empty")


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
        assert not raised(lambda s: change(s, event.id, Thing.WORKSHOP, workshop.id, same, LATER))
        new_text = WorkshopFacts(workshop.title, "Anders")
        assert raised(lambda s: change(s, event.id, Thing.WORKSHOP, workshop.id, new_text, LATER))
        new_title = WorkshopFacts("Neuer Titel", "Anders")
        assert raised(lambda s: change(s, event.id, Thing.WORKSHOP, workshop.id, new_title, LATER))
        assert not raised(lambda s: replan_run(s, run.id, LATER))
        who, asked = ContributorFacts("Mika Erfunden"), ContributorFacts("Roza Beispielsen", confirmed=False)

        def named(facts: ContributorFacts) -> Callable[[Session], object]:
            def act(session: Session) -> None:
                add_to_place(session, event.id, f"run-{run.id}", facts, LATER)
                release_now(session, event.id, LATER)

            return act

        assert raised(named(who))
        assert not raised(named(asked))
        renamed = RoomEntry(RoomFacts("Raum Buche", 26, True, Loop.MOBILE, ""))
        assert raised(lambda s: change_room(s, event.id, birch.id, renamed, fingerprint(birch.entry), LATER))
        assert [(field, old, new) for _, field, old, new in changes(event)] == [
            ("title", "Beraten ohne Vorurteil", "Neuer Titel"),
            ("room", "Raum Birke", "Raum Buche"),
            ("room", "Raum Birke", "Raum Buche"),
        ]
