# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`, split: organisations, their aliases, and whom quotas are for."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event, Quota, event_cohost
from app.events.rules import Affiliation, QuotaEffect, QuotaTarget
from app.organisations.models import Organisation
from app.organisations.rules import name_key
from app.organising.findings import Check, Fault, faulty
from app.registration.models import Group, Registration, registration_quota


def quotas(session: Session, _now: datetime) -> Fault:
    yield from _quota_faults()(session)


@cache
def _quota_faults() -> Check:
    one = Quota
    faults: dict[str, ColumnElement[bool]] = {
        "more seats of it are taken than it has": and_(
            one.effect == QuotaEffect.CAP, one.taken > one.capacity + one.extra
        ),
        "does not say whom it is for": or_(
            (one.target == QuotaTarget.KIND) != one.organisation_kind.is_not(None),
            and_(one.target == QuotaTarget.DISTRICT, one.district == ""),
            (one.target == QuotaTarget.ORGANISATION) != one.organisation_id.is_not(None),
            (one.target == QuotaTarget.CODE) != one.code_key.is_not(None),
        ),
        "was released without a date": and_(one.released_at.is_not(None), one.release_at.is_(None)),
        "counts somebody of another day": select(Registration.id)
        .join(registration_quota, registration_quota.c.registration_id == Registration.id)
        .where(registration_quota.c.quota_id == one.id, Registration.event_id != one.event_id)
        .exists(),
    }
    return faulty("quota", one.id, faults)


def quota_people(session: Session, _now: datetime) -> Fault:
    """Whom a quota counts is whom it is for; who came by a code is not asked again."""
    organisations = [
        Affiliation(one, kind, district)
        for one, kind, district in session.execute(
            select(Organisation.id, Organisation.kind, Organisation.district)
        )
    ]
    link, one = registration_quota, Registration
    for quota in session.scalars(select(Quota).where(Quota.target != QuotaTarget.CODE).order_by(Quota.id)):
        covered = one.organisation_id.in_(
            [agency.organisation_id for agency in organisations if quota.aim.covers(agency)]
        )
        mine = select(link.c.registration_id).where(link.c.quota_id == quota.id)
        wrong = select(func.count(one.id)).where(one.event_id == quota.event_id, covered != one.id.in_(mine))
        if number := session.scalar(wrong):
            yield f"quota {quota.id}: {number} people are counted under it and should not be, or the reverse"


def organisations(session: Session, _now: datetime) -> Fault:
    one = Organisation
    yield from _organisation_faults()(session)
    for row, name, key in session.execute(select(one.id, one.name, one.name_key).order_by(one.id)):
        if name_key(name) != key:
            yield f"organisation {row}: the key is not the name's"


@cache
def _organisation_faults() -> Check:
    one, target = Organisation, aliased(Organisation)
    hosts = or_(
        select(Event.id).where(Event.lead_host_id == one.id).exists(),
        select(event_cohost.c.event_id).where(event_cohost.c.organisation_id == one.id).exists(),
    )
    faults: dict[str, ColumnElement[bool]] = {
        "is an alias of an alias": and_(
            one.is_alias,
            select(target.id).where(target.id == one.merged_into_id, target.is_alias).exists(),
        ),
        "is an alias and has people": and_(
            one.is_alias, select(Registration.id).where(Registration.organisation_id == one.id).exists()
        ),
        "is an alias and has a quota": and_(
            one.is_alias, select(Quota.id).where(Quota.organisation_id == one.id).exists()
        ),
        "is an alias and has a group": and_(
            one.is_alias, select(Group.id).where(Group.organisation_id == one.id).exists()
        ),
        "is an alias and hosts a day": and_(one.is_alias, hosts),
    }
    return faulty("organisation", one.id, faults)
