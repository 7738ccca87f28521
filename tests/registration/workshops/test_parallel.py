# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One workshop in two rooms at the same time is one wish: in the form, on every page, for the solver, in files."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.allocation.instance import Wishes
from app.allocation.loader import Terms, read_question
from app.attendees.imports.choosing import Chooser
from app.attendees.imports.targets import targets_of
from app.clock import now
from app.events.models import Event
from app.organising.checks import data_findings
from app.programme.models import Run
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.workshops.models import Wish
from app.registration.workshops.service import give_wishes
from app.registration.workshops.wishes import Wished, wishes_of
from app.web.database import db, transaction
from tests.allocation.day import (
    UNTIL,
    WishDay,
    a_wish_day,
    by_wishes,
    places,
    publishes,
    set_run,
    solved,
    wishes,
)
from tests.factories.days import NOW
from tests.pages import Visitor
from tests.people.helpers import signed_in


@pytest.fixture
def made(app: Flask) -> WishDay:
    """1.1 and 1.2 are one workshop in two rooms; person 2 named them one by one, as it was before."""
    made = a_wish_day(app, 3, wish=False)
    with app.app_context(), transaction() as session:
        first, second = (session.get_one(Run, made.day.runs[label]) for label in ("1.1", "1.2"))
        second.workshop_id = first.workshop_id
        wishes(session, made, 2, ["1.2", "1.1"])
    return made


def takes_wishes(app: Flask, made: WishDay, until: datetime) -> None:
    with app.app_context(), transaction() as session:
        by_wishes(session, made.event_id, until)


def link_of(app: Flask, made: WishDay, number: int) -> str:
    with app.app_context():
        return f"/my/{personal_token(db.session.get_one(Registration, made.people[number]))}"


def test_the_form_offers_it_once_and_older_lists_are_read_as_one(
    app: Flask, client: FlaskClient, made: WishDay
) -> None:
    takes_wishes(app, made, now() + timedelta(days=3))
    link, round_id, first = link_of(app, made, 2), made.day.rounds[0], made.day.runs["1.1"]
    form = Visitor(client).get(f"{link}/wishes")
    fields = form.values(form.form())
    assert fields[f"wish-{round_id}-1"] == str(first)
    assert fields.get(f"wish-{round_id}-2", "") == ""
    once = 1  # beside the line for who cannot take it
    assert form.text.count("1.1/1.2") == once + sum(name.startswith(f"wish-{round_id}-") for name in fields)
    assert "zur selben Zeit in mehreren Räumen" in form.text
    page = form.send()
    assert "1.1/1.2" in page.text
    with app.app_context():
        rows = select(Wish.run_id, Wish.rank).where(Wish.registration_id == made.people[2])
        assert [tuple(row) for row in db.session.execute(rows)] == [(first, 1)]
        assert data_findings(db.session(), NOW) == []
    assert "1.1/1.2" in client.get(f"{link}/wishes?lang=en").text


def test_whatever_is_named_twice_is_written_once(app: Flask, made: WishDay) -> None:
    runs = made.day.runs
    with app.app_context(), transaction() as session:
        give_wishes(session, made.people[1], Wished({made.day.rounds[0]: [runs["1.2"], runs["1.1"]]}), NOW)
    with app.app_context():
        assert wishes_of(db.session(), made.people[1]).runs == {made.day.rounds[0]: [runs["1.1"]]}
        assert wishes_of(db.session(), made.people[2]).runs == {made.day.rounds[0]: [runs["1.2"]]}


