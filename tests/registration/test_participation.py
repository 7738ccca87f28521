# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes part online: no chair of the house, only what is online, from the room into the net and back."""

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.allocation.loader import Terms, read_question
from app.attendees.imports.targets import template_head, way_of
from app.events.models import Event, Room
from app.events.queries import get_public_event
from app.events.rules import Placement, QuotaEffect
from app.events.service import mark_changed
from app.programme.agenda import read_agenda
from app.programme.models import Run
from app.refusal import Refusal
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.participation import ChosenInRoom, ClosedForRoom, NoSeatInHouse, OfferFirst
from app.registration.rules import Participation, Status
from app.registration.workshops.wishes import InRoomOnly, Wished, replace_wishes
from app.scheduling.unfit_rooms import left_outside
from app.texts import force_locale
from app.web.database import db, transaction
from tests.attendees.test_exports import read_csv, take_out
from tests.factories.days import BIRCH, FOYER, make_event, make_programme
from tests.mailbox import mailbox, text_of
from tests.organising.helpers import a_day as a_team_day
from tests.pages import Visitor, words
from tests.people.helpers import signed_in
from tests.registration.steps import KI, OF_KI, OFFICE, Day, add_organisations, open_day
from tests.registration.test_views import confirm

ROOM, ONLINE = Participation.ROOM, Participation.ONLINE
LINKS = {FOYER: "https://meet.example.org/foyer", BIRCH: "https://meet.example.org/birke"}


