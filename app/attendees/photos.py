# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who may be pictured at a day, and who may not: without consent nobody (DP-14)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.registration.consents.models import Purpose
from app.registration.consents.records import agreed_by, consents_to_list
from app.registration.models import Registration
from app.registration.rules import Status

OF_PHOTOS = (Purpose.DOCUMENTATION, Purpose.PRESS)


@dataclass(frozen=True, slots=True)
class PhotoSheet:
    """Everybody who is registered, by family name: who agreed, with what to, and the others. `purposes`: what was
    asked; where that is nothing, nobody is named."""

    purposes: Sequence[Purpose]
    agreed: Sequence[tuple[Registration, Collection[Purpose]]] = ()
    others: Sequence[Registration] = ()


def photo_sheet(session: Session, event: Event) -> PhotoSheet:
    purposes = [one for one in consents_to_list(session, event) if one in OF_PHOTOS]
    if not purposes:
        return PhotoSheet(purposes)
    registered = Registration.event_id == event.id, Registration.status == Status.REGISTERED
    found = (
        select(Registration)
        .where(*registered, Registration.email != "")
        .options(joinedload(Registration.organisation))
        .order_by(Registration.sort_key, Registration.id)
    )
    people = session.scalars(found).all()
    given = agreed_by(session, select(Registration.id).where(*registered))
    agreed = [(one, {*given.get(one.id, ())} & {*purposes}) for one in people]
    return PhotoSheet(
        purposes,
        [(one, what) for one, what in agreed if what],
        [one for one, what in agreed if not what],
    )
