# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody can still change is said by the personal page and by every mail, and only as long as it is so."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.events.rules import Placement
from app.outbox.worker import Worker
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.possible import possible
from app.registration.queries import my_day
from app.registration.workshops.service import give_wishes
from app.registration.workshops.wishes import Wished
from app.web.database import db
from tests.factories.days import NOW, at
from tests.mailbox import mailbox, text_of
from tests.pages import Visitor
from tests.registration.steps import Day, open_day

UNTIL = at("18:00").replace(year=2031, month=2, day=1)
BY_WISHES = {"placement": Placement.WISHES, "wishes_until": UNTIL}
MAY_WISH = "Sie haben noch keinen Workshop genannt, den Sie sich wünschen."
MAY_CHANGE = "Ihre Workshopwünsche können Sie auf Ihrer persönlichen Seite bis 01.02.2031, 18:00 Uhr ändern."


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def last_mail(app: Flask, day: Day, name: str) -> str:
    Worker(app, clock=lambda: day.now).deliver()
    return text_of([mail for mail in mailbox(app).read() if mail["To"] == f"{name}@example.org"][-1])


@pytest.mark.parametrize("way", ["by hand", "substitute", "group"])
def test_who_was_entered_by_others_reads_that_they_may_wish(app: Flask, way: str) -> None:
    day = open_day(**BY_WISHES)
    if way == "by hand":
        day.add("anna")
    elif way == "substitute":
        day.join("ben")
        day.substitute("ben", "anna")
    else:
        day.confirm_group(day.group("ben", "anna"))
    assert MAY_WISH in last_mail(app, day, "anna")
    page = Visitor(app.test_client()).get(f"/my/{personal_token(day.of('anna'))}")
    assert "Welche Workshops wünschen Sie sich?" in page.text
    assert page.follow("Meine Wünsche nennen").address.endswith("/wishes")


def test_who_has_wished_reads_until_when_it_can_be_changed(app: Flask) -> None:
    day = open_day(**BY_WISHES)
    day.add("anna")
    with day.step() as session:
        give_wishes(session, day.ids["anna"], Wished({day.rounds[1]: (day.runs["1.1"],)}), day.now)
    mail = last_mail(app, day, "anna")
    assert MAY_CHANGE in mail
    assert MAY_WISH not in mail
    assert (
        "Welche Workshops" not in Visitor(app.test_client()).get(f"/my/{personal_token(day.of('anna'))}").text
    )


def can(one: Registration, now: datetime) -> set[str]:
    """The names of what is possible."""
    found = possible(one, my_day(db.session(), one), now)
    return {
        name for name in ("wishes", "workshops", "answers", "leave", "substitute") if getattr(found, name)
    }


EVERYTHING = {"workshops", "answers", "leave", "substitute"}


@pytest.mark.parametrize(
    ("facts", "now", "expected", "mails_say"),
    [
        ({}, NOW, EVERYTHING, "change your workshops, correct your details or cancel"),
        ({"registration_closes_at": NOW}, NOW, {"leave", "substitute"}, "page you can correct your details or cancel"),
        ({}, at("10:00"), {"leave"}, "page you can correct your details or cancel"),
        ({}, at("18:00"), set(), "page you can correct your details:"),
        (BY_WISHES, NOW, (EVERYTHING - {"workshops"}) | {"wishes"}, "page you can correct your details or cancel"),
        (BY_WISHES, UNTIL, EVERYTHING - {"workshops"}, "page you can correct your details or cancel"),
        ({**BY_WISHES, "registration_closes_at": NOW}, NOW, {"wishes", "leave", "substitute"}, "correct your details"),
    ],
)  # fmt: skip
def test_what_is_possible_by_state_of_the_day(
    facts: dict[str, object], now: datetime, expected: set[str], mails_say: str
) -> None:
    day = open_day()
    day.join("anna")
    day.set_event(**facts)
    one = day.of("anna")
    assert can(one, now) == expected
    assert mails_say in possible(one, my_day(db.session(), one), now).sentence


def test_a_day_without_workshops_promises_none(app: Flask) -> None:
    day = open_day()
    for label in day.runs:
        day.set_run(label, takes_place=False)
    day.add("anna")
    assert can(day.of("anna"), NOW) == EVERYTHING - {"workshops"}
    assert "Workshop" not in last_mail(app, day, "anna").partition("Auf Ihrer persönlichen Seite")[2]
    day.set_event(**BY_WISHES)
    assert "wishes" not in can(day.of("anna"), NOW)


def test_who_has_left_can_change_nothing() -> None:
    day = open_day()
    day.join("anna")
    day.cancel("anna")
    assert can(day.of("anna"), NOW + timedelta(hours=1)) == set()


def test_an_absence_is_an_answer_too(app: Flask) -> None:
    del app
    day = open_day(**BY_WISHES)
    day.join("anna")
    with day.step() as session:
        give_wishes(session, day.ids["anna"], Wished(absent=frozenset({day.rounds[1]})), day.now)
    one = day.of("anna")
    assert possible(one, my_day(db.session(), one), NOW).wished
