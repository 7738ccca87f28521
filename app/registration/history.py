# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How somebody stands, and how it came to that: each change of status with its line in the history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.registration.models import Registration, StatusChange
from app.registration.rules import (
    Actor,
    Reason,
    Status,
)


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and what they say about it."""

    actor: Actor
    organiser_id: int | None = None
    note: str = ""


PARTICIPANT = By(Actor.PARTICIPANT)


SYSTEM = By(Actor.SYSTEM)


def move(
    session: Session,
    registration: Registration,
    to: Status,
    by: By,
    reason: Reason,
    now: datetime,
    *,
    reserved_until: datetime | None = None,
) -> None:
    """Another status, with its line in the history."""
    note(session, registration, registration.status, to, by, reason, now)
    registration.status = to
    registration.reserved_until = reserved_until
    registration.changed_at = now
    registration.feed_changed_at = now


def note(
    session: Session,
    registration: Registration,
    was: Status | None,
    to: Status,
    by: By,
    reason: Reason,
    now: datetime,
) -> None:
    """One line in the history."""
    session.add(
        StatusChange(
            registration_id=registration.id,
            at=now,
            from_status=was,
            to_status=to,
            actor=by.actor,
            organiser_id=by.organiser_id,
            reason=reason,
            note=by.note,
        )
    )


def by_organiser(organiser_id: int) -> By:
    return By(Actor.ORGANISER, organiser_id)
