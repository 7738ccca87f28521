# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`, split: wishes, who leads a run, and runs over several rounds."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from app.organising.findings import Check, Fault, faulty
from app.programme.models import Round, Run
from app.registration.models import Registration
from app.registration.rules import ENDED, PlaceState
from app.registration.workshops.models import Place
from app.registration.workshops.wish_models import RunStaff, Wish


def wishes(session: Session, _now: datetime) -> Fault:
    yield from _wish_faults()(session)
    yield from _staff_faults()(session)
    yield from _overlaps(session)


@cache
def _wish_faults() -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "is in another round than its run": Wish.round_id != Run.round_id,
        "is in a run of another day": Registration.event_id != Round.event_id,
    }
    of_person = (Registration, Wish.registration_id == Registration.id)
    return faulty(
        "wish", Wish.id, faults, of_person, (Run, Wish.run_id == Run.id), (Round, Run.round_id == Round.id)
    )


@cache
def _staff_faults() -> Check:
    beside = and_(
        Place.registration_id == RunStaff.registration_id,
        Place.round_id == Run.round_id,
        Place.state == PlaceState.PLACE,
    )
    faults: dict[str, ColumnElement[bool]] = {
        "leads a run and has left": Registration.status.in_(ENDED),
        "is in a run of another day": Registration.event_id != Round.event_id,
        "leads a run and has a place at the same time": and_(
            Run.held, select(Place.id).where(beside).exists()
        ),
    }
    of_person = (Registration, RunStaff.registration_id == Registration.id)
    in_run, of_round = (Run, RunStaff.run_id == Run.id), (Round, Run.round_id == Round.id)
    return faulty("run_staff", RunStaff.id, faults, of_person, in_run, of_round)


def _overlaps(session: Session) -> Fault:
    """Two places at the same time where one run goes on over the next round; no index can refuse that."""
    other, run, round_ = aliased(Place), aliased(Run), aliased(Round)
    found = (
        select(Place.id)
        .join(Run, Place.run_id == Run.id)
        .join(Round, Run.round_id == Round.id)
        .join(other, other.registration_id == Place.registration_id)
        .join(run, other.run_id == run.id)
        .join(round_, run.round_id == round_.id)
        .where(
            Run.spans > 1,
            Place.state == PlaceState.PLACE,
            other.state == PlaceState.PLACE,
            round_.number > Round.number,
            round_.number < Round.number + Run.spans,
        )
    )
    for row in session.scalars(found.order_by(Place.id).distinct()):
        yield f"place {row}: goes on into a round in which the person has another place"
