# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Consents: what a day asks for, and who agrees.

asks_for(app, day.event_id, Purpose.LIST)
agrees(app, reference, Purpose.LIST)
"""

from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.refusal import fingerprint
from app.registration.consents.models import ConsentSource, Purpose
from app.registration.consents.records import write_down
from app.registration.consents.service import ask_for
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import Actor
from app.web.database import transaction
from tests.factories.days import NOW

EVERYWHERE = tuple(one for one in Purpose if one is not Purpose.MEMORY)
"""What every day may ask for, also one of no series."""


def asks_for(app: Flask, event_id: int, *purposes: Purpose) -> None:
    with app.app_context(), transaction() as session:
        seen = fingerprint(session.get_one(Event, event_id).consents)
        ask_for(session, event_id, purposes, seen, By(Actor.ORGANISER), NOW)


def agrees(app: Flask, reference: str, *purposes: Purpose) -> None:
    """To what the day asks for, on the personal page."""
    with app.app_context(), transaction() as session:
        one = session.scalars(select(Registration).where(Registration.reference == reference)).one()
        write_down(session, one, dict.fromkeys(purposes, "Ja, gern."), ConsentSource.PAGE, NOW)
