# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Runs over two rounds, with a least number of people, or called off: planned, shown, chosen, and kept apart."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clock import now
from app.programme.models import Run
from app.programme.rules import Thing
from app.refusal import Refusal
from app.registration.links import feed_token, personal_token
from app.registration.models import Registration
from app.registration.queries import my_day
from app.registration.rules import RunHasPlaces
from app.registration.workshops.places import GoesOn
from app.registration.workshops.swapping import swap_places
from app.scheduling.carrying_out import PeopleInIt
from app.scheduling.queries import count_taken
from app.web.database import db, transaction
from tests.factories.days import at
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.programme.said import said_against
from tests.registration.steps import Day, open_day
from tests.scheduling.steps import release_now, replan_round, replan_run, take_out

DAY = "/events/musterfachtag"


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    with app.app_context():
        yield open_day(capacity=20)


def replanned(day: Day, label: str, **changes: object) -> None:
    with day.step() as session:
        replan_run(session, day.runs[label], day.now, **changes)


def field_of(day: Day, label: str, **changes: object) -> str | None:
    with pytest.raises(Refusal) as refusal:
        replanned(day, label, **changes)
    return refusal.value.field


def test_what_does_not_fit(day: Day) -> None:
    assert field_of(day, "2.1", spans=2) == "spans"
    assert field_of(day, "1.1", least_people=21) == "least_people"
    day.set_run("2.1", takes_place=False)
    replanned(day, "1.1", spans=2)
    with pytest.raises(Refusal, match="Workshops run in this round"), day.step() as session:
        take_out(session, day.event_id, Thing.ROUND, day.rounds[2], day.now)
    day.join("anna", labels=("1.1",))
    with pytest.raises(RunHasPlaces):
        replanned(day, "1.1", spans=1)


def test_a_room_in_which_another_run_is_by_then_is_said(day: Day) -> None:
    """2.1 is in the room of 1.1; what does not take place is in nobody's way."""
    for spans, takes_place, times in ((1, True, 0), (2, True, 1), (2, False, 0)):
        replanned(day, "1.1", spans=spans)
        replanned(day, "2.1", takes_place=takes_place)
        said = said_against(db.session(), day.event)
        assert [one.split(":")[0] for one in said] == times * ["Raum Birke is in use twice at the same time"]
        db.session.rollback()


def long_day(day: Day) -> None:
    """1.1 goes on over round 2, in the room of 2.1, which moves out."""
    day.set_run("2.1", room_id=None)
    replanned(day, "1.1", spans=2)


def test_one_place_over_two_rounds(day: Day) -> None:
    long_day(day)
    day.join("anna", labels=("1.1", "2:open"))
    with pytest.raises(GoesOn) as refusal:
        day.choose("anna", "1.1", "2.1")
    assert refusal.value.field == f"round-{day.rounds[2]}"
    day.choose("anna", "2.1")  # instead
    assert day.places("anna") == {"2.1": "place"}
    day.choose("anna", "1.1", "2:open")
    assert day.places("anna") == {"1.1": "place"}
    day.choose("anna", "2:absent")
    assert day.places("anna") == {"2": "absent"}
    with pytest.raises(GoesOn):
        day.register("ben", "1.1", "2.1")


