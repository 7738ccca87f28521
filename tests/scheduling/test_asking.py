# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Before people are told of a day: what changes, whom it reaches, what they will read; and the minute after "send"."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.events.models import Room
from app.events.rules import EventStatus
from app.outbox.models import Message
from app.outbox.previewing import Intended
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.programme.models import Run
from app.registration.models import Registration
from app.scheduling.jobs import call_off
from app.web.database import db, transaction
from tests.factories.organising import a_day
from tests.mailbox import mailbox
from tests.pages import Page
from tests.scheduling.steps import change_facts
from tests.scheduling.test_organiser_views import HOME, lead, seat, stored


def test_calling_off_can_be_taken_back_for_a_minute(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/cancel").send(reason="Ein Irrtum.").send()
    page = page.send(button="findet doch statt")
    event = stored(app, event_id)
    assert (event.status, event.calls_off_at, event.off_reason) == (EventStatus.PUBLISHED, None, "")
    with app.app_context():
        assert call_off(now() + timedelta(hours=1)) == 0
    assert "Der Fachtag findet statt. Niemand hat etwas erfahren." in page.text


def test_a_day_that_is_kept_twice_or_hidden_is_not_called_off_later(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/cancel").send(reason="Ein Irrtum.")
    kept = page.send(button="findet doch statt")
    assert "Der Fachtag findet statt." in kept.text
    assert "Der Fachtag findet statt." in page.send(button="findet doch statt").text
    visitor.get(f"{HOME}/cancel").send(reason="Ein Irrtum.")
    visitor.get(f"{HOME}/unpublish").send()
    visitor.get(f"{HOME}/publish").send()
    with app.app_context():
        assert call_off(now() + timedelta(hours=1)) == 0
    assert stored(app, event_id).status is EventStatus.PUBLISHED


def test_when_no_mail_leaves_the_page_does_not_promise_a_time(app: Flask) -> None:
    event_id, _ = a_day(app, calls_off_at=now() - timedelta(minutes=5))
    assert "sobald wieder E-Mails abgehen" in lead(app, event_id).get(f"{HOME}/edit").text


def test_a_day_with_public_documentation_took_place(app: Flask) -> None:
    event_id, _ = a_day(app, documentation_released_at=now())
    page = lead(app, event_id).get(f"{HOME}/cancel")
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    assert "Die Dokumentation ist öffentlich. Der Fachtag hat also stattgefunden" in page.text


# -- asked before people are told


def waiting_mails(app: Flask) -> list[Message]:
    with app.app_context():
        found = select(Message).where(Message.state == State.QUEUED, Message.kind == "registration.changed")
        return list(db.session.scalars(found))


def test_a_slip_in_the_date_is_shown_before_anybody_hears_of_it(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    before = stored(app, event_id).starts_at
    question = visitor.get(f"{HOME}/edit").send(start_time="08:00")
    assert "1 Person bekommt eine E-Mail." in question.text
    read = question.soup.find("pre").text  # type: ignore[union-attr]
    assert "bisher" in read
    assert "8:00–15:45 Uhr" in read
    assert "/my/…" in read
    assert (stored(app, event_id).starts_at, waiting_mails(app)) == (before, [])
    form = question.send(edit="1")
    assert form.values(form.form())["start_time"] == "08:00"
    assert (stored(app, event_id).starts_at, waiting_mails(app)) == (before, [])


def test_what_was_agreed_to_leaves_after_a_quiet_minute(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    question = visitor.get(f"{HOME}/edit").send(venue_name="Rathaus")
    looked = question.send(note="Der Saal ist größer.", look="1")
    assert "Der Saal ist größer." in looked.soup.find("pre").text  # type: ignore[union-attr]
    assert stored(app, event_id).venue_name != "Rathaus"
    page = looked.send()
    assert stored(app, event_id).venue_name == "Rathaus"
    (mail,) = waiting_mails(app)
    assert mail.next_attempt_at - mail.created_at == timedelta(minutes=1)
    assert "Bis dahin können Sie die Änderung zurücknehmen." in page.text


def test_whom_it_reaches_is_asked_again_when_it_changed(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    question = visitor.get(f"{HOME}/edit").send(venue_name="Rathaus")
    seat(app, event_id, "Bert")
    again = question.send()
    assert "Bitte sehen Sie noch einmal hin." in again.text
    assert "2 Personen bekommen eine E-Mail." in again.text
    assert (stored(app, event_id).venue_name, waiting_mails(app)) == ("Kreishaus Musterstadt", [])
    again.send()
    assert len(waiting_mails(app)) == 2


def test_a_change_is_taken_back_and_nobody_hears_of_it(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/edit").send(venue_name="Rathaus").send()
    page = page.send(button="Zurücknehmen")
    assert stored(app, event_id).venue_name == "Kreishaus Musterstadt"
    assert "niemand bekommt eine E-Mail dazu" in page.text
    Worker(app, clock=lambda: now() + timedelta(minutes=2)).deliver()
    assert waiting_mails(app) == []
    assert [one["Subject"] for one in mailbox(app).read() if "Neuer Ort" in one["Subject"]] == []


def samples(page: Page) -> list[tuple[str, str]]:
    """Who they are, with their number, and what one of them reads."""
    section = page.soup.main.find("h2", string="Was die Personen lesen").parent  # type: ignore[union-attr]
    heads = [one.text for one in section.find_all("h3")]
    return list(zip(heads, [one.text for one in section.find_all("pre")], strict=True))


def test_who_reads_other_sentences_is_shown_apart_with_their_number(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=2)
    for name in ("Anna", "Bert", "Cem"):
        seat(app, event_id, name)
    question = lead(app, event_id).get(f"{HOME}/edit").send(venue_name="Rathaus")
    assert "3 Personen bekommen eine E-Mail." in question.text
    seated, waiting = samples(question)
    assert (seated[0], waiting[0]) == ("2 Personen: Angemeldet", "1 Person: Auf der Warteliste")
    assert "Warteliste" in waiting[1]
    assert waiting[1] != seated[1]


def test_who_reads_another_language_is_told_apart(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=2)
    for name in ("Anna", "Bert"):
        seat(app, event_id, name)
    with app.app_context(), transaction() as session:
        session.scalars(select(Registration).where(Registration.given_name == "Bert")).one().language = "en"
    question = lead(app, event_id).get(f"{HOME}/edit").send(venue_name="Rathaus")
    assert {whom for whom, _text in samples(question)} == {
        "1 Person: Angemeldet (Deutsch)",
        "1 Person: Angemeldet (Englisch)",
    }


def test_a_called_off_run_shows_who_loses_a_place_and_who_gets_one(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    with app.app_context(), transaction() as session:
        session.get_one(Run, ids["1.2"]).capacity = 1
    choices = {f"r{ids['round-1']}": ids["1.1"]}
    seat(app, event_id, "Anna", **choices)
    seat(app, event_id, "Bert", **choices)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/programme/runs/{ids['1.1']}").send(takes_place=None)
    assert page.address == f"{HOME}/programme"  # nobody is told of a working copy
    question = visitor.get(f"{HOME}/programme/release").send()
    ((whom, text),) = samples(question)
    assert "Er findet statt bisher: ja jetzt: nein" in question.text
    assert "Wenn nicht: ja" not in question.text  # said with the press, and no fact that changes
    assert whom == "2 Personen: ihr Workshop fällt aus"
    assert "1.1 Beraten ohne Vorurteil" in text


def test_a_room_with_another_name_is_asked_about_and_told(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    seat(app, event_id, "Bert")
    visitor, address = lead(app, event_id), f"{HOME}/programme/rooms/{ids['Raum Birke']}"
    page = visitor.get(address)
    assert "1 Platz ist vergeben." in page.text
    question = page.send(name="Raum Buche")
    assert "1 Person bekommt eine E-Mail." in question.text
    assert "Raum Birke" in question.text
    assert "Raum jetzt Raum Buche, bisher Raum Birke" in samples(question)[0][1]
    saved = question.send(note="Die Schilder sind neu.")
    assert saved.address == f"{HOME}/programme/rooms"
    with app.app_context():
        assert db.session.get_one(Room, ids["Raum Birke"]).name == "Raum Buche"
        kinds = select(Message.recipient).where(Message.kind == "places.changed")
        assert list(db.session.scalars(kinds)) == ["anna@example.org"]
    quiet = visitor.get(address).send(room_note="Im Erdgeschoss")
    assert quiet.address == f"{HOME}/programme/rooms"  # nobody is told of it, so nobody is asked


def test_a_run_over_two_rounds_says_when_each_part_is(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    with app.app_context(), transaction() as session:
        session.delete(session.get_one(Run, ids["2.1"]))
        session.get_one(Run, ids["1.1"]).spans = 2
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    visitor = lead(app, event_id)
    visitor.get(f"{HOME}/programme/rounds/{ids['round-2']}").send(start="13:30", end="15:00")
    ((_whom, text),) = samples(visitor.get(f"{HOME}/programme/release").send())
    assert "jetzt 11:00–12:15 und 13:30–15:00 Uhr, bisher 11:00–12:15 und 13:30–14:45 Uhr" in text


def test_what_contradicts_the_programme_stands_on_the_question(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    question = visitor.get(f"{HOME}/edit").send(end_time="14:00")
    assert "Fachtag und Programm widersprechen sich" in question.text
    assert "„Workshoprunde 2“" in question.text
    assert "Fachtag und Programm widersprechen sich" not in visitor.get(f"{HOME}/edit").text


@pytest.mark.parametrize("broken", [{"start_time": "spät"}, {"end_time": "7:00"}, {"title": ""}])
def test_the_note_is_kept_whichever_way_leads_back(app: Flask, broken: dict[str, str]) -> None:
    """Through the form, a refusal, another question and back again."""
    event_id, _ = a_day(app)
    seat(app, event_id)
    question = lead(app, event_id).get(f"{HOME}/edit").send(venue_name="Rathaus")
    back = question.send(note="Der Saal\nist größer.", edit="1")
    assert back.soup.find("textarea", {"name": "note"}).text.strip() == "Der Saal\nist größer."  # type: ignore[union-attr]
    refused = back.send(**broken)
    assert refused.status == 422
    again = refused.send(start_time="09:30", end_time="15:45", title="Musterfachtag", venue_name="Rathaus")
    assert "Der Saal\nist größer." in samples(again)[0][1]
    assert "Ein eigenes Wort" not in again.text.split("Was sich ändert")[1].split("Was die Personen lesen")[0]


def test_a_note_that_is_too_long_can_be_made_shorter(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    question = lead(app, event_id).get(f"{HOME}/edit").send(venue_name="Rathaus")
    refused = question.send(note="n" * 20_001)
    assert list(refused.errors()) == ["note"]
    asked = refused.send(note="Kurz.")
    assert "Kurz." in samples(asked)[0][1]


def test_of_whichever_days_only_numbers_and_subjects_are_shown(app: Flask) -> None:
    """An organisation belongs to no day: who changes it may not read of the people of each (T01)."""
    event_id, _ = a_day(app)
    seat(app, event_id)
    moment = now()
    with app.app_context(), transaction() as session:
        change_facts(session, event_id, moment, venue_name="Rathaus")
        shown = []
        with app.test_request_context("/"):
            for telling in (Intended(event_id), Intended(None)):
                reach = telling.reach(session, moment)
                shown.append((reach.people, [(one.number, bool(one.text)) for one in reach.samples]))
    assert shown == [(1, [(1, True)]), (1, [(1, False)])]
