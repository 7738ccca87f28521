# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations as their organisers see them: how many people, which names mean the same, what a merge would do.

Organisations belong to the installation, people to days. An administrator may change every organisation. Whoever may
change people of a day sees the organisations these come from, and may change those that are provisional and from
which nobody comes to a day of others: nothing changes for people that somebody else looks after.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from app.attendees.filters import MOST_WORDS, clean_search, names_hold
from app.attendees.lists import PAGE_LENGTH, Page
from app.events.models import Event, Quota, event_cohost
from app.events.rules import Affiliation, QuotaTarget
from app.events.team_service import events_with
from app.folding import list_key
from app.organisation_admin.models import OrganisationMerge, merged_registration
from app.organisations.models import Organisation
from app.organisations.rules import Namesakes
from app.people.models import Organiser
from app.people.rules import Permission
from app.refusal import Missing
from app.registration.models import Registration
from app.registration.rules import ACTIVE


@dataclass(frozen=True, slots=True)
class Reach:
    """The days on which somebody may change people; None stands for all days and for what belongs to none."""

    events: frozenset[int] | None

    @property
    def everywhere(self) -> bool:
        return self.events is None

    def outside(self) -> ColumnElement[bool]:
        return Registration.event_id.not_in(sorted(self.events or ()))


def reach_of(session: Session, organiser: Organiser) -> Reach:
    if organiser.is_admin:
        return Reach(None)
    return Reach(frozenset(one.id for one in events_with(session, organiser, Permission.EDIT_PEOPLE)))


class Known(NamedTuple):
    """One that may be meant; a provisional one is accepted with the merge."""

    id: int
    name: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation in the list. `people` counts the registrations that one may see; `likely` is what it may mean."""

    organisation: Organisation
    people: int
    likely: tuple[Known, ...] = ()


def list_organisations(
    session: Session, reach: Reach, text: str, number: int, *, provisional: bool
) -> Page[OrganisationRow]:
    """Page `number`: two queries, and one more if there is somebody to compare with."""
    conditions = [Organisation.merged_into_id.is_(None), *_found(text)]
    if provisional:
        conditions.append(Organisation.provisional.is_(True))
    if not reach.everywhere:
        conditions.append(_people_of(Organisation.id, reach).exists())
    total = session.scalar(select(func.count(Organisation.id)).where(*conditions)) or 0
    number = min(max(number, 1), max(-(-total // PAGE_LENGTH), 1))
    people = _people_of(Organisation.id, reach).with_only_columns(func.count(Registration.id))
    found = session.execute(
        select(Organisation, people.scalar_subquery())
        .where(*conditions)
        .order_by(Organisation.provisional.desc(), Organisation.sort_key, Organisation.id)
        .limit(PAGE_LENGTH)
        .offset((number - 1) * PAGE_LENGTH)
    ).all()
    likely = _likely(session, reach, [one for one, _ in found if one.provisional])
    return Page([OrganisationRow(one, many, likely.get(one.id, ())) for one, many in found], total, number)


def _found(text: str) -> list[ColumnElement[bool]]:
    """Every word stands in the name or in one of the other spellings."""
    alias = aliased(Organisation)
    conditions = []
    for word in clean_search(text).split()[:MOST_WORDS]:
        other = select(alias.id).where(
            alias.merged_into_id == Organisation.id, names_hold(alias.sort_key, word)
        )
        conditions.append(or_(names_hold(Organisation.sort_key, word), other.exists()))
    return conditions


def _people_of(organisation_id: InstrumentedAttribute[int] | int, reach: Reach) -> Select[int]:
    found = select(Registration.id).where(Registration.organisation_id == organisation_id)
    return found if reach.everywhere else found.where(~reach.outside())


def _likely(
    session: Session, reach: Reach, strangers: Collection[Organisation]
) -> dict[int, tuple[Known, ...]]:
    """Among the known organisations, and the provisional ones that one may accept: often several spell it anew."""
    if not strangers:
        return {}
    own = and_(Organisation.provisional, Organisation.merged_into_id.is_(None), *_only_from(reach))
    names = select(Organisation.id, Organisation.name, Organisation.provisional)
    meant = {row.id: Known(*row) for row in session.execute(names.where(or_(Organisation.known, own)))}
    namesakes = Namesakes({key: one.name for key, one in meant.items()})
    return {
        one.id: tuple(meant[key] for key in namesakes.likely(one.name, one.id))
        for one in strangers
        if one.id in meant  # else it is others' to merge
    }


def _only_from(reach: Reach) -> list[ColumnElement[bool]]:
    """Somebody comes from there to these days, and nobody to others."""
    if reach.everywhere:
        return []
    elsewhere = _people_of(Organisation.id, Reach(None)).where(reach.outside())
    return [_people_of(Organisation.id, reach).exists(), ~elsewhere.exists()]


def likely_meant(session: Session, reach: Reach, organisation: Organisation) -> tuple[Known, ...]:
    """Organisations that this one may be another spelling of."""
    return _likely(session, reach, [organisation]).get(organisation.id, ())


def may_be_target(session: Session, reach: Reach, organisation: Organisation) -> bool:
    """Whether others may be merged into it: it is known, or provisional and one's own to accept."""
    mine = select(Organisation.id).where(Organisation.id == organisation.id, *_only_from(reach))
    return organisation.known or (not organisation.is_alias and session.scalar(mine) is not None)


def get_organisation(session: Session, reach: Reach, organisation_id: int) -> Organisation:
    """Raises `Missing` for an alias, and for one from which nobody comes that one may see."""
    found = session.get(Organisation, organisation_id)
    if found is None or found.is_alias:
        raise Missing
    if not reach.everywhere and session.scalar(_people_of(found.id, reach).limit(1)) is None:
        raise Missing
    return found


