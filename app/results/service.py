# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases of results: write them down, agree, publish.

Each verb locks the event first, as everywhere. What is changed after the publication is public at once, so the event's
revision rises then. `seen` is the version a form was opened with, 0 for what was not there yet; if another one is
stored meanwhile, `ChangedMeanwhile` is raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.events.models import Event
from app.events.queries import get_of_event
from app.events.rules import EventStatus
from app.events.service import lock_event, mark_changed
from app.people.audit import record
from app.programme.models import Workshop
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.results.models import Agreement, AttendanceFigure, Documentation, WorkshopResult, is_documented
from app.results.rules import AgreementFacts, ResultFacts, Undocumented, refuse_unwritten


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What stands around the results: first words, who hosts next, and how many came, by kind of organisation (its key)."""

    intro: str = ""
    next_host: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)


def write_frame(session: Session, event: Event, facts: FrameFacts, seen: int, now: datetime) -> Documentation:
    """Introduction, next host and figures of attendance in one. A kind nobody came from is left out."""
    event = lock_event(session, event.id)
    row = find_frame(session, event)
    wanted = {kind: count for kind, count in facts.figures.items() if count}
    facts = FrameFacts(facts.intro, facts.next_host, wanted)
    refuse_lost_update(seen, row.version if row else 0, frame_facts(session, event), facts)
    if row is None:
        row = Documentation(event_id=event.id)
        session.add(row)
    row.intro, row.next_host = facts.intro, facts.next_host
    flag_modified(row, "intro")  # the version also rises when only the figures differ
    session.execute(delete(AttendanceFigure).where(AttendanceFigure.event_id == event.id))
    session.add_all(AttendanceFigure(event_id=event.id, kind=kind, count=n) for kind, n in wanted.items())
    mark_public_change(session, event, now)
    return row


def find_frame(session: Session, event: Event) -> Documentation | None:
    return session.scalar(select(Documentation).where(Documentation.event_id == event.id))


def frame_facts(session: Session, event: Event) -> FrameFacts:
    row = find_frame(session, event)
    figures = session.execute(
        select(AttendanceFigure.kind, AttendanceFigure.count).where(AttendanceFigure.event_id == event.id)
    )
    words = (row.intro, row.next_host) if row else ("", "")
    return FrameFacts(*words, dict(figures.all()))


def refuse_lost_update(seen: int, version: int, theirs: object, mine: object) -> None:
    """Who sends the same words again (a double click) has lost nothing and is not bothered."""
    if seen != version and theirs != mine:
        raise ChangedMeanwhile


def write_result(
    session: Session, event: Event, workshop_id: int | None, facts: ResultFacts, seen: int, now: datetime
) -> WorkshopResult:
    """What a workshop, or the plenary (None), found out. Raises `Missing` for a workshop of another day."""
    event = lock_event(session, event.id)
    require_workshop(session, event, workshop_id)
    row = find_result(session, event, workshop_id)
    refuse_lost_update(seen, row.version if row else 0, result_facts(row), facts)
    if row is None:
        row = WorkshopResult(event_id=event.id, workshop_id=workshop_id)
        session.add(row)
    row.findings, row.summary, row.attended = facts.findings, facts.summary, facts.attended
    mark_public_change(session, event, now)
    return row


def find_result(session: Session, event: Event, workshop_id: int | None) -> WorkshopResult | None:
    mine = select(WorkshopResult).where(WorkshopResult.event_id == event.id)
    return session.scalar(mine.where(WorkshopResult.workshop_id.is_not_distinct_from(workshop_id)))


def result_facts(row: WorkshopResult | None) -> ResultFacts:
    return ResultFacts(row.findings, row.summary, row.attended) if row else ResultFacts()


def require_workshop(session: Session, event: Event, workshop_id: int | None) -> None:
    """Raises `Missing` for a workshop of another day; None is the plenary and always there. Refuses one without
    documentation."""
    if workshop_id is not None and get_of_event(session, Workshop, event.id, workshop_id).undocumented:
        raise Undocumented


def add_agreement(
    session: Session, event: Event, facts: AgreementFacts, now: datetime, nonce: str | None = None
) -> Agreement:
    """A form sent twice (same nonce) lands on the same agreement."""
    event = lock_event(session, event.id)
    require_workshop(session, event, facts.workshop_id)
    if nonce is not None:
        sent = select(Agreement).where(Agreement.event_id == event.id, Agreement.nonce == nonce)
        if (known := session.scalar(sent)) is not None:
            return known
    row = Agreement(event_id=event.id, nonce=nonce)
    _fill_agreement(row, facts)
    session.add(row)
    mark_public_change(session, event, now)
    return row


def change_agreement(
    session: Session, event: Event, agreement_id: int, facts: AgreementFacts, seen: int, now: datetime
) -> Agreement:
    event = lock_event(session, event.id)
    row = get_agreement(session, event, agreement_id)
    require_workshop(session, event, facts.workshop_id)
    refuse_lost_update(seen, row.version, agreement_facts(row), facts)
    _fill_agreement(row, facts)
    mark_public_change(session, event, now)
    return row


def remove_agreement(
    session: Session, event: Event, agreement_id: int, by: int | None, now: datetime
) -> None:
    """`by` is the organiser's id. What is struck from a published list leaves a trace in the audit."""
    event = lock_event(session, event.id)
    row = get_agreement(session, event, agreement_id)
    session.delete(row)
    record(session, now, by, event.id, "agreement.remove", f"agreement {agreement_id}", {"text": row.text})
    mark_public_change(session, event, now)


