# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The audit log on its pages: who may read it, what it says, and what it no longer says (DP-07)."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.clock import now
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organising.log_words import ACTIONS, areas_of
from app.people.audit import record
from app.people.models import AuditEntry, Organiser
from app.people.queries import find_organiser
from app.privacy.erasure import forget_person
from app.programme.models import Run
from app.registration.quotas.service import QuotaFacts, add_quota, remove_quota
from app.registration.rules import Actor
from app.registration.service import By
from app.web.database import db, transaction
from tests.factories.organising import Queries
from tests.factories.questions import make_questions
from tests.organising.helpers import a_day, id_of, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import an_organiser, signed_in

MORNING = datetime(2020, 3, 11, 7, 30, tzinfo=UTC)


def visitor_of(app: Flask, name: str = "lea") -> Visitor:
    return Visitor(signed_in(app, f"{name}@example.org"))


def account(app: Flask, name: str = "lea") -> int:
    with app.app_context():
        found = find_organiser(db.session(), f"{name}@example.org")
        assert found is not None
        return found.id


def note(app: Flask, event_id: int | None, action: str, subject: str = "", **detail: object) -> None:
    with app.app_context(), transaction() as session:
        lea = find_organiser(session, "lea@example.org")
        record(session, MORNING, lea.id if lea else None, event_id, action, subject, dict(detail))


def emptied(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.execute(delete(AuditEntry))


def lines(page: Page) -> list[list[str]]:
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])]
        for row in page.soup.select("tbody tr")
    ]


def test_who_leads_reads_what_was_done(app: Flask) -> None:
    """In the reader's language, with the time in Berlin and a link to what still exists."""
    day = a_day(app)
    reference = signs_up(app, day)
    emptied(app)
    person, run = id_of(app, reference), day.runs["1.1"]
    note(app, day.event_id, "registration.change", f"registration {person}", fields=["family_name", "email"])
    note(app, day.event_id, "run_staff.name", f"registration {person}", run=run)
    note(app, day.event_id, "registration.export", f"event {day.event_id}", format="csv", rows=1200, run=None)
    page = visitor_of(app).get(f"{day.home}/log")
    with app.app_context():
        title = db.session.get_one(Run, run).workshop.title
    name = f"Aylin Muster001 ({reference})"
    assert lines(page) == [
        [
            "11.03.2020, 8:30 Uhr",
            "Lea",
            "Liste ausgegeben",
            f"Fachtag {day.slug}",
            "Dateiformat: csv Zeilen: 1.200",
        ],
        [
            "11.03.2020, 8:30 Uhr",
            "Lea",
            "Aufgabe in einem Workshop eingetragen",
            name,
            f"Workshop: 1.1 {title}",
        ],
        [
            "11.03.2020, 8:30 Uhr",
            "Lea",
            "Angaben zur Person geändert",
            name,
            "Geändert: Nachname, E-Mail-Adresse",
        ],
    ]
    assert page.soup.select_one(f'tbody a[href="{day.home}/registrations/{reference}"]')
    english = visitor_of(app).get(f"{day.home}/log?lang=en")
    assert lines(english)[2][2:] == ["Personal details changed", name, "Changed: Family name, Mail address"]
    assert "nach zwölf Monaten gelöscht" in page.text


@pytest.mark.parametrize("name", ["otto", "chris", "vera"])
def test_nobody_else_does(app: Flask, name: str) -> None:
    day = a_day(app, programme=False)
    visitor = visitor_of(app, name)
    assert visitor.client.get(f"{day.home}/log").status_code == 403
    assert visitor.client.get("/organise/log").status_code == 403
    assert f"{day.home}/log" not in visitor.get(f"{day.home}/").text
    an_organiser(app, "fremd@example.org")
    assert visitor_of(app, "fremd").client.get(f"{day.home}/log").status_code == 404


