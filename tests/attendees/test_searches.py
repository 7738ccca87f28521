# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One folding for everything that is searched, compared and sorted: people, organisations, staff, mails, hints."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from app.allocation.queries import find_person
from app.attendees.duplicates import duplicates
from app.attendees.filters import SortOrder, Wanted
from app.attendees.lists import every_id, list_people, people_of
from app.attendees.staff.service import find_people
from app.organisation_admin.queries import Reach, likely_meant, list_organisations
from app.organisations.queries import organisation_names
from app.organisations.service import add_organisation, find_organisation, name_organisation
from app.organising.queries import list_mails
from app.outbox.models import Message
from app.web.database import db, transaction
from tests.registration.steps import Day, open_day

TYPED = {
    "Łukaszewski": ("Lukaszewski", "łukasz", "LUKASZ"),
    "Ødegård": ("Odegard", "ødegård"),
    "Müller": ("Mueller", "Muller", "müller", "Mül\u00adler", "Mu\u0308ller"),
    "Öztürk": ("Oeztuerk", "Ozturk", "ÖZTÜRK"),
    "Straße": ("Strasse", "STRASSE"),
    "Đorđević": ("Dordevic",),
    "Þór": ("Thor",),
    "Yılmaz": ("Yilmaz",),
}
IN_ORDER = [
    "Ärmel",
    "Dold",
    "Đorđević",
    "Lukas",
    "Łukaszewski",
    "Müller",
    "Ødegård",
    "Öztürk",
    "Straße",
    "Þór",
]
IN_ORDER += ["Yılmaz", "Zander"]


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    """Somebody of each name, from an organisation of that name."""
    with app.app_context():
        day = open_day()
        for number, name in enumerate(reversed(IN_ORDER)):
            day.join(f"p{number}", given_name="Kim", family_name=name, organisation=f"Verein {name}")
        yield day


@pytest.mark.parametrize(("name", "typed"), [(name, one) for name, every in TYPED.items() for one in every])
def test_everybody_is_found_everywhere(day: Day, name: str, typed: str) -> None:
    session, event = db.session(), day.event
    assert [one.registration.family_name for one in list_people(session, event, Wanted(typed), 1).items] == [
        name
    ]
    by_organisation = Wanted(organisation=typed)
    assert [one.family_name for one in people_of(session, every_id(session, event, by_organisation))] == [
        name
    ]
    assert [one.family_name for one in find_people(session, event, f"{typed} Kim")] == [name]
    known = {one.id: one.family_name for one in people_of(session, sorted(day.ids.values()))}
    assert known[find_person(session, event, f"Kim {typed}", "who")] == name
    found = list_organisations(session, Reach(None), f"verein {typed}", 1, provisional=False)
    assert [one.organisation.name for one in found.items] == [f"Verein {name}"]


@pytest.mark.parametrize("typed", ["Uebergaenge", "ubergange", "ÜBERGÄNGE", "lodz", "uebergaenge p3@example"])
def test_mails_are_found_by_their_subject(day: Day, typed: str) -> None:
    with transaction() as writing:
        writing.execute(update(Message).values(subject_line="Übergänge für Łódź: Sie sind angemeldet"))
    session, event = db.session(), day.event
    found = list_mails(session, event, None, typed, 1)
    mine = [one for one in list_mails(session, event, None, "", 1).items if "p3" in one.recipient]
    assert mine
    assert {one.id for one in mine} <= {one.id for one in found.items}
    assert list_mails(session, event, None, "uebergangen", 1).total == 0


def test_lists_are_in_the_order_of_a_german_reader(day: Day) -> None:
    """DIN 5007-1, in both engines."""
    session, event = db.session(), day.event
    for order in (SortOrder.NAME, SortOrder.ORGANISATION):
        page = list_people(session, event, Wanted(order=order), 1)
        assert [one.registration.family_name for one in page.items] == IN_ORDER
        assert [
            one.family_name for one in people_of(session, every_id(session, event, Wanted(order=order)))
        ] == IN_ORDER
    listed = list_organisations(session, Reach(None), "verein", 1, provisional=False)
    assert [one.organisation.name for one in listed.items] == [f"Verein {name}" for name in IN_ORDER]
    with transaction() as writing:
        for name in reversed(IN_ORDER):
            add_organisation(writing, f"Amt {name}")
    assert [one for one in organisation_names(db.session()) if one[:3] == "Amt"] == [
        f"Amt {one}" for one in IN_ORDER
    ]


def test_an_address_is_found_as_people_write_its_domain(day: Day) -> None:
    day.join("anna", email="anna@straße.example")
    for typed in ("anna@straße.example", "ANNA@example.org"):
        found = list_people(db.session(), day.event, Wanted(typed), 1)
        assert [one.registration.email for one in found.items] == (
            ["anna@straße.example"] if "ß" in typed else []
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "Mueller"), ("Müller", "Muller"), ("Łukaszewski", "LUKASZEWSKI"), ("D’Angelo", "D'Angelo")],
)
def test_one_person_in_two_spellings_is_a_hint(app: Flask, one: str, other: str) -> None:
    with app.app_context():
        day = open_day()
        day.join("first", given_name="Jörg", family_name=one)
        day.join("second", given_name="Joerg", family_name=other)
        day.join("third", given_name="Georg", family_name=one)
        pairs, _ = duplicates(db.session(), day.event)
        assert [(pair.first.id, pair.second.id, pair.same_name) for pair in pairs] == [
            (day.ids["first"], day.ids["second"], True)
        ]


def test_an_organisation_in_another_spelling_is_a_hint_and_no_other_one_in_silence(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        known = add_organisation(session, "Verein Łódź-Müller")
        typed = name_organisation(session, "Verein Lodz-Muller")
        assert typed.id != known.id
        assert [one.id for one in likely_meant(session, Reach(None), typed)] == [known.id]
        assert find_organisation(session, "Verein\u00a0Łódź\u00ad-Müller\u200b") is known
