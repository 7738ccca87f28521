# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""An administrator looks up an address: what is stored under it over all days, on a page and as files (DP-06, DP-12)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees.mailings import MailingText, write_to
from app.clock import now
from app.events.models import Event, Room
from app.legal.service import Barrier, report_barrier
from app.organising.person_printing import CODES, KEYS
from app.people.models import AuditEntry
from app.programme.models import Contributor
from app.registration.models import Registration
from app.registration.suppression import suppress
from app.registration.workshops.models import PlaceChange
from app.registration.workshops.rules import PlaceFact
from app.results.models import Agreement
from app.results.rules import Level
from app.web.database import db, transaction
from tests.mailbox import mailbox
from tests.pages import Page, Visitor
from tests.pdf import text_of
from tests.people.helpers import an_organiser, signed_in
from tests.registration.questions.test_answers import Form
from tests.registration.steps import ORGANISER, Day, open_day

DESK = "/organise/data-protection/person"
ADMIN = "admin@example.org"


@pytest.fixture
def day(app: Flask) -> Day:
    """Anna has a seat, a workshop, answers; Bert waits."""
    with app.app_context():
        day = open_day(capacity=1)
        form = Form(day)
        given = form.given(meal="vegan", needs="ruhiger Raum", badge="<i>Änne</i>")
        day.register("anna", "1.1", given=given, role_title="Leitung")
        day.confirm("anna")
        day.join("bert")
        with day.step() as session:
            letter, anna = MailingText("Bitte Ausweis mitbringen", "Am Eingang."), [day.ids["anna"]]
            write_to(session, day.event_id, anna, letter, "nonce-circular", ORGANISER, now())
            room = session.scalars(select(Room.id).where(Room.event_id == day.event_id).limit(1)).one()
            for fact, about in (
                (PlaceFact.ROOM, {"run_id": day.runs["1.1"]}),
                (PlaceFact.LINK, {"room_id": room}),
            ):
                change = PlaceChange(registration_id=anna[0], at=now(), fact=fact, old="A", new="B", **about)
                session.add(change)
    mailbox(app).deliver()
    return day


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    an_organiser(app, ADMIN, name="Ada Admin", is_admin=True)
    return signed_in(app, ADMIN)


def look_up(admin: FlaskClient, address: str) -> Page:
    return Visitor(admin).get(DESK).send(email=address)


def file_of(admin: FlaskClient, address: str, kind: str = "json") -> Any:
    fields = Visitor(admin).get(DESK).form().fields
    hidden = {name: str(fields[name]) for name in ("csrf_token", "nonce")}
    return admin.post(DESK, data={**hidden, "email": address, "file": kind})


def test_a_page_loaded_anew_is_one_look_and_another_address_another(
    app: Flask, admin: FlaskClient, day: Day
) -> None:
    form = Visitor(admin).get(DESK)
    for email, looks in (("anna@example.org", 1), ("anna@example.org", 1), ("bert@example.org", 2)):
        assert f"Was unter {email} gespeichert ist" in form.send(email=email).text
        assert [one.action for one in entries(app)] == ["person.look"] * looks
    file_of(admin, "anna@example.org")
    assert [one.action for one in entries(app)][2:] == ["person.look", "registration.disclose"]


def entries(app: Flask) -> list[AuditEntry]:
    with app.app_context():
        mine = AuditEntry.action.in_(["person.look", "registration.disclose"])
        return list(db.session.scalars(select(AuditEntry).where(mine).order_by(AuditEntry.id)))


def test_the_page_says_where_how_much_and_the_right(admin: FlaskClient, day: Day) -> None:
    page = look_up(admin, "  ANNA@Example.org ")
    assert page.status == 200
    assert "anna@" not in page.address.lower()
    for words in ("Art. 15 DSGVO", "innerhalb eines Monats", "Anna Beispiel", "Angemeldet", "Mails"):
        assert words in page.text
    assert "ruhiger Raum" not in page.text, "what is sensitive stands in the file alone"
    assert "bert" not in page.text.lower()


