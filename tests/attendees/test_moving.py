# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Ticks that stay while pages are turned, and several people out of one workshop at once."""

from flask import Flask
from sqlalchemy import select

from app.attendees import lists
from app.outbox.models import Message
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.notifications import PLACES
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place
from app.web.database import db, transaction
from tests.attendees.test_bulk_views import as_otto, messages, sound
from tests.organising.helpers import Day, a_day, many_sign_up, signs_up
from tests.pages import Page

PEOPLE = "/registrations"


def in_runs(app: Flask) -> dict[str, list[str]]:
    """Family name → the runs in which the person has a place, and in brackets those they wait for."""
    with app.app_context():
        found = (
            select(Registration.family_name, Run.label, Place.state)
            .join(Place, Place.registration_id == Registration.id)
            .join(Run, Place.run_id == Run.id)
            .order_by(Registration.id, Place.state, Run.label)
        )
        runs: dict[str, list[str]] = {}
        for name, label, state in db.session.execute(found):
            runs.setdefault(name, []).append(label if state is PlaceState.PLACE else f"({label})")
        return runs


def told(app: Flask) -> list[str]:
    with app.app_context():
        found = select(Message.recipient).where(Message.kind == PLACES).order_by(Message.id)
        return list(db.session.scalars(found))


def three_people(app: Flask) -> tuple[Day, list[str]]:
    """Two in 1.1, one in 1.2; their references."""
    day = a_day(app)
    labels = ("1.1", "1.1", "1.2")
    return day, [
        signs_up(app, day, number, choices={day.rounds[0]: day.runs[label]})
        for number, label in enumerate(labels, start=1)
    ]


def asks(app: Flask, day: Day, picked: list[str], out_of: str, into: str = "") -> Page:
    form = as_otto(app).get(f"{day.home}{PEOPLE}/many/move", query_string={"pick": picked})
    return form.send(out_of=str(day.runs[out_of]), into=str(day.runs[into]) if into else "")


def test_several_are_moved_once_the_team_has_seen_what_they_will_read(app: Flask) -> None:
    day, picked = three_people(app)
    question = asks(app, day, picked, "1.1", "1.2")
    assert "2 Personen bekommen eine E-Mail" in question.text
    assert in_runs(app) == {"Muster001": ["1.1"], "Muster002": ["1.1"], "Muster003": ["1.2"]}
    assert told(app) == []
    done = question.send(note="Der Raum ist zu klein.")
    assert messages(done) == [
        "2 Personen sind umgezogen.",
        "Nicht erledigt für 1 Person: Kein Platz in „Beraten ohne Vorurteil“, auch nicht auf der Warteliste.",
    ]
    assert in_runs(app) == {"Muster001": ["1.2"], "Muster002": ["1.2"], "Muster003": ["1.2"]}
    assert told(app) == ["person1@example.org", "person2@example.org"]
    sound(app, day)


def test_out_of_one_without_another(app: Flask) -> None:
    day, picked = three_people(app)
    done = asks(app, day, picked[:1], "1.1").send()
    assert messages(done) == ["1 Person ist umgezogen."]
    assert in_runs(app) == {"Muster002": ["1.1"], "Muster003": ["1.2"]}
    sound(app, day)


def test_where_the_other_one_is_full_they_wait_and_keep_their_place(app: Flask) -> None:
    """Who registered first gets what is free."""
    day, picked = three_people(app)
    with app.app_context(), transaction() as session:
        session.get_one(Run, day.runs["1.2"]).capacity = 2
    done = asks(app, day, picked[:2][::-1], "1.1", "1.2").send()
    assert messages(done) == [
        "1 Person ist umgezogen.",
        "1 Person wartet dort auf einen Platz und behält den bisherigen.",
    ]
    assert in_runs(app) == {"Muster001": ["1.2"], "Muster002": ["1.1", "(1.2)"], "Muster003": ["1.2"]}
    sound(app, day)


def test_another_round_and_the_same_workshop_are_refused(app: Flask) -> None:
    day, picked = three_people(app)
    for into, sentence in (("2.1", "derselben Runde"), ("1.1", "zwei verschiedene Workshops")):
        refused = asks(app, day, picked[:1], "1.1", into)
        assert refused.status == 422
        assert sentence in refused.errors()["into"]
        assert "pick" in refused.values(refused.form())
    assert told(app) == []


def test_a_run_of_another_day_is_none(app: Flask) -> None:
    """T02."""
    day, picked = three_people(app)
    other = a_day(app, "anderer-tag")
    form = as_otto(app).get(f"{day.home}{PEOPLE}/many/move", query_string={"pick": picked})
    assert form.send(out_of=str(other.runs["1.1"]), into="").status == 422


def ticks_of(page: Page) -> tuple[list[str], list[str]]:
    """Of the form for many: what is ticked on this page, and what it keeps of the others."""
    boxes = page.tree.xpath("//input[@name='pick' and @type='checkbox' and @checked]/@value")
    return list(map(str, boxes)), [
        str(one) for one in page.tree.xpath("//form[@id='many']/input[@name='pick']/@value")
    ]


def test_ticks_stay_while_the_pages_are_turned(app: Flask) -> None:
    """Without a script: the pages are turned by buttons of the form that holds the ticks."""
    day = a_day(app)
    many_sign_up(app, day, 1, lists.PAGE_LENGTH + 5)
    visitor = as_otto(app)
    first = visitor.get(f"{day.home}{PEOPLE}?q=muster")
    onward = first.tree.xpath("//nav[@class='pages']//button[@name='page' and @value='2']")
    assert {(one.get("form"), one.get("formaction")) for one in onward} == {("many", f"{day.home}{PEOPLE}")}
    picked = [str(one) for one in first.tree.xpath("//input[@name='pick']/@value")[:2]]
    second = visitor.get(f"{day.home}{PEOPLE}", query_string={"q": "muster", "pick": picked, "page": "2"})
    assert ticks_of(second) == ([], sorted(picked))
    assert "2 Personen sind auf anderen Seiten" in second.text
    there = str(second.tree.xpath("//input[@name='pick' and @type='checkbox']/@value")[0])
    back = visitor.get(
        f"{day.home}{PEOPLE}", query_string={"q": "muster", "pick": [*picked, there], "page": "1"}
    )
    assert ticks_of(back) == (picked, [there])
    action = visitor.get(
        f"{day.home}{PEOPLE}/many/cancel", query_string={"q": "muster", "pick": [*picked, there]}
    )
    assert "Es betrifft 3 Personen" in action.text
    again = action.follow("Zurück, ohne etwas zu tun")
    assert ticks_of(again) == (picked, [there])
    assert "Es betrifft" not in again.text


def test_too_many_ticks_are_said_and_nobody_is_left_out_in_silence(app: Flask) -> None:
    day = a_day(app)
    many_sign_up(app, day, 1, lists.MOST_TICKED + 1)
    with app.app_context():
        every = list(db.session.scalars(select(Registration.reference)))
    for address in (PEOPLE, f"{PEOPLE}/many/message", f"{PEOPLE}/many/move"):
        page = as_otto(app).get(f"{day.home}{address}", query_string={"pick": every})
        assert "Das sind zu viele auf einmal" in page.text, address
