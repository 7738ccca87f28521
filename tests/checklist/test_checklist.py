# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team's list: dates that move with the day, ticks, what most days need, the next day's list."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.checklist import service
from app.checklist.models import Task
from app.checklist.queries import open_tasks, tasks_of
from app.checklist.rules import MOST, USUAL
from app.checklist.service import TaskFacts
from app.events.models import Event
from app.people.rules import Role
from app.refusal import Missing, Refusal
from app.web.database import db, transaction
from tests.factories.days import DAY, NOW, make_event
from tests.factories.organising import a_day, somebody
from tests.people.helpers import an_organiser

LIST = "/organise/events/musterfachtag/checklist"
DUE = DAY - timedelta(days=14)


@pytest.fixture
def event_id(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        return make_event(session).id


def test_a_date_moves_along_with_the_day(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        task = service.add_task(session, event_id, TaskFacts("Essen bestellen", DUE))
        assert (task.due, task.days_before) == (DUE, 14)
        day = session.get_one(Event, event_id)
        day.starts_at, day.ends_at = (one + timedelta(days=7) for one in (day.starts_at, day.ends_at))
        assert task.due == DUE + timedelta(days=7)


def test_late_is_what_is_open_after_its_date(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        by = an_organiser(app, "jonas@example.org")
        task = service.add_task(session, event_id, TaskFacts("Essen bestellen", DUE))
        assert not task.is_late(DUE)
        assert task.is_late(DUE + timedelta(days=1))
        service.tick(session, event_id, task.id, by, NOW, done=True)
        assert not task.is_late(DUE + timedelta(days=1))


def test_ticking_twice_keeps_who_did_it_first(app: Flask, event_id: int) -> None:
    first, second = an_organiser(app, "a@example.org"), an_organiser(app, "b@example.org")
    with app.app_context(), transaction() as session:
        task = service.add_task(session, event_id, TaskFacts("Essen bestellen", DUE))
        service.tick(session, event_id, task.id, first, NOW, done=True)
        service.tick(session, event_id, task.id, second, NOW + timedelta(hours=1), done=True)
        assert (task.done_by_id, task.done_at) == (first, NOW)
        service.tick(session, event_id, task.id, second, NOW, done=False)
        assert (task.done_by_id, task.done_at) == (None, None)
        assert open_tasks(session, session.get_one(Event, event_id)) == [task]


@pytest.mark.parametrize("due", [DAY - timedelta(days=731), DAY + timedelta(days=731)])
def test_a_date_far_away_is_refused(app: Flask, event_id: int, due: date) -> None:
    with app.app_context(), transaction() as session, pytest.raises(Refusal, match="two years"):
        service.add_task(session, event_id, TaskFacts("Irgendwann", due))


def test_a_task_of_another_day_is_missing(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        other = make_event(session, slug="anderer")
        task = service.add_task(session, other.id, TaskFacts("Essen bestellen", DUE))
        with pytest.raises(Missing):
            service.remove_task(session, event_id, task.id)


def test_the_usual_tasks_are_added_once(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        assert service.add_usual(session, event_id, str) == len(USUAL)
        assert service.add_usual(session, event_id, str) == 0
        days = [one.days_before for one in tasks_of(session, session.get_one(Event, event_id))]
        assert days == sorted(days, reverse=True)


def test_a_full_list_takes_no_more(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(Task(event_id=event_id, text=f"Nr. {one}", days_before=1) for one in range(MOST))
        session.flush()
        with pytest.raises(Refusal, match="at most"):
            service.add_task(session, event_id, TaskFacts("Eine zu viel", DUE))
        with pytest.raises(Refusal, match="at most"):
            service.add_usual(session, event_id, str)


@pytest.mark.sqlite_only
def test_a_colleague_without_an_account_any_more_leaves_the_tick(app: Flask, event_id: int) -> None:
    by = an_organiser(app, "fort@example.org")
    with app.app_context(), transaction() as session:
        task = service.add_task(session, event_id, TaskFacts("Essen bestellen", DUE))
        service.tick(session, event_id, task.id, by, NOW, done=True)
    with app.app_context(), transaction() as session:
        session.execute(db.metadata.tables["organiser"].delete())
    with app.app_context():
        task = db.session().scalars(select(Task)).one()
        assert task.done_by_id is None
        assert task.done_at is not None


@pytest.mark.sqlite_only
def test_a_list_from_nothing_to_ticked_off(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "jonas@example.org", event_id, Role.ORGANISER)
    page = visitor.get(LIST)
    assert "Noch steht nichts auf der Liste" in page.text
    page = page.send(action=f"{LIST}/usual")
    assert page.text.count("Abhaken") == len(USUAL)
    with app.app_context():
        first = db.session().scalars(select(Task.id).order_by(Task.id)).first()
    page = page.send(action=f"{LIST}/{first}/done")
    assert "Jonas" in page.text
    assert page.text.count("Abhaken") == len(USUAL) - 1
    assert f"{len(USUAL) - 1} Aufgaben" in visitor.get("/organise/events/musterfachtag/").text
    page = visitor.get(f"{LIST}/new").send(text="Fotografin fragen", due="31.02.2031")
    assert page.status == 422
    assert page.values(page.form())["text"] == "Fotografin fragen"
    page = page.send(due="28.02.2031")
    assert "Fotografin fragen" in page.text
    page = page.follow("Fotografin fragen").send(action=None, button="Diese Aufgabe entfernen")
    assert "„Fotografin fragen“ ist entfernt." in page.text


@pytest.mark.sqlite_only
def test_who_only_looks_sees_the_list_and_no_button(
    app: Flask,
) -> None:
    event_id, _ = a_day(app, programme=False)
    with app.app_context(), transaction() as session:
        service.add_task(session, event_id, TaskFacts("Essen bestellen", DUE))
    visitor = somebody(app, "vera@example.org", event_id, Role.VIEWER)
    page = visitor.get(LIST)
    assert "Essen bestellen" in page.text
    assert "Abhaken" not in page.text
