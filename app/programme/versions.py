# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The versions of a released agenda: read for pages, mails and the verbs that bring one back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import days_later
from app.events.models import Event
from app.programme.models import AgendaVersion
from app.programme.plan import Plan, plan_from_json, plan_in_json
from app.programme.rules import Thing
from app.refusal import found


def versions_of(session: Session, event: Event) -> Sequence[AgendaVersion]:
    """The newest first."""
    rows = select(AgendaVersion).where(AgendaVersion.event_id == event.id)
    return session.scalars(rows.order_by(AgendaVersion.number.desc())).all()


def get_version(session: Session, event: Event, number: int) -> AgendaVersion:
    """Raises `Missing`."""
    mine = AgendaVersion.event_id == event.id, AgendaVersion.number == number
    return found(session.scalar(select(AgendaVersion).where(*mine)))


def last_version(session: Session, event: Event) -> AgendaVersion | None:
    rows = select(AgendaVersion).where(AgendaVersion.event_id == event.id)
    return session.scalar(rows.order_by(AgendaVersion.number.desc()).limit(1))


def version_before(session: Session, event: Event, version: AgendaVersion) -> AgendaVersion | None:
    rows = select(AgendaVersion).where(
        AgendaVersion.event_id == event.id, AgendaVersion.number < version.number
    )
    return session.scalar(rows.order_by(AgendaVersion.number.desc()).limit(1))


def move_versions(session: Session, event: Event, days: int) -> None:
    """The day has other dates: what was said of it moves along, so that who is told of the new date is not told of every item."""
    for version in versions_of(session, event):
        plan = plan_from_json(version.plan)
        moved = {
            key: replace(
                one, starts_at=days_later(one.starts_at, days), ends_at=days_later(one.ends_at, days)
            )
            for key, one in plan.things.items()
            if key[0] in {Thing.ITEM, Thing.ROUND}
        }
        version.plan = plan_in_json(Plan({**plan.things, **moved}))
    session.flush()


def known_version(session: Session, event: Event, since: datetime) -> AgendaVersion | None:
    """What somebody knows who heard of the agenda last at this moment: the version that was public then, or the first, where there was
    none yet. None where nothing was released since."""
    newest = last_version(session, event)
    if newest is None or newest.at <= since:
        return None
    rows = select(AgendaVersion).where(AgendaVersion.event_id == event.id)
    known = session.scalar(
        rows.where(AgendaVersion.at <= since).order_by(AgendaVersion.number.desc()).limit(1)
    )
    return known or session.scalar(rows.order_by(AgendaVersion.number).limit(1))
