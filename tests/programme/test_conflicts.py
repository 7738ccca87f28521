# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether something lies within the day: on its first and last date, and no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.programme.conflicts import (
    RunFacts,
    refuse_bad_round_times,
    refuse_bad_run,
    refuse_outside_day,
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
