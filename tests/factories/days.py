# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day, its rooms and its programme.

The day lies far ahead and takes registrations at any time until then, so tests may use the true clock as well as one
of their own: `NOW` is a moment at which registration is open.

    with transaction() as session:
        event = make_event(session, capacity=2)
        programme = make_programme(session, event)
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.models import Event, Room
from app.events.rules import EventStatus, Loop
from app.events.service import NewEvent, RoomFacts, add_room, create_event
from app.people.models import Organiser
from app.programme.models import AgendaItem, Round, Run, Workshop
from app.programme.rules import ItemKind
from app.programme.service import (
    ItemFacts,
    NewRun,
    RoundFacts,
    WorkshopFacts,
    add_item,
    add_round,
    add_run,
    add_workshop,
)

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = date(2031, 3, 13)  # a Thursday


def at(clock: str, on: date = DAY) -> datetime:
    """A moment of the day in Berlin: at("9:30")."""
    hour, minute = clock.split(":")
    return datetime.combine(on, time(int(hour), int(minute)), BERLIN).astimezone(UTC)


def make_event(session: Session, *, lead: Organiser | None = None, **changes: Any) -> Event:
    """A published day with open registration and 100 seats; `changes` are attributes of the event."""
    slug = changes.pop("slug", "musterfachtag")
    title = changes.pop("title", "Musterfachtag: Vom Einzelfall zur Struktur")
    starts_at, ends_at = changes.pop("starts_at", at("9:30")), changes.pop("ends_at", at("15:45"))
    new = NewEvent(slug, title, starts_at, ends_at, changes.pop("capacity", 100))
    event = create_event(session, new, lead, NOW)
    facts: dict[str, Any] = {
        "status": EventStatus.PUBLISHED,
        "summary": "Ein Tag, an dem Ämter voneinander lernen.",
        "description": "Vormittags ein Vortrag, danach zwei Workshoprunden.",
        "for_whom": "Fachkräfte aus Integrationszentren, Ausländerbehörden und Beratungsstellen.",
        "fee_note": "Die Teilnahme ist kostenfrei.",
        "venue_name": "Kreishaus Musterstadt",
        "venue_street": "Beispielweg 1",
        "venue_postcode": "00000",
        "venue_city": "Musterstadt",
        "contact_name": "Team Musterfachtag",
        "contact_email": "team@example.org",
        "registration_opens_at": None,
        "registration_closes_at": at("23:59", date(2031, 2, 28)),
        **changes,
    }
    for name, value in facts.items():
        setattr(event, name, value)
    session.flush()
    return event


def make_rooms(session: Session, event: Event) -> dict[str, Room]:
    """Four rooms by name: a hall, two rooms for workshops (one of them not step-free), a foyer without a limit."""
    facts = [
        RoomFacts("Großer Saal", 120, True, Loop.FIXED, ""),
        RoomFacts("Raum Birke", 26, True, Loop.MOBILE, ""),
        RoomFacts("Raum Ahorn", 18, False, Loop.NONE, "Vier Stufen"),
        RoomFacts("Foyer", None, True, Loop.NONE, ""),
    ]
    return {one.name: add_room(session, event, one, position, NOW) for position, one in enumerate(facts)}


@dataclass
class Programme:
    """What `make_programme` built. Runs by label: 1.1, 1.2, 2.1 and 2.2; 2.2 repeats the workshop of 1.2."""

    rooms: dict[str, Room]
    items: list[AgendaItem]
    rounds: list[Round]
    workshops: list[Workshop]
    runs: dict[str, Run]


def make_programme(session: Session, event: Event, *, released: bool = True) -> Programme:
    """Five items, two rounds, three workshops of which one runs twice; every run in a room."""
    rooms = make_rooms(session, event)
    hall, birch, maple, foyer = rooms.values()
    items = [
        add_item(session, event.id, ItemFacts(kind, title, at(start), at(end), "", room), NOW)
        for kind, title, start, end, room in [
            (ItemKind.BREAK, "Ankommen und Kaffee", "9:00", "9:30", foyer),
            (ItemKind.WELCOME, "Begrüßung", "9:30", "10:00", hall),
            (ItemKind.KEYNOTE, "Vortrag: Was Akten nicht erzählen", "10:00", "10:45", hall),
            (ItemKind.BREAK, "Mittagsimbiss", "12:15", "13:30", foyer),
            (ItemKind.CLOSING, "Ausblick", "15:00", "15:45", hall),
        ]
    ]
    rounds = [
        add_round(session, event.id, RoundFacts(1, "Workshoprunde 1", at("11:00"), at("12:15")), NOW),
        add_round(session, event.id, RoundFacts(2, "Workshoprunde 2", at("13:30"), at("14:45")), NOW),
    ]
    workshops = [
        add_workshop(session, event.id, WorkshopFacts(title, abstract), NOW)
        for title, abstract in [
            ("Beraten ohne Vorurteil", "Fälle aus der Praxis, gemeinsam gelesen."),
            ("Datenschutz im Fallmanagement", "Was wir teilen dürfen und was nicht."),
            ("Konflikte am Schalter", "Ruhig bleiben, wenn es laut wird."),
        ]
    ]
    advice, privacy, conflicts = workshops
    runs = {
        label: add_run(session, event.id, NewRun(workshop, round_, label, room, capacity, (name,)), NOW)
        for label, workshop, round_, room, capacity, name in [
            ("1.1", advice, rounds[0], birch, 20, "Aylin Beispiel"),
            ("1.2", privacy, rounds[0], maple, 16, "Dr. Sascha Probe"),
            ("2.1", conflicts, rounds[1], birch, 20, "Svenja Demohaus"),
            ("2.2", privacy, rounds[1], maple, 16, "Dr. Sascha Probe"),
        ]
    }
    event.agenda_released_at = NOW if released else None
    session.flush()
    return Programme(rooms, items, rounds, workshops, runs)
