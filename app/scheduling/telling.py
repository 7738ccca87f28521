# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who is told of changed runs and items, as long as it is news."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, exists, or_, select
from sqlalchemy.orm import Session

from app.events.models import Event, Room
from app.programme.models import AgendaItem, Run
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import Participation, PlaceState, Status
from app.registration.workshops.models import Place, RunStaff
from app.registration.workshops.news import RoomChange, RunChange
from app.registration.workshops.rules import PlaceFact


def tell_places(
    session: Session, event: Event, changes: Sequence[RunChange], note: str, now: datetime
) -> None:
    """Something about these runs changed; who sits in them, leads them or takes their minutes is told."""
    if not changes or not event.agenda_is_news(now):
        return
    of_run: dict[int, list[RunChange]] = {}
    for change in changes:
        of_run.setdefault(change.run.id, []).append(change)
    there = in_runs(of_run).subquery()
    found = (
        select(there.c.run_id, Registration)
        .join(Registration, there.c.registration_id == Registration.id)
        .order_by(Registration.id, there.c.run_id)
    )
    of_person: dict[Registration, list[RunChange]] = {}
    for run_id, registration in session.execute(found):
        of_person.setdefault(registration, []).extend(of_run[run_id])
    for registration, mine in of_person.items():
        registration.feed_changed_at = now
        notifications.notify_place(session, registration, mine, now, note)


def in_runs(runs: Collection[int]) -> CompoundSelect[int, int]:
    """`run_id` and `registration_id` of whoever is in one of the runs: who has a place there, who leads it or takes its minutes."""
    sit = select(Place.run_id, Place.registration_id)
    work = select(RunStaff.run_id, RunStaff.registration_id)
    return sit.where(Place.run_id.in_(runs), Place.state == PlaceState.PLACE).union_all(
        work.where(RunStaff.run_id.in_(runs))
    )


def tell_room(
    session: Session,
    event: Event,
    room: Room,
    facts: Iterable[tuple[PlaceFact, str, str]],
    note: str,
    now: datetime,
    already: Collection[int],
) -> None:
    """These facts of a room changed, each from old to new; where something is there for everybody, everybody is told. `already`: who
    gets a mail at this moment that says it as well."""
    changes = [RoomChange(room.id, fact, old, new, note) for fact, old, new in facts]
    for_all = select(exists().where(AgendaItem.room_id == room.id))
    if not changes or not event.agenda_is_news(now) or not session.scalar(for_all):
        return
    whom = select(Registration.id).where(
        Registration.event_id == event.id, Registration.status == Status.REGISTERED
    )
    ids = session.scalars(whom.order_by(Registration.id)).all()
    notifications.notify_room_changed(session, event, ids, changes, now, already)


def tell_link(
    session: Session, event: Event, room: Room, old: str, note: str, now: datetime
) -> Sequence[int]:
    """One takes part in the room by another link than the `old` one; whoever does is told: everybody, if anything for everybody is
    there, else who sits in a run there or leads it. The ids of whose registrations."""
    if room.online_link == old or not event.agenda_is_news(now):
        return ()
    here = session.scalars(select(Run.id).where(Run.room_id == room.id, Run.takes_place)).all()
    there = in_runs(here).subquery()
    whom = select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.status == Status.REGISTERED,
        or_(
            exists().where(AgendaItem.room_id == room.id),
            Registration.id.in_(select(there.c.registration_id)),
        ),
    )
    if event.offers_online and room.facts.hybrid:
        whom = whom.where(Registration.participation == Participation.ONLINE)
    ids = session.scalars(whom.order_by(Registration.id)).all()
    change = RoomChange(room.id, PlaceFact.LINK, old, room.online_link, note)
    notifications.notify_link_changed(session, event, ids, change, now)
    return ids