def test_administrators_read_what_belongs_to_no_day(app: Flask) -> None:
    day = a_day(app, programme=False)
    an_organiser(app, "anna@example.org", name="Anna", is_admin=True)
    emptied(app)
    note(app, day.event_id, "agenda.release")
    note(app, None, "organiser.create", f"organiser {account(app)}", admin=True)
    note(app, None, "database.restored", "life 7", since="2027-03-10T20:00:00+00:00", raised_by=1000)
    with app.app_context(), transaction() as session:
        restored = update(AuditEntry).where(AuditEntry.action == "database.restored")
        session.execute(restored.values(organiser_id=None))
    admin = visitor_of(app, "anna")
    shown = [one[1:] for one in lines(admin.get("/organise/log"))]
    assert shown[0][1] == "Angemeldet am Konto"
    assert shown[1:] == [
        [
            "der Betrieb",
            "Sicherung zurückgespielt",
            "Leben 7 der Datenbank",
            "Stand der Sicherung: 10.03.2027, 21:00 Uhr Nummern erhöht um: 1.000",
        ],
        ["Lea", "Konto angelegt", "Lea", "Verwaltung der Installation: ja"],
    ]
    assert [one[2] for one in lines(admin.get(f"{day.home}/log"))] == ["Tagesablauf veröffentlicht"]
    assert admin.get("/organise/").soup.select_one('a[href="/organise/log"]')


def test_filters_and_pages(app: Flask) -> None:
    day = a_day(app, programme=False)
    otto = account(app, "otto")
    emptied(app)
    lea = account(app)
    with app.app_context(), transaction() as session:
        for number in range(60):
            action = "run.close" if number % 2 else "run_staff.take_off"
            record(session, MORNING, lea, day.event_id, action, f"run {number}")
    with app.app_context(), transaction() as session:
        record(session, now(), otto, day.event_id, "quota.add", "quota 9")
    visitor = visitor_of(app)
    address = f"{day.home}/log"
    page = visitor.get(address)
    assert len(lines(page)) == 50
    assert "61 Einträge" in page.text
    assert len(lines(visitor.get(f"{address}?page=2"))) == len(lines(visitor.get(f"{address}?page=99"))) == 11
    assert [one[1:4] for one in lines(visitor.get(f"{address}?who={otto}"))] == [
        ["Otto", "Kontingent hinzugefügt", "Kontingent 9"]
    ]
    assert {one[2] for one in lines(visitor.get(f"{address}?what=run"))} == {"Workshop findet nicht statt"}
    assert "Nichts passt dazu" in visitor.get(f"{address}?what=run&who={otto}").text
    for odd in ("what=organiser", "what=%25", "who=99999", "who=x"):
        assert visitor.client.get(f"{address}?{odd}").status_code == 404, odd


def test_nothing_yet(app: Flask) -> None:
    day = a_day(app, programme=False)
    emptied(app)
    assert "Noch ist nichts festgehalten" in visitor_of(app).get(f"{day.home}/log").text


def test_who_was_forgotten_has_no_name_here(app: Flask) -> None:
    """Neither the name nor the old reference; what the team did stays (DP-04)."""
    day = a_day(app)
    reference = signs_up(app, day)
    number = id_of(app, reference)
    emptied(app)
    note(app, day.event_id, "registration.link", f"registration {number}")
    with app.app_context(), transaction() as session:
        forget_person(session, number, now())
    page = visitor_of(app).get(f"{day.home}/log")
    assert "Muster001" not in page.text
    assert reference not in page.text
    newest, before = lines(page)[:2]
    assert newest[1:3] == ["die Person selbst", "Personenbezogene Daten gelöscht"]
    assert before[2] == "Persönlichen Link noch einmal gesendet"
    assert before[3].endswith(", ohne Namen")


def test_an_account_that_is_gone(app: Flask) -> None:
    day = a_day(app, programme=False)
    emptied(app)
    gone = an_organiser(app, "geht@example.org", name="Gerda Geht")
    with app.app_context(), transaction() as session:
        record(session, MORNING, gone, day.event_id, "team.remove", f"organiser {gone}", {"role": "viewer"})
    with app.app_context(), transaction() as session:
        session.execute(delete(Organiser).where(Organiser.id == gone))
    (line,) = lines(visitor_of(app).get(f"{day.home}/log"))
    assert line[1:] == [
        "gelöschtes Konto oder Betrieb",
        "Person aus dem Team entfernt",
        f"Konto {gone}",
        "Rolle: Nur ansehen",
    ]


