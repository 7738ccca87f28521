# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Somebody makes the next day, sees what came along, deletes a draft, puts a day away."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.checklist.service import add_usual
from app.copying.printing import distance
from app.events.models import Event, Room
from app.events.rules import EventStatus
from app.people.rules import Role
from app.programme.models import Run, Workshop
from app.registration.admission import Entry
from app.registration.person import Person
from app.registration.questions.service import add_standard_set
from app.registration.service import confirm, register
from app.results.models import Agreement
from app.results.rules import AgreementStatus, Level
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import a_day, somebody
from tests.factories.questions import TEAM
from tests.pages import post_forms, words
from tests.pdf import beyond_the_margins, text_of

pytestmark = pytest.mark.sqlite_only

COPY = "/organise/events/musterfachtag/copy"


def agreed(app: Flask, event_id: int, text: str, status: AgreementStatus = AgreementStatus.OPEN) -> None:
    with app.app_context(), transaction() as session:
        session.add(
            Agreement(
                event_id=event_id,
                text=text,
                owner="Kreis Musterstadt",
                due=date(2031, 6, 1),
                status=status,
                level=Level.DISTRICT,
            )
        )


def test_the_next_day_is_made_from_the_last_one(app: Flask) -> None:
    event_id, _ = a_day(app, title="3. Musterfachtag 2031")
    agreed(app, event_id, "Wir treffen uns jedes Quartal.")
    agreed(app, event_id, "Das ist längst erledigt.", AgreementStatus.DONE)
    visitor = somebody(app, "jonas@example.org", event_id, Role.ORGANISER)
    form = visitor.get(COPY)
    suggested = form.values(form.form())
    assert suggested["title"] == "4. Musterfachtag 2032"
    assert suggested["date"] == "2032-03-11"  # a Thursday again
    assert suggested["series"] == "Musterfachtag"
    page = form.send(title="4. Musterfachtag in Herford")
    assert (page.status, page.address) == (200, "/organise/events/4-musterfachtag-in-herford/taken-over")
    shown = words(page.tree.find(".//main"))
    assert "3. Musterfachtag 2031" in shown
    assert "Wir treffen uns jedes Quartal." in shown
    assert "längst erledigt" not in shown
    with app.app_context():
        made = db.session().scalars(select(Event).where(Event.slug == "4-musterfachtag-in-herford")).one()
        assert made.status is EventStatus.DRAFT
        assert made.series is not None
    dashboard = visitor.get("/organise/events/4-musterfachtag-in-herford/")
    assert "/organise/events/4-musterfachtag-in-herford/taken-over" in dashboard.links()


