# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Naming who contributes, in the working copy. Verbs as in `editing`; `key` says to what, see `app.programme.contributors`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.contributors import Place, place_of
from app.programme.plan import ContributorFacts, Plan, seen_as
from app.programme.rules import Thing
from app.programme.working_copy import new_number
from app.refusal import ChangedMeanwhile
from app.scheduling.editing import edit


def add_contributor(
    session: Session, event_id: int, key: str, facts: ContributorFacts, now: datetime
) -> None:
    """Behind the others. Refuses a role that does not fit the place, somebody who stands there in it, and too many."""

    def step(plan: Plan, place: Place) -> Plan:
        last = max((one.position for one in place.contributors(plan).values()), default=0)
        return plan.put(
            (Thing.CONTRIBUTOR, new_number(plan, Thing.CONTRIBUTOR)), _there(facts, place, last + 1)
        )

    _edit(session, event_id, key, step, now)


def change_contributor(
    session: Session,
    event_id: int,
    key: str,
    number: int,
    facts: ContributorFacts,
    seen: str,
    now: datetime,
) -> None:
    """Refuses when somebody else saved meanwhile (F30), and what `add_contributor` refuses."""

    def step(plan: Plan, place: Place) -> Plan:
        was = place.get(plan, number)
        if seen_as(was) != seen:
            raise ChangedMeanwhile
        return plan.put((Thing.CONTRIBUTOR, number), _there(facts, place, was.position))

    _edit(session, event_id, key, step, now)


def confirm_contributor(session: Session, event_id: int, key: str, number: int, now: datetime) -> None:
    """They said yes."""

    def step(plan: Plan, place: Place) -> Plan:
        return plan.put((Thing.CONTRIBUTOR, number), replace(place.get(plan, number), confirmed=True))

    _edit(session, event_id, key, step, now)


def remove_contributor(session: Session, event_id: int, key: str, number: int, now: datetime) -> None:
    def step(plan: Plan, place: Place) -> Plan:
        place.get(plan, number)
        return plan.without((Thing.CONTRIBUTOR, number))

    _edit(session, event_id, key, step, now)


def move_contributor(
    session: Session, event_id: int, key: str, number: int, now: datetime, *, up: bool
) -> None:
    """One place to the front or to the back; the first and the last stay where they are."""

    def step(plan: Plan, place: Place) -> Plan:
        place.get(plan, number)
        ordered = list(place.contributors(plan))
        at = ordered.index(number)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(ordered):
            return plan
        ordered[at], ordered[to] = ordered[to], ordered[at]
        for position, one in enumerate(ordered, start=1):
            facts = plan.things[Thing.CONTRIBUTOR, one]
            plan = plan.put((Thing.CONTRIBUTOR, one), replace(facts, position=position))
        return plan

    _edit(session, event_id, key, step, now)


def _edit(
    session: Session, event_id: int, key: str, step: Callable[[Plan, Place], Plan], now: datetime
) -> None:
    def placed(plan: Plan) -> Plan:
        return step(plan, place_of(session.get_one(Event, event_id), plan, key))

    edit(session, event_id, placed, now)


def _there(facts: ContributorFacts, place: Place, position: int) -> ContributorFacts:
    return replace(facts, item_id=place.item_id, run_id=place.run_id, position=position)