def test_a_number_that_was_given_out_again_means_the_newer_thing(app: Flask) -> None:
    """SQLite uses the number of the last row again: the line about the quota that is gone must not name the new one."""
    day = a_day(app, programme=False)
    lea = By(Actor.ORGANISER, account(app))
    emptied(app)
    for name in ("Alt", "Neu"):
        with app.app_context(), transaction() as session:
            facts = QuotaFacts(name, QuotaEffect.CAP, Aim(QuotaTarget.DISTRICT, district="Kreis"), 5)
            made = add_quota(session, day.event_id, facts, lea, now())
            if name == "Alt":
                remove_quota(session, day.event_id, made.id, lea, now())
    page = visitor_of(app).get(f"{day.home}/log")
    assert [one[3] == "Neu" for one in lines(page)] == [True, False, False]
    assert len(page.soup.select("tbody a")) == 1


def test_things_of_another_day_stay_unnamed(app: Flask) -> None:
    """T02: whatever number stands in a line."""
    mine, other = a_day(app, programme=False), a_day(app, "andere")
    reference = signs_up(app, other)
    emptied(app)
    note(
        app,
        mine.event_id,
        "registration.two_people",
        f"registration {id_of(app, reference)}",
        other=id_of(app, reference),
    )
    note(app, mine.event_id, "run.open", f"run {other.runs['1.1']}")
    page = visitor_of(app).get(f"{mine.home}/log")
    assert reference not in page.text
    assert page.soup.select("tbody a") == []


def test_odd_lines_do_no_harm(app: Flask) -> None:
    """Hostile names are text; what an older version wrote is shown as it is."""
    day = a_day(app, programme=False)
    emptied(app)
    evil = "<script>alert(1)</script>"
    note(app, day.event_id, "agreement.remove", "agreement 3", text=evil, strange=[1, 2], empty="")
    note(app, day.event_id, "bygone.verb", "thing x", role="unheard of")
    page = visitor_of(app).get(f"{day.home}/log")
    assert evil not in page.response.get_data(as_text=True)
    older, line = lines(page)
    assert line[2:] == ["Vereinbarung entfernt", "Vereinbarung 3", f"Text: {evil} strange: 2"]
    assert older[2:] == ["bygone.verb", "–", "Rolle: unheard of"]


def test_the_log_costs_the_same_with_one_line_and_with_many(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    with app.app_context(), transaction() as session:
        make_questions(session, day.event_id)
    visitor, address = visitor_of(app), f"{day.home}/log"
    emptied(app)
    note(app, day.event_id, "agenda.release")
    with Queries(app) as few:
        visitor.get(address)
    person, detail = id_of(app, reference), {"run": day.runs["1.1"], "into": 1}
    with app.app_context(), transaction() as session:
        for action in ACTIONS:
            for subject in (f"registration {person}", "question 1", "question 2"):
                record(session, MORNING, None, day.event_id, action, subject, detail)
    with Queries(app) as many:
        visitor.get(address)
    assert len(many.statements) == len(few.statements) <= 7, many.statements


def test_every_kind_of_thing_has_a_page(app: Flask) -> None:
    """Each link in the log opens."""
    day = a_day(app)
    reference = signs_up(app, day)
    with app.app_context(), transaction() as session:
        question = next(iter(make_questions(session, day.event_id).values())).id
    emptied(app)
    note(app, day.event_id, "registration.link", f"registration {id_of(app, reference)}")
    note(app, day.event_id, "question.change", f"question {question}")
    note(app, day.event_id, "run.open", f"run {day.runs['1.1']}")
    note(app, day.event_id, "event.change", f"event {day.event_id}")
    note(app, day.event_id, "team.add", f"organiser {account(app)}")
    note(app, day.event_id, "mail.retry", "message 1")
    visitor = visitor_of(app)
    found = [str(one["href"]) for one in visitor.get(f"{day.home}/log").soup.select("tbody a")]
    assert len(found) == 6
    assert [visitor.client.get(one).status_code for one in found] == [200] * 6


def test_areas_are_of_a_day_or_of_the_house() -> None:
    both = [dict(areas_of(house=house)) for house in (True, False)]
    assert set(both[0]) == {
        "organiser",
        "organisation",
        "address",
        "person",
        "master_data",
        "legal_text",
        "setup",
        "database",
    }
    assert not set(both[0]) & set(both[1])
