# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: the programme of a day."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.events.models import Room
from app.findings import Check, Fault, built_once, faulty, listed, together
from app.programme.models import AgendaItem, Round, Run, Workshop
from app.programme.rounds import fills


@built_once
def programme() -> Check:
    return together(
        *(
            faulty(name, table.id, {"ends before it begins": table.ends_at <= table.starts_at})
            for table, name in ((AgendaItem, "agenda_item"), (Round, "round"))
        ),
        _run_faults(),
        _mixed_runs(),
    )


def _mixed_runs() -> Check:
    """What the verbs refuse: in one of its rounds a run would have places, in another it must not."""
    own, one = aliased(Round), aliased(Round)
    found = (
        select(Run.id)
        .join(own, Run.round_id == own.id)
        .join(one, fills(own, one))
        .where(own.booked != one.booked)
        .order_by(Run.id)
        .distinct()
    )
    return listed(found, "run %s: fills rounds that are chosen beforehand, and others")


def _run_faults() -> Check:
    runs = (
        select(
            Run.id,
            Run.capacity,
            Run.taken,
            Run.extra,
            Workshop.event_id,
            Round.event_id,
            Room.event_id,
        )
        .join(Workshop, Run.workshop_id == Workshop.id)
        .join(Round, Run.round_id == Round.id)
        .outerjoin(Room, Run.room_id == Room.id)
        .order_by(Run.id)
    )

    def contradicting(session: Session) -> Fault:
        for row, capacity, taken, extra, of_workshop, of_round, of_room in session.execute(runs):
            if capacity is not None and taken > capacity + extra:
                yield f"run {row}: more places are taken than there are"
            if of_workshop != of_round or of_room not in {None, of_round}:
                yield f"run {row}: workshop, round and room are not of the same day"

    return contradicting