def test_nothing_found_says_what_to_do(admin: FlaskClient, day: Day) -> None:
    page = look_up(admin, "niemand@example.org")
    assert "Unter dieser Adresse ist nichts gespeichert" in page.text
    assert "andere" in page.text
    assert not page.soup.find("button", attrs={"name": "file"})


@pytest.mark.parametrize("typed", ["", "keine adresse", "a" * 300 + "@example.org"])
def test_what_is_no_address_is_refused_at_the_field(admin: FlaskClient, day: Day, typed: str) -> None:
    page = look_up(admin, typed)
    assert page.status == 422
    assert page.soup.select("#f-email-error")


def test_the_file_holds_what_the_person_reads_and_what_only_the_team_knew(
    app: Flask, admin: FlaskClient, day: Day
) -> None:
    response = file_of(admin, "anna@example.org")
    assert response.headers["Content-Disposition"] == 'attachment; filename="auskunft.json"'
    assert response.headers["Cache-Control"] == "no-store"
    found = json.loads(response.data)
    (one,) = found["registrations"]
    assert one["registration"]["given_name"] == "Anna"
    assert [answer["answer"] for answer in one["answers"]] == [["vegan"], ["ruhiger Raum"], ["<i>Änne</i>"]]
    assert one["workshops"][0]["place"]
    assert one["noted"].keys() == {
        "quotas",
        "conditions",
        "told_apart_from",
        "earlier_organisations",
        "workshop_changes",
    }
    assert "mails" not in one, "said once"
    subjects = [mail["subject"] for mail in found["mails"]]
    assert "Bitte Ausweis mitbringen" in " ".join(filter(None, subjects))
    assert {mail["recipient"] for mail in found["mails"]} == {"anna@example.org"}
    assert "Am Eingang." in "".join(mail["text"] or "" for mail in found["mails"])
    assert "/my/" not in response.text.replace("/my/…", ""), "a file that is passed on opens nothing"
    assert "bert" not in response.text.lower()


def test_the_pdf_says_what_the_file_says(admin: FlaskClient, day: Day) -> None:
    response = file_of(admin, "anna@example.org", "pdf")
    assert response.mimetype == "application/pdf"
    said = " ".join(text_of(response.data).split())
    for words in ("Anna", "vegan", "ruhiger Raum", "<i>Änne</i>", "Leitung", "Am Eingang.", "Art. 15 DSGVO"):
        assert words in said, words


def values(part: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield name, None
            if name != "detail":
                yield from values(value, name)
    elif isinstance(part, list):
        for one in part:
            yield from values(one, key)
    else:
        yield key, part


def test_every_key_and_code_of_the_file_has_words(app: Flask, admin: FlaskClient, day: Day) -> None:
    everybody = [*every_address(app), ADMIN]
    said = [pair for one in everybody for pair in values(json.loads(file_of(admin, one).data))]
    outer = {"format", "email", "registrations", "groups", "named_by_contacts", "accounts", "barrier_reports"}
    outer |= {"no_mails", "log", "mentions", "remembered"}
    assert {key for key, _value in said} - KEYS.keys() - outer == set()
    codes = {(key, value) for key, value in said if key in CODES and isinstance(value, str)}
    unknown = {(key, value) for key, value in codes if value not in CODES[key]}
    assert {key for key, _value in unknown} <= {"purpose"}, unknown  # of a question: in its own words


def every_address(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Registration.email).distinct()))


