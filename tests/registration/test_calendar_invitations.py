# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which calendars hold the day, whatever becomes of an address: one table over every verb that changes or ends one (D11)."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import manual
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.privacy.erasure import delete_last_mails, forget_person
from app.registration.groups import members
from app.registration.models import Registration
from app.scheduling.service import cancel_day
from app.web.database import db, transaction
from tests.ical.lint import complaints
from tests.ical.readers import read_everywhere
from tests.mailbox import calendar_of, mailbox, text_of
from tests.registration.steps import ORGANISER, WHY, Day, open_day, person

ANNA, BEN, NEW = "anna@example.org", "ben@example.org", "neu@example.org"
MARKED = "anna+fachtag@example.org"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def deliver(app: Flask, day: Day) -> None:
    Worker(app, clock=lambda: day.now).deliver()
    db.session.rollback()


def calendars(app: Flask, *, two: bool = False) -> dict[str, list[str]]:
    """By mailbox, what its calendar was told: in a client that takes a message only with a higher number. Of `two`
    registrations of a mailbox nobody knows before the team has looked."""
    told: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    for mail in mailbox(app).read():
        part = calendar_of(mail)
        if part is None:
            continue
        method, data = part
        assert complaints(data) == []
        (event,) = read_everywhere(data)["icalendar"]
        box = str(mail["To"]).replace("+fachtag", "").lower()
        assert two or event.sequence > numbers.get(box, -1), (box, method)
        numbers[box] = event.sequence
        told.setdefault(box, []).append(method)
    return told


def correct(day: Day, email: str, name: str = "anna") -> None:
    with day.step() as session:
        one = session.get_one(Registration, day.ids[name])
        facts = person(name, email=email)
        manual.correct(session, one.id, facts, one.version, ORGANISER, day.now)


def forget(day: Day, name: str = "anna") -> None:
    with day.step() as session:
        forget_person(session, day.ids[name], day.now)


def called_off(day: Day) -> None:
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)


def cancel_and_forget(day: Day) -> None:
    day.cancel("anna")
    forget(day)


def handed_to_who_is_there(day: Day) -> None:
    """Ben is registered and keeps what he has."""
    day.substitute("anna", "ben", key="ben")


def by_the_team(day: Day) -> None:
    with day.step() as session:
        manual.cancel(session, day.ids["anna"], ORGANISER, day.now)


def there_and_back(day: Day) -> None:
    correct(day, NEW)
    correct(day, ANNA)


def twice(day: Day) -> None:
    correct(day, "tippfehler@example.org")
    correct(day, NEW)


def forgotten_and_back(day: Day) -> None:
    forget(day)
    day.join("anna", nonce="noch einmal")


def corrected_and_back(day: Day) -> None:
    """Somebody else registers with the address that was a stranger's."""
    correct(day, NEW)
    day.join("anna", nonce="noch einmal")


def cancelled_and_back(day: Day) -> None:
    day.cancel("anna")
    day.join("anna", nonce="noch einmal")


REQUEST, BACK = ["REQUEST"], ["REQUEST", "CANCEL"]
# What is done, and what each calendar was told in the end if the worker runs after each step.
VERBS: list[tuple[Callable[[Day], None], dict[str, list[str]]]] = [
    (lambda day: day.cancel("anna"), {ANNA: BACK}),
    (by_the_team, {ANNA: BACK}),
    (called_off, {ANNA: BACK, BEN: BACK}),
    (lambda day: day.substitute("anna", "neu"), {ANNA: BACK, NEW: REQUEST}),
    (lambda day: day.substitute("anna", "neu", ORGANISER), {ANNA: BACK, NEW: REQUEST}),
    (handed_to_who_is_there, {ANNA: BACK}),
    (lambda day: correct(day, NEW), {ANNA: BACK, NEW: REQUEST}),
    (twice, {ANNA: BACK, NEW: REQUEST}),
    (there_and_back, {ANNA: [*REQUEST, *REQUEST]}),
    (lambda day: correct(day, "Anna@example.org"), {}),  # the same address
    (lambda day: correct(day, MARKED), {ANNA: [*REQUEST, *REQUEST]}),  # the same calendar
    (forget, {ANNA: BACK}),
    (cancel_and_forget, {ANNA: BACK}),
    (forgotten_and_back, {ANNA: [*REQUEST, *REQUEST]}),
    (corrected_and_back, {ANNA: [*REQUEST, *REQUEST], NEW: REQUEST}),
    (cancelled_and_back, {ANNA: [*REQUEST, *REQUEST]}),
]


@pytest.mark.parametrize(("verb", "told"), VERBS, ids=[str(number) for number in range(len(VERBS))])
def test_every_calendar_loses_the_day_that_does_not_lead_to_it_any_more(
    app: Flask, verb: Callable[[Day], None], told: dict[str, list[str]]
) -> None:
    """D11: the invitation had left; what follows happens before the worker runs again."""
    day = open_day(capacity=9)
    day.join("anna", "ben")
    deliver(app, day)
    verb(day)
    deliver(app, day)
    assert calendars(app) == {ANNA: REQUEST, BEN: REQUEST} | told
    assert data_findings(db.session(), day.now) == []


