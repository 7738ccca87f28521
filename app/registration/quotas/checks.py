# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: what quotas count, and whom they are for."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.rules import Affiliation, QuotaEffect, QuotaTarget
from app.findings import Check, Fault, built_once, count_of, faulty
from app.organisations.models import Organisation
from app.registration.models import Registration, registration_quota
from app.registration.rules import ACTIVE, Participation


def quota_counts(session: Session, _now: datetime) -> Fault:
    """What quotas and their days count is what the rows behind them say."""
    link, one = registration_quota, Registration
    mine = and_(link.c.quota_id == Quota.id, link.c.registration_id == one.id, one.event_id == Quota.event_id)
    holds = count_of(one.id, mine, one.has_seat.is_(True))
    waits = count_of(one.id, mine, one.status.in_(ACTIVE), ~one.has_seat)
    found = select(Quota.id, Quota.taken, holds, Quota.waiting, waits).order_by(Quota.id)
    for row, taken, counted, waiting, in_line in session.execute(found):
        if taken != counted:
            yield f"quota {row}: {taken} seats are taken, {counted} are held"
        if waiting != in_line:
            yield f"quota {row}: {waiting} are counted in line, {in_line} stand there"
    open_rest = case(
        (
            and_(
                Quota.effect == QuotaEffect.RESERVE,
                Quota.released_at.is_(None),
                Quota.capacity > Quota.taken,
            ),
            Quota.capacity - Quota.taken,
        ),
        else_=0,
    )
    of_day = Quota.event_id == Event.id
    rest = select(func.coalesce(func.sum(open_rest), 0)).where(of_day).scalar_subquery()
    quotas, codes = count_of(Quota.id, of_day), count_of(Quota.id, of_day, Quota.target == QuotaTarget.CODE)
    days = select(Event.id, Event.reserved, rest, Event.quota_count, quotas, Event.code_count, codes)
    for row, reserved, left, counted, number, counted_codes, number_of_codes in session.execute(
        days.order_by(Event.id)
    ):
        if reserved != left:
            yield f"event {row}: {reserved} seats are held back, its reservations say {left}"
        if (counted, counted_codes) != (number, number_of_codes):
            yield (
                f"event {row}: counts {counted} quotas and {counted_codes} codes,"
                f" there are {number} and {number_of_codes}"
            )


@built_once
def quotas() -> Check:
    one = Quota
    faults: dict[str, ColumnElement[bool]] = {
        "more seats of it are taken than it has": and_(
            one.effect == QuotaEffect.CAP, one.taken > one.capacity + one.extra
        ),
        "has grown by more than its people need": and_(one.extra > 0, one.extra > one.taken - one.capacity),
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
        Affiliation(number, kind, district)
        for number, kind, district in session.execute(
            select(Organisation.id, Organisation.kind, Organisation.district)
        )
    ]
    link, one = registration_quota, Registration
    for quota in session.scalars(select(Quota).where(Quota.target != QuotaTarget.CODE).order_by(Quota.id)):
        covered = one.organisation_id.in_(
            [each.organisation_id for each in organisations if quota.aim.covers(each)]
        ) & (one.participation == Participation.ROOM)
        mine = select(link.c.registration_id).where(link.c.quota_id == quota.id)
        wrong = select(func.count(one.id)).where(one.event_id == quota.event_id, covered != one.id.in_(mine))
        if number := session.scalar(wrong):
            yield f"quota {quota.id}: {number} people are counted under it and should not be, or the reverse"
