# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The line of a day and its quotas: who falls under which, who may have a seat now, who is next.

Callers that write hold the event's lock. A day without quotas costs no question here.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event, Quota
from app.events.rules import Affiliation, QuotaEffect, QuotaTarget, Seats, code_key
from app.organisations.models import Organisation
from app.registration.models import Group, Registration, registration_quota
from app.registration.quotas.rules import Availability, Claim, Position, QuotaState, where_in_line
from app.registration.rules import IN_LINE, Participation, Status, UnknownCode

_OF_DAY = (
    select(Quota)
    .where(Quota.event_id == bindparam("day"))
    .order_by(Quota.id)
    .execution_options(populate_existing=True)
)


def quotas_of_day(session: Session, event: Event) -> Sequence[Quota]:
    """All quotas of the day, read anew."""
    if not event.quota_count:
        return ()
    return session.scalars(_OF_DAY, {"day": event.id}).all()


def quotas_of(session: Session, event: Event, registration_id: int) -> Sequence[Quota]:
    """The quotas this person falls under, read anew."""
    if not event.quota_count:
        return ()
    found = (
        select(Quota)
        .join(registration_quota, registration_quota.c.quota_id == Quota.id)
        .where(registration_quota.c.registration_id == registration_id)
        .order_by(Quota.id)
    )
    return session.scalars(found.execution_options(populate_existing=True)).all()


def covering(quotas: Sequence[Quota], organisation: Organisation, code: str = "") -> list[Quota]:
    """Those of the quotas that somebody of this organisation falls under."""
    one = Affiliation(organisation.id, organisation.kind, organisation.district, code)
    return [quota for quota in quotas if quota.aim.covers(one)]


def refuse_unknown_code(quotas: Sequence[Quota], code: str) -> None:
    if code and code_key(code) not in {quota.code_key for quota in quotas}:
        raise UnknownCode


def put_under(session: Session, registration: Registration, quotas: Sequence[Quota]) -> None:
    """Write down the quotas of somebody new."""
    if quotas:
        rows = [{"registration_id": registration.id, "quota_id": quota.id} for quota in quotas]
        session.execute(insert(registration_quota), rows)


def take_out_of(session: Session, registration: Registration, quotas: Sequence[Quota]) -> None:
    if quotas:
        session.execute(
            delete(registration_quota).where(
                registration_quota.c.registration_id == registration.id,
                registration_quota.c.quota_id.in_([quota.id for quota in quotas]),
            )
        )


def covering_person(
    quotas: Sequence[Quota],
    organisation: Organisation,
    participation: Participation,
    code: str = "",
) -> list[Quota]:
    """Quotas are seats in the house: who takes part online falls under none."""
    return covering(quotas, organisation, code) if participation is Participation.ROOM else []


def kept_twice(quotas: Sequence[Quota], organisation: Organisation, code: str) -> bool:
    """A seat that was kept by several quotas, and went to one person, leaves one for others."""
    return len(covering(quotas, organisation, code)) > 1


def after_moving(
    quotas: Sequence[Quota], under: Sequence[Quota], organisation: Organisation
) -> tuple[list[Quota], list[Quota]]:
    """Which quotas somebody leaves and which they come under with this organisation; codes stay what they were."""
    was_under = {quota.id for quota in under}
    now_under = {quota.id for quota in covering(quotas, organisation)}
    by_organisation = [quota for quota in quotas if quota.target is not QuotaTarget.CODE]
    old = [quota for quota in by_organisation if quota.id in was_under - now_under]
    new = [quota for quota in by_organisation if quota.id in now_under - was_under]
    return old, new


def availability_of(
    event: Event,
    quotas: Sequence[Quota],
    leaving: Collection[int] = (),
    *,
    gives_back: int = 0,
    staying: Collection[int] = (),
) -> Availability:
    """What is free now, or after somebody gave so many chairs back who falls under `leaving`. A limit that has grown
    shrinks by it, but for those to which the person comes back at once (`staying`)."""
    states, reserved = [], event.reserved
    for quota in quotas:
        back = 1 if gives_back and quota.id in leaving else 0
        share = Seats(quota.capacity, quota.taken - back, quota.extra)
        if quota.id not in staying:
            share = replace(share, extra=share.still_extra)
        held_back = quota.held_back
        if back and quota.is_open_reservation and quota.taken <= quota.capacity:
            held_back, reserved = held_back + 1, reserved + 1
        left = share.left if quota.effect is QuotaEffect.CAP else None
        states.append(
            QuotaState(quota.id, quota.name, left == 0, held_back, quota.release_at, quota.waiting, left)
        )
    seats = Seats(event.capacity, event.taken - gives_back, event.extra, reserved)
    if gives_back:
        seats = replace(seats, extra=seats.still_extra)
    return Availability(seats, tuple(states))


