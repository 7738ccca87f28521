# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Public answers from kept bytes: the same as the application's, never an old one, never somebody else's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import Client, TestResponse

from app.events import views
from app.events.models import Event
from app.events.service import mark_changed
from app.registration.links import form_path
from app.web import front
from app.web.database import db, transaction
from app.web.front import Front
from tests.factories.days import NOW, make_event

SECOND = timedelta(seconds=1)
PAGE = "/events/musterfachtag"
FEED = "/calendar/events/musterfachtag.ics"


class Counted:
    """The application behind the kept answers, and how often it was asked."""

    def __init__(self, app: Flask) -> None:
        self._real = app.wsgi_app
        self.asked = 0
        with app.app_context():
            self._by_server = db.engine.dialect.name == "postgresql"
        app.wsgi_app = self  # type: ignore[method-assign, assignment]
        self.front = Front(app)
        self.client = Client(self.front, TestResponse, use_cookies=False)

    def __call__(self, *arguments: Any) -> Any:
        self.asked += 1
        return self._real(*arguments)

    def was_asked(self, times: int) -> None:
        """At least, with PostgreSQL: there a commit in any database of the server counts, and other tests write meanwhile."""
        assert self.asked == times or (self._by_server and self.asked > times)

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(
            address, headers={name.replace("_", "-"): one for name, one in headers.items()}
        )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the front takes for now: it stands still."""
    moment = [NOW]
    monkeypatch.setattr(front, "now", lambda: moment[0])
    return moment


@pytest.fixture
def house(own_app: Flask, clock: list[datetime]) -> Iterator[Counted]:
    with own_app.app_context(), transaction() as session:
        make_event(session)
    house = Counted(own_app)
    yield house
    house.front.states.close()


def rename(app: Flask, title: str) -> None:
    """Silently: without a new revision of the day."""
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE event SET title = :title"), {"title": title})


@pytest.mark.parametrize("address", ["/", PAGE, f"{PAGE}/agenda", FEED, "/calendar/all.ics", "/calendar"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_second_answer_is_the_first_without_asking(house: Counted, address: str, method: str) -> None:
    first = house.client.open(address, method=method)
    second = house.client.open(address, method=method)
    house.was_asked(1)
    assert first.status_code == 200
    assert (second.status, second.data, list(second.headers)) == (
        first.status,
        first.data,
        list(first.headers),
    )
    assert bool(first.data) == (method == "GET")


def test_whatever_is_written_is_seen_at_once(house: Counted, own_app: Flask) -> None:
    """Also what raises no revision, and what another connection writes."""
    for number in range(5):
        rename(own_app, f"Titel Nummer {number}")
        assert f"Titel Nummer {number}" in house.get("/").text
        assert f"Titel Nummer {number}" in house.get("/").text
    house.was_asked(5)


def test_no_answer_outlives_its_second(house: Counted, clock: list[datetime]) -> None:
    house.get("/")
    clock[0] += timedelta(milliseconds=999)
    house.get("/")
    house.was_asked(1)
    clock[0] += timedelta(milliseconds=1)
    house.get("/")
    house.was_asked(2)


def test_the_texts_about_registering_switch_on_time(
    own_app: Flask, house: Counted, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept bytes do not outlive the moment at which another text holds, though nobody writes then."""
    texts = {"text_before": "Bald geht es los.", "text_open": "Es geht.", "text_after": "Es ist vorbei."}
    with own_app.app_context(), transaction() as session:
        day = session.scalars(select(Event)).one()
        day.registration_opens_at, day.registration_closes_at = NOW + SECOND, NOW + 2 * SECOND
        for name, one in texts.items():
            setattr(day, name, one)
    monkeypatch.setattr(views, "now", lambda: clock[0])
    for expected in texts.values():
        for _ in range(2):
            page = house.get(PAGE).text
            assert [one for one in texts.values() if one in page] == [expected]
        clock[0] += timedelta(milliseconds=999)
        page = house.get(PAGE).text
        assert [one for one in texts.values() if one in page] == [expected]
        clock[0] += timedelta(milliseconds=1)


