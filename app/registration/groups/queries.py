# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A group as its contact person sees it: names, where each stands and why. No answers, no personal links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.registration.models import Group, GroupGuest, Registration
from app.registration.queries import guests_of, members_of
from app.registration.quotas.rules import Position
from app.registration.quotas.waiting_list import positions_of
from app.registration.rules import ENDED, Status


@dataclass(frozen=True, slots=True)
class Member:
    """One row. `name` is empty for a seat that nobody is named for yet."""

    reference: str
    name: str
    status: Status
    line: Position | None = None

    @property
    def unnamed(self) -> bool:
        return not self.name

    @property
    def may_change(self) -> bool:
        return self.status not in ENDED


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the team's list: how many seats, how many without a name."""

    group: Group
    people: int
    unnamed: int


def see_group(session: Session, group: Group, now: datetime) -> list[Member]:
    """The group's rows, those who stay out of it and are only shown among them."""
    own = members_of(session, group)
    lines = positions_of(session, group.event, own, now)
    rows = [Member(one.reference, one.full_name, one.status, lines.get(one.id)) for one in own]
    return rows + [_guest(guest, rows, group) for guest in guests_of(session, group)]


def _guest(guest: GroupGuest, rows: Sequence[Member], group: Group) -> Member:
    """As somebody new would look who was named at the same moment (T09)."""
    if guest.ended or not guest.registration.active:
        return Member(guest.reference, guest.full_name, Status.CANCELLED)
    if group.confirmed_at is None:
        return Member(guest.reference, guest.full_name, Status.UNCONFIRMED)
    if group.event.approval:
        return Member(guest.reference, guest.full_name, Status.PENDING)
    last = next((row for row in reversed(rows) if row.line is not None), None)
    if guest.waits and last is not None:
        return Member(guest.reference, guest.full_name, Status.WAITING, last.line)
    return Member(guest.reference, guest.full_name, Status.REGISTERED)


def groups_of(session: Session, event: Event) -> list[GroupRow]:
    """All groups of a day: two queries."""
    found = select(Group).where(Group.event_id == event.id).options(joinedload(Group.organisation))
    counted = (
        select(
            Registration.group_id,
            func.count(Registration.id).filter(Registration.email != ""),
            func.count(Registration.id).filter(Registration.email == ""),
        )
        .where(Registration.event_id == event.id, Registration.group_id.is_not(None))
        .where(Registration.status.not_in(ENDED))
        .group_by(Registration.group_id)
    )
    counts: Mapping[int | None, tuple[int, int]] = {one: (a, b) for one, a, b in session.execute(counted)}
    return [GroupRow(one, *counts.get(one.id, (0, 0))) for one in session.scalars(found.order_by(Group.id))]
