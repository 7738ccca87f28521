# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Invitations to the next day: for who agreed, each once, with the way out in every mail (MAIL-05)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees.invitations import INVITATION, NobodyToInvite, NotOpenYet, invite
from app.attendees.mails import build_invitation
from app.clock import now
from app.events.models import Event, TeamMember
from app.events.rules import EventStatus
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.people.queries import find_organiser
from app.privacy.erasure import forget_person
from app.registration.consents.models import Purpose
from app.registration.consents.records import consents_of
from app.registration.history import By
from app.registration.links import form_path
from app.registration.rules import Actor
from app.registration.suppression import suppress
from app.texts import force_locale
from app.web.database import db, transaction
from tests.factories.consents import EVERYWHERE, agrees, asks_for
from tests.mailbox import mailbox, text_of
from tests.organising.helpers import Day, a_day, id_of, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.registration.consents.test_views import my_page

OTTO = "otto@example.org"


def two_days(app: Flask) -> tuple[Day, Day, list[str]]:
    """A day that is over, at which Anders, Brandt and Celik agreed and Dorn did not, and a new one; Brandt takes part."""
    old = a_day(app, "alt")
    asks_for(app, old.event_id, *EVERYWHERE)
    names = ("Anders", "Brandt", "Celik", "Dorn")
    people = [signs_up(app, old, number, family_name=name) for number, name in enumerate(names, 1)]
    for one in people[:3]:
        agrees(app, one, Purpose.NEXT_DAY)
    agrees(app, people[3], Purpose.LIST, Purpose.PRESS)
    new = a_day(app, "neu")
    signs_up(app, new, 2)
    over(app, old)
    return old, new, people


def over(app: Flask, day: Day) -> None:
    """It was a month ago."""
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.starts_at, event.ends_at = now() - timedelta(days=30, hours=8), now() - timedelta(days=30)


def coming(app: Flask, day: Day) -> None:
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.starts_at, event.ends_at = now() + timedelta(days=30), now() + timedelta(days=30, hours=8)


def invited(app: Flask) -> list[str]:
    with app.app_context():
        found = select(Message.recipient).where(Message.kind == INVITATION).order_by(Message.id)
        return list(db.session.scalars(found))


def asked(app: Flask, new: Day) -> Page:
    otto = Visitor(signed_in(app, OTTO))
    return otto.get(f"{new.home}/registrations").follow("Personen früherer Fachtage einladen")


def test_on_a_day_with_a_code_the_mail_brings_it(app: Flask) -> None:
    """What the team sees before is what leaves, and the link opens the form."""
    old, new, _people = two_days(app)
    coming(app, new)
    with app.app_context(), transaction() as session:
        day = session.get_one(Event, new.event_id)
        day.form_code = "Herbst-27"
        link = form_path(day)
    form = asked(app, new)
    question = form.send(days=str(old.event_id))
    assert "Dieser Link bringt ihn mit" in question.text
    question.send(button="Speichern und absenden")
    with app.app_context(), transaction() as session:
        for one in session.scalars(select(Message).where(Message.kind == INVITATION)):
            one.next_attempt_at = one.created_at
    for address in invited(app):
        mail = text_of(mailbox(app).newest(address))
        assert link in mail
        assert "Herbst-27" not in mail
    assert Visitor(app.test_client()).get(link).heading == "Anmelden"


def test_the_team_sees_the_mail_and_then_it_leaves(app: Flask) -> None:
    old, new, _people = two_days(app)
    coming(app, new)
    form = asked(app, new)
    assert "Fachtag alt: 2 Personen" in form.text  # one takes part already
    question = form.send(days=str(old.event_id))
    assert "2 Personen bekommen eine E-Mail" in question.text
    assert "Sie sind eingeladen" in question.text
    assert "Fachtag neu" in question.text
    assert invited(app) == []
    done = question.send(button="Speichern und absenden", note="Wir freuen uns auf Sie.")
    assert "2 Personen sind eingeladen" in done.text
    assert invited(app) == ["person1@example.org", "person3@example.org"]
    with app.app_context():
        assert data_findings(db.session(), now()) == []
    again = asked(app, new)
    assert "Es gibt niemanden einzuladen" in again.text


