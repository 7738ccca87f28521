# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who leads a run: named by the team, in no other run at that time, and shown to nobody but them who comes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees.staff.service import (
    AttendsIt,
    BusyElsewhere,
    LeadsElsewhere,
    NotTakingPart,
    find_people,
    name_staff,
    take_off,
)
from app.events.models import Event
from app.programme.models import Run
from app.programme.rules import Thing
from app.refusal import Refusal, fingerprint
from app.registration.consents.models import ConsentSource, Purpose
from app.registration.consents.records import write_down
from app.registration.consents.service import ask_for
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.rules import TwiceTheSameWorkshop
from app.registration.workshops.models import RunStaff, StaffRole
from app.registration.workshops.places import AtWorkThere
from app.web.database import db, transaction
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import ORGANISER, Day, open_day
from tests.scheduling.steps import replan_run, take_out


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    with app.app_context():
        yield open_day(capacity=20)


def lead(day: Day, name: str, label: str, role: StaffRole = StaffRole.FACILITATOR) -> int:
    with day.step() as session:
        return name_staff(session, day.event_id, day.runs[label], day.ids[name], role, ORGANISER, day.now).id


def agree(day: Day, name: str) -> None:
    with day.step() as session:
        ask_for(
            session,
            day.event_id,
            {Purpose.LIST},
            fingerprint(session.get_one(Event, day.event_id).consents),
            ORGANISER,
            day.now,
        )
        one = session.get_one(Registration, day.ids[name])
        write_down(session, one, {Purpose.LIST: "Ja."}, ConsentSource.PAGE, day.now)


def leading(day: Day) -> list[tuple[int, StaffRole]]:
    db.session.rollback()
    return [(one.registration_id, one.role) for one in db.session.scalars(select(RunStaff))]


def test_whoever_leads_sits_in_nothing_else(day: Day) -> None:
    day.set_run("1.1", capacity=1)
    day.join("anna", "ben", labels=("1.1",))
    assert day.places("ben") == {"1.1": "waiting 1"}
    lead(day, "anna", "1.2")
    assert (day.places("anna"), day.places("ben")) == ({}, {"1.1": "place"})
    assert day.mails("anna")[-1] == "places.changed"
    with pytest.raises(AtWorkThere):
        day.choose("anna", "1.1")
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("anna", "2.2")  # the workshop of 1.2 again
    day.choose("anna", "2.1")
    assert day.places("anna") == {"2.1": "place"}


def test_one_run_at_a_time_and_only_who_takes_part(day: Day) -> None:
    day.join("anna")
    day.register("ben")
    lead(day, "anna", "1.1")
    with pytest.raises(LeadsElsewhere):
        lead(day, "anna", "1.2")
    with pytest.raises(NotTakingPart):
        lead(day, "ben", "1.2")
    day.join("cem", labels=("2.2",))
    with pytest.raises(AttendsIt):
        lead(day, "cem", "1.2")
    lead(day, "anna", "1.1", StaffRole.NOTE_TAKER)
    assert leading(day) == [(day.ids["anna"], StaffRole.NOTE_TAKER)]


def test_it_passes_on_and_ends(day: Day) -> None:
    day.join("anna")
    lead(day, "anna", "1.1")
    day.substitute("anna", "berta")
    assert leading(day) == [(day.ids["berta"], StaffRole.FACILITATOR)]
    day.cancel("berta")
    assert leading(day) == []


def test_an_offer_that_lapses_ends_it_too(day: Day) -> None:
    day.set_event(capacity=1, offer_hours=24)
    day.join("anna", "ben")
    lead(day, "ben", "1.1")
    day.cancel("anna")
    day.expire("ben", day.now + timedelta(days=7))
    assert leading(day) == []


def let_take_place(day: Day, label: str, *, takes_place: bool) -> None:
    with day.step() as session:
        replan_run(session, day.runs[label], day.now, takes_place=takes_place)


def test_a_run_that_takes_place_again_has_its_people_back(day: Day) -> None:
    """Who leads it and sat elsewhere meanwhile gives that up; who leads another one by now has to be settled first."""
    day.join("anna")
    lead(day, "anna", "1.1")
    let_take_place(day, "1.1", takes_place=False)
    day.choose("anna", "1.2")
    let_take_place(day, "1.1", takes_place=True)
    assert (day.places("anna"), day.run("1.2").taken) == ({}, 0)
    let_take_place(day, "1.1", takes_place=False)
    lead(day, "anna", "1.2")
    with pytest.raises(BusyElsewhere, match="Anna"):
        let_take_place(day, "1.1", takes_place=True)
    assert not day.run("1.1").takes_place


