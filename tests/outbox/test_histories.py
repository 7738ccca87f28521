# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day is changed again and again while its mails leave: two workers, a slow and hostile mail server. The queue drains,
and the last mail that a person gets tells how things are (F10, F13, F14, F18, F20).

FACHTAG_TEST_HISTORIES=500 runs five hundred histories on each database instead of a dozen; each has its number, the
first one that of FACHTAG_TEST_SEED.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import BERLIN
from app.events.models import Event, Room
from app.events.rules import EventStatus
from app.outbox.models import Message
from app.outbox.rules import WAITING, DeliveryPolicy, State
from app.outbox.worker import Worker
from app.programme.models import Round, Run
from app.scheduling.service import cancel_day
from app.web.database import db, transaction
from tests.factories.days import BIRCH, HALL, NOW, make_event, make_programme
from tests.mailsink import Sink
from tests.outbox.conftest import lead_to
from tests.registration.steps import ORGANISER, WHY, Day
from tests.scheduling.steps import change_facts, replan_round, replan_run

pytestmark = [pytest.mark.long, pytest.mark.random]

HISTORIES = int(os.environ.get("FACHTAG_TEST_HISTORIES", "12"))
FIRST = int(os.environ.get("FACHTAG_TEST_SEED", "0"))
AT_ONCE = 12
LEFT = {State.SENT, State.UNCLEAR}
DRAINED_WITHIN = 60  # seconds, far more than it takes
MOST_RETURNS = 10
# What the server does to each of a day's people.
PEOPLE = (
    "anna",
    "ben+busy1",
    "cem+grey1",
    "dora+cut1",
    "eva+lost1",
    "finn+taken1",
    "gül+closing1",
    "ida+slow2",
)
QUICK = DeliveryPolicy(
    lease=timedelta(seconds=2),
    sending_lease=timedelta(seconds=3),
    ladder=(timedelta(seconds=0.2), timedelta(seconds=0.5)),
    pauses=(timedelta(seconds=0.2),),
    tidy=timedelta(seconds=0.5),
    connect_seconds=2,
    command_seconds=2,
    data_seconds=2,
    body_seconds=2,
    answer_seconds=2,
)


def address_of(name: str, number: int) -> str:
    first, _, trick = name.replace("ü", "ue").partition("+")
    return f"{first}.{number}{'+' + trick if trick else ''}@example.org"


@dataclass
class History:
    """What happens to one day; everything follows from its number."""

    number: int
    day: Day
    clock: Callable[[], datetime]
    chance: random.Random
    left: int
    called_off: bool = False
    steps: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        self.left -= 1
        choices: list[Callable[[], None]] = [
            self.move_venue,
            self.move_hours,
            self.move_round,
            self.move_room,
        ]
        choices += [self.move_back, self.leave_out_run]
        step = self.chance.choice(choices)
        if self.left == 0 and self.chance.random() < 0.4:
            step = self.call_off
        self.steps.append(step.__name__)
        step()

    def move_venue(self) -> None:
        self._change_day(venue_name=f"Haus {self.chance.randint(1, 99)}")

    def move_back(self) -> None:
        """To what everybody was told first: the mails of the change before may still be on their way."""
        self._change_day(venue_name="Kreishaus Musterstadt")

    def move_hours(self) -> None:
        with transaction() as session:
            begins = session.get_one(Event, self.day.event_id).starts_at
        self._change_day(starts_at=begins - timedelta(minutes=self.chance.choice((5, 10, 15))))

    def move_round(self) -> None:
        with transaction() as session:
            round_ = session.get_one(Round, self.day.rounds[2])
            ends = round_.ends_at + timedelta(minutes=self.chance.choice((1, 2)))
            replan_round(session, round_.id, self.clock(), ends_at=ends)

    def move_room(self) -> None:
        self._change_run(
            "1.1", lambda run, rooms: {"room_id": rooms[HALL if run.room is rooms[BIRCH] else BIRCH].id}
        )

    def leave_out_run(self) -> None:
        self._change_run("2.1", lambda run, _rooms: {"takes_place": not run.takes_place})

    def call_off(self) -> None:
        self.called_off = True
        with transaction() as session:
            cancel_day(session, self.day.event_id, ORGANISER, self.clock(), WHY)

    def _change_day(self, **facts: object) -> None:
        with transaction() as session:
            change_facts(session, self.day.event_id, self.clock(), **facts)

    def _change_run(self, label: str, new: Callable[[Run, dict[str, Room]], dict[str, object]]) -> None:
        with transaction() as session:
            run = session.get_one(Run, self.day.runs[label])
            rooms = session.scalars(select(Room).where(Room.event_id == self.day.event_id))
            facts = new(run, {room.name: room for room in rooms})
            replan_run(session, run.id, self.clock(), capacity=10, **facts)


