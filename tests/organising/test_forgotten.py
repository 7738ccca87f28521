# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""After "delete me" and the sweep no file, no table and no log holds a name, an address or an answer of the person any
more (DP-07, Art. 17 GDPR)."""

import logging
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.attendees import manual
from app.attendees.mailings import MailingText, write_to
from app.clock import now
from app.organising.jobs import demo_mailbox
from app.organising.sweeping import REWRITTEN, sweep
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.service import forget_wording
from app.people.models import AuditEntry
from app.privacy.erasure import forget_person
from app.registration import substituting
from app.registration.admission import Entry
from app.registration.calendar_invitations import FAMILIES
from app.registration.correcting import change_person
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.web.database import db, transaction
from tests.mailbox import mailbox
from tests.registration.questions.test_answers import Form
from tests.registration.steps import ORGANISER, Day, open_day, person

NAME = {"given_name": "Kanariagelb", "family_name": "Vogelfrei", "role_title": "Zwitscherdienst"}
MAIL = "kanarie@kaefig.example"
ANSWER = "Sonnenblumenkern"
NOTE = "Kanariagelb rief an"
TRACES = ("Kanariagelb", "Vogelfrei", "Zwitscherdienst", "kanarie", "kaefig", ANSWER)


@pytest.fixture
def day(app: Flask, caplog: pytest.LogCaptureFixture) -> Day:
    """A day with some sixty people; the one who goes has been through everything that writes a person down."""
    caplog.set_level(logging.INFO)
    with app.app_context():
        day = open_day(capacity=80)
        day.now = now() - timedelta(hours=12)  # mails leave in time only
        form = Form(day)
        for number in range(30):
            day.join(f"vor{number}")
        day.register("gast", given=form.given(meal="Sonstiges", diet=ANSWER), email=MAIL, **NAME)
        day.confirm("gast")
        for number in range(30):
            day.join(f"nach{number}")
        for number in range(4):
            with day.step() as session:
                changed = person("gast", **NAME, email=MAIL, organisation=f"Amt {number}")
                version = session.get_one(Registration, day.ids["gast"]).version
                change_person(session, day.ids["gast"], changed, version, day.now)
        with day.step() as session:
            letter, both = (
                MailingText("Bitte Ausweis mitbringen", "Am Eingang."),
                [day.ids["gast"], day.ids["vor1"]],
            )
            write_to(session, day.event_id, both, letter, "nonce-circular", ORGANISER, day.now)
        return day


def traces(app: Flask, data_dir: Path, log: str) -> Counter[str]:
    """Where how many of them stand: each file, each table, the log."""
    found: Counter[str] = Counter()
    with app.app_context():
        places = [path for path in data_dir.rglob("*") if path.is_file()]
        if db.engine.dialect.name == "sqlite":
            file = Path(str(db.engine.url.database))
            places += [file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm")]
        else:
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET default_transaction_read_only = off"))
                connection.execute(text("VACUUM"))
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(select(*table.c)):
                for value in row:
                    words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found[table.name] += sum(words.count(one) for one in TRACES)
        db.session.rollback()
    for place in places:
        content = place.read_bytes() if place.exists() else b""
        found[place.name] += sum(content.count(one.encode()) for one in TRACES)
    found["log"] += sum(log.count(one) for one in TRACES)
    return +found


@pytest.mark.long
@pytest.mark.parametrize("by", ["registered", "cancelled", "substituted"])
def test_delete_me_leaves_nothing(
    app: Flask, data_dir: Path, day: Day, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    number = day.ids["gast"]
    mailbox(app).deliver()
    with app.app_context():
        if by == "cancelled":
            with transaction() as session:
                note = ORGANISER.__class__(ORGANISER.actor, None, NOTE)
                manual.cancel(session, number, note, now())
        if by == "substituted":
            entry = Entry(person("ersatz"), "nonce-ersatz")
            with transaction() as session:
                substituting.substitute(session, number, entry, PARTICIPANT, now())
    mailbox(app).deliver()
    before = traces(app, data_dir, caplog.text)
    assert {"registration", "message"} <= set(before)
    assert any(name.endswith((".fachtag", ".sqlite3")) for name in before)
    with app.app_context(), transaction() as session:
        forget_person(session, number, now())
    mailbox(app).deliver()  # the last mail takes the day out of the calendar
    with app.app_context():
        sweep(data_dir, now(), mailbox=demo_mailbox())
    assert traces(app, data_dir, caplog.text) == {}
    with app.app_context():
        others = select(Message).where(Message.recipient == "vor1@example.org", Message.frozen.is_not(None))
        assert len(db.session.scalars(others).all()) >= 2  # nobody else's mails went


@pytest.mark.long
@pytest.mark.sqlite_only
def test_of_many_people_none_stays_between_the_pages(app: Flask, data_dir: Path) -> None:
    """Where rows moved between pages, copies of a few stood on although what is deleted is overwritten."""
    with app.app_context():
        day = open_day(capacity=400)
        day.join(*(f"kanarie{number}x" for number in range(200)))
        leaving = Random(1).sample(sorted(day.ids), 80)
        for name in leaving:
            with transaction() as session:
                forget_person(session, day.ids[name], day.now)
        sweep(data_dir, now(), mailbox=demo_mailbox())
        content = Path(str(db.engine.url.database)).read_bytes().lower()
    assert {name for name in day.ids if name.encode() in content} == set(day.ids) - set(leaving)


@pytest.mark.sqlite_only
def test_the_file_is_written_anew_once_for_who_asked(app: Flask, data_dir: Path) -> None:
    with app.app_context():
        day = open_day()
        day.join("anna", "bert")
        for expected, name in enumerate(("anna", "bert"), start=1):
            with day.step() as session:
                forget_person(session, day.ids[name], day.now)
            for _ in range(2):
                sweep(data_dir, now(), mailbox=demo_mailbox())
                rewritten = select(AuditEntry).where(AuditEntry.action == REWRITTEN)
                assert len(db.session.scalars(rewritten).all()) == expected
        assert db.session.scalar(text("PRAGMA freelist_count")) == 0
        log = Path(f"{db.engine.url.database}-wal")
        assert not log.exists() or b"Anna" not in log.read_bytes()


def test_who_was_named_is_not_told_any_more_by_whom(app: Flask) -> None:
    """A mail to somebody else that says who named them: one that has left keeps no words, one that waits gets new ones."""
    with app.app_context():
        day = open_day()
        day.now = now() - timedelta(hours=2)
        day.join("anna")
        with day.step() as session:
            entry = Entry(person("ersatz"), "nonce-ersatz")
            new = substituting.substitute(session, day.ids["anna"], entry, PARTICIPANT, day.now).id
    mailbox(app).deliver()
    with app.app_context():
        with transaction() as session:
            (told,) = session.scalars(select(Message).where(Message.recipient == "ersatz@example.org"))
            assert told.frozen is not None
            assert b"Anna Beispiel" in told.frozen
            forget_person(session, day.ids["anna"], now())
        told = db.session.scalars(select(Message).where(Message.subject_id == new)).one()
        assert (told.state, told.frozen, told.message_id is None) == (State.SENT, None, False)
        with transaction() as session:
            one = session.get_one(Message, told.id)
            one.state, one.sent_at = State.FAILED, None
        with transaction() as session:
            forget_wording(session, FAMILIES, [new])
        one = db.session.get_one(Message, told.id, populate_existing=True)
        assert (one.message_id, one.frozen_at) == (None, None)