def test_a_run_that_somebody_leads_is_not_removed_under_their_hands(day: Day) -> None:
    day.join("anna")
    staff = lead(day, "anna", "1.1")
    with pytest.raises(Refusal, match="Somebody registered leads"), day.step() as session:
        take_out(session, day.event_id, Thing.RUN, day.runs["1.1"], day.now)
    with day.step() as session:
        take_off(session, day.event_id, day.runs["1.1"], staff, ORGANISER, day.now)
        take_out(session, day.event_id, Thing.RUN, day.runs["1.1"], day.now)
    db.session.rollback()
    assert db.session.get(Run, day.runs["1.1"]) is None


def test_taken_off(day: Day) -> None:
    day.join("anna")
    staff_id = lead(day, "anna", "1.1")
    with day.step() as session:
        take_off(session, day.event_id, day.runs["1.1"], staff_id, ORGANISER, day.now)
    assert leading(day) == []
    day.choose("anna", "1.2")


def test_found_by_name_address_and_reference(day: Day) -> None:
    day.join("anna", "anneliese")
    reference = day.of("anna").reference
    event = day.event
    for typed, names in {
        "ann": ["Anna", "Anneliese"],
        "anna@example.org": ["Anna"],
        reference.lower(): ["Anna"],
        "niemand": [],
        "%": [],
        "": ["Anna", "Anneliese"],
    }.items():
        assert [one.given_name for one in find_people(db.session(), event, typed)] == names, typed


def test_only_they_read_who_comes(app: Flask, client: FlaskClient, day: Day) -> None:
    """T01; DP-03, DP-13: names of those who agreed, as long as they do; the others are counted."""
    day.join("anna", "dora")
    day.join("ben", "cem", labels=("1.1",))
    agree(day, "ben")
    lead(day, "anna", "1.1")
    anna, dora = (personal_token(day.of(name)) for name in ("anna", "dora"))
    page = Visitor(client).get(f"/my/{anna}")
    assert "Sie leiten ihn" in page.text
    people = page.follow("Wer zu „Beraten ohne Vorurteil“ kommt")
    assert "Ben Beispiel Stadt Musterstadt" in people.text
    assert "1 Person hat der Nennung nicht zugestimmt" in people.text
    assert "Cem" not in people.text
    assert "@" not in people.text
    for token, label in ((dora, "1.1"), (anna, "1.2"), (personal_token(day.of("ben")), "1.1")):
        assert Visitor(client).get(f"/my/{token}/runs/{day.runs[label]}").status == 404
    day.cancel("anna")
    assert Visitor(client).get(f"/my/{anna}/runs/{day.runs['1.1']}").status == 404


def test_the_team_names_and_takes_off(app: Flask) -> None:
    team = a_day(app)
    home, run = team.home, team.runs["1.1"]
    with app.app_context():
        day = Day(team.event_id, team.runs, {})
        day.join("anna", "anneliese")
        reference = day.of("anneliese").reference
    otto = Visitor(signed_in(app, "otto@example.org"))
    page = otto.get(f"{home}/programme/runs/{run}").follow("Personen eintragen")
    refused = page.send(who="Niemand")
    assert (refused.status, set(refused.errors())) == (422, {"who"})
    several = refused.send(who="Beispiel")
    assert (several.status, set(several.errors())) == (422, {"who"})
    assert reference in several.text
    done = several.send(who=reference, role="note_taker")
    assert (done.status, "Anneliese Beispiel ist eingetragen" in done.title + done.text) == (200, True)
    assert "Anneliese" in otto.get(f"{home}/workshops").text
    assert "Anneliese" in otto.get(f"{home}/programme/runs/{run}").text
    again = otto.get(f"{home}/programme/runs/{run}/staff").send(button="Austragen")
    assert "Anneliese" not in again.text


def test_not_for_others(app: Flask) -> None:
    team = a_day(app)
    address = f"{team.home}/programme/runs/{team.runs['1.1']}/staff"
    for who, status in {"lea": 200, "otto": 200, "chris": 403, "vera": 403}.items():
        assert Visitor(signed_in(app, f"{who}@example.org")).get(address).status == status
    other = a_day(app, "andere")
    elsewhere = f"{other.home}/programme/runs/{team.runs['1.1']}/staff"
    assert Visitor(signed_in(app, "lea@example.org")).get(elsewhere).status == 404
    with app.app_context(), transaction() as session:
        assert session.scalars(select(RunStaff)).all() == []
