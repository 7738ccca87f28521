# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The public pages of days: overview, region, one day; and that a page kept in the cache is never an old one."""

from collections.abc import Iterator
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event

from app.events import views
from app.events.facts import FACTS, Effect
from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import mark_changed, name_hosts
from app.organisations.models import Region
from app.organisations.service import add_organisation
from app.refusal import fingerprint
from app.registration import views as registration_views
from app.registration.groups import views as group_views
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event
from tests.pages import Page, Visitor

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what the pages take for now."""

    def show(moment: datetime) -> None:
        monkeypatch.setattr(views, "now", lambda: moment)

    show(NOW)
    return show


def day(**changes: Any) -> int:
    with transaction() as session:
        return make_event(session, **changes).id


def change(event_id: int, *, silently: bool = False, **facts: Any) -> None:
    """`silently` leaves the revision as it is, as registrations do."""
    with transaction() as session:
        event = session.get_one(Event, event_id)
        for name, value in facts.items():
            setattr(event, name, value)
        if not silently:
            mark_changed(event, NOW, calendar=False)


def visit(
    client: FlaskClient, path: str = "/events/musterfachtag", headers: dict[str, str] | None = None
) -> Page:
    """In a context of its own, as a server answers; the test's own context would lend it the language of before."""
    return Context().run(Visitor(client, headers or {"Accept-Language": "de"}).get, path)


# -- one day


def test_page_of_a_day(client: FlaskClient, clock: Any) -> None:
    event_id = day()
    with transaction() as session:
        host, friend = (
            add_organisation(session, "Kreis Musterland"),
            add_organisation(session, "Verein Brücke"),
        )
        name_hosts(
            session, event_id, host, [friend], None, None, fingerprint((None, [], None, None)), None, NOW
        )
    page = visit(client)
    assert page.status == 200
    assert page.heading == "Musterfachtag: Vom Einzelfall zur Struktur"
    for words in (
        "Donnerstag, 13. März 2031, 9:30–15:45 Uhr",
        "Kreishaus Musterstadt, Beispielweg 1, 00000 Musterstadt",
        "Die Teilnahme ist kostenfrei.",
        "Kreis Musterland",
        "Verein Brücke",
        "Team Musterfachtag",
        "Anmeldung offen",
    ):
        assert words in page.text, words
    assert "/events/musterfachtag/register" in page.links()
    alternate = page.soup.find("link", rel="alternate")
    assert alternate is not None
    assert alternate["href"] == "/calendar/events/musterfachtag.ics"


@pytest.mark.parametrize("path", ["/events/musterfachtag", "/events/nie-gehört", "/events/x%27--"])
def test_draft_and_unknown_are_the_same_page(client: FlaskClient, path: str, clock: Any) -> None:
    """T35: whether there is a draft is nobody's business."""
    day(status=EventStatus.DRAFT)
    page = visit(client, path)
    assert page.status == 404
    assert page.heading == visit(client, "/events/gibt-es-nicht").heading


def test_withdrawn_day_disappears_at_once(client: FlaskClient, clock: Any) -> None:
    event_id = day()
    assert visit(client).status == 200
    change(event_id, silently=True, status=EventStatus.DRAFT)
    assert visit(client).status == 404


@pytest.mark.parametrize(
    ("now", "facts", "words", "offers_form"),
    [
        (NOW, {}, "Anmeldung offen", True),
        (NOW, {"taken": 95}, "Wenige Plätze frei", True),
        (NOW, {"taken": 100}, "Alle Plätze sind vergeben", True),
        (NOW, {"registration_opens_at": at("9:00")}, "Die Anmeldung öffnet am 13.03.2031, 9:00 Uhr", False),
        (at("9:30") - HOUR, {}, "Anmeldung geschlossen", False),
        (at("12:00"), {"registration_closes_at": None}, "Anmeldung geschlossen", False),
        (at("15:45"), {}, "Vorbei", False),
        (NOW, {"status": EventStatus.CANCELLED}, "Dieser Fachtag findet nicht statt", False),
    ],
)
def test_what_the_page_says_of_registering(
    client: FlaskClient, clock: Any, now: datetime, facts: dict[str, Any], words: str, offers_form: bool
) -> None:
    """From a warm cache, without a new revision: seats and time change the page by themselves."""
    event_id = day()
    assert "Anmeldung offen" in visit(client).text
    change(event_id, silently=True, **facts)
    clock(now)
    page = visit(client)
    assert words in page.text
    assert ("/events/musterfachtag/register" in page.links()) is offers_form