def begin(number: int, clock: Callable[[], datetime]) -> History:
    chance = random.Random(number)
    with transaction() as session:
        event = make_event(session, slug=f"tag-{number}")
        programme = make_programme(session, event)
        runs = {label: run.id for label, run in programme.runs.items()}
        day = Day(event.id, runs, {one.number: one.id for one in programme.rounds}, clock())
    for name in chance.sample(PEOPLE, 4):
        day.register(
            name, "1.1", "2.1", now=clock(), email=address_of(name, number), nonce=f"{name}-{number}"
        )
        day.confirm(name, now=clock())
    return History(number, day, clock, chance, left=chance.randint(3, 7))


def waiting(app: Flask) -> int:
    with app.app_context():
        found = select(Message.id).where(Message.state.in_(WAITING))
        return len(db.session().scalars(found).all())


def live_through(app: Flask, histories: list[History], clock: Callable[[], datetime]) -> None:
    """Edits and mails at the same time, until nothing is left to edit and nothing to send."""
    workers = [Worker(app, policy=QUICK, clock=clock, name=f"worker {number}") for number in (1, 2)]
    hands = [threading.Thread(target=worker.run, kwargs={"interval": 0.05}) for worker in workers]
    for hand in hands:
        hand.start()
    order = random.Random(histories[0].number)
    try:
        while unfinished := [one for one in histories if one.left]:
            with app.app_context():
                order.choice(unfinished).go_on()
            time.sleep(order.uniform(0, 0.08))
        ends = time.monotonic() + DRAINED_WITHIN
        while waiting(app):
            assert time.monotonic() < ends, "the queue does not drain"
            time.sleep(0.1)
    finally:
        for worker in workers:
            worker.stop.set()
        for hand in hands:
            hand.join(30)
    assert not any(hand.is_alive() for hand in hands)


def refuse_untrue(history: History, app: Flask, sink: Sink) -> None:
    """Everything that must hold of one history; the failure names its number and its steps."""
    which = f"history {history.number}: {history.steps}"
    accepted = [one for one in sink.records() if f".{history.number}" in one["recipient"].partition("@")[0]]
    asked = Counter(one["recipient"] for one in sink.records("rcpt"))
    with app.app_context():
        session = db.session()
        event = session.get_one(Event, history.day.event_id)
        mails = session.scalars(
            select(Message).where(Message.event_id == event.id).order_by(Message.revision)
        ).all()
        assert {one.state for one in mails} <= {State.SENT, State.SUPERSEDED, State.UNCLEAR}, which
        copies = Counter(one["sha256"] for one in accepted)
        for recipient in {one.recipient for one in mails}:
            mine = [one for one in mails if one.recipient == recipient]
            assert asked[recipient] <= MOST_RETURNS * len(mine), which
            doubtful = "taken" in recipient
            assert max(copies[one["sha256"]] for one in accepted if one["recipient"] == recipient) <= (
                2 if doubtful else 1
            ), which
            of_the_day = [one for one in mine if one.family == "registration" and one.state in LEFT]
            last = message_from_bytes(of_the_day[-1].frozen or b"", policy=SMTP)
            assert isinstance(last, EmailMessage)
            _refuse_old_news(last, event, history, which)
            if not history.called_off:
                assert all(one.state is State.SUPERSEDED for one in mine if not one.frozen), which


def _refuse_old_news(mail: EmailMessage, event: Event, history: History, which: str) -> None:
    part = mail.get_body(("plain",))
    calendar = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    assert part is not None
    entry = calendar.get_content()
    if history.called_off:
        assert event.status is EventStatus.CANCELLED
        assert "METHOD:CANCEL" in entry, which
    else:
        assert "METHOD:REQUEST" in entry, which
        assert event.venue_name in part.get_content(), which
        assert f"{event.starts_at.astimezone(BERLIN):%Y%m%dT%H%M}" in entry, which


@pytest.mark.parametrize("first", range(FIRST, FIRST + HISTORIES, AT_ONCE))
def test_whatever_is_changed_the_queue_drains_and_the_last_mail_is_true(
    app: Flask, start_sink: Callable[..., Sink], first: int
) -> None:
    sink = start_sink("--jitter", "0.01", "--seed", str(first + 1))
    lead_to(app, sink.url)
    began = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    with app.app_context():
        histories = [begin(number, clock) for number in range(first, min(first + AT_ONCE, FIRST + HISTORIES))]
    live_through(app, histories, clock)
    for history in histories:
        refuse_untrue(history, app, sink)
