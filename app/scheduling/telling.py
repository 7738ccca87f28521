# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who is told of changed runs and items, as long as it is news."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place
from app.registration.workshops.news import RunChange


def tell_places(
    session: Session, event: Event, changes: Sequence[RunChange], note: str, now: datetime
) -> None:
    """Something about these runs changed; who sits in them is told."""
    if not changes or not event.agenda_is_news(now):
        return
    of_run: dict[int, list[RunChange]] = {}
    for change in changes:
        of_run.setdefault(change.run.id, []).append(change)
    found = (
        select(Place.run_id, Registration)
        .join(Registration, Place.registration_id == Registration.id)
        .where(Place.run_id.in_(of_run), Place.state == PlaceState.PLACE)
        .order_by(Registration.id, Place.run_id)
    )
    of_person: dict[Registration, list[RunChange]] = {}
    for run_id, registration in session.execute(found):
        of_person.setdefault(registration, []).extend(of_run[run_id])
    for registration, mine in of_person.items():
        registration.feed_changed_at = now
        notifications.notify_place(session, registration, mine, now, note)
