# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The public change log: by moments, on the page in the reader's language, in the feed in the day's."""

from collections.abc import Iterator
from contextvars import Context
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event, Room
from app.events.rules import EventStatus, Loop
from app.events.service import mark_changed
from app.programme.changes import MOST_LINES, MOST_MOMENTS, agenda_changes
from app.programme.models import AgendaChange, Run, place_in_room
from app.texts import LANGUAGES, force_locale
from app.web.database import db, transaction
from tests.factories.days import NOW, Programme, at, make_event, make_programme
from tests.factories.organising import Queries
from tests.pages import Page, Visitor
from tests.programme.atom import ATOM, LANGUAGE, complaints, read
from tests.programme.test_views import fetch
from tests.scheduling.steps import replan_round, replan_run

PAGE = "/events/musterfachtag/agenda"
FEED = f"{PAGE}.atom"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build(**changes: object) -> Programme:
    with transaction() as session:
        return make_programme(session, make_event(session, **changes))


def note(*rows: tuple[datetime, str, str, str, str]) -> None:
    with transaction() as session:
        event = session.scalars(select(Event)).one()
        for at_, title, field, old, new in rows:
            session.add(AgendaChange(event_id=event.id, at=at_, title=title, field=field, old=old, new=new))
        mark_changed(event, max(row[0] for row in rows), calendar=False)


def page(client: FlaskClient, query: str = "") -> Page:
    return Context().run(Visitor(client).get, PAGE + query)


def logged(client: FlaskClient, query: str = "") -> list[str]:
    items = page(client, query).soup.select("ul.changes > li")
    return [" ".join(one.get_text(" ").split()) for one in items]


def test_what_changed_at_one_moment_stands_together(client: FlaskClient) -> None:
    """A release changes much at once."""
    build()
    note(
        (NOW + HOUR, "Beraten", "room", "Saal", "Foyer"),
        (NOW + HOUR, "Markt", "title", "", "Markt"),
        (NOW + HOUR, "Konflikte", "takes_place", "yes", ""),
        (NOW + 2 * HOUR, "Ausblick", "title", "Ausblick", ""),
    )
    assert logged(client) == [
        "05.01.2026, 11:00 Uhr: Ausblick – entfällt",
        "05.01.2026, 10:00 Uhr: Beraten – Raum: Saal → Foyer Markt – neu Konflikte – findet nicht statt",
    ]
    assert logged(client, "?lang=en")[0] == "5 Jan 2026, 11:00: Ausblick – taken out"


def test_a_log_has_an_end(client: FlaskClient) -> None:
    """Of many moments the newest are said, of a moment with many lines the first ones and how many more there are."""
    build()
    note(*((NOW + HOUR * n, f"Punkt {n}", "title", "", "x") for n in range(1, MOST_MOMENTS + 6)))
    note(*((NOW + 99 * HOUR, f"Viel {n}", "title", "", "x") for n in range(MOST_LINES + 7)))
    said = logged(client)
    assert len(said) == MOST_MOMENTS
    assert said[0].endswith(f"Viel {MOST_LINES - 1} – neu und 7 weitere Änderungen")
    assert "Punkt 25 –" in said[1]
    feed = read(fetch(client, FEED).data)
    assert len(feed.findall(f"{ATOM}entry")) == MOST_MOMENTS + 1  # and the release
    assert complaints(fetch(client, FEED).data) == []


def test_the_log_is_one_query_however_long(app: Flask) -> None:
    build()
    note(*((NOW + HOUR * n, f"Punkt {n}", "title", "", "x") for n in range(1, 50)))
    event = db.session.scalars(select(Event)).one()
    with Queries(app) as queries:
        assert len(agenda_changes(db.session(), event)) == MOST_MOMENTS
    assert queries.count == 1


def test_a_feed_without_changes_says_that_the_agenda_is_public(client: FlaskClient) -> None:
    build()
    answer = fetch(client, FEED)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    assert "Set-Cookie" not in answer.headers
    assert complaints(answer.data) == []
    feed = read(answer.data)
    assert feed.get(LANGUAGE) == "de"
    assert feed.findtext(f"{ATOM}title") == "Tagesablauf: Musterfachtag: Vom Einzelfall zur Struktur"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Team Musterfachtag"
    assert [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")] == [
        "Der Tagesablauf ist veröffentlicht"
    ]
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"http://localhost{FEED}", "alternate": f"http://localhost{PAGE}"}


def test_the_feed_follows_real_changes(client: FlaskClient) -> None:
    programme = build()
    before = fetch(client, FEED)
    with transaction() as session:
        run = replan_run(session, programme.runs["1.1"].id, NOW + HOUR, room_id=None)
        round_id = run.round_id
    with transaction() as session:
        replan_round(session, round_id, NOW + 2 * HOUR, starts_at=at("11:15"), ends_at=at("12:15"))
    answer = fetch(client, FEED)
    assert complaints(answer.data) == []
    entries = read(answer.data).findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == [
        "Workshoprunde 1 – Zeit: 11:00–12:15 Uhr → 11:15–12:15 Uhr",
        "Beraten ohne Vorurteil – Raum: Raum Birke → –",
        "Der Tagesablauf ist veröffentlicht",
    ]
    links = [one.find(f"{ATOM}link").get("href") for one in entries]
    assert links == [*[f"http://localhost{PAGE}#changes"] * 2, f"http://localhost{PAGE}"]
    assert entries[1].findtext(f"{ATOM}updated") == "2026-01-05T10:00:00+01:00"
    assert entries[1].findtext(f"{ATOM}content") == (
        "<ul><li>Beraten ohne Vorurteil – Raum: Raum Birke → –</li></ul>"
    )
    modified = [parsedate_to_datetime(one.headers["Last-Modified"]) for one in (before, answer)]
    assert modified[0] < modified[1]


