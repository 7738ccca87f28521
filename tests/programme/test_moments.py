# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Now and next: at each boundary, over midnight, in both nights in which the clocks change, and from kept bytes."""

from collections.abc import Iterator
from contextvars import Context
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import mark_changed
from app.programme import views
from app.programme.agenda import AgendaLine
from app.programme.moments import boundaries, phase, standing
from app.web import front
from app.web.database import transaction
from app.web.front import Front
from tests.factories.days import DAY, at, make_event, make_programme
from tests.pages import Page, Visitor

PAGE = "/events/musterfachtag/agenda"
TICK = timedelta(microseconds=1)
NIGHT = date(2031, 3, 14)
SPRING, AUTUMN = date(2031, 3, 30), date(2031, 10, 26)  # 2:00 becomes 3:00; 3:00 becomes 2:00


def line(title: str, starts: datetime, ends: datetime) -> AgendaLine:
    return AgendaLine(f"item-{title}", None, title, "", starts, ends, None)


def said(lines: list[AgendaLine], now: datetime) -> tuple[str, str] | None:
    found = standing(lines, now)
    if found is None:
        return None
    return " ".join(one.title for one in found.now), " ".join(one.title for one in found.next)


ORDINARY = [
    line("A", at("9:30"), at("10:00")),
    line("B", at("10:00"), at("11:00")),
    line("C", at("10:30"), at("11:00")),
    line("D", at("13:00"), at("14:00")),
]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at("0:00") - TICK, None),
        (at("0:00"), ("", "A")),
        (at("9:30") - TICK, ("", "A")),
        (at("9:30"), ("A", "B")),
        (at("10:00") - TICK, ("A", "B")),
        (at("10:00"), ("B", "C")),
        (at("10:30"), ("B C", "D")),
        (at("11:00") - TICK, ("B C", "D")),
        (at("11:00"), ("", "D")),
        (at("13:00"), ("D", "")),
        (at("14:00") - TICK, ("D", "")),
        (at("14:00"), None),
    ],
)
def test_each_boundary_belongs_to_what_begins(moment: datetime, expected: tuple[str, str] | None) -> None:
    assert said(ORDINARY, moment) == expected


def test_nothing_is_said_of_an_empty_agenda() -> None:
    assert (said([], at("9:30")), phase([], at("9:30"))) == (None, 0)


def test_a_phase_is_another_one_whenever_something_else_is_said() -> None:
    """What is kept under it is never old: minute by minute over two days, and just before each boundary."""
    lines = [*ORDINARY, line("E", at("23:30"), at("1:00", NIGHT))]
    moments = [at("0:00") - timedelta(hours=1) + timedelta(minutes=n) for n in range(60 * 30)]
    moments += [one - TICK for one in boundaries(lines)]
    kept: dict[int, tuple[str, str] | None] = {}
    for moment in moments:
        number = phase(lines, moment)
        assert kept.setdefault(number, said(lines, moment)) == said(lines, moment)
    assert set(kept) == set(range(len(boundaries(lines)) + 1))


def test_over_midnight() -> None:
    lines = [
        line("Abend", at("20:00"), at("23:30")),
        line("Nacht", at("23:30"), at("0:45", NIGHT)),
        line("Morgen", at("9:00", NIGHT), at("10:00", NIGHT)),
    ]
    for clock, on, expected in (
        ("23:59", DAY, ("Nacht", "Morgen")),
        ("0:00", NIGHT, ("Nacht", "Morgen")),
        ("0:44", NIGHT, ("Nacht", "Morgen")),
        ("0:45", NIGHT, ("", "Morgen")),
        ("9:00", NIGHT, ("Morgen", "")),
        ("10:00", NIGHT, None),
    ):
        assert said(lines, at(clock, on)) == expected, clock


def test_the_night_without_the_hour_after_two() -> None:
    """From 1:30 to 3:30 is one hour then."""
    begins = at("1:30", SPRING)
    lines = [line("Nacht", begins, at("3:30", SPRING)), line("Früh", at("3:30", SPRING), at("4:00", SPRING))]
    assert lines[0].ends_at - begins == timedelta(hours=1)
    assert boundaries(lines)[0] == datetime(2031, 3, 29, 23, 0, tzinfo=UTC)
    assert said(lines, begins + timedelta(minutes=59)) == ("Nacht", "Früh")
    assert said(lines, begins + timedelta(minutes=60)) == ("Früh", "")
    assert said(lines, begins + timedelta(minutes=90)) is None


