# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where a day and its programme contradict each other is said after every change, in the editor and before a release; and
what goes on until midnight and past it can be entered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.rules import EventStatus, Seats
from app.organisations.models import Region
from app.programme.agenda import AgendaLine, RoundView, RunView
from app.programme.contradictions import contradictions, days_beside
from app.programme.credits import Credit
from app.programme.kinds import Kind
from app.programme.models import AgendaItem, Round
from app.programme.rules import ContributorRole, Icon, ItemKind
from app.texts import days, force_locale, span, times
from app.web.database import db, transaction
from app.web.editing import given_end
from tests.factories.days import DAY, at, make_event
from tests.organising.helpers import Day, a_day
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in

pytestmark = pytest.mark.sqlite_only

HEADING = "Fachtag und Programm widersprechen sich"
HALL, BIRCH = RoomFacts("Großer Saal", None), RoomFacts("Raum Birke", 20)


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("en"):
        yield


PAUSES = (ItemKind.BREAK, ItemKind.MARKET)


def line(
    title: str, starts: str, ends: str, kind: ItemKind | None = ItemKind.KEYNOTE, **facts: object
) -> AgendaLine:
    of_kind = kind and Kind(kind, kind, kind, Icon.TALK, kind in PAUSES, kind is ItemKind.MARKET)
    made = AgendaLine(f"item-{title}", of_kind, title, "", at(starts), at(ends), None)
    return replace(made, **facts)  # type: ignore[arg-type]


def round_line(
    title: str,
    starts: str,
    ends: str,
    *runs: RunView,
    going_on: tuple[RunView, ...] = (),
    booked: bool = True,
) -> AgendaLine:
    view = RoundView(1, 1, title, at(starts), at(ends), runs, going_on, booked)
    return AgendaLine(f"round-{title}", None, title, "", at(starts), at(ends), None, view)


def run(
    label: str, room: RoomFacts | None, capacity: int | None = 20, *, takes_place: bool = True
) -> RunView:
    return RunView(1, 1, label, "Thema", "", room, (), Seats(capacity, 0), 0, takes_place=takes_place)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line("A", "10:00", "11:00"), line("B", "11:00", "12:00")], []),
        ([line("A", "9:00", "10:00")], ["“A” (9:00–10:00) begins before the day does"]),
        ([line("Ankommen", "9:00", "9:30", ItemKind.BREAK)], []),
        ([line("Ankommen", "9:00", "9:40", ItemKind.BREAK)], ["begins before the day does"]),
        ([line("A", "15:00", "16:00")], ["“A” (15:00–16:00) goes on after the day has ended"]),
        ([line("Essen", "17:00", "18:00", ItemKind.BREAK)], ["goes on after the day has ended"]),
        ([round_line("R", "15:00", "16:00")], ["“R” (15:00–16:00) goes on after the day has ended"]),
        ([line("A", "10:00", "11:00"), line("B", "10:30", "12:00")], ["“A” (10:00–11:00) and “B” (10:30–12:00) take place"]),
        ([line("A", "10:00", "11:00", ItemKind.BREAK), round_line("R", "10:30", "12:00")], ["“A” (10:00–11:00) and “R”"]),
        ([line("M", "10:00", "15:00", ItemKind.MARKET), line("B", "10:30", "12:00")], []),
        (
            [line("M", "10:00", "15:00", ItemKind.MARKET, room=HALL), line("B", "10:30", "12:00", room=HALL)],
            ["Großer Saal is in use twice at the same time: for “M” and “B”"],
        ),
        ([line("A", "10:00", "11:00", room=HALL), line("B", "10:30", "12:00", room=HALL)], ["take place at the same time"]),
        (
            [round_line("R", "10:00", "11:00", run("1.1", BIRCH), going_on=(run("0.1", BIRCH),))],
            ["Raum Birke is in use twice at the same time: for “1.1 Thema” and “0.1 Thema”"],
        ),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH), run("1.2", BIRCH, takes_place=False))], []),
        ([round_line("R", "10:00", "11:00", run("1.1", None), run("1.2", None))], []),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH), run("1.2", BIRCH))], ["Raum Birke is in use twice"]),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH, 21))], ["“1.1 Thema” has 21 places, Raum Birke has 20 seats."]),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH, None))], ["“1.1 Thema” has no limit of places, Raum Birke has 20"]),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH, None), booked=False)], []),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH, 21), booked=False)], ["“1.1 Thema” has 21 places, Raum Birke has"]),
        ([round_line("R", "10:00", "11:00", run("1.1", BIRCH, 21, takes_place=False))], []),
        ([round_line("R", "10:00", "11:00", run("1.1", HALL, 500), run("1.2", None, None))], []),
        ([round_line("R", "10:00", "11:00", going_on=(run("0.1", BIRCH, 21),))], []),
    ],
)  # fmt: skip
def test_what_is_said_of_an_agenda(english: None, lines: list[AgendaLine], said: list[str]) -> None:
    del english
    event = Event(starts_at=at("9:30"), ends_at=at("15:45"))
    found = contradictions(event, lines)
    assert len(found) == len(said)
    for one, words in zip(found, said, strict=True):
        assert words in one.sentence
        assert all(one.concerns(key) for _title, key in one.lines)


