# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every page and mail of a participant, by how the registration and the day stand: no sentence promises what will not happen.

`HOW` says how anna came to stand as she does, `DAYS` what the day is like then. The sentences are checked against what
the verbs would do, so a new sentence of these kinds on any of the pages has to be true as well.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.clock import now
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.registration import notifications
from app.registration.links import group_token, personal_token
from app.registration.models import Registration
from app.registration.quotas.rules import Why
from app.registration.rules import Status
from app.texts import force_locale
from app.web.database import db
from tests.house.test_imports import ROOT
from tests.pages import Visitor
from tests.registration.steps import open_day

pytestmark = pytest.mark.sqlite_only

WEEK = timedelta(days=7)
# Steps are taken while the day is open; afterwards its dates are moved about the true clock, which the pages read.
HOW: dict[str, tuple[tuple[str, ...], ...]] = {
    "unconfirmed": (("register", "anna"),),
    "unconfirmed in line": (("join", "ben"), ("register", "anna")),
    "registered": (("register", "anna", "1.1"), ("confirm", "anna")),
    "waiting": (("join", "ben", "anna"),),
    "offered": (("join", "ben", "anna"), ("cancel", "ben")),
    "cancelled": (("join", "anna"), ("cancel", "anna")),
    "declined": (("join", "ben", "anna"), ("cancel", "ben"), ("decline", "anna")),
    "substituted": (("join", "anna"), ("substitute", "anna", "ben")),
}
DAYS: dict[str, Callable[[datetime], dict[str, object]]] = {
    "open": lambda _now: {},
    "closed": lambda now: {"registration_closes_at": now - WEEK},
    "closed, the line moves": lambda now: {"registration_closes_at": now - WEEK, "moves_up_until": now + WEEK},
    "closed, the line is over too": lambda now: {
        "registration_closes_at": now - 2 * WEEK, "moves_up_until": now - WEEK
    },
    "begun": lambda now: {"registration_closes_at": None, "starts_at": now - timedelta(hours=1)},
    "over": lambda now: {"registration_closes_at": None, "starts_at": now - WEEK, "ends_at": now - WEEK / 2},
}  # fmt: skip
PAGES = ("", "/cancel", "/substitute", "/delete", "/data", "/workshops", "/details", "/not-me",
         "/also", "/address", "/answers", "/people")  # fmt: skip
MAILS = (
    notifications.CONFIRM, notifications.REGISTERED, notifications.WAITING, notifications.PENDING, notifications.MOVED_UP,
    notifications.OFFERED, notifications.DECLINED, notifications.OFFER_ENDED, notifications.CANCELLED,
    notifications.SUBSTITUTED, notifications.LINK, notifications.CHANGED,
)  # fmt: skip
MOVING = re.compile(
    r"you are registered and get a mail|you get a mail with an offer|A seat is free\. It goes|The waiting list moves up until"
)
AGAIN = re.compile(r"register again|You can still confirm|stands at the end|Do you still want to come")
NOBODY = re.compile(r"\b0 (?:person|people|persons|seats|mails)\b")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def texts(app: Flask, one: Registration) -> Iterator[tuple[str, str]]:
    """Name and words of every page that opens, and of every mail that would be written now."""
    visitor, token = Visitor(app.test_client(), {"Accept-Language": "en"}), personal_token(one)
    for path in PAGES:
        page = visitor.get(f"/my/{token}{path}")
        if page.status == 200:
            yield path or "/", page.text
    with app.test_request_context(), force_locale("en"):
        for kind in MAILS:
            message = Message(
                kind=kind,
                family=kind,
                subject_id=one.id,
                language="en",
                recipient=one.email,
                created_at=now(),
            )
            mail = BUILDERS[kind](db.session(), message)
            if mail is not None:
                yield kind, mail.text


