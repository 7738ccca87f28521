# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: seats of days, the people who hold them, and their histories."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event
from app.events.rules import EventStatus
from app.findings import (
    Check,
    Fault,
    built_once,
    count_of,
    faulty,
    highest_of,
    listed,
    scarce,
    sum_of,
    together,
)
from app.people.rules import address_key
from app.registration.models import GroupGuest, Registration, StatusChange
from app.registration.person import STORED
from app.registration.rules import ACTIVE, CONFIRMED, RESERVED, Status, address_of, sort_key


@built_once
def event_counts() -> Check:
    holds = sum_of(Registration.chairs, Registration.event_id == Event.id, Registration.has_seat.is_(True))
    waits = count_of(
        Registration.id,
        Registration.event_id == Event.id,
        Registration.status.in_(ACTIVE),
        ~Registration.has_seat,
    )
    highest = highest_of(Registration.waiting_number, Registration.event_id == Event.id)
    return scarce(Event, "event", holds, waits, highest)


@built_once
def registrations() -> Check:
    one, predecessor = Registration, aliased(Registration)
    faults = {
        "registered without a confirmed address": and_(one.status.in_(CONFIRMED), one.confirmed_at.is_(None)),
        "registered without a seat": and_(one.status == Status.REGISTERED, ~one.has_seat),
        "holds a seat and is neither registered nor unconfirmed": and_(
            one.has_seat, one.status.not_in((Status.REGISTERED, Status.PENDING, *RESERVED))
        ),
        "is offered a seat that is not held": and_(one.status == Status.OFFERED, ~one.has_seat),
        "waits without a number": and_(one.status.in_(ACTIVE), ~one.has_seat, one.waiting_number.is_(None)),
        "an end of the hold that does not fit the status": one.status.in_(RESERVED)
        != one.reserved_until.is_not(None),
        "passed the place on and has not left": and_(
            one.handover_nonce.is_not(None), one.status != Status.CANCELLED
        ),
        "comes in the place of somebody who has it still, or of another day": select(predecessor.id)
        .where(
            predecessor.id == one.predecessor_id,
            or_(predecessor.handover_nonce.is_(None), predecessor.event_id != one.event_id),
        )
        .exists(),
        "has lost its address, and something still tells who it was": and_(
            one.email == "",
            one.group_id.is_(None),
            or_(
                *(getattr(one, name) != "" for name in STORED),
                one.named_by != "",
                select(GroupGuest.id).where(GroupGuest.registration_id == one.id).exists(),
            ),
        ),
        "has no history": ~select(StatusChange.id).where(StatusChange.registration_id == one.id).exists(),
    }
    newer_invitation = one.invited_sequence > Event.sequence + one.sequence_offset
    found = select(one.id).join(Event, one.event_id == Event.id).where(newer_invitation).order_by(one.id)
    return together(
        faulty("registration", one.id, faults),
        listed(found, "registration %s: invited to a state of the day that never was"),
    )


def keys_of_people(session: Session, _now: datetime) -> Fault:
    one = Registration
    found = select(one.id, one.email, one.email_key, one.sort_key, one.family_name, one.given_name).where(
        one.email != ""
    )
    for row, email, email_key, key, family, given in session.execute(found.order_by(one.id)):
        if address_key(email) != address_of(email_key):
            yield f"registration {row}: the key of the address is not that of the address"
        if sort_key(family, given) != key:
            yield f"registration {row}: is sorted under another name"


@built_once
def histories() -> Check:
    """The last line of a history is the status, and each line begins where the one before ended."""
    last = select(func.max(StatusChange.id)).group_by(StatusChange.registration_id)
    found = (
        select(Registration.id)
        .join(StatusChange, StatusChange.registration_id == Registration.id)
        .where(StatusChange.id.in_(last), StatusChange.to_status != Registration.status)
    )
    before = func.lag(StatusChange.to_status).over(
        partition_by=StatusChange.registration_id, order_by=StatusChange.id
    )
    lines = select(StatusChange.id, StatusChange.from_status, before.label("was")).subquery()
    jumps = select(lines.c.id).where(lines.c.from_status.is_distinct_from(lines.c.was)).order_by(lines.c.id)
    return together(
        listed(found.order_by(Registration.id), "registration %s: the history ends in another status"),
        listed(jumps, "status_change %s: does not begin where the line before ended"),
    )


@built_once
def called_off() -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "is cancelled and has registrations that are not": and_(
            Event.status == EventStatus.CANCELLED,
            select(Registration.id)
            .where(Registration.event_id == Event.id, Registration.status.in_(ACTIVE))
            .exists(),
        ),
    }
    return faulty("event", Event.id, faults)
