# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day, its rooms and its programme.

The day lies far ahead and takes registrations at any time until then, so tests may use the true clock as well as one
of their own: `NOW` is a moment at which registration is open.

    with transaction() as session:
        event = make_event(session, capacity=2)
        programme = make_programme(session, event)
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import EventStatus, Loop
from app.events.service import NewEvent, create_event, mark_changed
from app.people.models import Organiser
from app.programme.models import AgendaItem, Contributor, Round, Run, Workshop
from app.programme.rules import ItemKind

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = date(2031, 3, 13)  # a Thursday


HALL, BIRCH, MAPLE, FOYER = "Großer Saal", "Raum Birke", "Raum Ahorn", "Foyer"
ROOMS = [
    RoomFacts(HALL, 120, True, Loop.FIXED, ""),
    RoomFacts(BIRCH, 26, True, Loop.MOBILE, ""),
    RoomFacts(MAPLE, 18, False, Loop.NONE, "Vier Stufen"),
    RoomFacts(FOYER, None, True, Loop.NONE, ""),
]
ITEMS = [
    (ItemKind.BREAK, "Ankommen und Kaffee", "9:00", "9:30", FOYER),
    (ItemKind.WELCOME, "Begrüßung", "9:30", "10:00", HALL),
    (ItemKind.KEYNOTE, "Vortrag: Was Akten nicht erzählen", "10:00", "10:45", HALL),
    (ItemKind.BREAK, "Mittagsimbiss", "12:15", "13:30", FOYER),
    (ItemKind.CLOSING, "Ausblick", "15:00", "15:45", HALL),
]
ROUNDS = [(1, "11:00", "12:15"), (2, "13:30", "14:45")]
WORKSHOPS = [
    ("Beraten ohne Vorurteil", "Fälle aus der Praxis, gemeinsam gelesen."),
    ("Datenschutz im Fallmanagement", "Was wir teilen dürfen und was nicht."),
    ("Konflikte am Schalter", "Ruhig bleiben, wenn es laut wird."),
]
# Label, workshop and round (counted from 0), room, seats, who facilitates.
RUNS = [
    ("1.1", 0, 0, BIRCH, 20, "Aylin Beispiel"),
    ("1.2", 1, 0, MAPLE, 16, "Dr. Sascha Probe"),
    ("2.1", 2, 1, BIRCH, 20, "Svenja Demohaus"),
    ("2.2", 1, 1, MAPLE, 16, "Dr. Sascha Probe"),
]


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
    rooms = [
        Room(event_id=event.id, position=position, **asdict(facts)) for position, facts in enumerate(ROOMS)
    ]
    session.add_all(rooms)
    mark_changed(event, NOW, calendar=False)
    session.flush()
    return {room.name: room for room in rooms}


@dataclass
class Programme:
    """What `make_programme` built. Runs by label: 1.1, 1.2, 2.1 and 2.2; 2.2 repeats the workshop of 1.2."""

    rooms: dict[str, Room]
    items: list[AgendaItem]
    rounds: list[Round]
    workshops: list[Workshop]
    runs: dict[str, Run]


def make_programme(session: Session, event: Event, *, released: bool = True) -> Programme:
    """Five items, two rounds, three workshops of which one runs twice; every run in a room.

    Written as rows and not by the services, which ask for permission, room and time at each of them: every second
    test starts here. `test_days_are_what_services_would_have_built` compares the two.
    """
    rooms = make_rooms(session, event)
    items = [
        AgendaItem(
            event_id=event.id,
            kind=kind,
            title=title,
            starts_at=at(start),
            ends_at=at(end),
            note="",
            room=rooms[room],
        )
        for kind, title, start, end, room in ITEMS
    ]
    rounds = [
        Round(
            event=event, number=number, title=f"Workshoprunde {number}", starts_at=at(start), ends_at=at(end)
        )
        for number, start, end in ROUNDS
    ]
    workshops = [Workshop(event_id=event.id, title=title, abstract=abstract) for title, abstract in WORKSHOPS]
    runs = {
        label: Run(
            workshop=workshops[workshop],
            round=rounds[round_],
            room=rooms[room],
            label=label,
            capacity=capacity,
            contributors=[Contributor(name=name, position=1)],
            created_at=NOW,
            modified_at=NOW,
        )
        for label, workshop, round_, room, capacity, name in RUNS
    }
    session.add_all([*items, *rounds, *workshops, *runs.values()])
    mark_changed(event, NOW, calendar=False)
    event.agenda_released_at = NOW if released else None
    session.flush()
    return Programme(rooms, items, rounds, workshops, runs)
