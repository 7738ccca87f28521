# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' verbs as tests use them: what stands already, with some of it changed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.notices import day_facts
from app.programme.models import Round, Run
from app.programme.service import RoundFacts
from app.refusal import fingerprint
from app.scheduling.service import change_day
from app.scheduling.workshop_service import RunPlan, change_round, change_run
from tests.registration.steps import ORGANISER


def change_facts(
    session: Session, event_id: int, now: datetime, *, seen: str | None = None, **facts: Any
) -> Event:
    """`seen` is what was read; else somebody who has just read it saves. Whoever changes to wishes says so."""
    was = day_facts(session.get_one(Event, event_id))
    return change_day(
        session,
        event_id,
        replace(was, **facts),
        fingerprint(was) if seen is None else seen,
        ORGANISER,
        now,
        become_wishes="placement" in facts,
    )


def plan_of(run: Run, **facts: Any) -> RunPlan:
    plan = RunPlan(
        run.label,
        run.round_id,
        run.room_id,
        run.capacity,
        run.spans,
        run.least_people,
        run.takes_place,
        run.station,
    )
    return replace(plan, **facts)


def replan_run(
    session: Session, run_id: int, now: datetime, *, version: int | None = None, **facts: Any
) -> Run:
    run = session.get_one(Run, run_id)
    read = run.version if version is None else version
    return change_run(session, run.workshop.event_id, run_id, plan_of(run, **facts), read, now)


def replan_round(
    session: Session, round_id: int, now: datetime, *, version: int | None = None, **facts: Any
) -> Round:
    round_ = session.get_one(Round, round_id)
    read = round_.version if version is None else version
    return change_round(
        session, round_.event_id, round_id, replace(RoundFacts.of(round_), **facts), read, now
    )