def test_it_is_found_wherever_it_stands(app: Flask, admin: FlaskClient, day: Day) -> None:
    """By address, and by the full name where there is no address, in every way of writing it."""
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.contact_name, event.contact_email = "Anna Beispiel", "anna@example.org"
        run = next(iter(day.runs.values()))
        session.add(Contributor(run_id=run, name="Dr. ANNA BEISPIEL (Amt)"))
        owner = {"owner": "Beispiel, Anna", "text": "Ruft an", "level": Level.DISTRICT}
        session.add(Agreement(event_id=day.event_id, due=day.now.date(), **owner))
        report_barrier(session, Barrier("Zu klein.", "/", "Anna@example.org"), "n-1", day.now)
        suppress(session, "anna@example.org", None, day.now)
    found = json.loads(file_of(admin, "anna@example.org").data)
    places = {(one["table"], one["field"]): one["text"] for one in found["mentions"]}
    assert places[("event", "contact_email")] == "anna@example.org"
    assert places[("contributor", "name")] == "Dr. ANNA BEISPIEL (Amt)"
    assert places[("agreement", "owner")] == "Beispiel, Anna"
    assert ("agreement", "text") not in places
    assert [one["text"] for one in found["barrier_reports"]] == ["Zu klein."]
    assert found["no_mails"] is True
    page = look_up(admin, "anna@example.org")
    for words in ("Beispiel, Anna", "Gemeldete Barrieren", "In Texten anderer genannt"):
        assert words in page.text


def test_part_of_a_name_is_nobody(app: Flask, admin: FlaskClient, day: Day) -> None:
    with app.app_context(), transaction() as session:
        run = next(iter(day.runs.values()))
        session.add_all(
            Contributor(run_id=run, name=one) for one in ("Johanna Beispiel", "Anna Beispielhaft")
        )
    assert json.loads(file_of(admin, "anna@example.org").data)["mentions"] == []


def test_an_account_is_told_with_what_it_did(app: Flask, admin: FlaskClient, day: Day) -> None:
    look_up(admin, "anna@example.org")
    found = json.loads(file_of(admin, ADMIN).data)
    (account,) = found["accounts"]
    assert account["administrator"] is True
    assert account["sign_ins"]
    assert {one["action"] for one in found["log"]} >= {"person.look", "organiser.create"}
    assert "argon2" not in json.dumps(found)


def test_who_shares_an_address_is_found_with_a_warning(app: Flask, admin: FlaskClient, day: Day) -> None:
    with app.app_context(), transaction() as session:
        bert = session.get_one(Registration, day.ids["bert"])
        bert.email, bert.email_key = "anna@example.org", "anna@example.org#AAAA-BBBB"
    page = look_up(admin, "anna@example.org")
    assert "mehr als ein Name" in page.text
    assert len(json.loads(file_of(admin, "anna@example.org").data)["registrations"]) == 2


def test_each_look_is_noted_without_the_address(app: Flask, admin: FlaskClient, day: Day) -> None:
    """DP-12: in the log of the house, and of the day when a file is taken."""
    look_up(admin, "anna@example.org")
    file_of(admin, "anna@example.org", "pdf")
    look, taken, of_day = entries(app)
    assert (look.action, look.detail) == ("person.look", {"format": "look", "rows": 1})
    assert (taken.action, taken.detail["format"]) == ("person.look", "pdf")
    assert (of_day.action, of_day.event_id, of_day.subject) == (
        "registration.disclose",
        day.event_id,
        f"registration {day.ids['anna']}",
    )
    assert not any("anna" in f"{one.subject} {one.detail}".lower() for one in entries(app))
    assert "Daten zu einer Adresse" in Visitor(admin).get("/organise/log").text


@pytest.mark.sqlite_only
def test_only_administrators(app: Flask, client: FlaskClient, day: Day) -> None:
    an_organiser(app, "otto@example.org", name="Otto")
    otto = signed_in(app, "otto@example.org")
    assert otto.get(DESK).status_code == 403
    assert otto.post(DESK, data={"email": "anna@example.org"}).status_code == 403
    assert client.post(DESK, data={"email": "anna@example.org"}).status_code == 401
    assert entries(app) == []


@pytest.mark.sqlite_only
def test_looking_without_the_token_of_the_form_finds_nothing(
    app: Flask, admin: FlaskClient, day: Day
) -> None:
    answer = admin.post(DESK, data={"email": "anna@example.org"})
    assert "Anna Beispiel" not in answer.text
    assert entries(app) == []