def credit(name: str, organisation: str = "") -> tuple[Credit, ...]:
    return (Credit(1, ContributorRole.TALK, name, organisation=organisation),)


ADA, OTHER_ADA = credit("Ada Probe", "Stadt Musterstadt"), credit("Ada Probe", "Kreis Muster")
MARKET = line("M", "10:00", "12:00", ItemKind.MARKET, contributors=ADA)
BREAK = line("P", "12:00", "12:30", ItemKind.BREAK)


def led(label: str, people: tuple[Credit, ...], number: int, *, takes_place: bool = True) -> RunView:
    return replace(run(label, None, takes_place=takes_place), contributors=people, id=number)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([MARKET, line("B", "11:00", "12:00", contributors=ADA)], ["Ada Probe, Stadt Musterstadt is in two places"]),
        ([MARKET, line("B", "11:00", "12:00", asked=ADA)], ["in “M” and “B” (10:00–12:00)"]),
        ([MARKET, line("B", "11:00", "12:00", contributors=OTHER_ADA)], []),
        ([MARKET, line("B", "12:00", "13:00", contributors=ADA)], []),
        ([round_line("R", "10:00", "11:00", led("1.1", ADA, 1), led("1.2", ADA, 2))], ["“1.1 Thema” and “1.2 Thema”"]),
        ([round_line("R", "10:00", "11:00", led("1.1", ADA, 1), led("1.2", ADA, 2, takes_place=False))], []),
        ([round_line("R", "10:00", "11:00", led("1.1", ADA + ADA, 1))], []),
        (
            [
                round_line("R", "10:00", "11:00", led("1.1", ADA, 1), led("1.2", ADA, 2)),
                round_line("S", "11:00", "12:00", going_on=(led("1.1", ADA, 1), led("1.2", ADA, 2))),
            ],
            ["Ada Probe, Stadt Musterstadt is in two places"],
        ),
        ([line("A", "9:30", "12:30")], []),
        ([line("A", "9:30", "12:31")], ["9:30–12:31: for more than 3 hours there is no break."]),
        ([line("A", "9:30", "11:00"), round_line("R", "11:05", "12:31")], ["9:30–12:31: for more"]),
        ([line("A", "9:30", "11:00"), round_line("R", "11:10", "12:31")], []),
        ([line("A", "9:30", "12:00"), BREAK, line("B", "12:30", "14:00")], []),
        ([line("M", "9:30", "15:00", ItemKind.MARKET)], []),
        ([line("A", "9:30", "11:30"), BREAK, line("B", "12:30", "15:31")], ["12:30–15:31: for more"]),
    ],
)  # fmt: skip
def test_who_is_in_two_places_and_who_has_no_break(
    english: None, lines: list[AgendaLine], said: list[str]
) -> None:
    test_what_is_said_of_an_agenda(english, lines, said)


