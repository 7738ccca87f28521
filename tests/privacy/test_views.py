# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A person reads, takes away and deletes what is stored about them (DP-06, DP-07; Art. 15, 17 and 20 GDPR)."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees.mailings import MailingText, write_to
from app.clock import now
from app.events.models import Event
from app.outbox.models import Message
from app.people.models import AuditEntry
from app.privacy.erasure import forget_person
from app.registration.links import group_token, personal_token
from app.registration.models import ANSWERS, Group, Registration
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.mailbox import mailbox
from tests.pages import Visitor
from tests.registration.questions.test_answers import Form
from tests.registration.steps import ORGANISER, Day, open_day

KEYS = {
    "format": None,
    "remembered": None,
    "event": {"title", "starts_at", "ends_at", "place", "address"},
    "tables": {"round", "table", "hosts"},
    "registration": {
        *("number", "status", "given_name", "family_name", "email", "organisation", "role_title", "language"),
        "accompanying",
        "participation",
        *(
            "waiting_number",
            "in_group",
            "entered_by",
            "created_at",
            "confirmed_at",
            "changed_at",
            "kept_until",
        ),
    },
    "history": {"at", "status", "reason", "by", "note"},
    "workshops": {"round", "place", "wanted", "waiting_for", "absent", "wishes", "swap", "leads", "role"},
    "needs": {"need", "legal_basis", "kept_until"},
    "cannot_take": {"workshop", "why", "verdict", "kept_until"},
    "answers": {"question", "answer", "purpose", "legal_basis", "sensitive", "kept_until"},
    "consents": {"purpose", "words", "text_version", "source", "given_at", "withdrawn_at"},
    "mails": {"kind", "written_at", "sent_at"},
}


@pytest.fixture
def day(app: Flask) -> Day:
    """One seat: Anna has it, with a workshop and answers, also a sensitive one; Bert waits."""
    with app.app_context():
        day = open_day(capacity=1)
        form = Form(day)
        given = form.given(meal="vegan", needs="ruhiger Raum", badge="<i>Änne</i>")
        day.register("anna", "1.1", given=given, role_title="Leitung")
        day.confirm("anna")
        day.join("bert")
        with day.step() as session:
            letter, anna = MailingText("Bitte Ausweis mitbringen", "Am Eingang."), [day.ids["anna"]]
            write_to(session, day.event_id, anna, letter, "nonce-circular", ORGANISER, day.now)
        return day


def link(app: Flask, day: Day, name: str) -> str:
    with app.app_context():
        return f"/my/{personal_token(db.session.get_one(Registration, day.ids[name]))}"


def test_everything_is_on_the_page_and_in_the_file(app: Flask, client: FlaskClient, day: Day) -> None:
    """DP-06: the same on both; T20: what was typed stays text."""
    mailbox(app).deliver()
    mine = link(app, day, "anna")
    page = Visitor(client).get(mine).follow("Meine Daten")
    for words in ("Anna Beispiel", "anna@example.org", "vegan", "ruhiger Raum", "<i>Änne</i>", "Leitung"):
        assert words in page.text
    for words in (
        "Damit der Tag gelingt.",
        "Art. 9",
        "Formular abgeschickt",
        "Sie sind angemeldet",
        "12. September 2031",
    ):
        assert words in page.text
    response = client.get(f"{mine}/data.json")
    assert response.headers["Content-Disposition"] == 'attachment; filename="musterfachtag-daten.json"'
    assert "no-store" in response.headers["Cache-Control"]
    found = json.loads(response.data)
    assert set(found) == set(KEYS)
    for key, names in KEYS.items():
        for one in found[key] if isinstance(found[key], list) else [found[key]]:
            assert names is None or set(one) == names, key
    assert found["registration"]["email"] == "anna@example.org"
    assert found["registration"]["status"] == "registered"
    assert [one["answer"] for one in found["answers"]] == [["vegan"], ["ruhiger Raum"], ["<i>Änne</i>"]]
    assert [one["sensitive"] for one in found["answers"]] == [False, True, False]
    assert [one["reason"] for one in found["history"]] == ["submitted", "address_confirmed"]
    assert found["workshops"][0]["place"] is not None
    assert [one["kind"] for one in found["mails"]] == [
        "registration.confirm",
        "registration.registered",
        "circular.message",
    ]
    assert "bert" not in response.text.lower()


