# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Mails that say what changed: old and new, the run by its name, and what is still free."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.attendees.staff.service import name_staff
from app.events.models import Event
from app.events.rules import Placement
from app.outbox.worker import Worker
from app.programme.plan import read_plan
from app.programme.rules import Thing
from app.registration.models import Registration
from app.registration.rules import Status
from app.registration.workshops.models import StaffRole
from app.scheduling.service import cancel_day
from app.web.database import transaction
from tests.factories.days import at
from tests.mailbox import mailbox, text_of
from tests.registration.steps import ORGANISER, WHY, Day, open_day
from tests.scheduling import steps as programme_steps
from tests.scheduling.steps import change_facts, replan_round, replan_run


@pytest.fixture
def day(app: Flask) -> Day:
    """anna sits in 1.1, ben waits for it in 1.2, cem waits for a seat; everybody has read all mails."""
    with app.app_context():
        day = open_day(capacity=2)
        day.set_run("1.1", capacity=1)
        day.join("anna", labels=("1.1",))
        day.join("ben", labels=("1.2",))
        day.choose("ben", "1.1")
        day.join("cem")
        deliver(app, day)
        return day


def deliver(app: Flask, day: Day) -> None:
    Worker(app, clock=lambda: day.now).deliver()


def mails_to(app: Flask, name: str) -> list[EmailMessage]:
    return [mail for mail in mailbox(app).read() if mail["To"] == f"{name}@example.org"]


def change(app: Flask, day: Day, **facts: object) -> None:
    with app.app_context(), day.step() as session:
        change_facts(session, day.event_id, day.now, **facts)


def newest(app: Flask, day: Day, name: str) -> tuple[str, str]:
    with app.app_context():
        deliver(app, day)
    mail = mails_to(app, name)[-1]
    return str(mail["Subject"]), text_of(mail)


def test_old_and_new_stand_side_by_side(app: Flask, day: Day) -> None:
    change(app, day, starts_at=at("10:00"))
    subject, text = newest(app, day, "anna")
    assert subject.endswith(": Neuer Termin")
    assert "bisher: Donnerstag, 13. März 2031, 9:30–15:45 Uhr" in text
    assert "jetzt: Donnerstag, 13. März 2031, 10:00–15:45 Uhr" in text


def test_who_waits_hears_of_it_and_how_they_stand(app: Flask, day: Day) -> None:
    change(app, day, venue_name="Rathaus")
    subject, text = newest(app, day, "cem")
    assert subject.endswith(": Neuer Ort")
    assert "am Fachtag hat sich etwas geändert." in text
    assert "\n\nSie stehen auf der Warteliste." in text.replace("\r\n", "\n")
    assert "jetzt: Rathaus" in text


def test_a_sentence_after_the_news_begins_as_one(app: Flask) -> None:
    """After the greeting alone it goes on in small letters."""
    with app.app_context():
        day = open_day(capacity=9)
        day.register("anna")
        with transaction() as session:
            session.get_one(Registration, day.ids["anna"]).language = "en"
        day.confirm("anna")
    _, text = newest(app, day, "anna")
    assert "\n\nyou are registered." in text.replace("\r\n", "\n")
    with app.app_context():
        day.register("ben")
        with transaction() as session:
            session.get_one(Registration, day.ids["ben"]).language = "en"
        day.confirm("ben")
    change(app, day, venue_name="Rathaus")
    _, text = newest(app, day, "ben")
    assert "\n\nsomething about the day has changed." in text.replace("\r\n", "\n")
    assert "\n\nYou are registered." in text.replace("\r\n", "\n")


def test_two_changes_before_the_mail_are_one_line(app: Flask, day: Day) -> None:
    change(app, day, starts_at=at("10:00"))
    change(app, day, starts_at=at("10:15"))
    _, text = newest(app, day, "anna")
    assert "9:30–15:45" in text
    assert "10:15–15:45" in text
    assert "10:00–" not in text


