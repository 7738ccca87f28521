# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: groups, their seats without a name, and their mails."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.findings import Check, Fault, built_once, count_of, faulty, together
from app.outbox.models import Message
from app.outbox.rules import family_of
from app.registration.models import Group, GroupGuest, Registration
from app.registration.notifications import GROUP_LINK
from app.registration.rules import ACTIVE, Status


@built_once
def groups() -> Check:
    return together(_group_faults(), _nameless_faults(), _together_counts())


def _together_counts() -> Check:
    number_of = count_of(Group.id, Group.event_id == Event.id, Group.together.is_(True))
    found = select(Event.id, Event.together_count, number_of).where(Event.together_count != number_of)
    found = found.order_by(Event.id)

    def miscounted(session: Session) -> Fault:
        for row, counted, number in session.execute(found):
            yield f"event {row}: counts {counted} groups that come only together, there are {number}"

    return miscounted


def _group_faults() -> Check:
    one, group, guest = Registration, Group, GroupGuest
    in_group = one.group_id == group.id
    unnamed = count_of(one.id, in_group, one.email == "", one.status.in_(ACTIVE))
    faults: dict[str, ColumnElement[bool]] = {
        "has no contact": group.email == "",
        "keeps more seats than it was given": unnamed > group.allotted,
        "keeps seats and was never confirmed": and_(group.allotted > 0, group.confirmed_at.is_(None)),
        "was confirmed and has somebody who was not": select(one.id)
        .where(in_group, one.email != "", one.status == Status.UNCONFIRMED, group.confirmed_at.is_not(None))
        .exists(),
        "has somebody of another day": select(one.id)
        .where(in_group, one.event_id != group.event_id)
        .exists(),
        "shows somebody of another day or of its own as a guest": select(guest.id)
        .join(one, guest.registration_id == one.id)
        .where(guest.group_id == group.id, or_(one.event_id != group.event_id, one.group_id == group.id))
        .exists(),
    }
    return faulty("registration_group", group.id, faults)


def _nameless_faults() -> Check:
    one = Registration
    nameless = {
        "is a seat without a name that no group keeps": and_(
            one.email == "", one.status == Status.UNCONFIRMED, one.group_id.is_(None)
        )
    }
    return faulty("registration", one.id, nameless)


@built_once
def group_mails() -> Check:
    one = Message
    faults: dict[str, ColumnElement[bool]] = {
        "is about a group that does not exist": and_(
            one.family == family_of(GROUP_LINK), ~select(Group.id).where(Group.id == one.subject_id).exists()
        )
    }
    return faulty("message", one.id, faults)