@pytest.mark.parametrize("day_is", DAYS)
@pytest.mark.parametrize("how", HOW)
def test_no_sentence_promises_what_will_not_happen(app: Flask, how: str, day_is: str) -> None:
    day = open_day(capacity=1)
    day.set_event(offer_hours=48 if how in {"offered", "declined"} else None)
    for step, *names in HOW[how]:
        getattr(day, step)(*names)
    moment = now()
    day.set_event(**DAYS[day_is](moment))
    one = day.of("anna")
    if one.status in {Status.UNCONFIRMED, Status.OFFERED}:
        with day.step() as session:
            session.get_one(Registration, one.id).reserved_until = moment + timedelta(hours=2)
    event, found = day.event, 0
    for name, words in texts(app, day.of("anna")):
        found += 1
        assert "next person" not in words, name
        assert not NOBODY.search(words), name
        if not event.line_moves(moment):
            assert not MOVING.search(words), (name, MOVING.search(words))
        if day_is != "open":
            assert not AGAIN.search(words), (name, AGAIN.search(words))
        if event.is_over(moment):
            assert "or cancel" not in words, name
            assert "Cancel my registration" not in words, name
    assert found > 1
    line = day.line("anna")
    if line is not None and day_is == "closed, the line moves":
        assert "The waiting list moves up until" in dict(texts(app, one))["/"] or how != "waiting"


@pytest.mark.parametrize("how", ["registered", "waiting", "cancelled"])
def test_a_day_without_workshops_speaks_of_none(app: Flask, how: str) -> None:
    day = open_day(capacity=1)
    with day.step() as session:
        for table in ("run", "round", "workshop"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    day.runs, day.rounds = {}, {}
    day.set_event(revision=day.event.revision + 1)
    names = {"registered": ("anna",), "waiting": ("ben", "anna"), "cancelled": ("anna",)}[how]
    day.join(*names)
    if how == "cancelled":
        day.cancel("anna")
    for name, words in texts(app, day.of("anna")):
        assert "workshop" not in words.lower(), (
            name,
            re.findall(r".{40}workshop.{40}", words, re.IGNORECASE),
        )


def test_a_free_seat_goes_on_as_long_as_the_line_moves() -> None:
    for closes, until, expected in (
        (None, None, Status.REGISTERED),
        (-WEEK, None, Status.WAITING),
        (-WEEK, WEEK, Status.REGISTERED),
        (-2 * WEEK, -WEEK, Status.WAITING),
    ):
        day = open_day(
            capacity=1,
            slug=f"tag-{closes}-{until}".lower().replace(" ", "").replace(",", "").replace(":", ""),
        )
        day.join("ben", "anna")
        moment = day.now
        if closes is not None:
            day.set_event(registration_closes_at=moment + closes)
        if until is not None:
            day.set_event(moves_up_until=moment + until)
        day.cancel("ben")
        assert day.status("anna") is expected, (closes, until)


def test_who_waits_reads_that_nobody_moves_up() -> None:
    day = open_day(capacity=1)
    day.join("ben", "anna")
    day.set_event(registration_closes_at=day.now - WEEK)
    line = day.line("anna")
    assert line is not None
    assert (line.why, line.moves) == (Why.CLOSED, False)


def test_the_contact_of_a_group_reads_no_zero_and_no_next_person(app: Flask) -> None:
    day = open_day(capacity=1)
    day.join("cem")
    group = day.group("ben", "anna")
    day.confirm_group(group)
    one = day.of("anna").group
    assert one is not None
    page = Visitor(app.test_client(), {"Accept-Language": "en"}).get(f"/group/{group_token(one)}")
    assert "Nobody before." in page.text
    assert not NOBODY.search(page.text)


def test_no_template_says_where_a_seat_goes() -> None:
    """Whether anybody moves up is asked of `Event.line_moves`; a seat that is given back becomes free."""
    said = re.compile(r"(?:go|goes|went) to (?:the )?next|next (?:person|people) can come")
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            assert not said.search(path.read_text(encoding="utf-8")), path