def test_in_line_for_a_long_run_both_places_stay(day: Day) -> None:
    long_day(day)
    day.set_run("1.1", capacity=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2", "2.1"))
    day.choose("ben", "1.1", "2:open")
    assert day.places("ben") == {"1.2": "place", "2.1": "place", "1.1": "waiting 1"}
    day.choose("anna", "1.2", "2:open")
    assert day.places("ben") == {"1.1": "place"}
    assert (day.run("1.2").taken, day.run("2.1").taken) == (1, 0)
    with day.step() as session:
        assert swap_places(session, day.event, day.now) == []


def test_who_sits_in_it_is_told_when_its_second_round_moves(day: Day) -> None:
    long_day(day)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.forget_mails()
    sequence = day.run("1.1").sequence
    assert [count_taken(db.session(), day.event, round_id=day.rounds[one]) for one in (1, 2)] == [2, 1]
    db.session.rollback()
    with day.step() as session:
        replan_round(session, day.rounds[2], day.now, ends_at=at("14:55"))
    assert (day.mails("anna"), day.mails("ben")) == (["places.changed"], [])
    assert day.run("1.1").sequence == sequence + 1


def test_who_waits_for_it_reads_so_in_every_round(app: Flask, client: FlaskClient, day: Day) -> None:
    long_day(day)
    day.set_run("1.1", capacity=0)
    day.join("anna", labels=("1.1",))
    anna = day.of("anna")
    with day.step() as session:
        mine = my_day(session, session.get_one(Registration, anna.id)).rounds
        assert [[run.label for run in one.would_go_on] for one in mine] == [[], ["1.1"]]
    page = Visitor(client).get(f"/my/{personal_token(anna)}").text
    assert "„1.1 Beraten ohne Vorurteil“ ginge hier weiter." in page
    assert "Sie haben noch nicht gewählt" not in page


def test_called_off_only_knowingly(day: Day) -> None:
    day.set_run("1.1", capacity=1)
    day.join("anna", "ben", labels=("1.1",))
    day.forget_mails()
    released = day.event.agenda_released_at
    day.set_event(agenda_released_at=None)
    with pytest.raises(PeopleInIt):
        replanned(day, "1.1", takes_place=False)
    day.set_event(agenda_released_at=released)  # from now on the release asks
    replanned(day, "1.1", takes_place=False)
    assert (day.places("anna"), day.places("ben")) == ({}, {})
    assert (day.mails("anna"), day.mails("ben")) == (["places.changed"], ["places.changed"])
    with pytest.raises(Refusal):
        day.choose("anna", "1.1")
    replanned(day, "1.1", takes_place=True)
    day.choose("anna", "1.1")


def test_everybody_sees_it(app: Flask, client: FlaskClient, day: Day) -> None:
    long_day(day)
    day.set_run("1.2", takes_place=False)
    day.join("anna", labels=("1.1",))
    with day.step() as session:
        one = session.get_one(Registration, day.ids["anna"])
        mine = my_day(session, one)
        assert [(one.place.label if one.place else "", one.goes_on) for one in mine.rounds] == [
            ("1.1", False),
            ("1.1", True),
        ]
    page = Visitor(client).get(f"{DAY}/agenda")
    for words in (
        "in Teilen: 11:00–12:15 und 13:30–14:45 Uhr",
        "findet nicht statt",
        "„1.1 Beraten ohne Vorurteil“ geht weiter",
    ):
        assert words in page.text
    said = client.get(f"{DAY}/agenda.json").get_json()["schedule"]
    runs = list(said["x-fachtag"]["workshops"].values())
    assert [(one["label"], one["takes_place"], one["rounds"]) for one in runs][:2] == [
        ("1.1", True, 2),
        ("1.2", False, 1),
    ]
    schedule = client.get(f"{DAY}/agenda.xml").get_data(as_text=True)
    assert "1.2 Datenschutz" not in schedule
    assert "<subtitle>Teil 2 von 2: Workshoprunde 2</subtitle>" in schedule
    assert "<duration>03:45</duration>" not in schedule  # 11:00 to 14:45, with lunch in it
    feed = client.get("/calendar/events/musterfachtag.ics").get_data(as_text=True)
    assert "STATUS:CANCELLED" in feed
    anna = day.of("anna")
    assert "er geht hier weiter" in Visitor(client).get(f"/my/{personal_token(anna)}").text.lower()
    personal = client.get(f"/calendar/my/{feed_token(anna)}.ics").get_data(as_text=True)
    for end in ("T121500", "T144500"):
        assert f"DTEND;TZID=Europe/Berlin:20310313{end}" in personal
    choosing = Visitor(client).get(f"/my/{personal_token(anna)}/workshops")
    assert "„1.1 Beraten ohne Vorurteil“ geht weiter" in choosing.text
    assert choosing.send().status == 200
    assert day.places("anna") == {"1.1": "place"}


def test_the_team_says_so_in_the_form(app: Flask) -> None:
    team = a_day(app)
    otto = Visitor(signed_in(app, "otto@example.org"))
    page = otto.get(f"{team.home}/programme/runs/{team.runs['2.1']}")
    refused = page.send(spans="2")
    assert (refused.status, set(refused.errors())) == (422, {"spans"})
    done = refused.send(spans="", least_people="5", takes_place=None)
    assert done.status == 200
    with app.app_context():
        with transaction() as session:
            release_now(session, team.event_id, now())
        run = db.session.get_one(Run, team.runs["2.1"])
        assert (run.spans, run.least_people, run.takes_place) == (1, 5, False)