def test_a_code_is_asked_for_at_once(own_app: Flask, house: Counted) -> None:
    """The page of the day is kept for everybody; what opens the form, and the form, never are."""
    words = "Zur Anmeldung brauchen Sie einen Code"
    assert words not in house.get(PAGE).text
    with own_app.app_context(), transaction() as session:
        day = session.scalars(select(Event)).one()
        day.form_code = "Herbst-27"
        mark_changed(day, NOW, calendar=False)
        link = form_path(day)
    for _ in range(2):
        assert words in house.get(PAGE).text
        assert 'name="form_code"' in house.get(f"{PAGE}/register").text
        answer = house.get(link)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, True)
    house.was_asked(6)


def test_each_language_and_form_has_its_own(house: Counted) -> None:
    german, english = house.get("/", Accept_Language="de"), house.get("/", Accept_Language="en")
    assert (german.text, english.text) == (
        house.get("/", Accept_Language="de").text,
        house.get("/", Accept_Language="en").text,
    )
    assert german.text != english.text
    packed = house.get("/", Accept_Language="de", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in house.get("/", Accept_Language="de").headers
    assert house.get("/?lang=en", Accept_Language="de").text != german.text
    house.was_asked(4)


def test_an_unchanged_feed_is_said_to_be_so(house: Counted) -> None:
    tag = house.get(FEED).headers["ETag"]
    for _ in range(2):
        answer = house.get(FEED, If_None_Match=tag)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
    assert house.get(FEED, If_None_Match='"other"').status_code == 200
    house.was_asked(3)


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/", {"Cookie": "fachtag=somebody"}),  # messages, sign-in, language: whatever it carries
        ("/", {"Cookie": "foreign=1"}),
        ("/", {"Authorization": "Basic eA=="}),
        (FEED, {"Range": "bytes=0-9"}),
        ("/barriere-melden", {}),  # a form: it begins a session
        ("/organise/sign-in", {}),
        ("/organise/", {}),
        ("/nothing", {}),
        ("/my/nobody", {}),
        ("/healthz", {}),
        ("/readyz", {}),
    ],
)
def test_what_is_for_one_or_must_be_live_is_never_kept(
    house: Counted, address: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        house.get(address, **headers).close()
    house.was_asked(2)


def test_a_form_is_sent_to_the_application(house: Counted) -> None:
    for _ in range(2):
        house.client.post("/barriere-melden", data={"text": "x"})
    house.was_asked(2)


def test_a_database_that_cannot_be_asked_keeps_nothing(
    house: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> None:
        raise front.StateUnknown

    monkeypatch.setattr(house.front.states, "now", silent)
    assert house.get("/").status_code == 200
    assert house.get("/").status_code == 200
    house.was_asked(2)


def test_few_answers_are_kept(own_app: Flask, house: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MOST", 2)
    small = Front(own_app)
    client = Client(small, TestResponse, use_cookies=False)
    for address in ("/", "/calendar", PAGE, f"{PAGE}/agenda"):
        client.get(address)
    assert len(small._plain) == 2
    small.states.close()


def test_answers_together_take_no_more_than_their_room(
    house: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = len(house.get("/").data)
    monkeypatch.setattr(front, "ROOM", 3 * largest)
    for number in range(6):
        house.get(f"/?x={number}")
    shelf = house.front._asked
    assert 1 <= len(shelf) <= 4
    assert shelf._bytes == sum(len(one.body) for one in shelf._kept.values()) <= 3 * largest
    before = len(shelf)
    monkeypatch.setattr(front, "LARGEST", 100)
    house.get("/?x=9")
    assert len(shelf) == before


def test_whoever_asks_for_a_thousand_things_pushes_out_no_page(house: Counted) -> None:
    """A filter stands in the address: there is no end of them, and pages stay kept all the same."""
    for address in ("/", f"{PAGE}?lang=en"):
        house.get(address)
    for number in range(front.MOST + 5):
        house.get(f"{PAGE}/agenda?room={number}")
        house.get(PAGE, If_None_Match=f'"{number}"')
    assert (len(house.front._asked), len(house.front._known)) == (front.MOST_ASKED, front.MOST_ASKED)
    asked = house.asked
    for address in ("/", f"{PAGE}?lang=en"):
        house.get(address)
    house.was_asked(asked)


def test_what_was_asked_for_last_stays(house: Counted) -> None:
    for number in range(front.MOST_ASKED):
        house.get(f"/?x={number}")
    house.get("/?x=0")
    house.get("/?x=new")
    asked = house.asked
    house.get("/?x=0")
    house.was_asked(asked)
