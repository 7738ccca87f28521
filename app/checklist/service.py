# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Putting the list together, and ticking it off. Flushes, never commits. The list is the team's own: nobody else is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checklist.models import Task
from app.checklist.rules import FURTHEST, MOST, USUAL
from app.events.models import Event
from app.events.queries import get_of_event
from app.events.service import lock_event
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.texts import local_day


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the form says of a task; `due` is kept as its distance to the day."""

    text: str
    due: date


def add_task(session: Session, event_id: int, facts: TaskFacts) -> Task:
    """Refuses a date too far from the day, and a list that is full."""
    event = lock_event(session, event_id)
    _refuse_full(session, event, 1)
    task = Task(event=event, text=facts.text, days_before=_distance(event, facts.due))
    session.add(task)
    session.flush()
    return task


def change_task(session: Session, event_id: int, task_id: int, facts: TaskFacts, version: int) -> Task:
    """Refuses a stale version (F30) and a date too far from the day."""
    event = lock_event(session, event_id)
    task = get_of_event(session, Task, event.id, task_id)
    if task.version != version:
        raise ChangedMeanwhile
    task.text, task.days_before = facts.text, _distance(event, facts.due)
    session.flush()
    return task


def tick(session: Session, event_id: int, task_id: int, by: int, now: datetime, *, done: bool) -> Task:
    """Done by the organiser `by`, or open again. A second press changes nothing."""
    event = lock_event(session, event_id)
    task = get_of_event(session, Task, event.id, task_id)
    if (task.done_at is not None) is not done:
        task.done_at, task.done_by_id = (now, by) if done else (None, None)
        session.flush()
    return task


def remove_task(session: Session, event_id: int, task_id: int) -> str:
    """Its text."""
    event = lock_event(session, event_id)
    task = get_of_event(session, Task, event.id, task_id)
    session.delete(task)
    session.flush()
    return task.text


def add_usual(session: Session, event_id: int, translate: Callable[[str], str]) -> int:
    """What most days need, in the words of `translate`; what is there by the same words stays. How many were added."""
    event = lock_event(session, event_id)
    there = set(session.scalars(select(Task.text).where(Task.event_id == event.id)))
    new = [(days, words) for days, source in USUAL if (words := translate(source)) not in there]
    _refuse_full(session, event, len(new))
    session.add_all(Task(event=event, text=words, days_before=days) for days, words in new)
    session.flush()
    return len(new)


def _distance(event: Event, due: date) -> int:
    days = (local_day(event.starts_at) - due).days
    if abs(days) > FURTHEST:
        raise Refusal(N_("Please choose a date at most two years from the day."), field="due")
    return days


def _refuse_full(session: Session, event: Event, more: int) -> None:
    there = session.scalar(select(func.count()).where(Task.event_id == event.id)) or 0
    if there + more > MOST:
        raise Refusal(N_("A list holds at most %(most)s tasks."), most=MOST)
