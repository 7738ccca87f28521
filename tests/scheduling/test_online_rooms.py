# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A room in which one takes part online: what is said of it, whom another link reaches, and what their calendars hold."""

from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.allocation.loader import features_of
from app.clock import now
from app.copying.rows import RowCopier
from app.events.facts import RoomEntry, RoomFacts
from app.events.models import Event, Room
from app.events.rules import Loop
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.programme.models import AgendaChange
from app.refusal import Refusal, fingerprint
from app.registration.correcting import change_choices
from app.registration.links import feed_token, personal_token
from app.registration.models import Registration
from app.registration.rules import RoundAnswer
from app.registration.workshops.models import PlaceChange, RunStaff, StaffRole
from app.registration.workshops.rules import Need
from app.scheduling.room_service import change_room
from app.texts import force_locale
from app.web.database import db, transaction
from tests.factories.days import BIRCH, FOYER, HALL, MAPLE, NOW, make_event
from tests.mailbox import mailbox, text_of
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.scheduling.test_service import LATER, built, mails, seat

LINK, OTHER = "https://meet.example.org/birke?pwd=1", "https://meet.example.org/neu"
HOUR = timedelta(hours=1)
ALL = (HALL, BIRCH, MAPLE, FOYER)


def put_online(
    event: Event, room: Room, link: str = LINK, note: str = "", moment: datetime = LATER, **changes: object
) -> None:
    with transaction() as session:
        row = session.get_one(Room, room.id)
        facts = replace(row.facts, **{"online": True, **changes})  # type: ignore[arg-type]
        entry = RoomEntry(facts, link)
        change_room(session, event.id, row.id, entry, fingerprint(row.entry), moment, note)


@pytest.mark.parametrize(
    ("facts", "where", "access"),
    [
        (RoomFacts("Saal", 90), "Saal", []),
        (RoomFacts("Saal", 90, online=True), "Saal / online", ["im Raum oder online"]),
        (RoomFacts("Saal", 90, False, venue="Haus 2", online=True), "Saal, Haus 2 / online", ["im Raum oder online", "nicht stufenlos"]),
        (RoomFacts("Konferenz", None, online=True), "Konferenz (online)", ["findet online statt"]),
        (RoomFacts("Online-Raum 1", None, online=True), "Online-Raum 1", ["findet online statt"]),
    ],
)  # fmt: skip
def test_what_is_said_of_it(app: Flask, facts: RoomFacts, where: str, access: list[str]) -> None:
    with app.app_context(), force_locale("de"):
        assert (facts.where, facts.access) == (where, access)


