# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases of partners: name, change, remove. Each locks the event first and flushes, never commits."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.partners.models import Partner, PartnerLogo
from app.events.partners.rules import (
    Logo,
    PartnerFacts,
    refuse_too_many,
    refuse_without_alternative,
    refuse_wording,
)
from app.events.queries import get_of_event
from app.events.service import lock_event, mark_changed
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal


def get_partner(session: Session, event: Event, partner_id: int) -> Partner:
    """Raises `Missing` for a partner of another day."""
    return get_of_event(session, Partner, event.id, partner_id)


def facts_of(partner: Partner) -> PartnerFacts:
    return PartnerFacts(partner.role, partner.name, partner.link, partner.wording, partner.position)


def add_partner(
    session: Session,
    event_id: int,
    facts: PartnerFacts,
    logo: Logo | None,
    by: int | None,
    now: datetime,
) -> Partner:
    """`by` is the organiser's id. Refuses a name that stands in this role already, a wording that is no funder's, and a logo
    without words."""
    event = lock_event(session, event_id)
    there = select(func.count()).select_from(Partner).where(Partner.event_id == event.id)
    refuse_too_many(session.scalar(there) or 0)
    partner = Partner(event_id=event.id)
    _write(session, event, partner, facts)
    session.add(partner)
    session.flush()
    if logo is not None:
        _hang(session, partner, logo)
    _changed(session, event, partner, "partner.add", by, now)
    return partner


def change_partner(
    session: Session,
    event_id: int,
    partner_id: int,
    facts: PartnerFacts,
    version: int,
    by: int | None,
    now: datetime,
    *,
    logo: Logo | None = None,
    alternative: str = "",
    without_logo: bool = False,
) -> Partner:
    """Another `logo` takes the place of the one there; else `alternative` are the words of that one, or it goes. Refuses as
    `add_partner`, and a stale version (F30)."""
    event = lock_event(session, event_id)
    partner = get_partner(session, event, partner_id)
    if partner.version != version:
        raise ChangedMeanwhile
    _write(session, event, partner, facts)
    partner.version = version + 1  # also where only the logo changes
    if logo is not None:
        _hang(session, partner, logo)
    elif without_logo:
        partner.logo = None
    elif partner.logo is not None:
        refuse_without_alternative(alternative)
        partner.logo.alternative = alternative
    _changed(session, event, partner, "partner.change", by, now)
    return partner


def remove_partner(session: Session, event_id: int, partner_id: int, by: int | None, now: datetime) -> None:
    """With its logo."""
    event = lock_event(session, event_id)
    partner = get_partner(session, event, partner_id)
    session.delete(partner)
    _changed(session, event, partner, "partner.remove", by, now)


def _write(session: Session, event: Event, partner: Partner, facts: PartnerFacts) -> None:
    refuse_wording(facts)
    same = select(Partner.id).where(
        Partner.event_id == event.id, Partner.role == facts.role, Partner.name == facts.name
    )
    others = same.where(Partner.id != partner.id) if partner.id is not None else same
    if session.scalar(others.limit(1)) is not None:
        raise Refusal(N_("This partner is named in this role already."), field="name")
    partner.role, partner.name, partner.link = facts.role, facts.name, facts.link
    partner.wording, partner.position = facts.wording, facts.position


def _hang(session: Session, partner: Partner, logo: Logo) -> None:
    """A new row with a new key: browsers keep the old picture under the old one."""
    refuse_without_alternative(logo.alternative)
    if partner.logo is not None:
        partner.logo = None
        session.flush()
    partner.logo = PartnerLogo(
        content=logo.content, width=logo.width, height=logo.height, alternative=logo.alternative
    )


def _changed(
    session: Session, event: Event, partner: Partner, action: str, by: int | None, now: datetime
) -> None:
    mark_changed(event, now, calendar=False)
    session.flush()
    record(session, now, by, event.id, action, f"partner {partner.id}", {"name": partner.name})