def test_what_changed_back_is_told_to_nobody(app: Flask, day: Day) -> None:
    before = len(mails_to(app, "anna")), len(mails_to(app, "cem"))
    change(app, day, starts_at=at("10:00"))
    change(app, day, starts_at=at("9:30"))
    with app.app_context():
        deliver(app, day)
    assert (len(mails_to(app, "anna")), len(mails_to(app, "cem"))) == before


def test_who_never_read_how_they_stand_reads_both(app: Flask, day: Day) -> None:
    """The mail about the change takes the place of one about the seat that has not left."""
    with app.app_context():
        day.join("dora")
    change(app, day, venue_name="Rathaus")
    with app.app_context():
        deliver(app, day)
    (mail,) = mails_to(app, "dora")
    text = text_of(mail)
    assert "Warteliste" in text
    assert "Rathaus" in text


def rename_item(session: Session, day: Day) -> None:
    """The first of the public agenda."""
    number, facts = next(
        iter(read_plan(session, session.get_one(Event, day.event_id)).of(Thing.ITEM).items())
    )
    programme_steps.change(
        session, day.event_id, Thing.ITEM, number, replace(facts, title="Der Anfang"), day.now
    )


def move_run(session: Session, day: Day) -> None:
    replan_run(session, day.runs["1.1"], day.now, room_id=None)


def move_day(session: Session, day: Day) -> None:
    change_facts(session, day.event_id, day.now, starts_at=at("10:00"))


@pytest.mark.parametrize(
    ("late", "says"),
    [
        (move_day, "jetzt: Donnerstag, 13. März 2031, 10:00–15:45 Uhr"),
        (move_run, "Raum jetzt noch keiner, bisher Raum Birke."),
        (rename_item, "Der Anfang"),
    ],
)
def test_a_mail_that_left_knows_nothing_of_what_was_saved_after_it(
    app: Flask, day: Day, late: Callable[[Session, Day], None], says: str
) -> None:
    """A change is dated when its request begins. A mail that is worded before it is saved, or by a host whose clock goes ahead,
    bears the later date."""
    with app.app_context():
        day.set_event(agenda_released_at=day.now)
        with day.step() as session:
            change_facts(session, day.event_id, day.now, venue_name="Rathaus")
            replan_round(session, day.rounds[1], day.now, starts_at=at("11:15"))
        Worker(app, clock=lambda: day.now + timedelta(hours=1)).deliver()
        sent = len(mails_to(app, "anna"))
        with day.step() as session:
            late(session, day)
    _, text = newest(app, day, "anna")
    assert len(mails_to(app, "anna")) == sent + 1
    assert says in text
    assert "jetzt: Rathaus" not in text
    assert "11:00–12:15" not in text


def test_a_moved_deadline_for_wishes_is_told(app: Flask) -> None:
    with app.app_context():
        day = open_day(capacity=2, placement=Placement.WISHES, wishes_until=at("8:00"))
        day.join("anna")
        deliver(app, day)
    change(app, day, wishes_until=at("9:00"))
    subject, text = newest(app, day, "anna")
    assert subject.endswith(": Neue Frist für Wünsche")
    assert "bisher: 13.03.2031, 8:00 Uhr" in text
    assert "So können Sie nicht kommen?" not in text
    change(app, day, venue_name="Rathaus")
    assert "So können Sie nicht kommen?" in newest(app, day, "anna")[1]


def test_a_called_off_run_is_named_and_what_is_free_there(app: Flask, day: Day) -> None:
    with app.app_context():
        day.set_event(agenda_released_at=day.now)
        with day.step() as session:
            replan_run(session, day.runs["1.1"], day.now, takes_place=False)
    _, text = newest(app, day, "anna")
    assert "„1.1 Beraten ohne Vorurteil“ in „Workshoprunde 1“ findet nicht statt." in text
    assert "Dort ist zurzeit noch Platz:" in text
    assert "1.2" in text.partition("noch Platz:")[2]
    _, text = newest(app, day, "ben")
    assert "findet nicht statt" in text
    assert "noch Platz" not in text  # ben still sits in 1.2


