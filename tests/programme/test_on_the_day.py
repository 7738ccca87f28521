# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rounds in which nobody chooses beforehand, tables that share a room, groups in two parts: from the form to the mail."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.allocation.loader import Terms, read_question
from app.attendees.filters import Wanted, Without, conditions
from app.attendees.lists import rounds_of, runs_of
from app.outbox.worker import Worker
from app.programme.models import AgendaChange, Round, Run
from app.programme.plan import RoundFacts, RunPlan
from app.programme.queries import has_rounds
from app.programme.rules import Thing
from app.refusal import Refusal
from app.registration.links import feed_token, personal_token
from app.registration.models import Registration
from app.registration.queries import my_day
from app.registration.rules import UnknownRun
from app.scheduling.editing import copy_round
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.mailbox import mailbox, text_of
from tests.organising.helpers import a_day
from tests.pages import Visitor, outside
from tests.people.helpers import signed_in
from tests.programme.said import said_against
from tests.registration.steps import Day, open_day
from tests.scheduling.steps import add, release_now, replan_round, replan_run

LATER = NOW + timedelta(hours=1)
BASE = "/events/musterfachtag"
ON_THE_DAY = "Ohne Anmeldung: Sie wählen am Tag selbst, oder die Gruppen bilden sich vor Ort."


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day() -> Day:
    """In its second round people choose on the day."""
    made = open_day(capacity=20)
    with transaction() as session:
        replan_round(session, made.rounds[2], NOW, booked=False)
    return made


def field_of(day: Day, label: str, **changes: object) -> str | None:
    with pytest.raises(Refusal) as refusal, transaction() as session:
        replan_run(session, day.runs[label], LATER, **changes)
    return refusal.value.field


def test_nobody_chooses_there(day: Day, app: Flask, client: FlaskClient) -> None:
    for labels in (("2.1",), ("2:absent",)):
        with pytest.raises(UnknownRun):
            day.join("anna", labels=labels)
    day.join("ben", labels=("1.1",))
    page = Visitor(client).get(f"{BASE}/register").text
    assert "1.1 Beraten ohne Vorurteil" in page
    assert "2.1" not in page
    with app.test_request_context():
        home = f"/my/{personal_token(day.of('ben'))}"
    mine = Visitor(client).get(home).text
    assert ON_THE_DAY in mine
    assert "Sie haben noch nicht gewählt" not in mine
    assert "2.1" not in Visitor(client).get(f"{home}/workshops").text
    Worker(app, clock=lambda: day.now).deliver()
    mail = text_of(mailbox(app).newest("ben@example.org"))
    assert "Workshoprunde 2: ohne Anmeldung, freie Wahl am Tag" in mail
    assert "noch nicht gewählt" not in mail


def test_nobody_is_missing_there(day: Day) -> None:
    day.join("ben", labels=("1.1",))
    day.join("anna")
    session, event = db.session(), day.event
    without = conditions(session, event, Wanted(without=Without.PLACE))
    assert session.scalars(select(Registration.id).where(*without)).all() == [day.ids["anna"]]
    assert {run.label for run in runs_of(session, event)} == {"1.1", "1.2"}
    assert [one.number for one in rounds_of(session, event)] == [1]
    assert has_rounds(session, event)
    read = read_question(session, event, Terms())
    assert read.rounds == (day.rounds[1],)
    assert {run.id for run in read.runs} == {day.runs["1.1"], day.runs["1.2"]}
    with transaction() as session:
        replan_round(session, day.rounds[2], LATER, starts_at=at("13:40"))
    told = my_day(db.session(), day.of("anna"))
    assert [one.round.number for one in told.chosen] == [1]