def get_agreement(session: Session, event: Event, agreement_id: int) -> Agreement:
    """Raises `Missing` for an agreement of another day."""
    return get_of_event(session, Agreement, event.id, agreement_id)


def agreement_facts(row: Agreement) -> AgreementFacts:
    return AgreementFacts(row.workshop_id, row.text, row.owner, row.due, row.status, row.level, row.note)


def _fill_agreement(row: Agreement, facts: AgreementFacts) -> None:
    row.workshop_id = facts.workshop_id
    row.text = facts.text
    row.owner = facts.owner
    row.due = facts.due
    row.status = facts.status
    row.level = facts.level
    row.note = facts.note


def publish_documentation(session: Session, event: Event, by: int | None, now: datetime) -> None:
    """Open the documentation to everybody. Refuses when nothing is written, or when the day itself is not public.

    Once published it stays as published, also when the button is pressed twice.
    """
    event = lock_event(session, event.id)
    refuse_publishing(session, event)
    if event.documentation_released_at is not None:
        return
    event.documentation_released_at = now
    mark_changed(event, now, calendar=False)
    record(session, now, by, event.id, "documentation.publish")


def refuse_publishing(session: Session, event: Event) -> None:
    """As `publish_documentation` says."""
    if event.status is EventStatus.DRAFT:
        raise Refusal(N_("The day itself is still a draft. Please publish the day first."))
    refuse_unwritten(count_written(session, event))


def unpublish_documentation(session: Session, event: Event, by: int | None, now: datetime) -> None:
    """Close it again; everything written stays."""
    event = lock_event(session, event.id)
    if event.documentation_released_at is None:
        return
    event.documentation_released_at = None
    mark_changed(event, now, calendar=False)
    record(session, now, by, event.id, "documentation.unpublish")


def count_written(session: Session, event: Event) -> int:
    """Results with words in them, and agreements, as far as they are shown."""
    results = (
        select(func.count())
        .select_from(WorkshopResult)
        .where(
            WorkshopResult.event_id == event.id,
            (WorkshopResult.findings != "") | (WorkshopResult.summary != ""),
            is_documented(WorkshopResult),
        )
        .scalar_subquery()
    )
    agreements = (
        select(func.count())
        .select_from(Agreement)
        .where(Agreement.event_id == event.id, is_documented(Agreement))
        .scalar_subquery()
    )
    return session.scalar(select(results + agreements)) or 0


def mark_public_change(session: Session, event: Event, now: datetime) -> None:
    """Flush; and if the documentation is public, what everybody reads has changed."""
    if event.documentation_released_at is not None:
        mark_changed(event, now, calendar=False)
    session.flush()
