# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day made from another one has all that organises it, and nobody who came."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.copying.rows import OF_A_DAY
from app.copying.rules import NEVER, NOT_OF_THE_DAY, OF_THE_DAY, Part, name_of_series, next_date, next_title
from app.copying.service import KEPT_FACTS, NextDay, copy_day
from app.db import Base
from app.events.models import Event, Quota, Room, TeamMember
from app.events.rules import EventStatus
from app.organisations.service import add_organisation
from app.organising.checks import data_findings
from app.people.models import Organiser
from app.people.rules import Role
from app.programme.agenda import read_agenda
from app.programme.models import AgendaItem, AgendaKind, Contributor, Round, Run
from app.refusal import Refusal
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import questions_of
from app.web.database import db, transaction
from tests.abuse.world import SLUG, build_world
from tests.factories.days import NOW, make_event, make_programme
from tests.people.helpers import an_organiser

NEXT = date(2032, 7, 1)  # in summer time; the day before lies in winter time
WALL = "%H:%M"


def next_day(**changes: Any) -> NextDay:
    return replace(NextDay("naechster", "Der nächste Fachtag", NEXT, None, "", frozenset(Part)), **changes)


@pytest.fixture
def days(app: Flask) -> Iterator[tuple[Session, Event, Event]]:
    """A day with everything in it, and the one made from it."""
    build_world(app)
    lead = an_organiser(app, "neu@example.org")
    with app.app_context():
        with transaction() as session:
            before = _day(session, SLUG)
            before.form_code = "Sommer"
            session.flush()
            found = data_findings(session, NOW)
            copy_day(session, before.id, next_day(), session.get_one(Organiser, lead), NOW)
        session = db.session()
        assert (
            data_findings(session, NOW) == found
        )  # the copy adds none: counters, limits, numbers for calendars
        yield session, _day(session, SLUG), _day(session, "naechster")


def _day(session: Session, slug: str) -> Event:
    return session.scalars(select(Event).where(Event.slug == slug)).one()


def wall(moment: datetime) -> str:
    return moment.astimezone(BERLIN).strftime(WALL)


def test_the_programme_comes_along_at_the_same_times_of_day(days: tuple[Session, Event, Event]) -> None:
    session, before, after = days
    old, new = read_agenda(session, before), read_agenda(session, after)
    assert old
    for was, line in zip(old, new, strict=True):
        same = ("title", "kind", "note", "room")
        assert [getattr(line, name) for name in same] == [getattr(was, name) for name in same]
        assert (wall(line.starts_at), wall(line.ends_at)) == (wall(was.starts_at), wall(was.ends_at))
        assert line.starts_at.astimezone(BERLIN).date() == NEXT
        for one, other in zip(
            was.round.runs if was.round else (), line.round.runs if line.round else (), strict=True
        ):
            assert (one.label, one.title, one.abstract, one.room, one.spans) == (
                (other.label, other.title, other.abstract, other.room, other.spans)
            )
            assert (other.seats.capacity, other.seats.taken, other.waiting) == (one.seats.capacity, 0, 0)
            assert other.takes_place


def test_who_contributes_comes_along_to_be_asked_again(days: tuple[Session, Event, Event]) -> None:
    session, before, after = days
    runs = {one: select(Run.id).join(Run.round).where(Round.event_id == one.id) for one in (before, after)}
    items = {one: select(AgendaItem.id).where(AgendaItem.event_id == one.id) for one in (before, after)}
    told = {
        one: session.scalars(
            select(Contributor)
            .where(
                (Contributor.event_id == one.id)
                | Contributor.run_id.in_(runs[one])
                | Contributor.item_id.in_(items[one])
            )
            .order_by(Contributor.id)
        ).all()
        for one in (before, after)
    }
    said = [[(one.name, one.function, one.role) for one in told[day]] for day in (before, after)]
    assert said[0] == said[1] != []
    assert any(one.confirmed for one in told[before])
    assert not any(one.confirmed for one in told[after])


def test_kinds_of_the_day_come_along_with_names_of_their_own(days: tuple[Session, Event, Event]) -> None:
    session, before, after = days
    own = {
        day: session.scalars(select(AgendaKind).where(AgendaKind.event_id == day.id)).all()
        for day in (before, after)
    }
    assert [one.name for one in own[before]] == [one.name for one in own[after]] != []
    items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == after.id)).all()
    assert all(one.kind_row.event_id in (None, after.id) for one in items)
    assert {one.key for one in own[before]} & {one.key for one in own[after]} == set()


