# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for the personal page and the own data."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registration.models import Registration
from app.registration.rules import PLACED
from app.registration.tables.models import PUBLISHED, Seating, SeatingGuest, SeatingPlace
from app.registration.tables.rules import name_of


@dataclass(frozen=True, slots=True)
class MyTable:
    """One round of one person. `label` is what the team calls it; `stays`: hosts it."""

    round: int
    label: str
    table: int
    stays: bool


def tables_of(session: Session, registration: Registration) -> list[MyTable]:
    """What was published of one person who takes part, round by round: one query, on a day with tables."""
    takes_part = registration.status in PLACED and registration.has_seat and not registration.is_online
    if not takes_part or registration.event.tables_at is None:
        return []
    rows = session.execute(
        select(
            SeatingPlace.round_number, Seating.round_names, SeatingPlace.table_number, SeatingGuest.host_table
        )
        .join(SeatingGuest, SeatingPlace.guest_id == SeatingGuest.id)
        .join(Seating, SeatingGuest.seating_id == Seating.id)
        .where(SeatingGuest.registration_id == registration.id, PUBLISHED)
        .order_by(SeatingPlace.round_number)
    )
    return [
        MyTable(round_, name_of(names, round_), table, host == table) for round_, names, table, host in rows
    ]
