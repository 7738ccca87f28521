# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether something lies within the day: on its first and last date, and no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.programme.conflicts import (
    END_OF_NIGHT,
    RunFacts,
    refuse_bad_round_times,
    refuse_bad_run,
    refuse_outside_day,
    refuse_room_in_use,
    refuse_torn_run,
)
from app.refusal import Refusal
from app.web.database import transaction
from tests.factories.days import at, make_event, make_programme


@pytest.mark.sqlite_only
def test_the_agenda_lies_on_the_dates_of_the_day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session, ends_at=at("15:45") + timedelta(days=1))
        for starts, ends in (("7:00", "9:00"), ("16:00", "23:00")):
            refuse_outside_day(event, "Ankommen", at(starts), at(ends))
            refuse_outside_day(event, "Abreise", at(starts) + timedelta(days=1), at(ends) + timedelta(days=1))
        one = timedelta(days=1)
        for early in (at("9:00") - one, at("9:00") + 2 * one):
            with pytest.raises(Refusal):
                refuse_outside_day(event, "Daneben", early, early + timedelta(hours=1))


def test_a_run_over_two_rounds_holds_both_of_them(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        first, second = programme.rounds
        for round_ in (first, second):
            refuse_torn_run(session, round_)
        programme.runs["1.1"].spans = 2
        session.flush()
        for round_ in (first, second):
            with pytest.raises(Refusal, match="goes on over this round"):
                refuse_torn_run(session, round_)


def test_a_round_moves_only_to_where_the_rooms_of_its_runs_are_free(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        round_, run = programme.rounds[0], programme.runs["1.1"]
        run.room = programme.rooms["Großer Saal"]  # where the talk is until 10:45
        session.flush()
        times = at("10:30"), at("12:15")
        with pytest.raises(Refusal, match="Großer Saal is in use"):
            refuse_bad_round_times(session, event, *times, leave_out=round_)
        run.takes_place = False
        session.flush()
        refuse_bad_round_times(session, event, *times, leave_out=round_)


def test_what_a_run_asks_for_must_be_there(app: Flask) -> None:
    """No more people than it has places, and no more rounds than follow."""
    with app.app_context(), transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        programme.runs["2.1"].takes_place = False
        session.flush()
        run = programme.runs["1.1"]
        facts = replace(RunFacts.of(run), capacity=10)
        for fits in (
            replace(facts, least_people=10),
            replace(facts, capacity=None, room=None),
            replace(facts, spans=2),
        ):
            refuse_bad_run(session, event, fits, leave_out=run)
        for field, odd in (("least_people", 11), ("spans", 3), ("label", "1.2")):
            with pytest.raises(Refusal) as refused:
                refuse_bad_run(session, event, replace(facts, **{field: odd}), leave_out=run)
            assert refused.value.field == field


def test_the_night_after_the_last_date_belongs_to_it(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session)
        one = timedelta(days=1)
        morning = at(f"{END_OF_NIGHT:%H:%M}") + one
        refuse_outside_day(event, "Fest", at("20:00"), morning)
        for later in (timedelta(microseconds=1), one):
            with pytest.raises(Refusal):
                refuse_outside_day(event, "Fest", at("20:00"), morning + later)


def test_what_ends_when_the_other_begins_is_not_in_its_way(app: Flask) -> None:
    """Rounds beside each other, and a room that is free again that very minute."""
    with app.app_context(), transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        first, second = programme.rounds
        first.ends_at = second.starts_at
        session.flush()
        for round_ in (first, second):
            refuse_bad_round_times(session, event, round_.starts_at, round_.ends_at, leave_out=round_)
        item, room = programme.items[0], programme.rooms["Foyer"]
        item.room = room
        session.flush()
        hour = timedelta(hours=1)
        refuse_room_in_use(session, event, room, item.starts_at - hour, item.starts_at)
        with pytest.raises(Refusal):
            refuse_room_in_use(
                session, event, room, item.starts_at - hour, item.starts_at + timedelta(minutes=1)
            )


def test_the_same_rounds_are_the_same_beginning_and_the_same_length(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        first, second = make_programme(session, make_event(session)).rounds
        one = RunFacts("1.1", first, None, None)
        assert one.same_rounds(RunFacts("1.2", first, None, 5))
        assert not one.same_rounds(RunFacts("1.1", second, None, None))
        assert not one.same_rounds(RunFacts("1.1", first, None, None, spans=2))