def test_either_run_grants_it_and_the_pages_say_so(app: Flask, client: FlaskClient, made: WishDay) -> None:
    runs, round_id = made.day.runs, made.day.rounds[0]
    with app.app_context(), transaction() as session:
        for number in (1, 3):
            give_wishes(session, made.people[number], Wished({round_id: [runs["1.1"]]}), NOW)
    set_run(app, made, "1.1", capacity=1)
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        instance = read_question(db.session(), event, Terms())
        both = Wishes(round_id, ((runs["1.1"], runs["1.2"]),))
        assert [one.wishes for one in instance.people] == [(both,)] * 3
    number = solved(app, made)
    publishes(app, made, number)
    assert {label for mine in places(app, made).values() for label in mine if label[0] == "1"} == {
        "1.1",
        "1.2",
    }
    for person in made.people:
        page = client.get(f"{link_of(app, made, person)}/places").text
        assert "1.1/1.2" in page
        assert "Das war Ihr Wunsch Nummer 1" in page
        assert "Gewünscht von 3" in page
    assert read_desk(app, made).count("1.1/1.2") == 1
    assert client.get(f"/events/{made.day.slug}/places").text.count("1.1/1.2") == 1


def test_a_closed_one_leaves_the_other(app: Flask, made: WishDay) -> None:
    set_run(app, made, "1.2", takes_place=False)
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        instance = read_question(db.session(), event, Terms())
        mine = next(one for one in instance.people if one.id == made.people[2])
        assert mine.wishes == (Wishes(made.day.rounds[0], (made.day.runs["1.1"],)),)


def test_lists_of_others_may_name_it_by_any_number_or_its_title(app: Flask, made: WishDay) -> None:
    with app.app_context(), app.test_request_context():
        event = db.session.get_one(Event, made.event_id)
        chooser = Chooser(targets_of(db.session(), event))
        title = db.session.get_one(Run, made.day.runs["1.1"]).workshop.title
        for typed in ("1.1", "1.2", title, f"1.2 {title}", f"1.1/1.2 {title}"):
            chosen, faults = chooser.read({f"wish-{made.day.rounds[0]}-1": typed})
            assert (faults, chosen.wished) == ([], Wished({made.day.rounds[0]: (made.day.runs["1.1"],)})), (
                typed
            )


def test_a_workshop_over_two_rounds_is_one_wish_in_its_first(app: Flask, client: FlaskClient) -> None:
    """One wish, one place, shown in each of its rounds; whatever lists say of the second round is one for the first."""
    made = a_wish_day(app, 3, wish=False)
    set_run(app, made, "1.2", spans=2)
    one, two, run = made.day.rounds[0], made.day.rounds[1], made.day.runs["1.2"]
    with app.app_context(), transaction() as session:
        give_wishes(session, made.people[1], Wished({one: [run]}), NOW)
    takes_wishes(app, made, now() + timedelta(days=3))
    form = Visitor(client).get(f"{link_of(app, made, 1)}/wishes")
    assert "Er steht unter den Wünschen." in form.text
    assert str(run) not in form.values(form.form())[f"wish-{two}-1"]
    with app.app_context(), app.test_request_context():
        event = db.session.get_one(Event, made.event_id)
        chooser = Chooser(targets_of(db.session(), event))
        chosen, faults = chooser.read({f"wish-{one}-1": "1.1", f"wish-{two}-1": "1.2"})
        assert (faults, chosen.wished) == ([], Wished({one: (made.day.runs["1.1"], run)}))
        again, faults = chooser.read({f"wish-{one}-1": "1.2", f"wish-{two}-1": "1.2"})
        assert (faults, again.wished) == ([], Wished({one: (run,)}))
    takes_wishes(app, made, UNTIL)
    publishes(app, made, solved(app, made))
    assert places(app, made)[1] == ["1.2"]
    page = client.get(f"{link_of(app, made, 1)}/places").text
    assert page.count("Das war Ihr Wunsch Nummer 1") == 2
    assert client.get(link_of(app, made, 1)).text.count("1.2 ") >= 2
    desk = read_desk(app, made)
    assert "2 Runden lang" in desk


def read_desk(app: Flask, made: WishDay) -> str:
    return signed_in(app, "otto@example.org").get(made.desk).get_data(as_text=True)
