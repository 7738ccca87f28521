# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Generated programmes as rows, by the verbs that organisers use, and their schedules as bytes."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.queries import rooms_of
from app.events.rules import Loop
from app.programme.agenda import read_agenda
from app.programme.kinds import KindFacts, add_kind
from app.programme.plan import ContributorFacts, ItemFacts, Key, Plan, RoundFacts, RunPlan
from app.programme.queries import moderation_of
from app.programme.rules import ContributorRole, Icon, Thing
from app.programme.schedule import Pages, schedule_json, schedule_xml
from app.programme.service import add_room
from app.programme.workshop_facts import LANGUAGES, WorkshopFacts
from app.scheduling.editing import edit
from app.texts import force_locale
from tests.factories.days import NOW, make_event

PAGES = Pages("https://fachtag.example.org/agenda", lambda slug: f"https://fachtag.example.org/{slug}")
WORDS = (
    "Fälle lesen",
    "]]></event>",
    "Ämter & <b>Wege</b>",
    "=SUM(1)",
    "🎉 Fest",
    "Ž",
    "a" * 200,
    "9 Uhr: los",
)
NAMES = ("Dr. Mara Testfall", "Jon Beispiel", "<Olga> Entwurf", "Probe, Ada")
ROLES = [one for one in ContributorRole if one is not ContributorRole.DAY_MODERATION]


def generate(session: Session, luck: random.Random, **changes: Any) -> Event:
    """A day of one to three dates, with items, own kinds, rounds with numbers in any order, runs that are parallel, in parts, at a table
    or called off, and people."""
    starts = datetime.fromisoformat("2031-03-13T08:00:00+00:00")
    event = make_event(
        session, starts_at=starts, ends_at=starts + timedelta(hours=luck.choice((9, 20, 55))),
        language=luck.choice(("de", "en")), **changes,
    )  # fmt: skip
    for name in luck.sample(("Saal", "R & <1>", "Raum Birke", "Ä"), luck.randint(1, 4)):
        facts = RoomFacts(name, luck.choice((None, 40)), luck.random() < 0.5, luck.choice(list(Loop)), luck.choice(("", "3 Stufen")))  # fmt: skip
        add_room(session, event.id, facts, NOW)
    kinds = ["plenary", "break", "keynote"]
    if luck.random() < 0.5:
        kinds.append(add_kind(session, event.id, KindFacts("Ein <Fest>", "", Icon.MUSIC), NOW).key)
    rooms = [one.id for one in rooms_of(session, event)]
    things: dict[Key, Any] = {}
    for number in range(1, luck.randint(1, 12)):
        begins = starts + timedelta(minutes=5 * luck.randint(0, 90))
        things[Thing.ITEM, -number] = ItemFacts(
            luck.choice(kinds), luck.choice(WORDS), begins, begins + timedelta(minutes=luck.choice((5, 45, 90))),
            luck.choice(("", *WORDS[:3])), luck.choice([*rooms, None]),
            luck.choice(("", *WORDS[:3])), luck.choice(("", *WORDS[:3])), luck.choice(("", "Arbeit")), luck.choice(("", *LANGUAGES)),
        )  # fmt: skip
    things |= _rounds(event, luck, rooms)
    for thing, number in list(things):
        place = {Thing.ITEM: "item_id", Thing.RUN: "run_id"}.get(thing)
        for position, one in enumerate(people(luck) if place else (), start=1):
            there: dict[str, Any] = {str(place): number}
            things[Thing.CONTRIBUTOR, -len(things)] = replace(one, position=position, **there)
    if luck.random() < 0.5:
        moderator = ContributorFacts("Kim Xander", role=ContributorRole.DAY_MODERATION, position=1)
        things[Thing.CONTRIBUTOR, -len(things)] = moderator
    edit(session, event.id, lambda _plan: Plan(things), NOW)
    return event


def _rounds(event: Event, luck: random.Random, rooms: list[int]) -> dict[Key, Any]:
    things: dict[Key, Any] = {}
    last, booked = luck.randint(0, 4), luck.random() < 0.7
    slots, minutes = luck.sample(range(last), last), luck.choice((75, 75, 90))
    if luck.random() < 0.5:
        slots.sort()
    for number, slot in enumerate(slots, start=1):
        begins = event.starts_at + timedelta(minutes=90 * slot)
        title = f"Runde {luck.choice(WORDS[:4])} {number}"
        ends = begins + timedelta(minutes=minutes)
        things[Thing.ROUND, -number] = RoundFacts(number, title, begins, ends, booked)
    for number in range(1, 6):
        things[Thing.WORKSHOP, -number] = about(luck, number)
    for round_ in range(1, last + 1):
        for number in range(1, luck.randint(1, 5)):
            things[Thing.RUN, -10 * round_ - number] = RunPlan(
                luck.choice((f"{round_}.{number}", f"AG {number}")), -round_, luck.choice([*rooms, None]), luck.choice((10, 18)),
                luck.choice((1, 1, 2)) if round_ < last else 1, takes_place=luck.random() < 0.85,
                station=luck.choice(("", "", "Tisch 1", "Ecke, hinten")), workshop_id=-luck.randint(1, 5),
            )  # fmt: skip
    return things


def about(luck: random.Random, number: int) -> WorkshopFacts:
    return WorkshopFacts(
        f"{luck.choice(WORDS[:6])} {number}",
        luck.choice(("", *WORDS)),
        track=luck.choice(("", "Arbeit", "B & <C>")),
        target_group=luck.choice(("", "Alle: auch Neue")),
        method=luck.choice(("", *WORDS)),
        language=luck.choice(("", *LANGUAGES)),
        guiding_questions=luck.choice(("", "Wer?\nWas: wie?")),
        materials=luck.choice(("", "Leitfaden: https://example.org/a.pdf")),
        undocumented=luck.random() < 0.3,
    )


def people(luck: random.Random) -> list[ContributorFacts]:
    return [
        ContributorFacts(
            name,
            luck.choice(("", "Leiterin")),
            luck.choice(("", "Stadt <A>")),
            luck.choice(ROLES),
            luck.choice(("", "Über.")),
        )
        for name in luck.sample(NAMES, luck.randint(0, 3))
    ]


def exported_xml(session: Session, event: Event) -> bytes:
    with force_locale(event.language):
        rooms = [one.facts for one in rooms_of(session, event)]
        return schedule_xml(event, read_agenda(session, event), rooms, PAGES)


def exported_json(session: Session, event: Event) -> bytes:
    with force_locale(event.language):
        rooms = [one.facts for one in rooms_of(session, event)]
        moderation = moderation_of(session, event)
        return schedule_json(event, read_agenda(session, event), rooms, PAGES, (), moderation)