@pytest.fixture
def house(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def a_day(capacity: int = 2, **changes: object) -> Day:
    """Birch (1.1 and 2.1) is a hybrid, the foyer only online."""
    day = open_day(capacity=capacity, offers_online=True, **changes)
    with transaction() as session:
        for name, link in LINKS.items():
            room = session.scalars(select(Room).where(Room.event_id == day.event_id, Room.name == name)).one()
            room.online, room.online_link = True, link
    return day


def taken(day: Day) -> tuple[int, int]:
    return day.event.taken, day.event.waiting


def test_who_takes_part_online_takes_no_chair_and_never_waits(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna")
    day.join("ben", participation=ONLINE)
    assert (day.status("ben"), taken(day)) == (Status.REGISTERED, (1, 0))
    day.join("cara")
    assert (day.status("cara"), taken(day)) == (Status.WAITING, (1, 1))
    day.join("dora", participation=ONLINE)  # nobody before them
    assert day.status("dora") is Status.REGISTERED
    day.cancel("ben")
    assert (day.status("cara"), taken(day)) == (Status.WAITING, (1, 1))
    day.check()


def test_from_the_room_into_the_net_the_chair_is_the_next_ones(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna", labels=("1.1",))
    day.join("ben")
    day.take_part("anna", ONLINE)
    assert (day.status("anna"), day.status("ben"), taken(day)) == (
        Status.REGISTERED,
        Status.REGISTERED,
        (1, 0),
    )
    assert day.places("anna") == {"1.1": "place"}
    assert day.run("1.1").taken == 1
    day.check()


def test_who_waits_and_goes_online_is_in_at_once(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna")
    day.join("ben", labels=("1.1",))
    day.take_part("ben", ONLINE)
    assert (day.status("ben"), taken(day)) == (Status.REGISTERED, (1, 0))
    assert day.places("ben") == {"1.1": "place"}
    assert day.mails("ben")[-1] == "registration.moved_up"
    day.check()


def test_to_come_instead_a_chair_has_to_be_free(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna")
    day.join("ben", labels=("1.1",), participation=ONLINE)
    with pytest.raises(NoSeatInHouse):
        day.take_part("ben", ROOM)
    assert (day.status("ben"), day.of("ben").participation, day.places("ben")) == (
        Status.REGISTERED,
        ONLINE,
        {"1.1": "place"},
    )
    day.cancel("anna")
    day.take_part("ben", ROOM)
    assert (day.of("ben").participation, taken(day)) == (ROOM, (1, 0))
    day.check()


def test_the_free_chair_is_for_who_waits_and_after_the_date_for_nobody(house: None) -> None:
    day = a_day(capacity=2)
    day.join("anna", "karl")
    day.join("ben", participation=ONLINE)
    day.join("cara", accompanying=1)
    day.cancel("anna")  # one is free, and kept for cara, who needs two
    with pytest.raises(NoSeatInHouse):
        day.take_part("ben", ROOM)
    day.take_part("ben", ROOM, by_team=True)
    day.take_part("ben", ONLINE)
    day.set_event(registration_closes_at=day.now)
    with pytest.raises(ClosedForRoom):
        day.take_part("ben", ROOM)
    day.check()


def test_quotas_are_seats_in_the_house(house: None) -> None:
    day = a_day(capacity=3)
    day.join("otto", organisation=KI, participation=ONLINE)
    quota = day.add_quota("KIs", 1, QuotaEffect.CAP, OF_KI)
    assert day.quota(quota) == (0, 0)
    day.join("kim", organisation=KI)
    assert day.quota(quota) == (1, 0)
    with pytest.raises(NoSeatInHouse):
        day.take_part("otto", ROOM)
    day.take_part("kim", ONLINE)
    assert day.quota(quota) == (0, 0)
    day.take_part("otto", ROOM)
    assert (day.quota(quota), taken(day)) == ((1, 0), (1, 0))
    day.check()


def test_nobody_comes_along_into_the_net(house: None) -> None:
    day = a_day(capacity=5)
    with pytest.raises(Refusal) as refused:
        day.register("anna", participation=ONLINE, accompanying=1)
    assert refused.value.field == "accompanying"
    day.join("ben", accompanying=1)
    with pytest.raises(Refusal):
        day.take_part("ben", ONLINE)
    assert taken(day) == (2, 0)
    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(Registration, day.ids["ben"]).participation = ONLINE


def test_an_offer_is_answered_first(house: None) -> None:
    day = a_day(capacity=1, offer_hours=9)
    day.join("anna", "ben")
    day.cancel("anna")
    assert day.status("ben") is Status.OFFERED
    with pytest.raises(OfferFirst):
        day.take_part("ben", ONLINE)


def test_what_is_in_the_room_only_is_not_for_who_is_not_there(house: None) -> None:
    day = a_day(capacity=5)
    with pytest.raises(InRoomOnly) as refused:
        day.register("anna", "1.2", participation=ONLINE)
    assert refused.value.field == f"round-{day.rounds[1]}"
    day.join("ben", labels=("1.1",), participation=ONLINE)
    with pytest.raises(InRoomOnly):
        day.choose("ben", "2.2")
    day.join("cara", labels=("1.2",))
    with pytest.raises(ChosenInRoom):
        day.take_part("cara", ONLINE)
    assert day.places("cara") == {"1.2": "place"}


def test_a_place_that_is_passed_on_stays_online(house: None) -> None:
    day = a_day(capacity=1)
    day.join("anna")
    day.join("ben", participation=ONLINE)
    day.substitute("ben", "dora")
    assert (day.of("dora").participation, day.status("dora"), taken(day)) == (
        ONLINE,
        Status.REGISTERED,
        (1, 0),
    )


def test_in_a_group_each_goes_their_way(house: None) -> None:
    day = a_day(capacity=1)
    group = day.group("karl", "anna", "ben", together=True)
    day.confirm_group(group)
    assert [day.status(name) for name in ("anna", "ben")] == [Status.WAITING, Status.WAITING]
    day.take_part("anna", ONLINE)
    assert [day.status(name) for name in ("anna", "ben")] == [Status.REGISTERED, Status.REGISTERED]
    day.check()


def test_a_kept_seat_stays_for_somebody_who_comes(house: None) -> None:
    day = a_day(capacity=1)
    group = day.allot("karl", 1)
    day.add_colleague(group, "anna", participation=ONLINE)
    assert (day.status("anna"), taken(day)) == (Status.REGISTERED, (1, 0))
    day.add_colleague(group, "ben")
    assert (day.status("ben"), taken(day)) == (Status.REGISTERED, (1, 0))


def test_what_is_not_offered_any_more_is_refused_and_may_stay(house: None) -> None:
    day = a_day(capacity=3)
    day.join("anna", participation=ONLINE)
    day.set_event(offers_online=False)
    with pytest.raises(Refusal) as refused:
        day.register("ben", participation=ONLINE)
    assert refused.value.field == "participation"
    day.take_part("anna", ROOM)
    assert taken(day) == (1, 0)


def test_the_allocation_knows_who_is_not_there(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", participation=ONLINE)
    day.join("ben")
    day.set_event(placement=Placement.WISHES, wishes_until=day.event.starts_at)
    with transaction() as session:
        one = session.get_one(Registration, day.ids["anna"])
        wished = Wished({day.rounds[1]: [day.runs["1.2"]]})
        with pytest.raises(InRoomOnly):
            replace_wishes(session, one.event, one, wished)
    people = {one.id: one for one in read_question(db.session(), day.event, Terms()).people}
    assert people[day.ids["anna"]].forbidden == (day.runs["1.2"], day.runs["2.2"])
    assert people[day.ids["ben"]].forbidden == ()
    assert people[day.ids["anna"]].chairs == 1  # a place in the workshop all the same


def test_links_of_hybrids_are_for_who_is_not_there(app: Flask, house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", labels=("1.1",), participation=ONLINE)
    day.join("ben", labels=("1.1",))
    pages = {
        name: app.test_client().get(f"/my/{personal_token(day.of(name))}/agenda").text
        for name in ("anna", "ben")
    }
    assert {name: LINKS[BIRCH] in page for name, page in pages.items()} == {"anna": True, "ben": False}
    assert all(LINKS[FOYER] in page for page in pages.values())
    day.set_event(offers_online=False)
    assert LINKS[BIRCH] in app.test_client().get(f"/my/{personal_token(day.of('ben'))}/agenda").text


@pytest.mark.parametrize(
    ("cell", "way"),
    [("online", ONLINE), ("Digital", ONLINE), ("vor Ort", ROOM), ("", ROOM), ("im Raum", ROOM), ("ja", None)],
)
def test_what_a_list_may_say(cell: str, way: Participation | None) -> None:
    assert way_of(cell) is way


@pytest.mark.parametrize("seed", range(6))
def test_whatever_they_do_the_counts_hold(house: None, seed: int) -> None:
    """Joining, going online and back, leaving, passing on, in any order; with a quota and a run that is soon full."""
    luck = random.Random(seed)
    day = a_day(capacity=3)
    day.set_run("1.1", capacity=2)
    day.add_quota("KIs", 1, QuotaEffect.RESERVE, OF_KI)
    for number in range(24):
        name = luck.choice([*day.ids, f"p{number}"])
        way = luck.choice((ROOM, ONLINE))
        with suppress(Refusal):
            if name not in day.ids:
                along = luck.choice((0, 0, 1)) if way is ROOM else 0
                day.join(
                    name,
                    labels=luck.choice(((), ("1.1",))),
                    organisation=luck.choice((KI, OFFICE)),
                    participation=way,
                    accompanying=along,
                )
            elif luck.random() < 0.6:
                day.take_part(name, way, by_team=luck.random() < 0.3)
            elif luck.random() < 0.5:
                day.cancel(name)
            else:
                day.substitute(name, f"p{number}", key=f"p{number}")
        day.check()
        people = db.session.scalars(select(Registration)).all()
        assert all(one.has_seat for one in people if one.active and one.is_online)
    assert any(one.is_online for one in people)


def test_the_team_reads_who_would_be_left_outside(house: None) -> None:
    day = a_day(capacity=5)
    day.join("anna", labels=("1.1",), participation=ONLINE)
    day.join("ben", labels=("1.2",))

    def said() -> list[str]:
        lines = read_agenda(db.session(), day.event, seats=False)
        return [one.sentence for one in left_outside(db.session(), day.event, lines)]

    with force_locale("en"):
        for_all = "In the room only, while 1 person takes part online: Begrüßung, Vortrag: Was Akten nicht erzählen, Ausblick."
        assert said() == [for_all]
        with transaction() as session:
            session.get_one(Run, day.runs["1.1"]).room_id = None
            mark_changed(session.get_one(Event, day.event_id), day.now, calendar=False)
        assert said() == [
            for_all,
            "“1.1 Beraten ohne Vorurteil” is in the room only, and 1 person who has a place in it takes part online.",
        ]
        day.set_event(offers_online=False)
        assert said() == []


# -- pages


PERSON = {
    "given_name": "Svenja",
    "family_name": "Demohaus",
    "email": "svenja@example.org",
    "organisation": "Kreis Musterstadt",
}


def test_the_form_asks_and_nothing_is_chosen(app: Flask, client: FlaskClient) -> None:
    """Without a script, from the form to the personal page and back into the room."""
    with app.app_context(), transaction() as session:
        event = make_event(session, capacity=1, offers_online=True)
        room = make_programme(session, event).rooms[FOYER]
        room.online, room.online_link = True, LINKS[FOYER]
    page = Visitor(client).get("/events/musterfachtag/register")
    assert "Wie nehmen Sie teil?" in page.text
    assert not page.tree.xpath("//input[@name='participation' and @checked]")
    again = page.send(**PERSON)
    assert "Bitte wählen Sie, ob Sie kommen oder online teilnehmen." in again.text
    assert "participation" in page.send(**PERSON, participation="elsewhere").errors()
    again.send(participation="online")
    confirm(app, client, PERSON["email"])
    mail = mailbox(app).newest(PERSON["email"])
    assert "Sie nehmen teil: online" in text_of(mail)
    assert LINKS[FOYER] in text_of(mail)
    with app.app_context():
        one = db.session.scalars(select(Registration)).one()
        address = f"/my/{personal_token(one)}"
    mine = Visitor(client).get(address)
    assert "online" in mine.text
    with app.app_context(), transaction() as session:
        event = session.get_one(Registration, one.id).event
        event.taken = event.capacity or 0
    refused = Visitor(client).get(f"{address}/details").send(participation="room")
    assert "participation" in refused.errors()
    assert "Im Moment ist kein Platz im Haus frei" in refused.text
    with app.app_context(), transaction() as session:
        session.get_one(Registration, one.id).event.taken = 0
    Visitor(client).get(f"{address}/details").send(participation="room")
    with app.app_context():
        assert db.session.scalars(select(Registration)).one().participation is ROOM


def test_a_day_that_does_not_offer_it_does_not_ask(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        make_event(session)
    for address in ("/events/musterfachtag/register", "/events/musterfachtag/register/group"):
        assert not Visitor(client).get(address).tree.xpath("//input[contains(@name, 'participation')]")


def test_a_contact_says_it_for_each_and_only_for_herself_if_she_takes_part(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, offers_online=True)
    page = Visitor(client).get("/events/musterfachtag/register/group")
    row = {"rows-0-family_name": "Zwei", "rows-0-email": "zwei@example.org"}
    again = page.send(**PERSON, **row)
    assert set(again.errors()) == {"rows-0-participation"}
    both = page.send(**PERSON, **row, takes_part="y", **{"rows-0-participation": "online"})
    assert set(both.errors()) == {"participation"}
    page.send(**PERSON, **row, **{"rows-0-participation": "online"})
    with app.app_context():
        assert [one.participation for one in db.session.scalars(select(Registration))] == [ONLINE]


def test_a_day_that_offers_both_says_so_to_search_engines(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, offers_online=True, capacity=1, taken=1)
    page = client.get("/events/musterfachtag").text
    assert "MixedEventAttendanceMode" in page
    assert "Wer online teilnimmt, braucht keinen Platz im Haus und wartet nicht." in page


def test_lists_and_files_say_it_and_can_be_narrowed(app: Flask) -> None:
    made = a_team_day(app, "probe", offers_online=True)
    for name, way in (("anna", "online"), ("ben", "room")):
        page = Visitor(signed_in(app, "otto@example.org")).get(f"{made.home}/registrations/new")
        assert (
            "participation" in page.send(family_name="X", email="x@example.org", organisation="Amt").errors()
        )
        page.send(family_name=name, email=f"{name}@example.org", organisation="Amt", participation=way)
    people = f"{made.home}/registrations?col=participation&col=organisation"
    desk = Visitor(signed_in(app, "otto@example.org"))
    assert "nehmen online teil, ohne Platz im Haus" in desk.get(people).text
    narrowed = desk.get(f"{people}&participation=online").tree.xpath("//table//tbody/tr")
    assert ["anna" in words(one) for one in narrowed] == [True]
    head, *lines = read_csv(take_out(signed_in(app, "otto@example.org"), made, "csv"))
    ways = {line[head.index("Nachname")]: line[head.index("Teilnahme")] for line in lines}
    assert ways == {"anna": "online", "ben": "im Raum"}


def test_a_list_of_people_may_say_it(app: Flask) -> None:
    """A column of the template only where the day offers both; nothing written is in the room."""
    made = a_team_day(app, "probe", offers_online=True)
    other = a_team_day(app, "anderer")
    with app.app_context():
        for slug, asked in ((made.slug, True), (other.slug, False)):
            event = get_public_event(db.session(), slug)
            assert ("Teilnahme" in template_head(db.session(), event)) is asked
