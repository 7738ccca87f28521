# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Deeds on many people: whom they hit is shown first, nobody is hit twice, and who could not be helped is named."""

from flask import Flask
from sqlalchemy import func, select

from app.attendees.mailings import CIRCULAR, MESSAGES_A_DAY
from app.attendees.models import Mailing, MailingCopy
from app.organising.checks import data_findings
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.privacy import erasure
from app.registration.history import By
from app.registration.models import Registration, StatusChange
from app.registration.rules import Actor, Reason
from app.registration.service import cancel
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.organising.helpers import Day, a_day, id_of, seats_of, signs_up, status_of
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import contradictions

OTTO = "otto@example.org"


def as_otto(app: Flask) -> Visitor:
    return Visitor(signed_in(app, OTTO))


def circulars(app: Flask) -> list[str]:
    """To whom messages of the team are on their way."""
    with app.app_context():
        found = select(Message.recipient).where(Message.kind == CIRCULAR).order_by(Message.id)
        return list(db.session.scalars(found))


def sound(app: Flask, day: Day) -> None:
    with app.app_context():
        assert contradictions(db.session(), day.event_id, NOW) == []
        assert data_findings(db.session(), NOW) == []


def messages(page: Page) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.soup.select("[role=status] .kern-title")]


def test_a_message_to_those_who_were_ticked(app: Flask) -> None:
    day = a_day(app)
    first = signs_up(app, day, 1)
    second = signs_up(app, day, 2)
    signs_up(app, day, 3)
    stranger = signs_up(app, a_day(app, "other"), 4)
    query = {"pick": [first, second, stranger], "q": "muster"}
    page = as_otto(app).get(f"{day.home}/registrations/many/message", query_string=query)
    assert "Es betrifft 2 Personen 2 × Angemeldet" in page.text
    assert "Muster001" in page.text
    assert "Muster004" not in page.text
    question = page.send(subject="Parkplätze", text="Bitte nutzen Sie den Hof.\n\n<b>Danke</b>")
    assert "2 Personen bekommen eine E-Mail." in question.text
    assert "Bitte nutzen Sie den Hof.\n\n<b>Danke</b>" in question.soup.find("pre").text  # type: ignore[union-attr]
    assert circulars(app) == []
    done = question.send()
    assert messages(done) == ["Die Nachricht ist auf dem Weg zu 2 Personen."]
    assert circulars(app) == ["person1@example.org", "person2@example.org"]
    with app.app_context(), app.test_request_context("/"):
        message = db.session.scalars(select(Message).where(Message.kind == CIRCULAR)).first()
        assert message is not None
        mail = BUILDERS[CIRCULAR](db.session(), message)
    assert mail is not None
    assert mail.subject == "Fachtag probe: Parkplätze"
    assert "Bitte nutzen Sie den Hof.\n\n<b>Danke</b>" in mail.text
    assert "<b>" not in (mail.html or "")
    sound(app, day)


def test_a_message_to_all_whom_the_filter_shows_reaches_nobody_unconfirmed(app: Flask) -> None:
    """T08: an address that was never confirmed may be a stranger's. MAIL-02: each gets a mail of their own."""
    day = a_day(app, capacity=2)
    for number in range(1, 5):
        signs_up(app, day, number, confirmed=number != 3)
    page = as_otto(app).get(f"{day.home}/registrations/many/message?who=all")
    assert "Es betrifft 4 Personen" in page.text
    assert "1 davon bekommt nichts" in page.text
    done = page.send(subject="Hallo", text="Bis bald.").send()
    assert len(messages(done)) == 2
    assert sorted(circulars(app)) == [f"person{number}@example.org" for number in (1, 2, 4)]


def test_who_has_left_is_written_to_only_when_the_team_says_so(app: Flask) -> None:
    """The tick says how many they are; who chooses nobody else by the filter has said it."""
    day = a_day(app, capacity=2)
    people = [signs_up(app, day, number, confirmed=number < 5) for number in range(1, 6)]
    with app.app_context(), transaction() as session:
        for one in (1, 4):  # the last one never confirmed and gets nothing in any case
            cancel(session, id_of(app, people[one]), By(Actor.ORGANISER), NOW)
    visitor = as_otto(app)
    address = f"{day.home}/registrations/many/message"
    for query in ({"who": "all"}, {"pick": people}):
        page = visitor.get(address, query_string=query)
        assert "Es betrifft 3 Personen" in page.text
        assert "Auch an 1 Person, deren Anmeldung beendet ist" in page.text
        page.send(subject="Hallo", text="Bis bald.").send()
    assert sorted(circulars(app)) == sorted(2 * [f"person{number}@example.org" for number in (1, 3, 4)])
    done = visitor.get(address + "?who=all").send(subject="An alle", text="Bis bald.", ended="y").send()
    assert messages(done)[0] == "Die Nachricht ist auf dem Weg zu 4 Personen."
    assert circulars(app).count("person2@example.org") == 1
    page = visitor.get(address + "?who=all&status=cancelled")
    assert "Es betrifft 2 Personen" in page.text
    assert "Auch an" not in page.text
    done = page.send(subject="Schade", text="Bis zum nächsten Mal.").send()
    assert messages(done)[0] == "Die Nachricht ist auf dem Weg zu 1 Person."


