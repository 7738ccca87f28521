# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: mails about people and to many of them."""

from sqlalchemy import ColumnElement, and_, select

from app.attendees.mailings import CIRCULAR
from app.attendees.models import MailingCopy
from app.findings import Check, built_once, faulty
from app.outbox.models import Message
from app.outbox.rules import family_of
from app.registration.calendar_invitations import FAMILIES
from app.registration.models import Registration


@built_once
def people_mails() -> Check:
    one = Message
    faults: dict[str, ColumnElement[bool]] = {
        "is about a registration that does not exist": and_(
            one.family.in_(FAMILIES),
            ~select(Registration.id).where(Registration.id == one.subject_id).exists(),
        ),
        "is about a registration of another day": and_(
            one.family.in_(FAMILIES),
            select(Registration.id)
            .where(Registration.id == one.subject_id, Registration.event_id != one.event_id)
            .exists(),
        ),
        "is about a copy of a message that does not exist": and_(
            one.family == family_of(CIRCULAR),
            ~select(MailingCopy.id).where(MailingCopy.id == one.subject_id).exists(),
        ),
    }
    return faulty("message", one.id, faults)