def may_change(session: Session, reach: Reach, organisation: Organisation) -> bool:
    if reach.everywhere:
        return True
    elsewhere = _people_of(organisation.id, Reach(None)).where(reach.outside()).limit(1)
    return organisation.provisional and session.scalar(elsewhere) is None


def get_changeable(session: Session, reach: Reach, organisation_id: int) -> Organisation:
    """Raises `Missing` for one that is others' to change."""
    found = get_organisation(session, reach, organisation_id)
    if not may_change(session, reach, found):
        raise Missing
    return found


def days_of(session: Session, reach: Reach, organisation: Organisation) -> Sequence[tuple[Event, int]]:
    """The days to which somebody from there has registered, with their number, the latest first."""
    found = (
        select(Event, func.count(Registration.id))
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.organisation_id == organisation.id)
        .group_by(Event.id)
        .order_by(Event.starts_at.desc(), Event.id)
    )
    if not reach.everywhere:
        found = found.where(~reach.outside())
    return [(event, number) for event, number in session.execute(found)]


def merges_into(session: Session, organisation: Organisation) -> Sequence[OrganisationMerge]:
    """The merges that can still be taken back, the latest first."""
    source = aliased(Organisation)
    found = (
        select(OrganisationMerge)
        .join(source, OrganisationMerge.source_id == source.id)
        .where(
            OrganisationMerge.target_id == organisation.id,
            OrganisationMerge.undone_at.is_(None),
            source.merged_into_id == organisation.id,
            source.name == OrganisationMerge.name,
        )
        .options(joinedload(OrganisationMerge.organiser))
    )
    return session.scalars(found.order_by(OrganisationMerge.id.desc())).all()


def get_merge(session: Session, reach: Reach, organiser_id: int, merge_id: int) -> OrganisationMerge:
    """Administrators take back any merge, others their own. Raises `Missing`, also if it moved others' people."""
    found = session.get(OrganisationMerge, merge_id)
    if found is None:
        raise Missing
    elsewhere = (
        select(Registration.id)
        .join(merged_registration, merged_registration.c.registration_id == Registration.id)
        .where(merged_registration.c.merge_id == merge_id, reach.outside())
    )
    if not reach.everywhere and (
        found.organiser_id != organiser_id or session.scalar(elsewhere.limit(1)) is not None
    ):
        raise Missing
    return found


def hosts_a_day(session: Session, organisation_id: int) -> bool:
    further = select(event_cohost.c.event_id).where(event_cohost.c.organisation_id == organisation_id)
    hosted = select(Event.id).where(or_(Event.lead_host_id == organisation_id, Event.id.in_(further)))
    return session.scalar(hosted.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Shift:
    """What a merge changes in one quota: it goes over to the target, or people come under it and leave it."""

    event: Event
    quota: Quota
    goes_over: bool
    coming: int
    leaving: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What merging would do."""

    days: Sequence[tuple[Event, int]]
    names: Sequence[str]
    shifts: Sequence[Shift]

    @property
    def people(self) -> int:
        return sum(number for _, number in self.days)


def consequences(session: Session, source: Organisation, target: Organisation) -> Consequences:
    """Four queries, however many people move."""
    aliases = select(Organisation.name).where(Organisation.merged_into_id == source.id)
    names = session.scalars(aliases.order_by(Organisation.sort_key, Organisation.id)).all()
    days = days_of(session, Reach(None), source)
    return Consequences(days, [source.name, *names], _shifts(session, source, target))


def _shifts(session: Session, source: Organisation, target: Organisation) -> list[Shift]:
    active = _active_by_day(session, (source.id, target.id))
    of_source = {event_id for event_id, organisation_id in active if organisation_id == source.id}
    found = (
        select(Quota)
        .where(or_(Quota.event_id.in_(of_source), Quota.organisation_id == source.id))
        .options(joinedload(Quota.organisation))
    )
    quotas = sorted(session.scalars(found), key=lambda one: (one.event_id, list_key(one.name)))
    events = {
        one.id: one
        for one in session.scalars(select(Event).where(Event.id.in_({q.event_id for q in quotas})))
    }
    shifts = []
    for quota in quotas:
        goes_over = quota.organisation_id == source.id
        if quota.target is QuotaTarget.CODE:
            continue
        was = [one.id for one in (source, target) if quota.aim.covers(_affiliation(one))]
        is_under = goes_over or quota.aim.covers(_affiliation(target))
        both = {one: active.get((quota.event_id, one), 0) for one in (source.id, target.id)}
        coming = sum(number for one, number in both.items() if is_under and one not in was)
        leaving = both[source.id] if source.id in was and not is_under else 0
        if goes_over or coming or leaving:
            shifts.append(Shift(events[quota.event_id], quota, goes_over, coming, leaving))
    return shifts


def _active_by_day(session: Session, organisations: Collection[int]) -> dict[tuple[int, int], int]:
    """(Day, organisation) → people who have a seat or wait."""
    counted = (
        select(Registration.event_id, Registration.organisation_id, func.count(Registration.id))
        .where(and_(Registration.organisation_id.in_(organisations), Registration.status.in_(ACTIVE)))
        .group_by(Registration.event_id, Registration.organisation_id)
    )
    return {(event, organisation): number for event, organisation, number in session.execute(counted)}


def _affiliation(organisation: Organisation) -> Affiliation:
    return Affiliation(organisation.id, organisation.kind, organisation.district)