@pytest.mark.parametrize(("verb", "told"), VERBS, ids=[str(number) for number in range(len(VERBS))])
def test_in_the_end_the_same_calendars_hold_it_if_nothing_had_left(
    app: Flask, verb: Callable[[Day], None], told: dict[str, list[str]]
) -> None:
    """D11: an address that was corrected or deleted before its first mail left hears nothing at all."""
    day = open_day(capacity=9)
    day.join("anna", "ben")
    verb(day)
    deliver(app, day)
    found = calendars(app)
    for box, steps in ({ANNA: REQUEST, BEN: REQUEST} | told).items():
        assert found.get(box, ["CANCEL"])[-1] == steps[-1], box
    if verb in {twice, forget, cancel_and_forget}:
        assert [mail for mail in mailbox(app).read() if mail["To"] == ANNA] == []


def test_each_step_may_meet_the_worker(app: Flask) -> None:
    day = open_day(capacity=9)
    for step in (
        lambda: day.join("anna"),
        lambda: correct(day, NEW),
        lambda: correct(day, ANNA),
        lambda: day.cancel("anna"),
        lambda: forget(day),
        lambda: day.join("anna", nonce="noch einmal"),
        lambda: forget(day),
    ):
        step()
        deliver(app, day)
    assert calendars(app) == {ANNA: [*BACK, *BACK, *BACK], NEW: BACK}


def test_one_of_a_group_is_taken_out(app: Flask) -> None:
    day = open_day(capacity=9)
    group = day.group("carla", "anna", "ben")
    day.confirm_group(group)
    deliver(app, day)
    with day.step() as session:
        members.cancel_member(session, group, day.of("anna").reference, day.now)
    day.substitute_member(group, "ben", "neu")
    deliver(app, day)
    assert calendars(app) == {ANNA: BACK, BEN: BACK, NEW: REQUEST}


def test_one_of_two_registrations_of_a_mailbox_leaves_the_entry_there(app: Flask) -> None:
    """The team removes who is registered twice; the mail says so, and says nothing of the calendar."""
    day = open_day(capacity=9)
    day.join("anna")
    day.join("anna2", email=MARKED)
    deliver(app, day)
    with day.step() as session:
        manual.cancel(session, day.ids["anna2"], ORGANISER, day.now)
    deliver(app, day)
    assert [mail for mail in calendars(app, two=True)[ANNA] if mail == "CANCEL"] == []
    last = mailbox(app).read()[-1]
    assert "aufgehoben" in last["Subject"]
    assert "Kalender" not in text_of(last)
    day.cancel("anna")
    deliver(app, day)
    assert calendars(app, two=True)[ANNA][-1] == "CANCEL"


def test_what_names_nobody_any_more_is_deleted_when_its_last_mail_has_left(app: Flask) -> None:
    """DP-05: the address is kept for the mail that takes the day out of the calendar, and no longer."""
    day = open_day(capacity=9)
    day.join("anna")
    deliver(app, day)
    forget(day)
    assert [mail.recipient for mail in db.session.scalars(select(Message))] == [ANNA]
    with transaction() as session:
        assert delete_last_mails(session) == 0
    deliver(app, day)
    last = mailbox(app).read()[-1]
    assert last["Subject"].endswith("Nicht mehr mit dieser Adresse angemeldet")
    assert "Anna" not in last.as_string().replace("anna@", "")
    with transaction() as session:
        assert delete_last_mails(session) == 1
    assert db.session.scalars(select(Message)).all() == []


def test_a_day_that_is_over_stays_in_calendars(app: Flask) -> None:
    day = open_day(capacity=9)
    day.join("anna")
    deliver(app, day)
    day.now = day.event.ends_at
    forget(day)
    assert db.session.scalars(select(Message)).all() == []


def test_mails_that_are_gone_after_ninety_days_count_as_left(app: Flask) -> None:
    day = open_day(capacity=9)
    day.join("anna")
    deliver(app, day)
    day.forget_mails()
    correct(day, NEW)
    deliver(app, day)
    assert calendars(app) == {ANNA: BACK, NEW: REQUEST}


def test_nothing_that_waits_for_the_old_address_is_sent_there(app: Flask) -> None:
    """Also not by hand: a mail that failed there was for somebody else."""
    day = open_day(capacity=9)
    day.join("anna")
    with transaction() as session:
        for mail in session.scalars(select(Message)):
            mail.state = type(mail.state).FAILED
    correct(day, NEW)
    deliver(app, day)
    assert {mail["To"] for mail in mailbox(app).read()} == {NEW}
    states = db.session.scalars(select(Message.state).where(Message.recipient == ANNA))
    assert {state.value for state in states} == {"superseded"}


def test_numbers_begin_above_what_a_nameless_address_was_told(app: Flask) -> None:
    day = open_day(capacity=9)
    day.join("anna", "ben")
    assert day.event.lowest_offset == 0
    version = day.event.version
    deliver(app, day)
    forget(day)
    assert day.event.lowest_offset == day.of("anna").sequence_offset == 2
    assert day.event.version == version  # no form of the team is overtaken by it
    day.join("cem")
    assert day.of("cem").sequence_offset == 2
