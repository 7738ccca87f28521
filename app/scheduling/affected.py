# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whom a release concerns: run by run, with where they could go if it is called off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.rules import Seats
from app.programme.plan import Plan, RunPlan
from app.programme.rules import Thing
from app.programme.working_copy import WorkingCopy
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place, RunStaff


@dataclass(frozen=True, slots=True)
class Affected:
    """A run that differs, the people who hold a place in it, and how many lead it or take its minutes. Called off, it says what else is there at that time: names of runs,
    each with the seats that are left, None without a limit; those of the same workshop first."""

    name: str
    people: int
    staff: int = 0
    called_off: bool = False
    instead: tuple[tuple[str, int | None], ...] = ()


def affected_runs(
    session: Session, copy: WorkingCopy, seats: Mapping[int, tuple[Seats, int]]
) -> list[Affected]:
    """In the order of the plan; three queries at most."""
    differ = [
        (number, run) for number, run in copy.released.of(Thing.RUN).items() if _differs(copy, number, run)
    ]
    runs = [number for number, _run in differ]
    people, staff = _people_in(session, runs), _staff_of(session, runs)
    found = []
    for number, run in differ:
        if not (people.get(number) or staff.get(number)):
            continue
        planned = copy.plan.get(Thing.RUN, number)
        off = run.takes_place and not (planned is not None and planned.takes_place)
        instead = _instead(copy.plan, number, run, seats) if off else ()
        name = copy.released.name_of(run)
        found.append(Affected(name, people.get(number, 0), staff.get(number, 0), off, instead))
    return found


def _differs(copy: WorkingCopy, number: int, run: RunPlan) -> bool:
    """Whether who is in it has to know."""
    planned = copy.plan.get(Thing.RUN, number)
    if planned is None:
        return True
    titles = (
        plan.get(Thing.WORKSHOP, one.workshop_id).title
        for plan, one in ((copy.released, run), (copy.plan, planned))
    )
    return (
        (run.room_id, run.station, run.takes_place) != (planned.room_id, planned.station, planned.takes_place)
        or copy.released.parts_of(run) != copy.plan.parts_of(planned)
        or len(set(titles)) > 1
    )


def _people_in(session: Session, runs: Sequence[int]) -> dict[int, int]:
    counted = (
        select(Place.run_id, func.count())
        .where(Place.run_id.in_(runs), Place.state == PlaceState.PLACE)
        .group_by(Place.run_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)} if runs else {}


def _staff_of(session: Session, runs: Sequence[int]) -> dict[int, int]:
    counted = select(RunStaff.run_id, func.count()).where(RunStaff.run_id.in_(runs)).group_by(RunStaff.run_id)
    return {row[0]: row[1] for row in session.execute(counted)} if runs else {}


def _instead(
    plan: Plan, number: int, run: RunPlan, seats: Mapping[int, tuple[Seats, int]]
) -> tuple[tuple[str, int | None], ...]:
    open_runs = [
        (other.workshop_id != run.workshop_id, plan.name_of(other), _left(other, seats.get(one)))
        for one, other in plan.of(Thing.RUN).items()
        if one != number and other.takes_place and run.round_id == other.round_id
    ]
    return tuple(
        (name, left) for _other, name, left in sorted(open_runs, key=lambda one: one[:2]) if left != 0
    )


def _left(run: RunPlan, seats: tuple[Seats, int] | None) -> int | None:
    if run.capacity is None:
        return None
    taken = seats[0].taken if seats is not None else 0
    return max(run.capacity - taken, 0)