def test_room_and_time_read_differently(app: Flask, day: Day) -> None:
    with app.app_context():
        day.set_event(agenda_released_at=day.now)
        with day.step() as session:
            replan_run(session, day.runs["1.1"], day.now, room_id=None)
    _, text = newest(app, day, "anna")
    assert "Raum jetzt noch keiner, bisher Raum Birke." in text
    with app.app_context(), day.step() as session:
        replan_round(session, day.rounds[1], day.now, starts_at=at("11:15"))
    _, text = newest(app, day, "anna")
    assert "jetzt 11:15–12:15 Uhr, bisher 11:00–12:15 Uhr." in text
    assert "Raum jetzt" not in text


def test_who_moves_up_reads_what_was_left(app: Flask, day: Day) -> None:
    with app.app_context():
        day.cancel("anna")
    _, text = newest(app, day, "ben")
    assert "Sie haben einen Platz in „1.1" in text
    assert "Sie haben keinen Platz mehr in „1.2" in text


def lead(app: Flask, day: Day, name: str, label: str) -> None:
    with app.app_context(), day.step() as session:
        name_staff(
            session,
            day.event_id,
            day.runs[label],
            day.ids[name],
            StaffRole.FACILITATOR,
            ORGANISER,
            day.now,
        )


def test_who_leads_a_run_hears_of_it_as_whoever_sits_in_it(app: Flask, day: Day) -> None:
    """Moved, called off and on again; and not of what was taken back before a mail left."""
    lead(app, day, "ben", "1.1")
    _, text = newest(app, day, "ben")
    assert "Sie leiten „1.1" in text
    assert "Sie haben keinen Platz mehr in „1.2" in text
    assert "Sie warten nicht mehr auf einen Platz in „1.1" in text
    with app.app_context():
        day.set_event(agenda_released_at=day.now)
    for facts, says in (
        ({"room_id": None}, "Raum jetzt noch keiner, bisher Raum Birke."),
        ({"takes_place": False}, "1.1 Beraten ohne Vorurteil“ in „Workshoprunde 1“ findet nicht statt."),
        ({"takes_place": True}, "1.1 Beraten ohne Vorurteil“ in „Workshoprunde 1“ findet doch statt."),
    ):
        with app.app_context(), day.step() as session:
            replan_run(session, day.runs["1.1"], day.now, **facts)
        _, text = newest(app, day, "ben")
        assert says in text
    before = len(mails_to(app, "ben"))
    for takes_place in (False, True):
        with app.app_context(), day.step() as session:
            replan_run(session, day.runs["1.1"], day.now, takes_place=takes_place)
    with app.app_context():
        deliver(app, day)
    assert len(mails_to(app, "ben")) == before


def test_who_leads_a_run_from_now_on_never_hears_that_it_was_called_off(app: Flask, day: Day) -> None:
    lead(app, day, "anna", "2.2")
    with app.app_context():
        day.set_event(agenda_released_at=day.now)
    with app.app_context(), day.step() as session:
        replan_run(session, day.runs["2.2"], day.now, takes_place=False)
    before = len(mails_to(app, "anna"))
    with app.app_context():
        deliver(app, day)
    assert len(mails_to(app, "anna")) == before


def test_who_moves_up_does_not_read_that_they_no_longer_wait(app: Flask, day: Day) -> None:
    with app.app_context():
        day.cancel("anna")
    _, text = newest(app, day, "ben")
    assert "Sie haben einen Platz in „1.1" in text
    assert "warten nicht mehr" not in text


def test_why_a_day_is_off_and_what_happens_instead(app: Flask, day: Day) -> None:
    with app.app_context(), day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)
    subject, text = newest(app, day, "cem")
    assert subject.endswith(": Der Fachtag ist abgesagt")
    assert WHY.reason in text
    assert WHY.instead in text
    with app.app_context():
        assert day.status("cem") is Status.CANCELLED
