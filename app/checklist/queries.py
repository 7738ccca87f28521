# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.checklist.models import Task
from app.events.models import Event


def tasks_of(session: Session, event: Event) -> Sequence[Task]:
    """All of them, the earliest first: one query."""
    found = select(Task).join(Task.event).where(Task.event_id == event.id)
    loaded = found.options(contains_eager(Task.event), joinedload(Task.done_by))
    return session.scalars(loaded.order_by(Task.days_before.desc(), Task.id)).all()


def open_tasks(session: Session, event: Event) -> list[Task]:
    """What is left to do, the earliest first: one query."""
    left = select(Task).join(Task.event).where(Task.event_id == event.id, Task.done_at.is_(None))
    return list(
        session.scalars(left.options(contains_eager(Task.event)).order_by(Task.days_before.desc(), Task.id))
    )
