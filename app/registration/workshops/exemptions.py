# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workshops that somebody cannot take, said with the wishes, with a reason for the team. They count once the team accepts
them: else whoever names what others want and bars the rest would gain by it. The reason may tell of health, so all of it is
deleted with the needs, 14 days after the day (DP-04). Flushes, never commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.service import lock_event
from app.people.audit import record
from app.programme.models import Workshop
from app.refusal import found
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import UnknownRun
from app.registration.workshops.models import Exemption
from app.registration.workshops.rules import Verdict


@dataclass(frozen=True, slots=True)
class ExemptionView:
    workshop_id: int
    title: str
    reason: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the day's, for the team."""

    registration: Registration
    said: ExemptionView


def replace_exemptions(
    session: Session, event: Event, registration: Registration, said: Mapping[int, str]
) -> None:
    """Workshop id → reason, instead of all that were there. One that stands with the same reason keeps the team's word;
    with another one it is open again. Refuses a workshop of another day."""
    known = set(session.scalars(select(Workshop.id).where(Workshop.event_id == event.id))) if said else set()
    if not known.issuperset(said):
        raise UnknownRun("cannot")
    there = {one.workshop_id: one for one in session.scalars(_rows_of(registration.id))}
    for workshop_id, one in there.items():
        if workshop_id not in said:
            session.delete(one)
        elif one.reason != said[workshop_id]:
            one.reason, one.verdict = said[workshop_id], Verdict.OPEN
    session.add_all(
        Exemption(registration_id=registration.id, workshop_id=workshop_id, reason=reason)
        for workshop_id, reason in said.items()
        if workshop_id not in there
    )
    session.flush()


def exemptions_of(session: Session, registration_id: int) -> list[ExemptionView]:
    """What one person said, in order of the workshops: one query."""
    rows = session.execute(
        select(Exemption.workshop_id, Workshop.title, Exemption.reason, Exemption.verdict)
        .join(Workshop, Exemption.workshop_id == Workshop.id)
        .where(Exemption.registration_id == registration_id)
        .order_by(Exemption.workshop_id)
    )
    return [ExemptionView(*row) for row in rows]


def exemptions_of_day(session: Session, event: Event) -> list[Asked]:
    """All of the day, what is open first: one query."""
    rows = session.execute(
        select(Registration, Exemption.workshop_id, Workshop.title, Exemption.reason, Exemption.verdict)
        .join(Exemption, Exemption.registration_id == Registration.id)
        .join(Workshop, Exemption.workshop_id == Workshop.id)
        .where(Registration.event_id == event.id)
        .order_by(Registration.sort_key, Registration.id, Exemption.workshop_id)
    )
    asked = [
        Asked(person, ExemptionView(number, title, reason, verdict))
        for person, number, title, reason, verdict in rows
    ]
    return sorted(asked, key=lambda one: one.said.verdict is not Verdict.OPEN)


def count_exemptions(session: Session, event: Event) -> tuple[int, int]:
    """How many there are, and how many of them wait for the team's word."""
    counted = select(func.count(), func.count().filter(Exemption.verdict == Verdict.OPEN)).select_from(
        Exemption
    )
    of_day = counted.join(Registration, Exemption.registration_id == Registration.id)
    there, open_ = session.execute(of_day.where(Registration.event_id == event.id)).one()
    return there, open_


def accepted(people: Select[int]) -> Select[int, int]:
    """Registration id and workshop id of what the team accepted of these people."""
    found_ = select(Exemption.registration_id, Exemption.workshop_id)
    return found_.where(Exemption.verdict == Verdict.ACCEPTED, Exemption.registration_id.in_(people))


def judge(
    session: Session,
    event_id: int,
    registration_id: int,
    workshop_id: int,
    verdict: Verdict,
    by: By,
    now: datetime,
) -> None:
    """The team's word; it can be another one later. Raises `Missing` for somebody of another day (T02)."""
    event = lock_event(session, event_id)
    person = select(Registration.id).where(Registration.event_id == event.id)
    mine = _rows_of(registration_id).where(
        Exemption.workshop_id == workshop_id, Exemption.registration_id.in_(person)
    )
    one = found(session.scalar(mine))
    one.verdict = verdict
    session.flush()
    about = f"registration {registration_id}"
    title = session.get_one(Workshop, workshop_id).title
    detail = {"title": title, "verdict": verdict.value}
    record(session, now, by.organiser_id, event.id, "exemption.judge", about, detail)


def forget_exemptions(session: Session, registration_id: int) -> None:
    gone = delete(Exemption).where(Exemption.registration_id == registration_id)
    session.execute(gone.execution_options(synchronize_session=False))


def _rows_of(registration_id: int) -> Select[Exemption]:
    return select(Exemption).where(Exemption.registration_id == registration_id)