def somebody_before(
    session: Session, event: Event, quotas: Sequence[Quota], newcomer: Sequence[Claim]
) -> bool:
    """Whether newcomers have to wait because somebody in line may have the seat, be it only after confirming or when
    there are as many chairs as it takes."""
    if not event.waiting or not (event.quota_count or event.together_count):
        return event.waiting > 0
    availability = availability_of(event, quotas)
    if not availability.may_help(event.waiting):
        return False
    first, beside = _first(session, event, availability, IN_LINE, locked=False)
    return first is not None or (beside is not availability and not beside.has_seats_for(newcomer))


def next_in_line(
    session: Session, event: Event, availability: Availability, *, locked: bool = True
) -> Registration | None:
    """The first in line whose address is confirmed and for whom there is a seat; not `locked`, to look at only.

    A group that comes only together stands where its last member stands, so that it overtakes nobody, and is next
    when there are seats for all of it. Then the last member is returned; `moving_with` tells the others.
    """
    if not availability.may_help(event.waiting):
        return None
    return _first(session, event, availability, (Status.WAITING,), locked=locked)[0]


def moving_with(session: Session, event: Event, first: Registration) -> Sequence[Registration]:
    """Who moves up with the first in line, the first included, by their numbers."""
    if not event.together_count or first.group_id is None:
        return [first]
    return _together_with(session, first) or [first]


def group_waits(session: Session, event: Event, newcomer: Registration) -> bool:
    """Whether somebody new in a group has to wait because it comes only together and is in line."""
    if not event.together_count or newcomer.group_id is None:
        return False
    return bool(_together_with(session, newcomer))


def _together_with(session: Session, one: Registration) -> Sequence[Registration]:
    """Those of a group in line, if it comes only together."""
    found = (
        select(Registration)
        .join(Group, Registration.group_id == Group.id)
        .where(
            Group.id == one.group_id,
            Group.together,
            Registration.status.in_(IN_LINE),
            ~Registration.has_seat,
        )
        .order_by(Registration.waiting_number)
    )
    return session.scalars(found).all()


def _first(
    session: Session, event: Event, availability: Availability, statuses: Sequence[Status], *, locked: bool
) -> tuple[Registration | None, Availability]:
    """With what is left beside what stays free for those before who do not come alone."""
    passed_over: list[int] = []
    keep: list[int] = []
    while not (availability.seats.full and not availability.open_reservations):
        found = _eligible(event, availability, statuses, passed_over, keep)
        if locked:
            found = found.with_for_update(of=Registration).execution_options(populate_existing=True)
        first = session.scalar(found)
        if first is None:
            break
        group = _together_with(session, first) if event.together_count and first.group_id else ()
        if first.group_id is not None and len(group) > 1:
            if _may_move(session, event, availability, group, statuses):
                return first, availability
            passed_over.append(first.group_id)
            continue
        claim = claim_of(session, event, first)
        if availability.has_seat_for(claim):
            return first, availability
        keep.append(first.id)
        availability = availability.kept_for(claim)
    return None, availability


def claim_of(session: Session, event: Event, one: Registration) -> Claim:
    """What somebody who is stored needs at once."""
    return claims_of(session, event, [one])[0]


def claims_of(session: Session, event: Event, people: Sequence[Registration]) -> list[Claim]:
    under = _quotas_by_person(session, event, [one.id for one in people])
    return [Claim(frozenset(under[one.id]), one.chairs) for one in people]


def _may_move(
    session: Session,
    event: Event,
    availability: Availability,
    group: Sequence[Registration],
    statuses: Sequence[Status],
) -> bool:
    if any(one.status not in statuses for one in group):
        return False
    return availability.has_seats_for(claims_of(session, event, group))


