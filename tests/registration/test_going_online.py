# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What going online, and back, must not do to workshops, lines, calendars, needs and tables."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import manual
from app.attendees.staff.service import name_staff
from app.events.notices import day_facts
from app.events.rules import Placement
from app.programme.models import Round, Run
from app.refusal import Refusal, fingerprint
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.participation import ChosenInRoom
from app.registration.rules import Status
from app.registration.workshops.models import RegistrationNeed, StaffRole
from app.registration.workshops.rules import Need
from app.registration.workshops.wishes import Wished, needs_of, replace_wishes
from app.scheduling.service import StillOnline, change_day
from app.tables.queries import chosen
from app.web.database import transaction
from tests.organising.helpers import a_day as a_team_day
from tests.pages import Visitor, words
from tests.people.helpers import signed_in
from tests.registration.steps import ORGANISER, Day, add_organisations
from tests.registration.test_participation import ONLINE, ROOM, a_day, taken


@pytest.fixture
def house(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def test_what_was_only_wanted_is_taken_by_who_goes_online_from_the_line(house: None) -> None:
    day = a_day(capacity=1, approval=True)
    day.join("anna")
    day.approve("anna")
    day.join("ben", labels=("1.1",))
    day.take_part("ben", ONLINE)
    assert day.places("ben") == {"1.1": "place"}
    day.approve("ben")
    assert (day.status("ben"), day.run("1.1").taken) == (Status.REGISTERED, 1)
    day.check()


def test_nobody_is_brought_along_by_who_is_online_already(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", participation=ONLINE)
    with pytest.raises(Refusal) as refused:
        day.take_part("anna", ONLINE, by_team=True, accompanying=1)
    assert refused.value.field == "accompanying"
    assert taken(day) == (0, 0)


def test_an_online_place_takes_nobody_out_of_the_line(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna", "bea")
    day.join("otto", participation=ONLINE)
    number = day.of("bea").waiting_number
    day.substitute("otto", "bea")
    assert (day.status("bea"), day.of("bea").waiting_number) == (Status.WAITING, number)
    assert day.of("bea").participation is ROOM


def test_calendars_take_the_entry_of_another_way(house: None) -> None:
    day = a_day(capacity=2)
    day.join("anna")
    before = day.of("anna").invited_sequence
    assert before is not None
    for number, way in enumerate((ONLINE, ROOM), start=1):
        day.take_part("anna", way)
        assert day.of("anna").invited_sequence == before + number


def test_who_wishes_for_what_is_in_the_room_only_gives_that_up_first(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna")
    day.set_event(placement=Placement.WISHES, wishes_until=day.event.starts_at)
    for labels, refused in ((["1.2"], True), (["1.1"], False)):
        with transaction() as session:
            one = session.get_one(Registration, day.ids["anna"])
            wished = Wished({day.rounds[1]: [day.runs[label] for label in labels]})
            replace_wishes(session, one.event, one, wished)
        if refused:
            with pytest.raises(ChosenInRoom):
                day.take_part("anna", ONLINE)
    day.take_part("anna", ONLINE)


def test_a_wish_for_what_was_called_off_keeps_nobody_in_the_room(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna")
    day.set_event(placement=Placement.WISHES, wishes_until=day.event.starts_at)
    with transaction() as session:
        one = session.get_one(Registration, day.ids["anna"])
        replace_wishes(session, one.event, one, Wished({day.rounds[1]: [day.runs["1.2"]]}))
        session.get_one(Run, day.runs["1.2"]).takes_place = False
    day.take_part("anna", ONLINE)
    assert day.of("anna").is_online


def test_a_house_without_a_ramp_is_no_matter_to_who_is_not_there(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", "ben")
    with transaction() as session:
        for name in ("anna", "ben"):
            for need in (Need.STEP_FREE, Need.INTERPRETING):
                session.add(RegistrationNeed(registration_id=day.ids[name], need=need))
    day.take_part("anna", ONLINE)
    with transaction() as session:
        people = select(Registration.id).where(Registration.event_id == day.event_id)
        found = {(person, need) for person, need in session.execute(needs_of(people))}
    assert found == {
        (day.ids["anna"], Need.INTERPRETING),
        (day.ids["ben"], Need.STEP_FREE),
        (day.ids["ben"], Need.INTERPRETING),
    }


def test_a_day_goes_on_offering_it_while_somebody_is_online(app: Flask, house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", participation=ONLINE)
    seen = fingerprint(day_facts(day.event))
    off = replace(day_facts(day.event), offers_online=False)
    with pytest.raises(StillOnline), transaction() as session:
        change_day(session, day.event_id, off, seen, ORGANISER, day.now)
    day.take_part("anna", ROOM)
    seen = fingerprint(day_facts(day.event))
    with transaction() as session:
        change_day(session, day.event_id, off, seen, ORGANISER, day.now)
    assert not day.event.offers_online


def test_tables_are_for_who_sits_there(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna")
    day.join("ben", participation=ONLINE)
    with transaction() as session:
        assert list(session.scalars(chosen(day.event_id, None))) == [day.ids["anna"]]


def test_who_is_corrected_reads_of_all_of_it_at_once(house: None) -> None:
    """How somebody takes part and how many come along stand in one mail."""
    day = a_day(capacity=5)
    day.join("anna", participation=ONLINE)
    day.forget_mails()
    with day.step() as session:
        one = session.get_one(Registration, day.ids["anna"])
        person = replace(one.person, participation=ROOM, accompanying=2)
        manual.correct(session, one.id, person, one.version, ORGANISER, day.now)
    assert day.mails("anna") == ["registration.registered"]
    day.forget_mails()
    with day.step() as session:
        one = session.get_one(Registration, day.ids["anna"])
        person = replace(one.person, accompanying=1)
        manual.correct(session, one.id, person, one.version, ORGANISER, day.now)
    assert day.mails("anna") == ["accompanying.changed"]


def test_the_lists_of_a_workshop_say_who_is_not_there(app: Flask) -> None:
    made = a_team_day(app, "probe", offers_online=True)
    with app.app_context():
        with transaction() as session:
            run = session.get_one(Run, made.runs["1.1"])
            run.room.online, run.room.online_link = True, "https://meet.example.org/birke"
            rounds = {one.number: one.id for one in session.scalars(select(Round))}
        day = Day(made.event_id, made.runs, rounds)
        day.join("anna", labels=("1.1",), participation=ONLINE)
        day.join("ben", labels=("1.1",))
        day.join("lea")
        with day.step() as session:
            role, run_id = StaffRole.FACILITATOR, made.runs["1.1"]
            name_staff(session, made.event_id, run_id, day.ids["lea"], role, ORGANISER, day.now)
        token = personal_token(day.of("lea"))
    rows = Visitor(signed_in(app, "otto@example.org")).get(f"{made.home}/workshops").tree.xpath("//tbody/tr")
    said = {words(row): "online" in words(row) for row in rows}
    assert sorted(said.values()) == [False, False, True]
    assert next(text for text, online in said.items() if online).startswith("Beispiel, Anna")
    led = Visitor(app.test_client()).get(f"/my/{token}/runs/{made.runs['1.1']}")
    assert "2 Personen haben hier einen Platz. 1 Person davon nimmt online teil." in led.text


def test_who_is_online_chooses_among_what_is_online(app: Flask) -> None:
    """And among nothing else, also what they are told of seats: none is kept for them."""
    with app.app_context():
        add_organisations()
        day = a_day(capacity=5)
        day.join("anna", participation=ONLINE)
        day.join("ben")
        tokens = {name: personal_token(day.of(name)) for name in day.ids}
    offered = {}
    for name, token in tokens.items():
        page = Visitor(app.test_client()).get(f"/my/{token}/workshops")
        offered[name] = {one for one in ("1.1", "1.2", "2.1", "2.2") if one in words(page.form())}
    assert offered == {"anna": {"1.1", "2.1"}, "ben": {"1.1", "1.2", "2.1", "2.2"}}
