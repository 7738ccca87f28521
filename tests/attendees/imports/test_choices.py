# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a list says beside the person: kind of organisation, places or wishes, answers. And what is left out, by name."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.events.rules import Placement
from app.organisations.models import OrganisationKind
from app.organisations.rules import UsualKind
from app.organising.checks import data_findings
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import answers_of, questions_of
from app.registration.rules import Participation
from app.registration.workshops.models import RoundAbsence
from app.registration.workshops.places import chosen_by
from app.registration.workshops.wishes import wishes_of
from app.web.database import db, transaction
from tests.attendees.imports.test_imports import OTTO, people_of, uploaded
from tests.attendees.test_exports import take_out
from tests.factories.days import NOW
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day
from tests.pages import Page
from tests.people.helpers import signed_in

PERSON = "Nachname;Vorname;E-Mail;Organisation"


def list_of(head: str, *lines: str) -> bytes:
    people = (f"Name{number};Vor;n{number}@example.org;Amt;{line}" for number, line in enumerate(lines))
    return "\n".join([f"{PERSON};{head}", *people]).encode()


def registered(app: Flask, day: Day) -> list[Registration]:
    found = select(Registration).where(Registration.event_id == day.event_id).order_by(Registration.id)
    return list(db.session.scalars(found))


def faults(page: Page) -> list[list[str]]:
    rows = page.soup.select("table")[0].select("tbody tr")
    return [[cell.get_text(strip=True) for cell in row.select("td, th")] for row in rows]


def file_of(page: Page, link: str) -> tuple[Any, list[list[str]]]:
    (address,) = (one for one in page.links() if link in one)
    answer = page.visitor.client.get(address)
    text = answer.data.decode("utf-8-sig")
    return answer, list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_places_by_number_title_or_both(app: Flask) -> None:
    """Who finds a run full stands in its line, as by hand."""
    day = a_day(app)
    content = list_of(
        "Workshoprunde 1;Workshoprunde 2",
        "1.1;2.2 Datenschutz im Fallmanagement",
        "beraten ohne vorurteil;nicht dabei",
        ";",
    )
    page = uploaded(app, day, content)
    shown = [cell.get_text(strip=True) for cell in page.soup.select("table")[-1].select("td, thead th")]
    assert shown[6:8] == ["Workshoprunde 1", "Workshoprunde 2"]
    assert shown[13:15] == ["1.1 Beraten ohne Vorurteil", "2.2 Datenschutz im Fallmanagement"]
    assert shown[20:22] == ["1.1 Beraten ohne Vorurteil", "nimmt an dieser Runde nicht teil"]
    page.send()
    with app.app_context():
        first, second, third = registered(app, day)
        session = db.session()
        assert {run.label for run, _state in chosen_by(session, first)} == {"1.1", "2.2"}
        assert {run.label for run, _state in chosen_by(session, second)} == {"1.1"}
        assert chosen_by(session, third) == []
        absent = session.scalars(select(RoundAbsence.round_id)).all()
        assert list(absent) == [day.rounds[1]]
        assert data_findings(session, NOW) == []


def test_a_choice_that_cannot_be_stands_at_its_cell(app: Flask) -> None:
    day = a_day(app)
    content = list_of("Workshoprunde 1;Workshoprunde 2", "7.7;", "1.2;2.2", "11;")
    found = faults(uploaded(app, day, content))
    assert [one[:3] for one in found] == [
        ["2", "Workshoprunde 1", "7.7"],
        ["3", "Workshoprunde 2", "2.2"],
        ["4", "Workshoprunde 1", "11"],
    ]
    assert "wird zweimal angeboten" in found[1][3]


@pytest.mark.parametrize("wishes", [False, True])
def test_who_is_online_in_the_room_only_stands_at_the_cell(app: Flask, wishes: bool) -> None:
    """Not when it is saved, where the whole file would be refused without a word of which row it was."""
    by = {"placement": Placement.WISHES, "wishes_until": now() + timedelta(days=3)} if wishes else {}
    day = a_day(app, offers_online=True, **by)
    with app.app_context(), transaction() as session:
        session.get_one(Run, day.runs["1.1"]).room.online = True  # type: ignore[union-attr]
    head = f"Teilnahme;{'1. Wunsch Workshoprunde 1' if wishes else 'Workshoprunde 1'}"
    found = faults(
        uploaded(app, day, list_of(head, "online;1.1", "online;1.2", "im Raum;1.2", "vielleicht;1.1"))
    )
    assert [(one[0], one[2]) for one in found] == [("3", "1.2"), ("5", "vielleicht")]
    assert "findet nur im Raum statt" in found[0][3]
    page = uploaded(app, day, list_of(head, "online;1.1", "im Raum;1.2"))
    page.send()
    with app.app_context():
        ways = [one.participation for one in registered(app, day)]
        assert ways == [Participation.ONLINE, Participation.ROOM]