def _quotas_by_person(session: Session, event: Event, people: Sequence[int]) -> dict[int, set[int]]:
    under: dict[int, set[int]] = {one: set() for one in people}
    if event.quota_count:
        links = select(registration_quota).where(registration_quota.c.registration_id.in_(people))
        for registration_id, quota_id in session.execute(links):
            under[registration_id].add(quota_id)
    return under


def _eligible(
    event: Event,
    availability: Availability,
    statuses: Sequence[Status],
    passed_over: Sequence[int],
    keep: Sequence[int],
) -> Select[Registration]:
    found = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status.in_(statuses), ~Registration.has_seat)
        .order_by(Registration.waiting_number)
        .limit(1)
    )
    if event.together_count:
        found = found.where(~_has_later_companion())
    if passed_over:
        found = found.where(or_(Registration.group_id.is_(None), Registration.group_id.not_in(passed_over)))
    if keep:
        found = found.where(Registration.id.not_in(keep))
    if availability.full_quotas:
        found = found.where(~_under(availability.full_quotas))
    if availability.seats.full:
        found = found.where(_under(availability.open_reservations))
    return found


def _has_later_companion() -> ColumnElement[bool]:
    other = aliased(Registration)
    later = select(other.id).where(
        other.group_id == Registration.group_id,
        other.status.in_(IN_LINE),
        ~other.has_seat,
        other.waiting_number > Registration.waiting_number,
    )
    together = select(Group.id).where(Group.id == Registration.group_id, Group.together)
    return and_(together.exists(), later.exists())


def _under(quota_ids: Collection[int]) -> ColumnElement[bool]:
    under = select(registration_quota.c.registration_id).where(
        registration_quota.c.registration_id == Registration.id,
        registration_quota.c.quota_id.in_(sorted(quota_ids)),
    )
    return under.exists()


def position_of(session: Session, registration: Registration, now: datetime) -> Position | None:
    """Where this person stands and why; None for who does not stand in line."""
    if registration.status not in IN_LINE or registration.has_seat:
        return None
    return positions_of(session, registration.event, [registration], now)[registration.id]


def positions_of(
    session: Session, event: Event, people: Sequence[Registration], now: datetime
) -> dict[int, Position]:
    """Registration id → where the person stands in line and why: the same number of statements for one and for fifty."""
    waiting = [one.id for one in people if one.status in IN_LINE and not one.has_seat]
    if not waiting:
        return {}
    quotas = quotas_of_day(session, event)
    groups = _groups_in_line(session, event, people)
    mates = {mate.id: mate for row in groups.values() for mate in row}
    under = _quotas_by_person(session, event, sorted({*waiting, *mates}))
    offered = (
        select(func.count(Registration.id))
        .where(Registration.event_id == event.id, Registration.status == Status.OFFERED)
        .scalar_subquery()
    )
    last = max(one.waiting_number or 0 for one in people if one.id in under)
    line = select(Registration.waiting_number, offered).where(
        Registration.event_id == event.id,
        Registration.status.in_(IN_LINE),
        ~Registration.has_seat,
        Registration.waiting_number <= last,
    )
    found = session.execute(line).all()
    numbers = sorted(row[0] for row in found)
    availability = availability_of(event, quotas)
    is_open = event.line_moves(now)

    def claim(one: Registration) -> Claim:
        return Claim(frozenset(under[one.id]), one.chairs)

    return {
        one.id: where_in_line(
            availability,
            claim(one),
            bisect_left(numbers, one.waiting_number or 0),
            found[0][1] if found else 0,
            is_open=is_open,
            group=[claim(mate) for mate in groups.get(one.group_id or 0, ())],
        )
        for one in people
        if one.id in under
    }


def _groups_in_line(
    session: Session, event: Event, people: Sequence[Registration]
) -> dict[int, list[Registration]]:
    """Of the groups that come only together and have one of these people in line: who stands there."""
    groups: dict[int, list[Registration]] = {}
    wanted = {one.group_id for one in people if one.group_id is not None}
    if event.together_count and wanted:
        found = (
            select(Registration)
            .join(Group, Registration.group_id == Group.id)
            .where(
                Group.id.in_(wanted),
                Group.together,
                Registration.status.in_(IN_LINE),
                ~Registration.has_seat,
            )
            .order_by(Registration.waiting_number)
        )
        for one in session.scalars(found):
            groups.setdefault(one.group_id or 0, []).append(one)
    return groups