def test_nobody_asks_how_to_get_to_what_is_only_online(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        maple, run = programme.rooms["Raum Ahorn"], programme.runs["1.2"]
        assert features_of(run) == {Need.INTERPRETING}
        put_online(event, maple, seats=None, step_free=False, loop=Loop.NONE)
        db.session.expire_all()
        assert (maple.step_free, maple.facts.barriers) == (True, [])
        assert features_of(run) == set(Need)


def test_a_link_needs_a_room_that_is_online(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        birch = programme.rooms[BIRCH]
        with pytest.raises(Refusal) as caught:
            put_online(event, birch, online=False)
        assert caught.value.field == "online"
        with pytest.raises(IntegrityError), transaction() as session:
            session.get_one(Room, birch.id).online_link = LINK


def test_another_link_reaches_who_sits_in_the_room_or_leads_something_there(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        birch, run = programme.rooms[BIRCH], programme.runs["1.1"]
        anna, _bert = seat(event, "Anna", run), seat(event, "Bert", programme.runs["1.2"])
        carla = seat(event, "Carla")
        with transaction() as session:
            session.add(RunStaff(run_id=run.id, registration_id=carla, role=StaffRole.FACILITATOR))
        before, sequence = len(mails()), run.sequence
        put_online(event, birch, note="Bitte ab 9 Uhr.")
        told = {subject for kind, subject in mails()[before:] if kind == "places.changed"}
        assert told == {anna, carla}
        db.session.expire_all()
        assert run.sequence == sequence + 1
        said = db.session.scalars(select(PlaceChange).where(PlaceChange.registration_id == anna)).all()
        links = [(one.room_id, one.run_id, one.old, one.new, one.note) for one in said if one.room_id]
        assert links == [(birch.id, None, "", LINK, "Bitte ab 9 Uhr.")]
        assert not any(LINK in one.new for one in db.session.scalars(select(AgendaChange)))


def test_what_is_for_everybody_reaches_everybody_with_a_seat(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        everybody = {seat(event, name) for name in ("Anna", "Bert", "Carla")}
        with transaction() as session:
            session.get_one(Registration, min(everybody)).invited_sequence = None
        before = len(mails())
        put_online(event, programme.rooms[FOYER])
        assert {subject for _kind, subject in mails()[before:]} == everybody
        db.session.expire_all()
        offsets = {
            one.id: (one.sequence_offset, one.invited_sequence)
            for one in db.session.scalars(select(Registration))
        }
        assert offsets[min(everybody)] == (0, None)
        assert offsets[max(everybody)] == (1, event.sequence + 1)
        put_online(event, programme.rooms[FOYER])  # the same link: no news
        assert len(mails()) == before + 3


def test_who_comes_to_what_is_for_everybody_hears_of_its_room(app: Flask) -> None:
    """Also on a day without workshops: another house and the way there, online only, and a link that is none any more."""
    with app.app_context():
        event, programme = built(app)
        foyer = programme.rooms[FOYER]
        email = db.session.get_one(Registration, seat(event, "Anna")).email

        def text(moment: datetime) -> str:
            Worker(app, clock=lambda: moment).deliver()
            mail = mailbox(app).newest(email)
            return " ".join(text_of(mail).split())

        put_online(event, foyer, "", online=False, venue="Stadthalle", step_free=False)
        said = text(LATER)
        assert (
            "der Tagesablauf für alle hat sich geändert: - Für alle: Der Raum ist jetzt Foyer, Stadthalle"
            in said
        )
        assert "Stadthalle, bisher Foyer." in said
        assert "„Foyer“: Der Raum ist jetzt: nicht stufenlos" in said
        put_online(event, foyer, LINK, moment=LATER + HOUR)
        assert LINK in text(LATER + HOUR)
        put_online(event, foyer, LINK, moment=LATER + 2 * HOUR, seats=None)
        assert "Der Raum ist jetzt Foyer (online)" in text(LATER + 2 * HOUR)
        put_online(event, foyer, "", moment=LATER + 3 * HOUR, online=False)
        assert f"gilt nicht mehr: {LINK}" in text(LATER + 3 * HOUR)


def test_a_draft_tells_nobody(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        seat(event, "Anna")
        with transaction() as session:
            session.get_one(Event, event.id).agenda_released_at = None
        before = len(mails())
        put_online(event, programme.rooms[FOYER])
        assert len(mails()) == before


def _parts(mail: EmailMessage) -> tuple[str, str, Calendar]:
    kinds = {part.get_content_type(): part for part in mail.walk()}
    calendar = kinds["text/calendar"].get_payload(decode=True)
    assert isinstance(calendar, bytes)
    return kinds["text/plain"].get_content(), kinds["text/html"].get_content(), Calendar.from_ical(calendar)


def test_mail_page_and_calendars_hold_the_link(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        anna = seat(event, "Anna", programme.runs["1.1"])
        seat(event, "Bert", programme.runs["1.2"])
        put_online(event, programme.rooms[BIRCH], moment=now() - timedelta(hours=1))
        assert mailbox(app).deliver()
        put_online(event, programme.rooms[BIRCH], OTHER, moment=now())
        mail = mailbox(app).newest("anna@example.org")
        assert not [one for one in mailbox(app).read() if "bert" in one["To"]]
        assert mail["Subject"].endswith("Ihr Link zur Online-Teilnahme")
        text, html, calendar = _parts(mail)
        assert (
            f"über diesen Link online teil: {OTHER} Der Link von vorher gilt nicht mehr: {LINK}"
            in " ".join(text.split())
        )
        assert f'<a href="{OTHER}">' in html
        assert calendar["method"] == "REQUEST"
        (day,) = calendar.walk("VEVENT")
        assert (str(day["CONFERENCE"]), day["CONFERENCE"].params["VALUE"]) == (OTHER, "URI")
        assert OTHER in day["DESCRIPTION"]
        assert LINK not in calendar.to_ical().decode()
        one = db.session.get_one(Registration, anna)
        tokens = personal_token(one), feed_token(one)
    client = app.test_client()
    for page in (f"/my/{tokens[0]}", f"/my/{tokens[0]}/agenda"):
        assert OTHER in client.get(page).text, page
    feed = Calendar.from_ical(client.get(f"/calendar/my/{tokens[1]}.ics").data)
    held = {
        str(one["SUMMARY"]): (str(one.get("CONFERENCE", "")), OTHER in one["DESCRIPTION"])
        for one in feed.walk("VEVENT")
    }
    assert {one for name, one in held.items() if name.startswith("1.1")} == {(OTHER, True)}


@pytest.mark.parametrize("beside", [False, True])
def test_who_has_left_meanwhile_does_not_get_the_link(app: Flask, beside: bool) -> None:
    """The mail is built when it leaves. `beside`: there is something else to say to them."""
    with app.app_context():
        event, programme = built(app)
        seat(event, "Bert", programme.runs["1.1"])
        anna = seat(event, "Anna", programme.runs["1.1"])
        for name in (BIRCH, FOYER):
            put_online(event, programme.rooms[name], "", moment=now() - timedelta(hours=1))
        before, moment = len(mailbox(app).deliver()), now()
        put_online(event, programme.rooms[BIRCH], OTHER, "Bitte ab 9 Uhr.", moment=moment)
        if beside:
            put_online(event, programme.rooms[FOYER], LINK, moment=moment)
        with transaction() as session:
            choose_nothing = {programme.runs["1.1"].round_id: RoundAnswer.OPEN}
            change_choices(session, anna, choose_nothing, now())
        told = mailbox(app).deliver()[before:]
        for mail in (one for one in told if "anna" in one["To"]):
            for part in _parts(mail)[:2]:
                assert OTHER not in part
                assert "Bitte ab 9 Uhr." not in part
            assert OTHER not in _parts(mail)[2].to_ical().decode()
        assert [LINK in _parts(one)[0] for one in told if "anna" in one["To"]] == [True] * beside
        assert OTHER in _parts(next(one for one in told if "bert" in one["To"]))[0]


def test_the_page_says_that_the_link_follows(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        anna = seat(event, "Anna", programme.runs["1.1"])
        put_online(event, programme.rooms[BIRCH], "")
        token = personal_token(db.session.get_one(Registration, anna))
    assert "sobald das Team ihn eingetragen hat" in app.test_client().get(f"/my/{token}").text


def test_the_team_is_asked_first_and_sees_old_and_new(app: Flask) -> None:
    made = a_day(app, "probe")
    with app.app_context():
        room = db.session.scalars(
            select(Room).where(Room.name == FOYER, Room.event_id == made.event_id)
        ).one()
        address = f"{made.home}/programme/rooms/{room.id}"
    with app.app_context():
        seat(db.session.get_one(Event, made.event_id), "Anna")
    page = Visitor(signed_in(app, "otto@example.org")).get(address)
    assert "https://" in page.send(online="y", online_link="javascript:alert(1)").errors()["online_link"]
    assert "leeren Sie den Link" in page.send(online=None, online_link=LINK).errors()["online"]
    asked = page.send(online="y", online_link=LINK)
    assert LINK in asked.text
    assert "Für alle: Der Raum ist jetzt Foyer (online), bisher Foyer." in asked.text
    asked.send()
    with app.app_context(), transaction() as session:
        session.execute(delete(Message))
        session.execute(delete(PlaceChange))
    again = Visitor(signed_in(app, "otto@example.org")).get(address).send(online_link=OTHER)
    assert "Ihr Link zur Online-Teilnahme" in again.text


@pytest.mark.parametrize(
    ("which", "seats", "mode"),
    [((), 10, "Offline"), ((BIRCH,), 26, "Mixed"), ((FOYER,), None, "Mixed"), (ALL, None, "Online")],
)
def test_search_engines_read_how_one_takes_part(
    app: Flask, which: tuple[str, ...], seats: int | None, mode: str
) -> None:
    with app.app_context():
        event, programme = built(app)
        for name in which:
            put_online(event, programme.rooms[name], seats=seats)
    page = app.test_client().get("/events/musterfachtag").text
    assert f'"https://schema.org/{mode}EventAttendanceMode"' in page
    assert ("VirtualLocation" in page) is bool(which)
    assert "meet.example.org" not in page


def test_a_new_day_takes_the_mark_and_not_the_link(app: Flask) -> None:
    with app.app_context():
        event, programme = built(app)
        put_online(event, programme.rooms[BIRCH])
        with transaction() as session:
            target = make_event(session, slug="naechster")
            RowCopier(session, session.get_one(Event, event.id), target, 364, NOW).take("room")
            found = select(Room.online, Room.online_link).where(
                Room.event_id == target.id, Room.name == BIRCH
            )
            assert session.execute(found).one() == (True, "")
