# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: seats at discussion tables."""

from sqlalchemy import ColumnElement, select

from app.events.models import Event
from app.findings import Check, built_once, faulty
from app.registration.models import Registration
from app.registration.tables.models import Seating, SeatingGuest, SeatingPlace
from app.registration.tables.rules import SeatingState


@built_once
def seatings() -> Check:
    here = select(SeatingGuest.id).where(SeatingGuest.seating_id == Seating.id)
    seated = here.join(SeatingPlace, SeatingPlace.guest_id == SeatingGuest.id)
    strangers = here.join(Registration, SeatingGuest.registration_id == Registration.id).where(
        Registration.event_id != Seating.event_id
    )
    faults: dict[str, ColumnElement[bool]] = {
        "has seats and is not worked out": seated.exists() & (Seating.state != SeatingState.DONE),
        "has a seat at a table that does not exist": seated.where(
            SeatingPlace.table_number > Seating.tables
        ).exists(),
        "has a seat in a round that does not exist": seated.where(
            SeatingPlace.round_number > Seating.rounds
        ).exists(),
        "has a host at another table": seated.where(
            SeatingGuest.host_table != SeatingPlace.table_number
        ).exists(),
        "seats somebody of another day": strangers.exists(),
        "is read by people and its day does not know of it": Seating.published_at.is_not(None)
        & Seating.event_id.in_(select(Event.id).where(Event.tables_at.is_(None))),
    }
    return faulty("seating", Seating.id, faults)
