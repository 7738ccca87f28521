# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everything that is stored about the contact person of a group, for that person (Art. 15 and 20 GDPR, DP-06).

The keys of `contact_as_json` are documented in docs/eigene-daten.md and stay as they are; new ones may come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.outbox.models import Message
from app.outbox.rules import family_of
from app.privacy.erasure import ENDED_KEPT
from app.privacy.own_data import day_as_json, mails_as_json, time_as_json
from app.registration import notifications
from app.registration.groups.queries import Member, see_group
from app.registration.models import Group

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ContactData:
    group: Group
    people: Sequence[Member]
    mails: Sequence[Message]
    kept_until: datetime


def contact_data(session: Session, group: Group, now: datetime) -> ContactData:
    family = family_of(notifications.GROUP_LINK)
    mails = select(Message).where(Message.family == family, Message.subject_id == group.id)
    return ContactData(
        group,
        see_group(session, group, now),
        session.scalars(mails.order_by(Message.id)).all(),
        group.event.ends_at + ENDED_KEPT,
    )


def contact_as_json(data: ContactData, address: str) -> dict[str, Any]:
    """As `own_data.as_json`, about the group; `address` is the day's public address."""
    one = data.group
    return {
        "format": FORMAT,
        "event": day_as_json(one.event, address),
        "group": {
            "given_name": one.given_name,
            "family_name": one.family_name,
            "email": one.email,
            "organisation": one.organisation.name,
            "language": one.language,
            "together": one.together,
            "allotted": one.allotted,
            "name_until": time_as_json(one.name_until),
            "created_at": time_as_json(one.created_at),
            "confirmed_at": time_as_json(one.confirmed_at),
            "kept_until": time_as_json(data.kept_until),
        },
        "people": [
            {"number": member.reference, "name": member.name or None, "status": member.status.value}
            for member in data.people
        ],
        "mails": mails_as_json(data.mails),
    }
