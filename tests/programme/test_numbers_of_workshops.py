# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workshop numbers count: 1.2 stands before 1.10 wherever workshops are listed."""

from collections.abc import Iterator
from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.allocation import queries as allocation
from app.attendees import lists
from app.attendees.columns import Columns
from app.attendees.filters import Wanted
from app.calendar.queries import runs_of, runs_with
from app.programme.models import Run
from app.programme.plan import read_plan
from app.programme.queries import workshops_of
from app.results.queries import workshop_names
from app.web.database import db, transaction
from tests.pages import Visitor
from tests.pdf import text_of
from tests.registration.steps import Day, open_day

EARLY, LATE = "1.2 Datenschutz im Fallmanagement", "1.10 Beraten ohne Vorurteil"


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    """1.1 is 1.10 now, 2.1 is 1.11 and 2.2 is 1.12."""
    with app.app_context():
        day = open_day()
        with transaction() as session:
            for old, new in (("1.1", "1.10"), ("2.1", "1.11"), ("2.2", "1.12")):
                session.get_one(Run, day.runs[old]).label = new
            session.flush()
        yield day


@pytest.mark.parametrize(
    "path",
    [
        "/events/musterfachtag/agenda",
        "/events/musterfachtag/agenda.pdf",
        "/events/musterfachtag/agenda.ics",
        "/events/musterfachtag/register",
    ],
)
def test_pages_and_files(client: FlaskClient, day: Day, path: str) -> None:
    visitor = Visitor(client)
    with Context().run(visitor.get, path).response as answer:
        said = text_of(answer.get_data()) if path.endswith(".pdf") else answer.get_data(as_text=True)
    assert -1 < said.find(EARLY) < said.find(LATE)


def test_feeds_of_the_agenda(client: FlaskClient, day: Day) -> None:
    said = Context().run(client.get, "/events/musterfachtag/agenda.json").get_json()
    labels = [run["label"] for run in said["schedule"]["x-fachtag"]["workshops"].values()]
    assert labels == ["1.2", "1.10", "1.11", "1.12"]


def test_what_the_team_reads(day: Day) -> None:
    session, event = db.session(), day.event
    order = ["1.2", "1.10", "1.11", "1.12"]
    assert [one.label for one in lists.runs_of(session, event)] == order
    assert [one.run.label for one in lists.run_lists(session, event)] == order
    assert [one.label for one in allocation.runs_of(session, event)] == order
    assert [one.label for one in runs_of(session, event)] == order
    assert [one.labels for one in workshops_of(read_plan(session, event))] == [
        ("1.10",),
        ("1.2", "1.12"),
        ("1.11",),
    ]
    assert [one.name for one in workshop_names(session, event)] == [EARLY, LATE, "1.11 Konflikte am Schalter"]


def test_what_one_person_has(day: Day) -> None:
    day.join("anna", labels=("1.2", "2.1"))
    session, anna = db.session(), day.of("anna")
    assert [one.label for one in runs_with(session, anna)] == ["1.2", "1.11"]
    listed = lists.list_people(session, day.event, Wanted(), 1, Columns(("workshops",)))
    assert [[one.label for one in row.choices] for row in listed.items] == [["1.2", "1.11"]]