def test_the_mail_says_why_and_how_to_end_it(app: Flask) -> None:
    old, new, people = two_days(app)
    coming(app, new)
    asked(app, new).send(days=str(old.event_id)).send(button="Speichern und absenden", note="Bis bald!")
    with app.app_context(), transaction() as session:
        for one in session.scalars(select(Message).where(Message.kind == INVITATION)):
            one.next_attempt_at = one.created_at
    mail = mailbox(app).newest("person1@example.org")
    words = text_of(mail)
    assert "Bei „Fachtag alt“ haben Sie eingewilligt" in words
    assert "/events/neu" in words
    assert "Bis bald!" in words
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert link in words
    visitor = Visitor(app.test_client())
    page = visitor.get(link)
    with app.app_context():
        assert consents_of(db.session(), id_of(app, people[0]))  # reading ends nothing
    ended = page.send(button="Keine Einladungen mehr")
    assert "Sie bekommen keine Einladungen zu Fachtagen mehr." in ended.text
    with app.app_context():
        assert consents_of(db.session(), id_of(app, people[0])) == []
        assert consents_of(db.session(), id_of(app, people[2])) != []
    assert visitor.get(link).send(button="Keine Einladungen mehr").status == 200


def by() -> By:
    return By(Actor.ORGANISER)


def test_whoever_takes_it_back_in_between_gets_nothing(app: Flask) -> None:
    old, new, people = two_days(app)
    coming(app, new)
    with app.app_context(), transaction() as session:
        assert invite(session, new.event_id, [old.event_id], "", by(), now()) == 2
    Visitor(app.test_client()).get(_end(app, people[0])).send(button="Keine Einladungen mehr")
    with app.app_context(), app.test_request_context(), force_locale("de"):
        built = [
            build_invitation(db.session(), one)
            for one in db.session.scalars(
                select(Message).where(Message.kind == INVITATION).order_by(Message.id)
            )
        ]
    assert [one is not None for one in built] == [False, True]


def _end(app: Flask, reference: str) -> str:
    return f"{my_page(app, reference)}/no-invitations"


def test_nobody_is_invited_twice_and_nobody_who_wants_no_mail(app: Flask) -> None:
    old, new, people = two_days(app)
    coming(app, new)
    earlier = a_day(app, "noch-aelter")
    asks_for(app, earlier.event_id, Purpose.NEXT_DAY)
    agrees(app, signs_up(app, earlier, 1), Purpose.NEXT_DAY)  # the same address as Anders
    over(app, earlier)
    days = [old.event_id, earlier.event_id]
    with app.app_context(), transaction() as session:
        suppress(session, "person3@example.org", None, now())
    with app.app_context(), transaction() as session:
        assert invite(session, new.event_id, days, "", by(), now()) == 1
    with app.app_context(), pytest.raises(NobodyToInvite), transaction() as session:
        invite(session, new.event_id, days, "", by(), now())
    with app.app_context(), transaction() as session:
        forget_person(session, id_of(app, people[0]), now())
    with app.app_context():
        assert data_findings(db.session(), now()) == []


def test_only_to_a_public_day_to_come_and_only_from_own_days(app: Flask) -> None:
    old, new, _people = two_days(app)
    coming(app, new)
    with app.app_context(), transaction() as session:
        session.get_one(Event, new.event_id).status = EventStatus.DRAFT
    with app.app_context(), pytest.raises(NotOpenYet), transaction() as session:
        invite(session, new.event_id, [old.event_id], "", by(), now())
    assert "der noch nicht begonnen hat" in asked(app, new).text
    foreign = a_day(app, "fremd")
    coming(app, foreign)
    with app.app_context(), transaction() as session:  # otto leaves the old day's team
        otto = find_organiser(session, OTTO)
        assert otto is not None
        session.delete(
            session.scalars(
                select(TeamMember).where(
                    TeamMember.event_id == old.event_id, TeamMember.organiser_id == otto.id
                )
            ).one()
        )
    assert "Es gibt niemanden einzuladen" in asked(app, foreign).text
    desk = signed_in(app, "chris@example.org")
    assert desk.get(f"{foreign.home}/registrations/invite").status_code == 403