def test_another_day_of_the_region_is_named(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        region = Region(name="OWL", slug="owl")
        session.add(region)
        session.flush()
        mine = make_event(session, region_id=region.id)
        assert days_beside(session, mine) == []
        other = make_event(session, slug="anderer", title="Anderer Tag", region_id=region.id)
        with force_locale("en"):
            (found,) = days_beside(session, mine)
        assert found.sentence == "“Anderer Tag” is in the same region at the same date."
        for name, value in (("status", EventStatus.DRAFT), ("region_id", None)):
            before = getattr(other, name)
            setattr(other, name, value)
            session.flush()
            assert days_beside(session, mine) == []
            setattr(other, name, before)
        other.starts_at, other.ends_at = (
            other.starts_at + timedelta(days=1),
            other.ends_at + timedelta(days=1),
        )
        session.flush()
        assert days_beside(session, mine) == []


def ids(app: Flask) -> tuple[int, int]:
    """The closing item (15:00 to 15:45) and the second round."""
    with app.app_context():
        item = db.session.scalars(select(AgendaItem.id).where(AgendaItem.title == "Ausblick")).one()
        return item, db.session.scalars(select(Round.id).where(Round.number == 2)).one()


def lead(app: Flask) -> Visitor:
    return Visitor(signed_in(app, "lea@example.org"))


def moved(app: Flask, day: Day, item: int, start: str, end: str) -> Page:
    page = lead(app).get(f"{day.home}/programme/items/{item}")
    return page.send(button="Speichern", start=start, end=end)


def test_every_edit_that_leaves_one_says_so_and_so_does_the_editor(app: Flask) -> None:
    day = a_day(app)
    item, round_ = ids(app)
    assert HEADING not in lead(app).get(f"{day.home}/programme").text
    after = moved(app, day, item, "15:30", "17:00")
    assert "„Ausblick“ (15:30–17:00 Uhr) geht über das Ende des Fachtags hinaus" in after.text
    editor = after.follow("„Ausblick“ ändern")
    assert editor.address == f"{day.home}/programme/items/{item}"
    assert HEADING in editor.text
    assert HEADING not in lead(app).get(f"{day.home}/programme/rounds/{round_}").text
    after = moved(app, day, item, "14:00", "15:00")
    assert (
        "„Workshoprunde 2“ (13:30–14:45 Uhr) und „Ausblick“ (14:00–15:00 Uhr) finden zur selben Zeit statt."
        in after.text
    )
    for address in (f"/rounds/{round_}", f"/runs/{day.runs['2.1']}", f"/items/{item}"):
        assert HEADING in lead(app).get(f"{day.home}/programme{address}").text, address


def test_a_shortened_day_says_what_lies_outside_of_it(app: Flask) -> None:
    day = a_day(app)
    page = lead(app).get(f"{day.home}/edit").send(button="Speichern", end_time="14:00")
    for title in ("Workshoprunde 2", "Ausblick"):
        assert f"„{title}“" in page.text
    assert HEADING in page.text


def test_it_is_listed_before_the_day_and_the_agenda_are_published(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.agenda_released_at, event.status, event.ends_at = None, EventStatus.DRAFT, at("14:00")
        event.revision += 1
    for address in ("/publish", "/programme/release"):
        page = lead(app).get(day.home + address)
        assert HEADING in page.text, address
        assert page.soup.select("main form button"), "it warns, and forbids nothing"


# -- midnight


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("21:00", "24:00", "21:00–24:00 Uhr"),
        ("21:00", "00:00", "21:00–24:00 Uhr"),
        ("22:00", "01:30", "Do. 13.03., 22:00 Uhr – Fr. 14.03., 1:30 Uhr"),
    ],
)
def test_until_midnight_and_past_it(app: Flask, start: str, end: str, said: str) -> None:
    day = a_day(app)
    item, _round = ids(app)
    after = moved(app, day, item, start, end)
    assert after.address == f"{day.home}/programme"
    assert said in after.text
    again = lead(app).get(f"{day.home}/programme/items/{item}").send(button="Speichern")
    assert said in again.text, "saved once more, it stays"


@pytest.mark.parametrize(("start", "end"), [("15:00", "14:00"), ("22:00", "07:00"), ("10:00", "10:00")])
def test_an_end_before_the_beginning_is_refused(app: Flask, start: str, end: str) -> None:
    day = a_day(app)
    page = moved(app, day, ids(app)[0], start, end)
    assert page.response.status_code == 422
    assert "Das Ende muss nach dem Anfang liegen." in page.text


def test_a_day_until_midnight_has_one_date(app: Flask) -> None:
    day = a_day(app)
    page = lead(app).get(f"{day.home}/edit").send(button="Speichern", end_time="24:00")
    assert page.values(page.form(button="Speichern"))["end_date"] == ""
    assert page.values(page.form(button="Speichern"))["end_time"] == "00:00"
    with app.app_context():
        event = db.session.get_one(Event, day.event_id)
        assert event.ends_at == at("0:00", DAY + timedelta(days=1))
        assert not event.over_several_dates
    public = Visitor(app.test_client()).get(f"/events/{day.slug}")
    assert "Donnerstag, 13. März 2031, 9:30–24:00 Uhr" in public.text
    assert "14" not in public.soup.select_one(".date-block").get_text()  # type: ignore[union-attr]


def test_a_new_day_until_midnight(app: Flask) -> None:
    a_day(app)
    form = {"title": "Lange Nacht", "date": "2031-05-02", "start": "18:00", "end": "24:00"}
    page = lead(app).get("/organise/events/new").send(button="Entwurf anlegen", **form)
    assert page.values(page.form(button="Speichern"))["end_time"] == "00:00"


def test_midnight_in_words(english: None) -> None:
    del english
    midnight = at("0:00", DAY + timedelta(days=1))
    assert times(at("9:00"), midnight) == "9:00–24:00"
    assert span(at("9:00"), midnight) == "Thursday, 13 March 2031, 9:00–24:00"
    assert days(at("9:00"), midnight) == "Thursday, 13 March 2031"
    two = midnight + timedelta(days=1)
    assert span(at("9:00"), two) == "Thursday, 13 March 2031, 9:00 – Friday, 14 March 2031, 24:00"


@pytest.mark.parametrize(
    ("end", "after", "expected"),
    [
        ("15:00", "9:00", at("15:00")),
        ("0:00", "9:00", at("0:00", DAY + timedelta(days=1))),
        ("5:59", "23:00", at("5:59", DAY + timedelta(days=1))),
        ("6:01", "23:00", at("6:01")),
        ("5:00", None, at("5:00")),
    ],
)
def test_when_an_end_is(end: str, after: str | None, expected: datetime) -> None:
    def clock(words: str) -> object:
        return datetime.strptime(words, "%H:%M").time()  # noqa: DTZ007 - a time of day alone

    assert given_end(DAY, clock(end), after=clock(after) if after else None) == expected  # type: ignore[arg-type]
