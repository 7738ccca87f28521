# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The contact person of a group reads, takes away and deletes what is stored (DP-06, DP-07)."""

import json

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import now
from app.events.models import Event
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.rules import State
from app.people.models import AuditEntry
from app.privacy.erasure import forget_contact
from app.registration.models import Group, Registration
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.factories.days import make_event
from tests.house.test_imports import ROOT
from tests.mailbox import link_in, mailbox
from tests.pages import Page, Visitor
from tests.registration.groups.test_views import CONTACT, row
from tests.registration.steps import open_day

HOME = "/events/musterfachtag/register/group"


def a_group(app: Flask, client: FlaskClient, *, confirmed: bool = True, **more: str) -> Page:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=4)
    page = Visitor(client).get(HOME)
    page.send(**CONTACT, **row(0, "Ella"), **row(1, "Emil"), **more)
    group = Visitor(client).get(link_in(mailbox(app).newest(CONTACT["email"]), "/group/"))
    return group.send(button="Gruppe bestätigen") if confirmed else group


def test_all_that_is_stored_is_on_the_page_and_in_the_file(app: Flask, client: FlaskClient) -> None:
    page = a_group(app, client).follow("Meine Daten")
    for words in (
        "Svenja Demohaus",
        "svenja@example.org",
        "Kreis Musterstadt",
        "Ella Muster",
        "Bitte bestätigen Sie",
    ):
        assert words in page.text, words
    assert "ella@example.org" not in page.text  # what is hers stands on her own page
    answer = client.get(page.soup.find("a", string=lambda text: text and "JSON" in text)["href"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="musterfachtag-daten.json"'
    found = json.loads(answer.text)
    assert found["group"]["email"] == "svenja@example.org"
    assert [one["name"] for one in found["people"]] == ["Ella Muster", "Emil Muster"]
    assert {one["kind"] for one in found["mails"]} >= {"group.confirm"}
    explained = (ROOT / "docs/eigene-daten.md").read_text(encoding="utf-8")
    keys = found.keys() | found["group"].keys() | found["people"][0].keys()
    assert {one for one in keys if f"`{one}`" not in explained} == set()


def test_every_column_of_a_group_is_said_or_has_a_reason() -> None:
    said = {*("given_name", "family_name", "email", "organisation_id", "language", "together", "allotted")}
    said |= {"name_until", "created_at", "confirmed_at", "event_id"}
    unsaid = {
        "id": "a number of ours",
        "nonce": "of the form, by chance",
        "link_key": "opens the page: a file that is passed on must not",
        "mail_revision": "a counter of mails",
    }
    assert {column.name for column in Group.__table__.columns} == said | unsaid.keys()


def test_deleting_ends_the_group_and_leaves_the_colleagues(app: Flask, client: FlaskClient) -> None:
    page = a_group(app, client, together="y")
    question = page.follow("Meine Daten löschen")
    with app.app_context():
        assert db.session.scalar(select(Group.id))  # reading deletes nothing
    done = question.send(button="Meine Daten löschen")
    assert done.status == 200
    assert client.get(page.address).status_code == 404
    with app.app_context():
        session = db.session()
        assert session.scalars(select(Group)).all() == []
        people = session.scalars(select(Registration).order_by(Registration.id)).all()
        assert [(one.given_name, one.status, one.group_id, one.named_by) for one in people] == [
            ("Ella", Status.REGISTERED, None, ""),
            ("Emil", Status.REGISTERED, None, ""),
        ]
        kept = session.scalars(select(Message)).all()
        assert {one.recipient for one in kept} == {"ella@example.org", "emil@example.org"}
        assert not any(b"Demohaus" in (one.frozen or b"") for one in kept)
        assert session.scalars(select(Event.together_count)).one() == 0
        assert data_findings(session, now()) == []


def test_before_it_is_confirmed_nobody_reads_or_deletes(app: Flask, client: FlaskClient) -> None:
    """The address may be a stranger's."""
    page = a_group(app, client, confirmed=False)
    assert "Meine Daten" not in page.text
    for tail in ("data", "data.json", "delete"):
        assert client.get(f"{page.address}/{tail}").status_code == 404
    assert client.get("/group/falsch/data").status_code == 404


def test_a_group_that_comes_together_is_counted_as_long_as_it_is_there(app: Flask) -> None:
    """The line of a day asks for such groups only where there are some."""
    with app.app_context():
        day = open_day(capacity=9)
        groups = [day.group(name, f"{name}2", together=True) for name in ("clara", "dora")]
        for number, left in zip(groups, (1, 0), strict=True):
            day.confirm_group(number)
            with day.step() as session:
                forget_contact(session, number, day.now)
            assert day.event.together_count == left


def test_seats_that_nobody_is_named_for_go_to_the_next_when_the_contact_is_forgotten(app: Flask) -> None:
    """Who has been named stays."""
    with app.app_context():
        day = open_day(capacity=2)
        group = day.allot("clara", 2)
        day.add_colleague(group, "anna")
        day.join("karl")
        assert day.status("karl") is Status.WAITING
        with day.step() as session:
            forget_contact(session, group, day.now)
        assert (day.status("karl"), day.status("anna"), day.seats()) == (
            Status.REGISTERED,
            Status.REGISTERED,
            (2, 0),
        )


def test_only_the_group_of_the_contact_is_forgotten(app: Flask) -> None:
    """Seats kept for others stay theirs; the log says that it was done, and mails that have left keep no name."""
    with app.app_context():
        day = open_day(capacity=5)
        group, other = day.allot("clara", 2), day.allot("dora", 2)
        day.add_colleague(group, "anna")
        day.add_colleague(other, "ben")
        with transaction() as session:
            for mail in session.scalars(select(Message)):
                mail.frozen, mail.message_id = b"Guten Tag", f"<{mail.id}@example.org>"
                mail.state, mail.copies, mail.frozen_at, mail.sent_at = State.SENT, 1, day.now, day.now
        with day.step() as session:
            forget_contact(session, group, day.now)
        assert (day.seats(), db.session.scalars(select(Group.id)).all()) == ((3, 0), [other])
        kept = {mail.recipient: mail.frozen for mail in db.session.scalars(select(Message))}
        assert kept["anna@example.org"] is None
        assert kept["ben@example.org"] == kept["dora@example.org"] == b"Guten Tag"
        written = db.session.execute(
            select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
        ).all()
        assert tuple(written[-1]) == ("group.forget", f"group {group}")
