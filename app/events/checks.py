# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: days that contradict themselves, and mails of days that are gone."""

from sqlalchemy import ColumnElement, and_, or_, select

from app.events.facts import NEEDED
from app.events.models import Event
from app.events.rules import EventStatus
from app.findings import Check, built_once, faulty
from app.outbox.models import Message


@built_once
def events() -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "ends before it begins": Event.ends_at <= Event.starts_at,
        "more seats are taken than there are": Event.taken > Event.capacity + Event.extra,
        "registration closes before it opens": Event.registration_closes_at <= Event.registration_opens_at,
        "is public without a description or a venue": and_(
            Event.status != EventStatus.DRAFT,
            or_(*(getattr(Event, name) == "" for name in NEEDED)),
        ),
    }
    return faulty("event", Event.id, faults)


@built_once
def day_mails() -> Check:
    one = Message
    faults: dict[str, ColumnElement[bool]] = {
        "belongs to a day that does not exist": and_(
            one.event_id.is_not(None), ~select(Event.id).where(Event.id == one.event_id).exists()
        ),
    }
    return faulty("message", one.id, faults)
