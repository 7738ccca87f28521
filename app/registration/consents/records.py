# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Consents as rows: written down, ended, read. Callers hold the event's lock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, insert, select, update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.organisations.models import Organisation
from app.registration.consents.models import TEXT_VERSION, Consent, ConsentSource, Purpose, asked_consents
from app.registration.models import Registration

Agreed = Mapping[Purpose, str]
"""To what somebody agrees, with the sentence as the person read it."""


def write_down(
    session: Session, registration: Registration, agreed: Agreed, source: ConsentSource, now: datetime
) -> None:
    """What the day does not ask for is left out, what stands already stays."""
    if not agreed:
        return
    new = source is ConsentSource.FORM  # nobody agreed before registering
    standing = set() if new else {one.purpose for one in consents_of(session, registration.id)}
    lines = [
        {
            "registration_id": registration.id,
            "purpose": one,
            "words": agreed[one],
            "text_version": TEXT_VERSION,
            "source": source,
            "given_at": now,
        }
        for one in asked_consents(registration.event)
        if one in agreed and one not in standing
    ]
    if lines:
        session.execute(insert(Consent), lines)


def end_consents(
    session: Session, registration_id: int, now: datetime, purpose: Purpose | None = None
) -> None:
    """One of them, or all: who takes no part any more agrees to nothing. Doing it twice changes nothing."""
    standing = update(Consent).where(
        Consent.registration_id == registration_id, Consent.withdrawn_at.is_(None)
    )
    if purpose is not None:
        standing = standing.where(Consent.purpose == purpose)
    session.execute(standing.values(withdrawn_at=now).execution_options(synchronize_session=False))


def consents_of(session: Session, registration_id: int) -> Sequence[Consent]:
    """Those that stand."""
    mine = select(Consent).where(Consent.registration_id == registration_id, Consent.withdrawn_at.is_(None))
    return session.scalars(mine.order_by(Consent.id)).all()


def every_consent_of(session: Session, registration_id: int) -> Sequence[Consent]:
    """The withdrawn ones too: the person may read all of it."""
    mine = select(Consent).where(Consent.registration_id == registration_id)
    return session.scalars(mine.order_by(Consent.id)).all()


def consents_to_list(session: Session, event: Event) -> tuple[Purpose, ...]:
    """What the day asks for, and what somebody agreed to before it stopped asking. No query where it never asked."""
    asked = asked_consents(event)
    if not event.questions_version:
        return asked
    standing = (
        select(Consent.purpose)
        .join(Registration, Consent.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Consent.withdrawn_at.is_(None))
    )
    given = set(session.scalars(standing.distinct()))
    return tuple(one for one in Purpose if one in asked or one in given)


def agreed_by(session: Session, ids: Collection[int] | Select[int]) -> dict[int, set[Purpose]]:
    """Registration id → what stands, of those who agreed to something."""
    found: dict[int, set[Purpose]] = {}
    standing = select(Consent.registration_id, Consent.purpose).where(
        Consent.registration_id.in_(ids), Consent.withdrawn_at.is_(None)
    )
    for person, purpose in session.execute(standing):
        found.setdefault(person, set()).add(purpose)
    return found


def agreed_to(purpose: Purpose) -> ColumnElement[bool]:
    """Whether a person of a list agreed to it; one look into the index of what stands."""
    return exists().where(
        Consent.registration_id == Registration.id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """Names and organisations of those who agreed to stand in lists, by family name, and how many others there are."""

    named: tuple[tuple[str, str], ...]
    others: int

    @property
    def number(self) -> int:
        return len(self.named) + self.others


def named_among(session: Session, *conditions: ColumnElement[bool]) -> NamedPeople:
    """Of the people for whom all of this is true (DP-13). A consent that was withdrawn counts no more (DP-03)."""
    found = (
        select(func.trim(Registration.full_name), Organisation.name, agreed_to(Purpose.LIST))
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(*conditions)
        .order_by(Registration.sort_key, Registration.id)
    )
    rows = session.execute(found).all()
    named = tuple((name, organisation) for name, organisation, agreed in rows if agreed and name)
    return NamedPeople(named, len(rows) - len(named))


def count_consents(session: Session, event_id: int) -> dict[Purpose, int]:
    """How many people with a seat agree to what."""
    counted = (
        select(Consent.purpose, func.count())
        .join(Registration, Consent.registration_id == Registration.id)
        .where(Registration.event_id == event_id, Registration.has_seat, Consent.withdrawn_at.is_(None))
        .group_by(Consent.purpose)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