def test_who_has_not_confirmed_reads_nothing(app: Flask, client: FlaskClient, day: Day) -> None:
    """T09: whoever holds the link may not be who filled in the form."""
    with app.app_context():
        day.register("carl")
    mine = link(app, day, "carl")
    assert "Meine Daten" not in Visitor(client).get(mine).text
    assert [client.get(mine + one).status_code for one in ("/data", "/data.json", "/delete")] == [404] * 3


def test_a_consent_is_withdrawn_with_one_press(app: Flask, client: FlaskClient, day: Day) -> None:
    """DP-03"""
    page = Visitor(client).get(link(app, day, "anna") + "/data")
    page.send(button="Was brauchen Sie?")
    assert "ruhiger Raum" not in Visitor(client).get(page.address).text
    assert "vegan" in Visitor(client).get(page.address).text


def test_deleting_frees_the_seat_and_leaves_only_what_is_counted(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    """DP-07, T07: opening the page deletes nothing; pressing twice is once; the next in line moves up."""
    mailbox(app).deliver()
    mine = link(app, day, "anna")
    question = Visitor(client).get(mine).follow("Meine Daten löschen")
    assert client.head(question.address).status_code == 200
    with app.app_context():
        assert day.status("anna") is Status.REGISTERED
    page = question.send()
    assert page.heading == "Ihre Daten sind gelöscht"
    assert "anna" not in (page.address + page.text).lower()
    assert question.send().status == 410
    assert [client.get(mine + one).status_code for one in ("", "/data", "/delete")] == [410] * 3
    with app.app_context():
        session = db.session
        gone = session.get_one(Registration, day.ids["anna"])
        assert (gone.status, gone.email, gone.full_name.strip(), gone.role_title) == (
            Status.CANCELLED,
            "",
            "",
            "",
        )
        assert gone.organisation.name == "Stadt Musterstadt"
        assert day.status("bert") is Status.REGISTERED
        assert [session.scalars(select(table)).all() for table in ANSWERS] == [[], []]
        recipients = set(session.scalars(select(Message.recipient)))
        assert recipients == {"bert@example.org"}
        assert session.scalars(select(Event.taken)).all() == [1]
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.forget")).one()
        assert (noted.subject, noted.detail) == (f"registration {gone.id}", {})
    assert "anna" not in " ".join(str(mail["To"]) for mail in mailbox(app).deliver()[-1:])


def test_after_the_day_the_seat_stays_counted(app: Flask, day: Day) -> None:
    with app.app_context():
        with transaction() as session:
            forget_person(session, day.ids["anna"], session.scalars(select(Event.ends_at)).one())
        assert day.status("anna") is Status.REGISTERED
        assert db.session.scalars(select(Event.taken)).all() == [1]
        assert day.status("bert") is Status.WAITING


def test_a_substitute_no_longer_says_who_named_them(app: Flask, day: Day) -> None:
    """DP-16: who came before is forgotten there too."""
    with app.app_context():
        day.substitute("anna", "dora")
        assert day.of("dora").named_by == "Anna Beispiel"
        with transaction() as session:
            forget_person(session, day.ids["anna"], now())
        assert day.of("dora").named_by == ""
        assert day.status("dora") is Status.REGISTERED


def test_a_contact_sees_nothing_of_who_was_deleted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        day = open_day(capacity=9)
        group = day.group("rosa", "gero", "gabi")
        day.confirm_group(group)
        with transaction() as session:
            forget_person(session, day.ids["gero"], now())
            address = f"/group/{group_token(session.get_one(Group, group))}"
    page = Visitor(client).get(address)
    assert ("Gabi" in page.text, "Gero" in page.text) == (True, False)
