# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""My day: what one person does, in order of time, behind the personal link and nowhere else."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import EventStatus, Placement
from app.events.service import mark_changed
from app.programme.models import Round, Run, SubItem
from app.registration import my_day_views
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.rules import Status
from app.registration.workshops.models import RoundAbsence, RunStaff, StaffRole
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event, make_programme
from tests.factories.organising import Queries
from tests.mailbox import all_links, link_in, mailbox
from tests.pages import Page, Visitor
from tests.registration.test_views import confirm, sign_up


@pytest.fixture
def runs(app: Flask) -> dict[str, int]:
    """Ids of runs and rounds: "1.1", "round1"."""
    with app.app_context(), transaction() as session:
        programme = make_programme(session, make_event(session))
        ids = {label: run.id for label, run in programme.runs.items()}
        return ids | {f"round{run.round.number}": run.round_id for run in programme.runs.values()}


def link_of(app: Flask, email: str = "person0@example.org") -> str:
    with app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.email == email)).one()
        return f"/my/{personal_token(one)}"


def registered(app: Flask, client: FlaskClient, number: int = 0, **choice: str) -> str:
    """The personal link of somebody who confirmed."""
    sign_up(client, number, **choice)
    confirm(app, client, f"person{number}@example.org")
    return link_of(app, f"person{number}@example.org")


def my_day(client: FlaskClient, link: str, query: str = "") -> Page:
    return Visitor(client).get(f"{link}/agenda{query}")


def items(page: Page) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select("ol.agenda > li")]