def test_what_is_not_ticked_stays(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    visitor.get(COPY).send(title="Leerer Tag", parts=["rooms"])
    with app.app_context():
        session = db.session()
        made = session.scalars(select(Event).where(Event.slug == "leerer-tag")).one()
        runs = select(Run.id).join(Run.round).where(Run.round.has(event_id=made.id))
        assert session.scalars(runs).all() == []


def test_a_bad_date_is_said_and_nothing_typed_is_lost(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    page = visitor.get(COPY).send(title="Nächster Tag", date="31.02.2032", series="Reihe A")
    assert page.status == 422
    kept = page.values(page.form())
    assert (kept["title"], kept["date"], kept["series"]) == ("Nächster Tag", "31.02.2032", "Reihe A")


def test_who_only_looks_makes_no_day(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    assert somebody(app, "vera@example.org", event_id, Role.VIEWER).get(COPY).status == 403


def test_a_day_that_was_made_from_none_has_nothing_to_show(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    assert visitor.get("/organise/events/musterfachtag/taken-over").status == 404


def test_agreements_of_others_are_shown_only_once_they_are_public(app: Flask) -> None:
    """Whoever joins the new team need not have been in the old one."""
    event_id, _ = a_day(app, programme=False)
    agreed(app, event_id, "Noch nicht öffentlich.")
    somebody(app, "jonas@example.org", event_id, Role.LEAD).get(COPY).send(title="Neuer Tag")
    with app.app_context():
        new_id = db.session().scalars(select(Event.id).where(Event.slug == "neuer-tag")).one()
    stranger = somebody(app, "nora@example.org", new_id, Role.ORGANISER)
    address = "/organise/events/neuer-tag/taken-over"
    assert "Noch nicht öffentlich." not in stranger.get(address).text
    with app.app_context(), transaction() as session:
        session.get_one(Event, event_id).documentation_released_at = NOW
    assert "Noch nicht öffentlich." in stranger.get(address).text


def test_a_draft_is_deleted_after_a_question(app: Flask) -> None:
    event_id, _ = a_day(app, status=EventStatus.DRAFT)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    asked = visitor.get("/organise/events/musterfachtag/delete")
    assert "Musterfachtag" in words(asked.tree.find(".//main"))
    page = asked.send()
    assert page.address == "/organise/"
    assert visitor.get("/organise/events/musterfachtag/").status == 404


def test_a_public_day_is_not_deleted(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    asked = visitor.get("/organise/events/musterfachtag/delete")
    assert "Nur ein Entwurf kann gelöscht werden." in words(asked.tree.find(".//main"))
    assert post_forms(asked.tree.find(".//main")) == []
    visitor.post("/organise/events/musterfachtag/delete", {})
    with app.app_context():
        assert db.session().get(Event, event_id) is not None


def test_a_day_is_put_away_and_brought_back(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False, status=EventStatus.DRAFT)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    visitor.get("/organise/events/musterfachtag/archive").send()
    headings = [words(one) for one in visitor.get("/organise/").tree.xpath("//main//h2")]
    assert headings == ["Archiv"]
    visitor.get("/organise/events/musterfachtag/archive").send()
    assert [words(one) for one in visitor.get("/organise/").tree.xpath("//main//h2")] == ["Bevorstehend"]


def test_a_day_that_people_wait_for_is_not_put_away(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    assert "Archiv" not in visitor.get("/organise/events/musterfachtag/edit").text
    visitor.post("/organise/events/musterfachtag/archive", {})
    with app.app_context():
        assert db.session().get_one(Event, event_id).archived_at is None


def test_a_deleted_day_leaves_the_day_made_from_it(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        before = make_event(session, slug="vorher", status=EventStatus.DRAFT)
        after = make_event(session, slug="nachher")
        after.predecessor_id = before.id
        before_id, after_id = before.id, after.id
    visitor = somebody(app, "jonas@example.org", before_id, Role.LEAD)
    visitor.get("/organise/events/vorher/delete").send()
    with app.app_context():
        assert db.session().get_one(Event, after_id).predecessor_id is None


def test_the_paper_for_the_next_host_names_the_team_and_nobody_who_came(app: Flask) -> None:
    event_id, _ = a_day(app)
    agreed(app, event_id, "Wir treffen uns jedes Quartal.")
    with app.app_context(), transaction() as session:
        room = session.scalars(select(Room).where(Room.name == "Raum Birke")).one()
        room.venue = "Haus am Markt"
        for label, change in (("1.1", {"takes_place": False}), ("1.2", {"spans": 2})):
            run = select(Run).join(Workshop).where(Workshop.event_id == event_id, Run.label == label)
            for name, value in change.items():
                setattr(session.scalars(run).one(), name, value)
    with app.app_context(), transaction() as session:
        add_usual(session, event_id, str)
        add_standard_set(session, event_id, str, TEAM, NOW)
    with app.app_context(), transaction() as session:
        anna = Person("Anna", "Beispiel", "anna@example.org", "Kreis Musterstadt")
        confirm(session, register(session, event_id, Entry(anna, "nonce-anna-0123456789"), NOW).id, NOW)
    visitor = somebody(app, "jonas@example.org", event_id, Role.ORGANISER)
    answer = visitor.client.get("/organise/events/musterfachtag/hand-over.pdf")
    assert answer.mimetype == "application/pdf"
    read = " ".join(text_of(answer.data).split())
    for told in (
        "jonas@example.org",
        "Wir treffen uns jedes Quartal.",
        "Raum Birke, Haus am Markt",
        "(findet nicht statt)",
        "(über 2 Runden)",
        "84 Tage vorher",
        "Beraten ohne Vorurteil",
    ):
        assert told in read, told
    assert "anna@example.org" not in read
    assert beyond_the_margins(answer.data) == []


@pytest.mark.parametrize(
    ("days", "said"), [(14, "14 Tage vorher"), (1, "1 Tag vorher"), (0, "am Fachtag"), (-7, "7 Tage danach")]
)
def test_a_distance_is_said_in_words(app: Flask, days: int, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert distance(days) == said