@pytest.mark.parametrize("heading", ["Teilnahme", "Teilnahme: ja/nein", "Teilnahme (ja/nein)", "Attendance"])
def test_whether_somebody_comes_is_not_how(app: Flask, heading: str) -> None:
    day = a_day(app, offers_online=True)
    page = uploaded(app, day, list_of(heading, "ja", "ja", ""))
    page.send()
    with app.app_context():
        assert [one.participation for one in registered(app, day)] == [Participation.ROOM] * 3


def test_wishes_by_columns_or_several_in_one_cell(app: Flask) -> None:
    day = a_day(app, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3))
    head = "1. Wunsch Workshoprunde 1;Workshoprunde 1: 2. Wunsch;Workshoprunde 2"
    page = uploaded(app, day, list_of(head, "1.2;1.1;", '1.1;;"2.2\n2.1"', "nicht dabei;;"))
    page.send()
    one, two, runs = *day.rounds, day.runs
    with app.app_context():
        wished = [wishes_of(db.session(), person.id) for person in registered(app, day)]
        assert wished[0].runs == {one: [runs["1.2"], runs["1.1"]]}
        assert wished[1].runs == {one: [runs["1.1"]], two: [runs["2.2"], runs["2.1"]]}
        assert (wished[2].runs, wished[2].absent) == ({}, {one})
        assert data_findings(db.session(), NOW) == []


def test_answers_of_every_kind(app: Flask) -> None:
    """DP-04: but never the sensitive ones, which no column may say."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        make_questions(session, day.event_id)
        asked = questions_of(session, day.event_id)
        plain = [one for one in asked if not one.sensitive and one.shown_if is None]
        said = {one.label: _typed(one) for one in plain}
        sensitive = [one.label for one in asked if one.sensitive]
    assert sensitive
    head = ";".join(f'"{label}"' for label in [*said, *sensitive])
    line = ";".join(f'"{typed}"' for typed, _stored in said.values()) + ";x" * len(sensitive)
    page = uploaded(app, day, list_of(head, line))
    fields = {tag.get_text(strip=True) for tag in page.soup.select("form[method=get] label")}
    assert fields >= set(said)
    assert not fields & set(sensitive)
    page.send()
    with app.app_context():
        (person,) = registered(app, day)
        session = db.session()
        stored = {
            one.asked: one.texts for one in answers_of(session, person, questions_of(session, day.event_id))
        }
        assert stored == {label: expected for label, (_typed_, expected) in said.items()}


def _typed(question: Question) -> tuple[str, tuple[str, ...]]:
    labels = [one.label for one in question.options]
    return {
        "short_text": ("kurz\ngebrochen", ("kurz gebrochen",)),
        "long_text": ("zwei\nZeilen", ("zwei\nZeilen",)),
        "number": ("7", ("7",)),
        "date": ("11.03.2027", ("2027-03-11",)),
        "yes_no": ("x", tuple(labels[:1])),
        "one_of": (labels[0].upper() if labels else "", tuple(labels[:1])),
        "several_of": (", ".join(labels[:2]), tuple(labels[:2])),
    }[question.kind.value]


def test_an_option_that_runs_out_says_so_at_the_row_that_finds_none(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        made = make_questions(session, day.event_id)
        (question,) = [one for one in made.values() if one.kind.value == "one_of" and one.shown_if is None][
            :1
        ]
        label = question.label
        option = session.scalars(select(Option).where(Option.question_id == question.id)).first()
        assert option is not None
        option.capacity = 1
        word = option.label
    page = uploaded(app, day, list_of(f'"{label}"', word, word, "gibt es nicht"))
    found = faults(page)
    assert [(one[0], one[1]) for one in found] == [("3", label), ("4", label)]
    assert "ausgebucht" in found[0][3]
    page.send(leave_out=True)
    assert len(people_of(app, day)) == 1


def test_the_kind_counts_for_new_organisations(app: Flask) -> None:
    day = a_day(app)
    head = "Nachname;Vorname;E-Mail;Organisation;Art der Organisation"
    lines = [
        "A;A;a@example.org;Neuer Verein;Wohlfahrtsverband",
        "B;B;b@example.org;neuer verein;",
        "C;C;c@example.org;Neuer Verein;Land",
        "D;D;d@example.org;Noch ein Amt;Quatsch",
    ]
    page = uploaded(app, day, "\n".join([head, *lines]).encode())
    found = faults(page)
    assert [one[:3] for one in found] == [
        ["4", "Art der Organisation", "Land"],
        ["5", "Art der Organisation", "Quatsch"],
    ]
    page.send(leave_out=True)
    with app.app_context():
        assert {one.organisation.kind for one in registered(app, day)} == {UsualKind.WELFARE}


def test_kinds_of_an_installations_own_are_read_in_both_languages(app: Flask) -> None:
    """And by their key; one that is retired is offered to nobody, to lists neither."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.add(
            OrganisationKind(key="jmd", name="Jugendmigrationsdienst", name_en="Youth service", position=10)
        )
        session.scalars(select(OrganisationKind).where(OrganisationKind.key == "state")).one().retired = True
    head = "Nachname;Vorname;E-Mail;Organisation;Art der Organisation"
    lines = [
        "A;A;a@example.org;Eins;jugend-migrationsdienst",
        "B;B;b@example.org;Zwei;YOUTH SERVICE",
        "C;C;c@example.org;Drei;KI",
        "D;D;d@example.org;Vier;Land",
    ]
    page = uploaded(app, day, "\n".join([head, *lines]).encode())
    assert [one[:3] for one in faults(page)] == [["5", "Art der Organisation", "Land"]]
    assert "Jugendmigrationsdienst" in page.text
    page.send(leave_out=True)
    with app.app_context():
        assert {one.organisation.name: one.organisation.kind for one in registered(app, day)} == {
            "Eins": "jmd",
            "Zwei": "jmd",
            "Drei": "ki",
        }