def test_who_has_chosen_keeps_the_choice(day: Day) -> None:
    day.join("ben", labels=("1.1",))
    with pytest.raises(Refusal, match="chosen in this round"), transaction() as session:
        replan_round(session, day.rounds[1], LATER, booked=False)
    with transaction() as session:
        replan_round(session, day.rounds[2], LATER, booked=True)
    with transaction() as session:
        replan_run(session, day.runs["2.1"], LATER, room_id=None)
        replan_run(session, day.runs["1.1"], LATER, room_id=None)
    day.cancel("ben")
    with transaction() as session:
        replan_run(session, day.runs["1.1"], LATER, spans=2)
    with pytest.raises(Refusal, match="fills other rounds"), transaction() as session:
        replan_round(session, day.rounds[2], LATER, booked=False)


def test_as_many_come_as_like_to(day: Day) -> None:
    """A number of places is asked for only where people choose beforehand."""

    def said(label: str, **changes: object) -> list[str]:
        with transaction() as session:
            replan_run(session, day.runs[label], LATER, **changes)
        return said_against(db.session(), day.event)

    assert said("2.1", capacity=27) == ["“2.1 Konflikte am Schalter” has 27 places, Raum Birke has 26 seats."]
    assert said("2.1", capacity=None) == []
    without_limit = "“{}” has no limit of places, Raum Birke has 26 seats."
    assert said("1.1", capacity=None) == [without_limit.format("1.1 Beraten ohne Vorurteil")]
    assert said("1.1", capacity=20) == []
    with transaction() as session:
        replan_round(session, day.rounds[2], LATER, booked=True)
    assert said_against(db.session(), day.event) == [without_limit.format("2.1 Konflikte am Schalter")]


def test_a_run_fills_rounds_of_one_kind(day: Day) -> None:
    with transaction() as session:
        replan_run(session, day.runs["2.1"], LATER, room_id=None)
    assert field_of(day, "1.1", spans=2) == "spans"


def test_tables_share_a_room(day: Day, client: FlaskClient) -> None:
    def said(label: str, **changes: object) -> list[str]:
        with transaction() as session:
            replan_run(session, day.runs[label], LATER, **changes)
        return [one.split(": ")[0] for one in said_against(db.session(), day.event)]

    twice = ["Raum Birke is in use twice at the same time"]
    assert said("2.2", room_id=day.run("2.1").room_id) == twice
    assert said("2.1", station="Tisch 1") == twice
    assert said("2.2", station="tisch 1") == twice
    assert said("2.2", station="Tisch 2") == []
    with transaction() as session:
        rows = session.scalars(
            select(AgendaChange).where(AgendaChange.field == "room").order_by(AgendaChange.id)
        )
        assert [(one.old, one.new) for one in rows] == [
            ("Raum Ahorn", "Raum Birke"),
            ("Raum Birke", "Raum Birke, Tisch 1"),
            ("Raum Birke", "Raum Birke, tisch 1"),
            ("Raum Birke, tisch 1", "Raum Birke, Tisch 2"),
        ]
    schedule = json.loads(client.get(f"{BASE}/agenda.json").data)["schedule"]["conference"]
    assert "Raum Birke, Tisch 2" in [one["name"] for one in schedule["rooms"]]
    assert "Raum Birke, Tisch 2" in client.get(f"{BASE}/agenda.ics").data.decode().replace("\\,", ",")