def test_questions_and_quotas_come_along_empty(days: tuple[Session, Event, Event]) -> None:
    session, before, after = days
    old, new = questions_of(session, before.id), questions_of(session, after.id)
    assert [one.label for one in new] == [one.label for one in old]
    assert after.questions_version == 1
    assert after.consents == before.consents != ""
    for was, question in zip(old, new, strict=True):
        assert [one.label for one in question.options] == [one.label for one in was.offered]
        assert all(one.taken == one.waiting == 0 for one in question.options)
        assert (question.condition is None) is (was.condition is None)
    named = select(Quota.name).order_by(Quota.name)
    kept = [session.scalars(named.where(Quota.event_id == day.id)).all() for day in (before, after)]
    assert kept[0] == kept[1] != []
    assert after.quota_count == len(kept[1])


def test_nobody_and_nothing_that_was_said_comes_along(days: tuple[Session, Event, Event]) -> None:
    session, _before, after = days
    for name in sorted(NEVER):
        table = Base.metadata.tables[name]
        if "event_id" in table.c and name != "audit_entry":
            there = select(func.count()).select_from(table).where(table.c.event_id == after.id)
            assert session.scalar(there) == 0, name
    assert (after.taken, after.waiting, after.extra, after.form_code) == (0, 0, 0, "")
    assert after.status is EventStatus.DRAFT
    assert after.agenda_released_at is after.documentation_released_at is after.placed_at is None


def test_the_new_day_knows_the_old_one_and_has_names_of_its_own_in_calendars(
    days: tuple[Session, Event, Event],
) -> None:
    session, before, after = days
    assert after.predecessor_id == before.id
    assert after.uid != before.uid
    uids = session.scalars(select(Run.uid)).all()
    assert len(set(uids)) == len(uids)


def test_dates_of_the_day_move_along(days: tuple[Session, Event, Event]) -> None:
    _session, before, after = days
    closes = (before.registration_closes_at, after.registration_closes_at)
    assert closes[0] is not None
    assert closes[1] is not None
    distance = NEXT - before.starts_at.astimezone(BERLIN).date()
    assert closes[1].astimezone(BERLIN).date() - closes[0].astimezone(BERLIN).date() == distance
    assert wall(closes[0]) == wall(closes[1])


@pytest.fixture
def pair(app: Flask) -> tuple[int, int]:
    """A plain day and somebody who will lead the next one."""
    lead = an_organiser(app, "neu@example.org")
    with app.app_context(), transaction() as session:
        event = make_event(session)
        make_programme(session, event)
        return event.id, lead


def copied(session: Session, pair: tuple[int, int], **changes: Any) -> Event:
    return copy_day(session, pair[0], next_day(**changes), session.get_one(Organiser, pair[1]), NOW)


def test_a_programme_without_its_rooms_has_none(app: Flask, pair: tuple[int, int]) -> None:
    with app.app_context(), transaction() as session:
        after = copied(session, pair, parts=frozenset({Part.PROGRAMME}))
        items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == after.id)).all()
        assert len(items) == 5
        assert all(one.room_id is None for one in items)
        assert session.scalars(select(Room).where(Room.event_id == after.id)).all() == []


def test_nothing_is_taken_that_was_not_asked_for(app: Flask, pair: tuple[int, int]) -> None:
    with app.app_context(), transaction() as session:
        after = copied(session, pair, parts=frozenset())
        assert read_agenda(session, after) == []
        assert after.venue_name == "Kreishaus Musterstadt"


def test_the_team_comes_along_when_asked_for(app: Flask, pair: tuple[int, int]) -> None:
    """But for whoever makes the day, who leads it, and for closed accounts."""
    colleague = an_organiser(app, "kollegin@example.org")
    gone = an_organiser(app, "fort@example.org")
    with app.app_context(), transaction() as session:
        roles = ((colleague, Role.ORGANISER), (gone, Role.LEAD), (pair[1], Role.VIEWER))
        session.add_all(TeamMember(event_id=pair[0], organiser_id=one, role=role) for one, role in roles)
        session.get_one(Organiser, gone).disabled_at = NOW
        with_team = copied(session, pair)
        alone = copied(session, pair, slug="allein", parts=frozenset(Part) - {Part.TEAM})
        team = [
            session.execute(
                select(TeamMember.organiser_id, TeamMember.role).where(TeamMember.event_id == one.id)
            ).all()
            for one in (with_team, alone)
        ]
        assert {tuple(one) for one in team[0]} == {(pair[1], Role.LEAD), (colleague, Role.ORGANISER)}
        assert [tuple(one) for one in team[1]] == [(pair[1], Role.LEAD)]


def test_hosts_take_turns(app: Flask, pair: tuple[int, int]) -> None:
    with app.app_context(), transaction() as session:
        first, second, third = (add_organisation(session, f"Kreis {name}") for name in "ABC")
        before = session.get_one(Event, pair[0])
        before.lead_host, before.cohosts = first, [second, third]
        after = copied(session, pair, host=second)
        assert after.lead_host is second
        assert {one.name for one in after.cohosts} == {"Kreis A", "Kreis C"}
        assert before.lead_host is first


