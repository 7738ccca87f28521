# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' verbs as tests use them: what stands already, with some of it changed. What is edited is released at once where
the agenda is public, by somebody who has just read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.notices import day_facts
from app.programme.models import Round, Run
from app.programme.plan import TABLES, RunPlan, facts_of, plan_seen, seen_as, thing_of
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.refusal import fingerprint
from app.scheduling import editing
from app.scheduling.contributing import add_to_place, change_at_place
from app.scheduling.releasing import ReleaseNote, release
from app.scheduling.service import change_day
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


def release_now(session: Session, event_id: int, now: datetime, note: str = "") -> None:
    """Everything in the working copy, as it is."""
    seen = plan_seen(read_working_copy(session, session.get_one(Event, event_id)).plan)
    release(session, event_id, ReleaseNote(note=note), seen, ORGANISER, now)


def add(session: Session, event_id: int, thing: Thing, facts: Any, now: datetime) -> Any:
    """The row of the new thing."""
    with _new_row(session, thing) as found:
        editing.add(session, event_id, thing, facts, now)
        release_edits(session, event_id, now)
    return found[0]


def add_at(session: Session, event_id: int, key: str, facts: Any, now: datetime) -> Any:
    """The row of what is listed from now on at the place of this key."""
    with _new_row(session, thing_of(facts)) as found:
        add_to_place(session, event_id, key, facts, now)
        release_edits(session, event_id, now)
    return found[0]


def change_at(session: Session, event_id: int, key: str, row: Any, facts: Any, now: datetime) -> None:
    """By somebody who has just read it."""
    thing = thing_of(facts)
    change_at_place(session, event_id, key, row.id, facts, seen_as(facts_of(thing, row)), now)
    release_edits(session, event_id, now)


@contextmanager
def _new_row(session: Session, thing: Thing) -> Iterator[list[Any]]:
    """The row that is there afterwards and was not before."""
    known = {row.id for row in session.query(TABLES[thing])}
    found: list[Any] = []
    yield found
    (new,) = [row for row in session.query(TABLES[thing]) if row.id not in known]
    found.append(new)


def change(
    session: Session,
    event_id: int,
    thing: Thing,
    number: int,
    facts: Any,
    now: datetime,
    *,
    seen: str | None = None,
    closing: bool = False,
    note: str = "",
) -> Any:
    """`seen` is the fingerprint of what was read. The row comes back."""
    row = session.get(TABLES[thing], number)
    read = seen if seen is not None else seen_as(facts_of(thing, row))
    editing.change(session, event_id, thing, number, facts, read, now, closing=closing)
    release_edits(session, event_id, now, note)
    return row


def take_out(session: Session, event_id: int, thing: Thing, number: int, now: datetime) -> None:
    editing.take_out(session, event_id, thing, number, now)
    release_edits(session, event_id, now)


def plan_of(run: Run, **facts: Any) -> RunPlan:
    plan: RunPlan = replace(facts_of(Thing.RUN, run), **facts)
    return plan


def replan_run(
    session: Session,
    run_id: int,
    now: datetime,
    *,
    seen: str | None = None,
    closing: bool = False,
    **facts: Any,
) -> Run:
    run = session.get_one(Run, run_id)
    plan = plan_of(run, **facts)
    changed: Run = change(
        session, run.workshop.event_id, Thing.RUN, run_id, plan, now, seen=seen, closing=closing
    )
    return changed


def replan_round(
    session: Session, round_id: int, now: datetime, *, seen: str | None = None, **facts: Any
) -> Round:
    round_ = session.get_one(Round, round_id)
    plan = replace(facts_of(Thing.ROUND, round_), **facts)
    changed: Round = change(session, round_.event_id, Thing.ROUND, round_id, plan, now, seen=seen)
    return changed


def release_edits(session: Session, event_id: int, now: datetime, note: str = "") -> None:
    """Where the agenda is public and anything is edited."""
    event = session.get_one(Event, event_id)
    if event.agenda_released_at is not None and read_working_copy(session, event).changes:
        release_now(session, event_id, now, note)