def test_parts_are_told_as_parts(app: Flask, client: FlaskClient) -> None:
    """One place, two entries in the calendar; the room is free between the parts."""
    day = open_day(capacity=20)
    with transaction() as session:
        replan_run(session, day.runs["2.1"], NOW, room_id=None)
        replan_run(session, day.runs["1.1"], NOW, spans=2)
    day.join("anna", labels=("1.1",))
    both = "11:00–12:15 und 13:30–14:45 Uhr"
    assert f"in Teilen: {both}" in Visitor(client).get(f"{BASE}/agenda").text
    assert both in Visitor(client).get(f"{BASE}/workshops/beraten-ohne-vorurteil").text
    with app.test_request_context():
        feed, home = feed_token(day.of("anna")), personal_token(day.of("anna"))
    assert f"in Teilen: {both}" in Visitor(client).get(f"/my/{home}").text
    lines = client.get(f"/calendar/my/{feed}.ics").data.decode().replace("\r\n ", "").splitlines()
    uid = day.run("1.1").uid
    assert [one for one in lines if uid in one] == [f"UID:{uid}", f"UID:part2-{uid}"]
    summaries = [one for one in lines if one.startswith("SUMMARY:1.1")]
    assert [one[-13:] for one in summaries] == ["(Teil 1 von 2)"[-13:], "(Teil 2 von 2)"[-13:]]
    starts = [one for one in lines if one.startswith("DTSTART") and "1330" in one]
    assert len(starts) == 1
    Worker(app, clock=lambda: day.now).deliver()
    with day.step() as session:
        replan_round(session, day.rounds[2], day.now, starts_at=at("13:45"), ends_at=at("14:45"))
    Worker(app, clock=lambda: day.now + timedelta(hours=1)).deliver()
    mail = text_of(mailbox(app).newest("anna@example.org"))
    assert both in mail
    assert "11:00–12:15 und 13:45–14:45 Uhr" in mail


def test_a_round_is_copied_with_its_runs_and_without_people(day: Day) -> None:
    day.join("ben", labels=("1.1",))
    with transaction() as session:
        facts = RoundFacts(3, "Workshoprunde 3", at("16:00"), at("17:00"))
        copy_round(session, day.event_id, day.rounds[1], facts, LATER)
        release_now(session, day.event_id, LATER)
    with transaction() as session:
        copied = select(Run).join(Run.round).where(Round.number == 3).order_by(Run.label)
        runs = session.scalars(copied).all()
        said = [(one.label, one.workshop.title, one.where, one.capacity, one.taken) for one in runs]
        assert said == [
            ("3.1", "Beraten ohne Vorurteil", "Raum Birke", 20, 0),
            ("3.2", "Datenschutz im Fallmanagement", "Raum Ahorn", 16, 0),
        ]
        assert [one.name for one in runs[0].contributors] == ["Aylin Beispiel"]
        assert len({one.uid for one in session.scalars(select(Run))}) == 6
    with pytest.raises(Refusal) as caught, transaction() as session:
        copy_round(
            session, day.event_id, day.rounds[1], RoundFacts(4, "Zugleich", at("16:30"), at("17:30")), LATER
        )
    assert caught.value.field == "start"


@outside
def test_the_forms_ask_for_it(app: Flask) -> None:
    made = a_day(app)
    visitor, programme = (
        Visitor(signed_in(app, "otto@example.org")),
        f"/organise/events/{made.slug}/programme",
    )
    visitor.get(f"{programme}/rounds/{made.rounds[1]}").send(booked=None)
    assert ON_THE_DAY in visitor.get(programme).text
    run = f"{programme}/runs/{made.runs['2.1']}"
    visitor.get(run).send(station=" Tisch  4 ")
    assert "Raum Birke, Tisch 4" in visitor.get(programme).text
    copy = visitor.get(f"{programme}/rounds/{made.rounds[1]}").follow("Diese Runde zu anderer Zeit kopieren")
    done = copy.send(start="16:00", end="17:00")
    assert done.address == programme
    assert "3.2 Datenschutz im Fallmanagement" in done.text
    with app.app_context(), transaction() as session:
        release_now(session, made.event_id, NOW)
        third = session.scalars(select(Round).where(Round.event_id == made.event_id, Round.number == 3)).one()
        assert (third.title, third.booked) == ("Workshoprunde 3", False)
        copied = select(Run.label, Run.station).where(Run.round_id == third.id).order_by(Run.label)
        assert [tuple(one) for one in session.execute(copied)] == [("3.1", "Tisch 4"), ("3.2", "")]
        plan = RunPlan("X", third.id, workshop_id=session.get_one(Run, made.runs["1.1"]).workshop_id)
        assert add(session, made.event_id, Thing.RUN, plan, NOW).station == ""