def test_the_night_with_the_hour_after_two_twice() -> None:
    """From 1:30 to 3:30 is three hours then, and 2:30 comes twice."""
    begins = at("1:30", AUTUMN)
    lines = [line("Nacht", begins, at("3:30", AUTUMN)), line("Früh", at("3:30", AUTUMN), at("4:00", AUTUMN))]
    assert lines[0].ends_at - begins == timedelta(hours=3)
    assert boundaries(lines)[0] == datetime(2031, 10, 25, 22, 0, tzinfo=UTC)
    for minutes in (60, 120, 179):
        assert said(lines, begins + timedelta(minutes=minutes)) == ("Nacht", "Früh")
    assert said(lines, begins + timedelta(minutes=180)) == ("Früh", "")


# --- on the page -------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    moment = [at("8:00")]
    monkeypatch.setattr(views, "now", lambda: moment[0])
    monkeypatch.setattr(front, "now", lambda: moment[0])
    with app.app_context():
        with transaction() as session:
            make_programme(session, make_event(session))
        yield moment


def shown(page: Page) -> str:
    section = page.soup.select_one("section.standing")
    return " ".join(section.get_text(" ").split()) if section is not None else ""


def visit(app: Flask, query: str = "") -> str:
    return shown(Context().run(Visitor(app.test_client()).get, PAGE + query))


def test_the_page_says_it_from_midnight_to_the_end(app: Flask, clock: list[datetime]) -> None:
    for moment, expected in (
        (at("0:00") - TICK, ""),
        (at("8:00"), "Jetzt und danach Danach , 9:00–9:30 Uhr: Ankommen und Kaffee , Foyer"),
        (
            at("11:00"),
            "Jetzt und danach Jetzt bis 12:15 Uhr: Workshoprunde 1 Danach , 12:15–13:30 Uhr: Mittagsimbiss , Foyer",
        ),
        (at("12:15") - TICK, "Jetzt und danach Jetzt bis 12:15 Uhr: Workshoprunde 1 Danach , 12:15–13:30 Uhr: Mittagsimbiss , Foyer"),
        (at("14:50"), "Jetzt und danach Danach , 15:00–15:45 Uhr: Ausblick , Großer Saal"),
        (at("15:45"), ""),
    ):  # fmt: skip
        clock[0] = moment
        assert visit(app) == expected, moment
        assert visit(app, "?kind=workshop") == expected, moment
    clock[0] = at("11:00")
    assert "Now until 12:15 : Workshoprunde 1" in visit(app, "?lang=en").replace("12:15:", "12:15 :")


def test_its_links_lead_to_the_lines(app: Flask, clock: list[datetime]) -> None:
    clock[0] = at("11:00")
    page = Context().run(Visitor(app.test_client()).get, PAGE)
    anchors = [str(one["href"]) for one in page.soup.select("section.standing a")]
    assert len(anchors) == 2
    for one in anchors:
        assert page.soup.select_one(f"li.agenda__item{one}") is not None
    # Where not every line stands, or none in sight: to the whole list.
    for query in ("?kind=break", "?view=rooms"):
        page = Context().run(Visitor(app.test_client()).get, PAGE + query)
        assert [str(one["href"]) for one in page.soup.select("section.standing a")] == [
            f"{PAGE}{one}" for one in anchors
        ]


def test_a_day_that_was_called_off_has_no_now(app: Flask, clock: list[datetime]) -> None:
    clock[0] = at("11:00")
    with transaction() as session:
        event = session.scalars(select(Event)).one()
        event.status = EventStatus.CANCELLED
        mark_changed(event, at("8:00"), calendar=True)
    assert visit(app) == ""


def test_kept_bytes_end_at_the_boundary(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes: the clock alone makes page and tag anew, also for a browser that has the page already."""
    moment = [at("12:15") - timedelta(seconds=1)]
    monkeypatch.setattr(views, "now", lambda: moment[0])
    monkeypatch.setattr(front, "now", lambda: moment[0])
    with own_app.app_context(), transaction() as session:
        make_programme(session, make_event(session))
    whole = Front(own_app)
    client = Client(whole, TestResponse, use_cookies=False)
    before = client.get(PAGE)
    assert "bis 12:15 Uhr" in before.text
    tag = before.headers["ETag"]
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    moment[0] += timedelta(milliseconds=999)
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    moment[0] += timedelta(milliseconds=1)
    after = client.get(PAGE, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert "bis 13:30 Uhr" in after.text
    assert "bis 12:15 Uhr" not in after.text
    whole.states.close()