def test_who_has_the_feed_hears_304_until_something_changes(client: FlaskClient) -> None:
    build()
    tag = fetch(client, FEED).headers["ETag"]
    assert fetch(client, FEED, If_None_Match=tag).status_code == 304
    assert fetch(client, FEED, **{"Accept-Encoding": "gzip", "If-None-Match": tag}).status_code == 304
    note((NOW + HOUR, "Markt", "title", "", "Markt"))
    answer = fetch(client, FEED, **{"If-None-Match": tag})
    assert (answer.status_code, answer.headers["ETag"] != tag) == (200, True)


def test_entries_keep_their_names(client: FlaskClient) -> None:
    """Whatever comes later, and however the day is called then: a reader shows nothing twice."""
    build()
    note((NOW + HOUR, "Markt", "title", "", "Markt"))

    def ids() -> list[str | None]:
        return [one.text for one in read(fetch(client, FEED).data).iter(f"{ATOM}id")]

    before = ids()
    with transaction() as session:
        session.scalars(select(Event)).one().slug = "anders"
    note((NOW + 2 * HOUR, "Markt", "title", "Markt", ""))
    moved = read(fetch(client, "/events/anders/agenda.atom").data)
    after = [one.text for one in moved.iter(f"{ATOM}id")]
    assert [one for one in after if one in before] == before
    assert len(after) == len(before) + 1


def test_the_feed_speaks_the_language_of_the_day(client: FlaskClient) -> None:
    """Whoever asks first: the same bytes for everybody."""
    build(language="en")
    note((NOW + HOUR, "Fair", "title", "", "Fair"))
    german = fetch(client, f"{FEED}?lang=de", **{"Accept-Language": "de"})
    assert german.data == fetch(client, FEED, **{"Accept-Language": "en"}).data
    assert "Fair – new" in german.get_data(as_text=True)
    assert read(german.data).get(LANGUAGE) == "en"


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    """T20: escaped for HTML, and again for XML; what no XML may hold is left out."""
    build()
    hostile = "<script>alert(1)</script>]]>&amp;\x0b"
    note((NOW + HOUR, hostile, "room", hostile, "–"))
    answer = fetch(client, FEED)
    assert complaints(answer.data) == []
    content = read(answer.data).findtext(f"{ATOM}entry/{ATOM}content") or ""
    html = BeautifulSoup(content, "html.parser")
    assert html.find("script") is None
    assert html.get_text().startswith("<script>alert(1)</script>]]>&amp; – Raum:")
    assert page(client).soup.find("script", string="alert(1)") is None


def test_pages_of_the_day_lead_to_the_feed_and_the_feed_to_them(client: FlaskClient) -> None:
    build()
    day = "/events/musterfachtag"
    for address in (PAGE, day, f"{day}/workshops/beraten-ohne-vorurteil", f"{PAGE}?view=rooms"):
        head = Context().run(Visitor(client).get, address).soup.head
        assert head is not None
        found = head.find("link", type="application/atom+xml")
        assert found is not None
        assert (found["rel"], found["href"]) == (["alternate"], FEED), address
    assert FEED in page(client).links()
    (released,) = read(fetch(client, FEED).data).findall(f"{ATOM}entry/{ATOM}link")
    assert (
        released.get("href") == f"http://localhost{PAGE}"
    )  # the page has a part for changes once there are any


def test_what_is_not_public_has_no_feed(client: FlaskClient) -> None:
    with transaction() as session:
        make_programme(session, make_event(session), released=False)
    assert fetch(client, FEED).status_code == 404
    head = Context().run(Visitor(client).get, "/events/musterfachtag").soup.head
    assert head is not None
    assert head.find("link", type="application/atom+xml") is None
    with transaction() as session:
        event = session.scalars(select(Event)).one()
        event.agenda_released_at, event.status = NOW, EventStatus.DRAFT
    assert fetch(client, FEED).status_code == 404


@pytest.mark.parametrize(
    "broken",
    [
        ("<author>", "<category>"),
        ('rel="self"', 'rel="via"'),
        ("urn:uuid:", "urn:"),
        ("<updated>2026", "<updated>26"),
        ("<title>", "<name>"),
    ],
)
def test_the_validator_finds_what_is_wrong(client: FlaskClient, broken: tuple[str, str]) -> None:
    build()
    good = fetch(client, FEED).get_data(as_text=True)
    before, after = broken
    closing = (before.replace("<", "</"), after.replace("<", "</"))
    bad = good.replace(before, after)
    if before.endswith(">"):
        bad = bad.replace(*closing)
    assert bad != good
    assert complaints(bad.encode()) != []


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_longest_place_fits_into_a_line(spoken: str) -> None:
    """Room, house, way of taking part and table: SQLite would take any length, PostgreSQL refuses it."""
    columns = {name: sa.inspect(Room).columns[name].type for name in ("name", "venue")}
    texts = {
        name: "x" * one.length for name, one in columns.items() if isinstance(one, sa.String) and one.length
    }
    station = sa.inspect(Run).columns["station"].type
    assert isinstance(station, sa.String)
    with force_locale(spoken):
        where = place_in_room(
            Room(**texts, seats=9, online=True, step_free=True, loop=Loop.NONE),
            "x" * (station.length or 0),
        )
    assert len(where) > 300
    for name in ("old", "new"):
        kept = sa.inspect(AgendaChange).columns[name].type
        assert isinstance(kept, sa.String)
        assert len(where) <= (kept.length or 0)