def test_pressed_twice_it_is_sent_once_and_two_messages_do_not_overtake_each_other(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1)
    visitor, address = as_otto(app), f"{day.home}/registrations/many/message?who=all"
    question = visitor.get(address).send(subject="Eins", text="Erster Text")
    for _ in range(2):
        assert messages(question.send())[0].endswith("zu 1 Person.")
    assert len(circulars(app)) == 1
    visitor.get(address).send(subject="Zwei", text="Zweiter Text").send()
    with app.app_context():
        states = db.session.scalars(select(Message.state).where(Message.kind == CIRCULAR)).all()
        assert [one.value for one in states] == ["queued", "queued"]


def test_somebody_who_came_meanwhile_is_not_hit_unseen(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1)
    page = as_otto(app).get(f"{day.home}/registrations/many/message?who=all")
    signs_up(app, day, 2)
    again = page.send(subject="Eins", text="Ein Text")
    assert "Bitte sehen Sie noch einmal nach" in again.text
    assert circulars(app) == []
    again.send().send()
    assert len(circulars(app)) == 2


def test_a_team_writes_so_many_messages_a_day(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1)
    visitor, address = as_otto(app), f"{day.home}/registrations/many/message?who=all"
    for number in range(MESSAGES_A_DAY):
        visitor.get(address).send(subject=f"Nummer {number}", text="Text").send()
    refused = visitor.get(address).send(subject="Zu viel", text="Text")
    assert "Bitte machen Sie morgen weiter" in refused.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Mailing.id))) == MESSAGES_A_DAY


def test_cancelling_many_gives_no_seat_to_who_loses_it_again(app: Flask) -> None:
    day = a_day(app, capacity=2)
    people = [signs_up(app, day, number) for number in range(1, 6)]
    query = {"pick": [people[0], people[2]]}
    visitor = as_otto(app)
    page = visitor.get(f"{day.home}/registrations/many/cancel", query_string=query)
    question = page.send(note="Haus gesperrt")
    assert "3 Personen bekommen eine E-Mail." in question.text  # two who leave, and who moves up
    assert seats_of(app, day) == (2, 0, 3)
    done = question.send()
    assert messages(done) == ["2 Anmeldungen sind abgesagt."]
    assert [status_of(app, one) for one in people] == [
        ("cancelled", False),
        ("registered", True),
        ("cancelled", False),
        ("registered", True),
        ("waiting", False),
    ]
    with app.app_context():
        third = select(StatusChange.reason).where(StatusChange.registration_id == id_of(app, people[2]))
        assert Reason.MOVED_UP not in db.session.scalars(third).all()
        notes = db.session.scalars(select(StatusChange.note).where(StatusChange.note != "")).all()
        assert notes == ["Haus gesperrt"] * 2
    again = page.send(note="Haus gesperrt")
    assert messages(again)[0].startswith("0 Anmeldungen")
    assert "2 Personen" in messages(again)[1]
    assert seats_of(app, day) == (2, 0, 1)
    sound(app, day)


def test_moving_up_past_the_line_and_overbooking_only_if_asked(app: Flask) -> None:
    day = a_day(app, capacity=1)
    people = [signs_up(app, day, number) for number in range(1, 5)]
    query = {"pick": [people[0], people[2], people[3]]}
    page = as_otto(app).get(f"{day.home}/registrations/many/move-up", query_string=query)
    refused = page.send()
    assert "0 Personen haben jetzt einen Platz." in messages(refused)
    assert "Nicht erledigt für 2 Personen: Es gibt keinen freien Platz." in messages(refused)
    assert seats_of(app, day) == (1, 0, 3)
    assert "Bitte schreiben Sie auf" in page.send(overbook=True).text
    done = page.send(overbook=True, note="Zusage der Leitung").send()
    assert "2 Personen haben jetzt einen Platz." in messages(done)
    assert [status_of(app, one)[0] for one in people] == ["registered", "waiting", "registered", "registered"]
    assert seats_of(app, day) == (3, 2, 1)
    sound(app, day)


def test_nobody_chosen_and_too_many(app: Flask) -> None:
    day = a_day(app)
    visitor = as_otto(app)
    for action in ("message", "cancel", "move-up"):
        page = visitor.get(f"{day.home}/registrations/many/{action}")
        assert "Niemand ist ausgewählt" in page.text
        assert page.soup.select("main form") == []


def test_messages_are_forgotten_with_the_person(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day, 1)
    as_otto(app).get(f"{day.home}/registrations/many/message?who=all").send(
        subject="Eins", text="Text"
    ).send()
    number = id_of(app, reference)
    with app.app_context(), transaction() as session:
        erasure.remove_names(session, day.event_id, at("15:45") + erasure.NAMES_KEPT)
    assert circulars(app) == []
    with app.app_context():
        assert db.session.get_one(Registration, number).email == ""


def test_a_message_about_a_copy_that_is_gone_is_found(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1)
    as_otto(app).get(f"{day.home}/registrations/many/message?who=all").send(
        subject="Eins", text="Text"
    ).send()
    with app.app_context(), transaction() as session:
        for copy in session.scalars(select(MailingCopy)):
            session.delete(copy)
    with app.app_context():
        found = data_findings(db.session(), NOW)
    assert len(found) == 1
    assert "is about a copy of a message that does not exist" in found[0]
