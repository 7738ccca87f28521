# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Naming who contributes: to the day as a whole, to an item for everybody, to a run, to what stands inside of one. Without
accounts; nobody gets a mail by it.

Every verb locks the event first and flushes, never commits. The place is said by a key: "day", "item-5", "run-7", "sub-9".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.service import lock_event, mark_changed, raise_sequence
from app.programme.conflicts import get_item, get_run, refuse_stale, run_name
from app.programme.models import AgendaItem, Contributor, Round, Run, SubItem
from app.programme.rules import MOST_CONTRIBUTORS, ContributorRole
from app.refusal import N_, Missing, Refusal, found

DAY = "day"
_KEY = re.compile(r"(item|run|sub)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ContributorFacts:
    """What the team says of somebody; `confirmed` is that they said yes, `about` a short text for the agenda."""

    name: str
    function: str = ""
    organisation: str = ""
    role: ContributorRole = ContributorRole.FACILITATION
    about: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody contributes to, or something stands inside of: the day where the others are None."""

    event: Event
    item: AgendaItem | None = None
    run: Run | None = None
    sub: SubItem | None = None

    @property
    def title(self) -> str:
        if self.sub is not None:
            return self.sub.title
        if self.run is not None:
            return run_name(self.run)
        return self.item.title if self.item is not None else self.event.title

    @property
    def roles(self) -> tuple[ContributorRole, ...]:
        """The day as a whole is moderated; everything else is done within it."""
        whole = ContributorRole.DAY_MODERATION
        if self.run is None and self.item is None and self.sub is None:
            return (whole,)
        return tuple(role for role in ContributorRole if role is not whole)

    @property
    def usual_role(self) -> ContributorRole:
        if self.run is not None:
            return ContributorRole.FACILITATION
        whole = self.item is None and self.sub is None
        return ContributorRole.DAY_MODERATION if whole else ContributorRole.TALK

    @property
    def condition(self) -> ColumnElement[bool]:
        if self.run is not None:
            return Contributor.run_id == self.run.id
        if self.item is not None:
            return Contributor.item_id == self.item.id
        if self.sub is not None:
            return Contributor.sub_item_id == self.sub.id
        return Contributor.event_id == self.event.id


def place_of(session: Session, event: Event, key: str) -> Place:
    """Found within the event (T02); raises `Missing`."""
    if key == DAY:
        return Place(event)
    read = _KEY.fullmatch(key)
    if read is None:
        raise Missing
    number = int(read[2])
    if read[1] == "run":
        return Place(event, run=get_run(session, event, number))
    if read[1] == "sub":
        return Place(event, sub=get_sub_item(session, event, number))
    return Place(event, item=get_item(session, event, number))


def get_sub_item(session: Session, event: Event, number: int) -> SubItem:
    """Found by what it stands in (T02); raises `Missing`."""
    runs = select(Run.id).join(Run.round).where(Round.event_id == event.id)
    items = select(AgendaItem.id).where(AgendaItem.event_id == event.id)
    inside = or_(SubItem.run_id.in_(runs), SubItem.item_id.in_(items))
    return found(session.scalar(select(SubItem).where(SubItem.id == number, inside)))


def contributors_of(session: Session, place: Place) -> Sequence[Contributor]:
    """All of them in order, those who were only asked too."""
    found_ = select(Contributor).where(place.condition)
    return session.scalars(found_.order_by(Contributor.position, Contributor.id)).all()


def get_contributor(session: Session, place: Place, contributor_id: int) -> Contributor:
    """Raises `Missing`."""
    return found(session.scalar(select(Contributor).where(place.condition, Contributor.id == contributor_id)))


def add_contributor(
    session: Session, event_id: int, key: str, facts: ContributorFacts, now: datetime
) -> Contributor:
    """Behind the others. Refuses a role that does not fit the place, somebody who stands there in it, and too many."""
    event = lock_event(session, event_id)
    place = place_of(session, event, key)
    _refuse_bad(session, place, facts)
    number, last = session.execute(
        select(func.count(), func.max(Contributor.position)).where(place.condition)
    ).one()
    if number >= MOST_CONTRIBUTORS:
        raise Refusal(N_("Please name at most %(number)s people."), field="name", number=MOST_CONTRIBUTORS)
    made = Contributor(position=(last or 0) + 1, **_columns(place))
    _write(made, facts)
    session.add(made)
    _changed(session, place, now, public=facts.confirmed)
    return made


def change_contributor(
    session: Session,
    event_id: int,
    key: str,
    contributor_id: int,
    facts: ContributorFacts,
    version: int,
    now: datetime,
) -> None:
    """Refuses a stale version (F30), and what `add_contributor` refuses."""
    event = lock_event(session, event_id)
    place = place_of(session, event, key)
    one = get_contributor(session, place, contributor_id)
    session.refresh(one)
    refuse_stale(one, version)
    _refuse_bad(session, place, facts, besides=one)
    was = one.confirmed
    _write(one, facts)
    _changed(session, place, now, public=was or facts.confirmed)


def confirm_contributor(
    session: Session, event_id: int, key: str, contributor_id: int, now: datetime
) -> None:
    """They said yes; from now on everybody reads it."""
    event = lock_event(session, event_id)
    place = place_of(session, event, key)
    one = get_contributor(session, place, contributor_id)
    if not one.confirmed:
        one.confirmed = True
        _changed(session, place, now, public=True)


def remove_contributor(session: Session, event_id: int, key: str, contributor_id: int, now: datetime) -> None:
    event = lock_event(session, event_id)
    place = place_of(session, event, key)
    one = get_contributor(session, place, contributor_id)
    session.delete(one)
    _changed(session, place, now, public=one.confirmed)


def move_contributor(
    session: Session, event_id: int, key: str, contributor_id: int, now: datetime, *, up: bool
) -> None:
    """One place to the front or to the back; the first and the last stay where they are."""
    event = lock_event(session, event_id)
    place = place_of(session, event, key)
    ordered = list(contributors_of(session, place))
    at = ordered.index(get_contributor(session, place, contributor_id))
    to = at - 1 if up else at + 1
    if not 0 <= to < len(ordered):
        return
    ordered[at], ordered[to] = ordered[to], ordered[at]
    for position, one in enumerate(ordered, start=1):
        if one.position != position:
            one.position = position
    _changed(session, place, now, public=True)


def _refuse_bad(
    session: Session, place: Place, facts: ContributorFacts, besides: Contributor | None = None
) -> None:
    if facts.role not in place.roles:
        raise Refusal(N_("Please choose a role that fits here."), field="role")
    for one in contributors_of(session, place):
        if one is not besides and (one.name, one.role) == (facts.name, facts.role):
            raise Refusal(N_("“%(name)s” stands here already in this role."), field="name", name=facts.name)


def _columns(place: Place) -> dict[str, int]:
    if place.run is not None:
        return {"run_id": place.run.id}
    if place.sub is not None:
        return {"sub_item_id": place.sub.id}
    return {"item_id": place.item.id} if place.item is not None else {"event_id": place.event.id}


def _write(one: Contributor, facts: ContributorFacts) -> None:
    one.name, one.function, one.organisation = facts.name, facts.function, facts.organisation
    one.role, one.about, one.confirmed = facts.role, facts.about, facts.confirmed


def _changed(session: Session, place: Place, now: datetime, *, public: bool) -> None:
    """Who was asked only stands in no calendar, so it stays as it is."""
    session.flush()
    of = place.run or place.item or place.sub
    if of is not None:
        session.expire(of, ["contributors"])
    run = place.sub.run if place.sub is not None else place.run
    if run is not None and public:
        raise_sequence(run, now)
    mark_changed(place.event, now, calendar=False)
    session.flush()
