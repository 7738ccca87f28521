# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How many people a change of a day, a round or a workshop concerns, read for the team's pages and for its verbs."""

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event
from app.programme.models import Round, Run
from app.programme.rounds import fills
from app.registration.models import Group, GroupGuest, Registration
from app.registration.rules import ACTIVE, CONFIRMED, PlaceState
from app.registration.workshops.models import Place


def count_registrations(session: Session, event: Event) -> int:
    """All that ever came in, ended ones included."""
    found = select(func.count()).select_from(Registration).where(Registration.event_id == event.id)
    return session.scalar(found) or 0


def count_told_of_changes(session: Session, event: Event) -> int:
    """Who hears of it by mail when time or place of the day change."""
    told = Registration.event_id == event.id, Registration.status.in_(CONFIRMED)
    return session.scalar(select(func.count()).select_from(Registration).where(*told)) or 0


def count_told_of_cancelling(session: Session, event: Event) -> int:
    """Who gets a mail when the day is cancelled: everybody whose address is confirmed, and who only brings others."""
    people = select(func.count()).where(
        Registration.event_id == event.id,
        Registration.status.in_(ACTIVE),
        Registration.confirmed_at.is_not(None),
    )
    contacts = select(func.count()).select_from(contacts_beside(event).subquery())
    return (session.scalar(people) or 0) + (session.scalar(contacts) or 0)


def count_taken(
    session: Session,
    event: Event,
    round_id: int | None = None,
    workshop_id: int | None = None,
    room_id: int | None = None,
    run_id: int | None = None,
) -> int:
    """Places that people hold in the runs that fill a round, in those of a workshop, in those in a room, or in one; who
    comes along with somebody has no place of the own, and is written to by nobody."""
    found = select(func.count(Place.id)).join(Place.run).join(Run.round)
    found = found.where(Round.event_id == event.id, Place.state == PlaceState.PLACE)
    if round_id is not None:
        one = aliased(Round)
        found = found.join(one, fills(Round, one)).where(one.id == round_id)
    if workshop_id is not None:
        found = found.where(Run.workshop_id == workshop_id)
    if room_id is not None:
        found = found.where(Run.room_id == room_id)
    if run_id is not None:
        found = found.where(Run.id == run_id)
    return session.scalar(found) or 0


def contacts_beside(event: Event) -> Select[Group]:
    """The groups that somebody brings to the day without taking part: no mail to a participant reaches them."""
    comes = and_(Registration.event_id == Group.event_id, Registration.status.in_(ACTIVE))
    # Whom the contact named and who was registered already counts as well: nothing may tell the two apart (T09).
    is_guest = exists().where(
        GroupGuest.group_id == Group.id, GroupGuest.registration_id == Registration.id, ~GroupGuest.ended
    )
    own = Registration.group_id == Group.id
    brings = exists().where(comes, or_(own, is_guest.correlate(Group, Registration))).correlate(Group)
    takes_part = exists().where(
        comes,
        Registration.confirmed_at.is_not(None),
        func.lower(Registration.email) == func.lower(Group.email),
    )
    return select(Group).where(
        Group.event_id == event.id, Group.confirmed_at.is_not(None), brings, ~takes_part
    )