def test_both_days_stand_in_the_series_that_was_named(app: Flask, pair: tuple[int, int]) -> None:
    with app.app_context(), transaction() as session:
        before = session.get_one(Event, pair[0])
        revision = before.revision
        after = copied(session, pair, series="Musterfachtage")
        assert before.series is after.series is not None
        assert before.revision > revision  # its page names the series now
        later = copied(session, pair, slug="dritter", series="Andere Reihe")
        assert later.series is not before.series


def test_a_day_over_two_dates_keeps_its_length(app: Flask) -> None:
    lead = an_organiser(app, "neu@example.org")
    with app.app_context(), transaction() as session:
        start = datetime(2031, 3, 29, 10, 0, tzinfo=BERLIN)  # the clocks change in the night that follows
        event = make_event(session, starts_at=start, ends_at=datetime(2031, 3, 30, 13, 0, tzinfo=BERLIN))
        after = copied(session, (event.id, lead))
        assert (wall(after.starts_at), wall(after.ends_at)) == ("10:00", "13:00")
        assert after.ends_at.astimezone(BERLIN).date() == date(2032, 7, 2)


def test_an_ended_option_stays_behind_unless_a_question_hangs_on_it(app: Flask) -> None:
    build_world(app)
    lead = an_organiser(app, "neu@example.org")
    with app.app_context(), transaction() as session:
        before = _day(session, SLUG)
        options = session.scalars(
            select(Option)
            .join(Question, Option.question_id == Question.id)
            .where(Question.event_id == before.id)
        ).all()
        needed = {one.condition.option_id for one in questions_of(session, before.id) if one.condition}
        for one in options:
            one.ended = True
        session.flush()
        after = copied(session, (before.id, lead))
        left = [option for one in questions_of(session, after.id) for option in one.options]
        assert len(left) == len(needed) > 0


def test_an_address_that_is_taken_is_refused(app: Flask, pair: tuple[int, int]) -> None:
    with app.app_context(), transaction() as session, pytest.raises(Refusal, match="short name"):
        copied(session, pair, slug="musterfachtag")


def test_every_table_of_a_day_is_taken_along_or_stays_with_its_reason() -> None:
    """A new table has to say whether the next day gets its rows."""
    of_a_day = {"event"}
    for table in Base.metadata.sorted_tables:
        if "event_id" in table.c or any(key.column.table.name in of_a_day for key in table.foreign_keys):
            of_a_day.add(table.name)
    assert of_a_day == OF_A_DAY


def test_every_column_of_a_day_is_taken_along_or_begins_anew() -> None:
    by_hand = {"title", "starts_at", "ends_at", "slug", "lead_host_id", "series_id", "predecessor_id"}
    with_parts = {"consents", "questions_version", "quota_count", "code_count", "reserved"}
    of_others = {
        "status",
        "uid",
        "sequence",
        "created_at",
        "modified_at",
        "revision",
        "changed_at",
        "version",
    }
    of_people = {
        "taken",
        "extra",
        "waiting",
        "waiting_counter",
        "together_count",
        "lowest_offset",
        "placed_at",
    }
    states = {
        "agenda_released_at",
        "documentation_released_at",
        "calls_off_at",
        "off_reason",
        "off_instead",
        "archived_at",
        "tables_at",
    }
    known = {
        "id",
        *KEPT_FACTS,
        *OF_THE_DAY,
        *NOT_OF_THE_DAY,
        *by_hand,
        *with_parts,
        *of_others,
        *of_people,
        *states,
    }
    assert {column.name for column in Base.metadata.tables["event"].c} == known


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("title", "suggested", "series"),
    [
        ("3. Fachtag OWL 2026", "4. Fachtag OWL 2027", "Fachtag OWL"),
        ("KIM-Fachtag OWL", "KIM-Fachtag OWL", "KIM-Fachtag OWL"),
        ("Fachtag 2026: Rückblick auf 2026", "Fachtag 2027: Rückblick auf 2027", "Fachtag : Rückblick auf"),
        ("17. Jahrestagung", "18. Jahrestagung", "Jahrestagung"),
        ("§ 3 und 12345 Wege", "§ 3 und 12345 Wege", "§ 3 und 12345 Wege"),
    ],
)
def test_a_title_goes_on_counting(title: str, suggested: str, series: str) -> None:
    assert next_title(title, 2027) == suggested
    assert name_of_series(title) == series


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("today", "suggested"),
    [
        (date(2031, 1, 1), date(2032, 3, 11)),
        (date(2032, 3, 11), date(2033, 3, 10)),
        (date(2036, 1, 1), date(2036, 3, 6)),
    ],
)
def test_the_next_date_lies_ahead_on_the_same_day_of_the_week(today: date, suggested: date) -> None:
    first = date(2031, 3, 13)
    assert next_date(first, today) == suggested
    assert suggested.weekday() == first.weekday()
    assert suggested > today