def test_only_the_own_day_in_order_of_time(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    link = registered(app, client, **{f"round-{runs['round1']}": str(runs["1.1"])})
    page = my_day(client, link)
    assert (page.status, page.heading) == (200, "Mein Tag")
    assert items(page) == [
        "9:00–9:30 Uhr Ankommen und Kaffee Foyer",
        "9:30–10:00 Uhr Begrüßung Großer Saal Induktionsschleife",
        "10:00–10:45 Uhr Vortrag: Was Akten nicht erzählen Großer Saal Induktionsschleife",
        "11:00–12:15 Uhr 1.1 Beraten ohne Vorurteil Raum Birke Workshoprunde 1 Aylin Beispiel"
        " mobile Induktionsschleife Mehr über „Beraten ohne Vorurteil“",
        "12:15–13:30 Uhr Mittagsimbiss Foyer",
        "13:30–14:45 Uhr Workshoprunde 2 Sie haben noch nicht gewählt.",
        "15:00–15:45 Uhr Ausblick Großer Saal Induktionsschleife",
    ]
    for foreign in ("1.2", "2.1", "2.2", "Konflikte am Schalter"):
        assert foreign not in page.text


def test_the_personal_page_and_mails_lead_to_it(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    link = registered(app, client)
    assert f"{link}/agenda" in Visitor(client).get(link).links()
    mail = mailbox(app).newest("person0@example.org")
    assert any(one.partition("?")[0].endswith(f"{link}/agenda") for one in all_links(mail))
    assert link_in(mail) == link  # the page on which something can be changed comes first
    assert link in my_day(client, link).links()


def test_who_leads_waits_or_stays_away_reads_that(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    link = registered(app, client)
    with app.app_context(), transaction() as session:
        me = session.scalars(select(Registration)).one()
        session.add(RunStaff(run_id=runs["1.2"], registration_id=me.id, role=StaffRole.FACILITATOR))
        session.add(RoundAbsence(registration_id=me.id, round_id=runs["round2"]))
    said = items(my_day(client, link))
    assert "1.2 Datenschutz im Fallmanagement Raum Ahorn" in said[3]
    assert "Sie leiten ihn" in said[3]
    assert said[5].endswith("An dieser Runde nehmen Sie nicht teil.")


def test_who_waits_for_a_workshop_reads_how_many_are_before(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Run, runs["1.1"]).capacity = 1
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    choice = {f"round-{runs['round1']}": str(runs["1.1"])}
    registered(app, client, 0, **choice)
    second = registered(app, client, 1, **choice)
    assert "1.1 Beraten ohne Vorurteil" in items(my_day(client, second))[3]
    assert "Warteliste für" in items(my_day(client, second))[3]


def test_a_workshop_over_both_rounds_goes_on(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    with app.app_context(), transaction() as session:
        session.delete(session.get_one(Run, runs["2.1"]))
        session.get_one(Run, runs["1.1"]).spans = 2
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    link = registered(app, client, **{f"round-{runs['round1']}": str(runs["1.1"])})
    said = items(my_day(client, link))
    assert "1.1 Beraten ohne Vorurteil" in said[5]
    assert "Er geht hier weiter." in said[5]


def test_what_stands_inside_at_which_table_and_what_is_open_on_the_day(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Run, runs["1.1"]).station = "Tisch 4"
        session.add(SubItem(run_id=runs["1.1"], title="Film über Akten", after=0, minutes=15, position=1))
        session.get_one(Round, runs["round2"]).booked = False
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    link = registered(app, client, **{f"round-{runs['round1']}": str(runs["1.1"])})
    said = items(my_day(client, link))
    assert "Raum Birke, Tisch 4" in said[3]
    assert "11:00–11:15" in said[3]
    assert "Film über Akten" in said[3]
    assert "Ohne Anmeldung" in said[5]
    assert "noch nicht gewählt" not in said[5]


def test_before_places_are_given_it_says_so(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    with app.app_context(), transaction() as session:
        event = session.scalars(select(Event)).one()
        event.placement, event.wishes_until = Placement.WISHES, at("9:00")
        mark_changed(event, NOW, calendar=False)
    said = items(my_day(client, registered(app, client)))
    assert "noch nicht vergeben" in said[3]


def test_now_and_next_name_the_own_workshop(
    app: Flask, client: FlaskClient, runs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = registered(app, client, **{f"round-{runs['round1']}": str(runs["1.1"])})

    def shown(moment: datetime) -> str:
        monkeypatch.setattr(my_day_views, "now", lambda: moment)
        section = my_day(client, link).soup.select_one("section.standing")
        return " ".join(section.get_text(" ").split()) if section is not None else ""

    assert "Danach , 11:00–12:15 Uhr: 1.1 Beraten ohne Vorurteil , Raum Birke" in shown(at("10:45"))
    assert "Jetzt bis 12:15 Uhr: 1.1 Beraten ohne Vorurteil , Raum Birke" in shown(at("11:00"))
    assert shown(at("15:45")) == ""


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REJECTED])
def test_who_does_not_come_has_no_day(
    app: Flask, client: FlaskClient, runs: dict[str, int], status: Status
) -> None:
    link = registered(app, client)
    with app.app_context(), transaction() as session:
        one = session.scalars(select(Registration)).one()
        one.status, one.has_seat = status, False
    assert my_day(client, link).status == 404


def test_a_draft_of_the_agenda_stays_one(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    link = registered(app, client)
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().agenda_released_at = None
    page = my_day(client, link)
    assert items(page) == []
    assert "Der Tagesablauf ist noch nicht veröffentlicht" in page.text
    assert "Begrüßung" not in page.text


def test_a_day_that_was_called_off_says_so(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    link = registered(app, client)
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().status = EventStatus.CANCELLED
    page = my_day(client, link)
    assert "Der Fachtag musste abgesagt werden." in page.text
    assert page.soup.select_one("section.standing") is None


def test_it_is_for_nobody_else(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    link = registered(app, client)
    answer = client.get(f"{link}/agenda")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert client.get(f"{link[:-3]}xyz/agenda").status_code == 404


def test_it_costs_the_same_whatever_somebody_does(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    """Who it is, and in which rounds they do what; tables only where there are any."""
    link = registered(app, client, **{f"round-{runs['round1']}": str(runs["1.1"])})
    my_day(client, link)
    with Queries(app) as queries:
        my_day(client, link)
    assert queries.count == 2


def test_in_english(app: Flask, client: FlaskClient, runs: dict[str, int]) -> None:
    page = my_day(client, registered(app, client), "?lang=en")
    assert page.heading == "My day"
    assert "You have not chosen yet." in page.text
