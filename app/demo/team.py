# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the demo's team did beside its days."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.demo import people
from app.demo.programme import ORGANISATIONS
from app.organisation_admin.service import merge
from app.organisations.service import find_organisation
from app.people.models import Organiser
from app.registration.history import By
from app.registration.rules import Actor
from app.tables.queries import chosen
from app.tables.service import SeatingOrder, ask


def ask_for_tables(session: Session, event_id: int, by: Organiser, moment: datetime) -> None:
    """The worker of the demo works them out within seconds; whoever looks may watch it."""
    people = len(session.scalars(chosen(event_id, None)).all())
    order = SeatingOrder(
        name="Gesprächstische am Nachmittag",
        run_id=None,
        tables=max(people // 8, 1),
        seats=10,
        labels=("Ankommen", "Vertiefen", "Verabreden"),
        hosts={},
        seed=1,
        nonce="demo-tables",
    )
    ask(session, event_id, order, By(Actor.ORGANISER, by.id), moment)


def merge_one(session: Session, by: Organiser, moment: datetime) -> None:
    """One of the odd names was seen by the team; the others wait for it."""
    number, typed = people.TYPED[-1]
    source, target = (find_organisation(session, name) for name in (typed, ORGANISATIONS[number - 1][0]))
    if source is None or target is None:
        raise RuntimeError(f"nobody came from {typed}")
    merge(session, source.id, target.id, By(Actor.ORGANISER, by.id), moment)