BEFORE, MEANWHILE, AFTER = (
    "Zuerst für Integrationszentren.",
    "Bitte eine Person je Stelle.",
    "Rufen Sie uns an.",
)
OPENS, CLOSES = at("8:00") - 48 * HOUR, at("8:00") - 24 * HOUR
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "facts", "words"),
    [
        (OPENS - SECOND, {}, BEFORE),
        (OPENS, {}, MEANWHILE),
        (OPENS, {"taken": 95}, MEANWHILE),
        (OPENS, {"taken": 100}, MEANWHILE),  # full: the waiting list is open
        (OPENS, {"taken": 100, "waiting_counter": 1, "waiting": 1}, MEANWHILE),
        (CLOSES - SECOND, {}, MEANWHILE),
        (CLOSES, {}, AFTER),
        (CLOSES, {"moves_up_until": at("9:00")}, AFTER),  # the line moves, but nobody gets into it
        (at("9:30") - SECOND, {"registration_closes_at": None}, MEANWHILE),
        (at("9:30"), {"registration_closes_at": None}, AFTER),
        (at("15:45") - SECOND, {}, AFTER),
        (at("15:45"), {}, None),
        (OPENS - SECOND, {"registration_opens_at": None}, MEANWHILE),
        (OPENS - SECOND, {"status": EventStatus.CANCELLED}, None),
        (OPENS, {"status": EventStatus.CANCELLED}, None),
        (CLOSES, {"status": EventStatus.CANCELLED}, None),
    ],
)
def test_each_text_about_registering_stands_there_in_its_time(
    client: FlaskClient,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    facts: dict[str, Any],
    words: str | None,
) -> None:
    """From a warm cache, on the page of the day, on the form or in its place, and on the group's; one at a time."""
    event_id = day(registration_opens_at=OPENS, registration_closes_at=CLOSES)
    change(event_id, text_before=BEFORE, text_open=MEANWHILE, text_after=AFTER)
    for moment in (OPENS - SECOND, OPENS, CLOSES):
        clock(moment)
        visit(client)
    change(event_id, silently=True, **facts)
    clock(now)
    for module in (registration_views, group_views):
        monkeypatch.setattr(module, "now", lambda: now)
    for path in ("", "/register", "/register/group"):
        page = visit(client, f"/events/musterfachtag{path}")
        assert [one for one in (BEFORE, MEANWHILE, AFTER) if one in page.text] == [words] * (
            words is not None
        )


def test_a_text_about_registering_is_plain_text_in_the_language_of_the_day(
    client: FlaskClient, clock: Any
) -> None:
    """T20"""
    event_id = day()
    change(event_id, text_open="Erster Absatz.\nZweite Zeile.\n\n<b>Zweiter</b> Absatz.")
    html = visit(client, "/events/musterfachtag?lang=en").response.get_data(as_text=True)
    assert '<p lang="de">Erster Absatz.<br>Zweite Zeile.</p>' in html
    assert '<p lang="de">&lt;b&gt;Zweiter&lt;/b&gt; Absatz.</p>' in html


def entries(client: FlaskClient) -> list[str]:
    """What calendars know of the day; the feed says besides when it was asked."""
    feed = client.get("/calendar/events/musterfachtag.ics").text
    return feed[feed.index("BEGIN:VEVENT") :].splitlines()


def test_texts_and_code_change_no_calendar(client: FlaskClient, clock: Any) -> None:
    """What is no part of an entry raises no sequence."""
    event_id = day()
    before = entries(client)
    change(event_id, text_open=MEANWHILE, text_after=AFTER, form_code="Herbst-27")
    assert entries(client) == before
    for name in ("text_before", "text_open", "text_after", "form_code"):
        assert FACTS[name].effect is Effect.NOTHING


def test_cached_page_follows_the_revision(client: FlaskClient, clock: Any) -> None:
    event_id = day()
    assert "Musterfachtag" in visit(client).heading
    change(event_id, title="Neuer Titel", description="Ganz neuer Text")
    page = visit(client)
    assert page.heading == "Neuer Titel"
    assert "Ganz neuer Text" in page.text