def test_the_empty_list_asks_what_the_day_asks_and_is_understood(app: Flask) -> None:
    """UTF-8 with a mark and semicolons: Excel opens it by a double click."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        make_questions(session, day.event_id)
        asked = [one.label for one in questions_of(session, day.event_id) if not one.sensitive]
    page = uploaded(app, day, b"")
    answer, lines = file_of(page, "template.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    of_person = ["Nachname", "Vorname", "E-Mail-Adresse", "Organisation", "Funktion oder Aufgabenbereich"]
    of_person.append("Begleitpersonen")
    of_day = ["Art der Organisation", "Workshoprunde 1", "Workshoprunde 2"]
    assert lines == [[*of_person, *of_day, *asked]]
    filled = answer.data + b"Muster;Eva;eva@example.org;Amt;;1;Land;1.1\r\n"
    page = uploaded(app, day, filled)
    chosen = page.soup.select("form[method=get] select option[selected]")
    assert len([one for one in chosen if one["value"]]) >= len(lines[0])
    page.send()
    assert [one[0] for one in people_of(app, day)] == ["Muster"]
    with app.app_context():
        assert [one.accompanying for one in registered(app, day)] == [1]


def test_a_list_taken_out_comes_back_with_its_workshops(app: Flask) -> None:
    day, other = a_day(app), a_day(app, "other")
    uploaded(app, day, list_of("Workshoprunde 1", "1.1", "1.2")).send()
    file = take_out(signed_in(app, OTTO), day, "xlsx").data
    uploaded(app, other, file, "liste.xlsx").send()
    with app.app_context():
        runs = [[run.label for run, _state in chosen_by(db.session(), one)] for one in registered(app, other)]
        assert sorted(runs) == [["1.1"], ["1.2"]]


def test_every_line_left_out_is_named_and_can_be_taken_along(app: Flask) -> None:
    day = a_day(app)
    lines = [
        "Teilnehmende",
        f"Nr;{PERSON}",
        "1;Gut;Gerd;gerd@example.org;Amt",
        "2;Doppelt;Dora;GERD@example.org;Amt",
        "3;;Ohne;ohne@example.org;=Amt",
        "4",
        f"Nr;{PERSON}",
        "Summe: 3",
    ]
    page = uploaded(app, day, "\n".join(lines).encode())
    answer, rows = file_of(page, "left-out.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert rows[0] == ["Zeile", "Warum sie weggelassen wird", "Nr", *PERSON.split(";")]
    assert [(row[0], row[1]) for row in rows[1:]] == [
        ("1", "steht über den Überschriften"),
        ("4", "dieselbe E-Mail-Adresse wie in Zeile 3"),
        ("5", "Nachname: Bitte füllen Sie dieses Feld aus."),
        ("6", "in den Spalten zur Person steht nichts"),
        ("7", "noch einmal die Überschriften"),
        ("8", "eine Summe, keine Person"),
    ]
    assert rows[3][2:] == ["3", "", "Ohne", "ohne@example.org", "'=Amt"]
    for _row, why in ((row[0], row[1]) for row in rows[1:] if row[0] != "5"):
        assert why in page.text
    done = page.send(leave_out=True)
    assert "6 Zeilen wurden weggelassen: 1, 4, 5, 6, 7, 8." in done.text
    assert len(people_of(app, day)) == 1
    lea = signed_in(app, "lea@example.org")
    assert lea.get(next(one for one in page.links() if "left-out" in one)).status_code == 404
