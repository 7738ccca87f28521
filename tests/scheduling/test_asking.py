# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Before people are told of a day: what changes, whom it reaches, what they will read; and the minute after "send"."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.events.rules import EventStatus
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.scheduling.jobs import call_off
from app.web.database import db
from tests.factories.organising import a_day
from tests.mailbox import mailbox
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
    assert "dessen Dokumentation nicht öffentlich ist" in page.text


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