def test_cached_page_is_kept_per_language(client: FlaskClient, clock: Any) -> None:
    day()
    german = visit(client)
    english = visit(client, headers={"Accept-Language": "en"})
    chosen = visit(client, "/events/musterfachtag?lang=en")
    assert [page.soup.html["lang"] for page in (german, english, chosen)] == ["de", "en", "en"]  # type: ignore[index]
    assert "Thursday, 13 March 2031, 9:30–15:45" in english.text
    assert "/events/musterfachtag/register" in english.links()
    assert "/events/musterfachtag/register?lang=en" in chosen.links()
    assert visit(client).text == german.text


def test_no_cookie_and_nothing_hostile_comes_alive(client: FlaskClient, clock: Any) -> None:
    """WEB-02, T20"""
    hostile = "</title></script><svg onload=alert(1)>{{ 7*7 }}"
    day(title=hostile, summary=hostile, venue_note=hostile, contact_name=hostile, fee_note=hostile)
    for path in ("/", "/events/musterfachtag", "/events/musterfachtag/agenda", "/calendar"):
        page = visit(client, path)
        assert page.status == 200
        assert "Set-Cookie" not in page.response.headers
        assert "Cookie" not in page.response.headers.get("Vary", "")
        assert page.soup.find("svg", onload=True) is None
        assert "49" not in page.text


# -- overview


def test_overview_parts_what_comes_from_what_was(client: FlaskClient, clock: Any) -> None:
    day(slug="bald", title="Bald")
    day(slug="vorbei", title="Vorbei gegangen", starts_at=NOW - 9 * HOUR, ends_at=NOW)
    day(slug="laeuft", title="Läuft gerade", starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    day(slug="entwurf", title="Geheim", status=EventStatus.DRAFT)
    page = visit(client, "/")
    assert page.status == 200
    sections = {
        str(section["aria-labelledby"]): [link["href"] for link in section.find_all("a")]
        for section in page.soup.find_all("section", attrs={"aria-labelledby": True})
    }
    assert sections["upcoming"] == ["/events/laeuft", "/events/bald"]
    assert sections["past"] == ["/events/vorbei"]
    assert "Geheim" not in page.text


def test_empty_overview(client: FlaskClient, clock: Any) -> None:
    page = visit(client, "/")
    assert page.status == 200
    assert "Zurzeit ist kein Fachtag geplant" in page.text


def test_overview_of_a_region(client: FlaskClient, clock: Any) -> None:
    with transaction() as session:
        owl, ruhr = Region(slug="owl", name="OWL"), Region(slug="ruhr", name="Ruhr")
        session.add_all([owl, ruhr])
        make_event(session, slug="in-owl", title="In OWL").region = owl
        make_event(session, slug="in-ruhr", title="An der Ruhr").region = ruhr
        make_event(session, slug="ohne", title="Überall")
    assert {"/events/in-owl", "/events/in-ruhr", "/events/ohne"} <= set(visit(client, "/").links())
    page = visit(client, "/?region=owl")
    assert "/events/in-owl" in page.links()
    assert not {"/events/in-ruhr", "/events/ohne"} & set(page.links())
    current = [link.get_text(strip=True) for link in page.soup.find_all("a", attrs={"aria-current": "true"})]
    assert "OWL" in current
    assert "An der Ruhr" in visit(client, "/?region=").text


@pytest.mark.parametrize("query", ["?region=nirgends", "?region=OWL", "?region=%27", "?region=%F0%9F%8E%88"])
def test_unknown_region(client: FlaskClient, clock: Any, query: str) -> None:
    assert visit(client, f"/{query}").status == 404


@pytest.mark.parametrize(
    "path", ["/?region=%00", "/events/%00", "/events/a%00b/agenda", "/calendar/regions/%00.ics"]
)
def test_characters_no_database_takes(client: FlaskClient, path: str) -> None:
    """T43: the same verdict on both engines, and it is not 500."""
    assert Context().run(client.get, path).status_code in {400, 404}


def test_overview_asks_as_much_for_one_day_as_for_twenty(app: Flask, client: FlaskClient, clock: Any) -> None:
    """A hit costs one read by primary key."""
    assert _statements(app, client) == _statements(app, client)
    day(slug="tag-0")
    one = _statements(app, client)
    for number in range(1, 20):
        day(slug=f"tag-{number}")
    assert _statements(app, client) == one


def _statements(app: Flask, client: FlaskClient) -> int:
    seen: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    assert Context().run(client.get, "/").status_code == 200
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in seen if one.startswith("SELECT")])
