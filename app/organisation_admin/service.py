# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations by hand of the organising team: describe, merge, take a merge back; people and quotas follow.

Who may do it was asked before (`organisation_lists.get_changeable`). Every verb locks the events concerned in the
order of their ids, then the organisations, then writes; it flushes, never commits. Nobody loses a seat by any of them: a full
quota grows by who comes under it. Seats that become free move on when everybody is counted where they belong.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.events.models import Event, Quota, event_cohost
from app.events.service import lock_event, mark_changed
from app.organisation_admin.models import OrganisationMerge, merged_registration
from app.organisation_admin.queries import hosts_a_day
from app.organisations.models import Organisation, Region
from app.organisations.service import (
    OrganisationFacts,
    add_organisation,
    describe,
    lock_organisations,
    make_alias,
    part_again,
    refuse_alias,
    refuse_merge,
)
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.registration.correcting import count_anew
from app.registration.history import By
from app.registration.models import Group, Registration
from app.registration.promotion import move_up
from app.store.portions import portions

Belonging = type[Quota] | type[Group]


class BusyOrganisation(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("Somebody registered from there just now. Nothing was changed. Please send it again.")
        )


def add_known_organisation(session: Session, facts: OrganisationFacts, by: By, now: datetime) -> Organisation:
    """One that nobody has typed in yet. Refuses a name that is another one's."""
    made = add_organisation(
        session,
        facts.name,
        kind=facts.kind,
        district=facts.district,
        region=session.get(Region, facts.region_id) if facts.region_id else None,
        provisional=facts.provisional,
    )
    record(session, now, by.organiser_id, None, "organisation.add", f"organisation {made.id}")
    return made


def change_organisation(
    session: Session, organisation_id: int, facts: OrganisationFacts, version: int, by: By, now: datetime
) -> Organisation:
    """Another name, kind, district or region; accepted as known. The old name stays as an alias.

    Refuses a name that is another one's, and a stale version (F30). Another kind or district may mean other quotas.
    """
    hosted = _hosted(session, organisation_id)
    events = _lock(session, {*_days_with_people(session, [organisation_id]), *hosted})
    [organisation] = lock_organisations(session, [organisation_id])
    refuse_alias(organisation)
    if organisation.version != version:
        raise ChangedMeanwhile
    _refuse_newcomers(session, events, [organisation_id])
    was = (organisation.name, organisation.kind, organisation.district)
    describe(session, organisation, facts)
    if organisation.name != was[0]:
        for event_id in hosted:
            mark_changed(events[event_id], now, calendar=False)
    if (organisation.kind, organisation.district) != was[1:]:
        _count_anew(session, events, [organisation_id])
        _move_up(session, events, now)
    session.flush()
    _record(session, organisation_id, by, now, "change", kind=facts.kind, provisional=facts.provisional)
    return organisation


def merge(
    session: Session, source_id: int, target_id: int, by: By, now: datetime, *, accepting: bool = False
) -> OrganisationMerge:
    """The source becomes an alias of the target: its people, its quotas and its other spellings go along.

    `accepting` accepts the target with it. Refuses to merge one into itself, into an alias or else into one that no
    organiser has seen, and a source that hosts a day, because the public reads that name.
    """
    if source_id == target_id:
        [source] = lock_organisations(session, [source_id])
        refuse_merge(source, source)
    events = _lock(session, _days_of_merge(session, source_id))
    source, target = lock_organisations(session, [source_id, target_id])
    if accepting and target.provisional:
        target.provisional = False
        _record(session, target.id, by, now, "change", provisional=False)
    refuse_merge(source, target)
    refuse_giving_up(session, source)
    _refuse_newcomers(session, events, [source.id])
    done = OrganisationMerge(
        source_id=source.id, target_id=target.id, name=source.name, at=now, organiser_id=by.organiser_id
    )
    session.add(done)
    session.flush()
    people = _move_people(session, done)
    quotas, groups = (_move_rows(session, table, source, target) for table in (Quota, Group))
    aliases = make_alias(session, source, target)
    _count_anew(session, events, [target.id])
    done.moved = {
        "people": people,
        "quotas": quotas,
        "groups": groups,
        "aliases": aliases,
    }
    _move_up(session, events, now)
    session.flush()
    _record(session, source.id, by, now, "merge", into=target.id, **done.moved)
    return done


def refuse_giving_up(session: Session, source: Organisation) -> None:
    """Whoever hosts a day, or is another spelling already, cannot become one, whatever it is merged into."""
    refuse_alias(source)
    if hosts_a_day(session, source.id):
        raise Refusal(
            N_("“%(name)s” hosts a day. Merge the other one into it, or name another host first."),
            name=source.name,
        )


def undo_merge(session: Session, merge_id: int, by: By, now: datetime) -> OrganisationMerge:
    """Everything that moved goes back, apart from what was changed since. A second press changes nothing.

    Refuses when the target was merged itself since, or the name went elsewhere: that has to be taken back first. Who
    moved up in between keeps the seat.
    """
    done = session.get_one(OrganisationMerge, merge_id)
    events = _lock(session, _days_of_undoing(session, done))
    source, target = lock_organisations(session, [done.source_id, done.target_id])
    session.refresh(done, with_for_update=True)
    if done.undone_at is not None:
        return done
    if source.merged_into_id != target.id or source.name != done.name:
        raise Refusal(N_("These organisations have changed since. This merge cannot be taken back any more."))
    part_again(session, source, target, done.moved.get("aliases", ()))
    people = _bring_people_back(session, done)
    _point_rows(session, Quota, done.moved.get("quotas", ()), target.id, source.id)
    _point_rows(session, Group, done.moved.get("groups", ()), target.id, source.id)
    _count_anew(session, events, [source.id, target.id])
    _move_up(session, events, now)
    done.undone_at = now
    session.flush()
    _record(session, source.id, by, now, "part", into=target.id, people=people)
    return done


# -- locks


def _lock(session: Session, events: Iterable[int]) -> dict[int, Event]:
    """The days, locked one after the other in one order for all."""
    return {one: lock_event(session, one) for one in sorted(set(events))}


def _days_with_people(session: Session, organisations: Collection[int]) -> Sequence[int]:
    found = select(Registration.event_id).where(Registration.organisation_id.in_(organisations))
    return session.scalars(found.distinct()).all()


def _days_of_merge(session: Session, source_id: int) -> set[int]:
    quotas = select(Quota.event_id).where(Quota.organisation_id == source_id)
    groups = select(Group.event_id).where(Group.organisation_id == source_id)
    return {*_days_with_people(session, [source_id]), *session.scalars(quotas), *session.scalars(groups)}


def _days_of_undoing(session: Session, done: OrganisationMerge) -> set[int]:
    people = (
        select(Registration.event_id)
        .join(merged_registration, merged_registration.c.registration_id == Registration.id)
        .where(merged_registration.c.merge_id == done.id)
        .distinct()
    )
    quotas = select(Quota.event_id).where(Quota.id.in_(done.moved.get("quotas", ())))
    groups = select(Group.event_id).where(Group.id.in_(done.moved.get("groups", ())))
    return {*session.scalars(people), *session.scalars(quotas), *session.scalars(groups)}


def _hosted(session: Session, organisation_id: int) -> Sequence[int]:
    further = select(event_cohost.c.event_id).where(event_cohost.c.organisation_id == organisation_id)
    hosted = select(Event.id).where(or_(Event.lead_host_id == organisation_id, Event.id.in_(further)))
    return session.scalars(hosted).all()


def _refuse_newcomers(session: Session, events: Collection[int], organisations: Collection[int]) -> None:
    """A day cannot be locked after the organisations: who registers holds its day and waits for them."""
    if set(_days_with_people(session, organisations)) - set(events):
        raise BusyOrganisation


# -- moving


def _move_people(session: Session, done: OrganisationMerge) -> int:
    """How many. Their version stays: what somebody is typing about them is no less right."""
    of_source = select(Registration.id).where(Registration.organisation_id == done.source_id)
    people = session.scalars(of_source.order_by(Registration.id)).all()
    if people:
        rows = [{"merge_id": done.id, "registration_id": one} for one in people]
        session.execute(insert(merged_registration), rows)
    _point_people(session, done.source_id, done.target_id, people)
    return len(people)


def _bring_people_back(session: Session, done: OrganisationMerge) -> int:
    theirs = select(merged_registration.c.registration_id).where(merged_registration.c.merge_id == done.id)
    found = select(Registration.id).where(
        Registration.id.in_(theirs), Registration.organisation_id == done.target_id
    )
    people = session.scalars(found).all()
    _point_people(session, done.target_id, done.source_id, people)
    return len(people)


def _point_people(session: Session, old: int, new: int, people: Sequence[int]) -> None:
    for some in portions(people):
        session.execute(
            update(Registration)
            .where(Registration.id.in_(some), Registration.organisation_id == old)
            .values(organisation_id=new)
            .execution_options(synchronize_session=False)
        )


def _move_rows(session: Session, table: Belonging, source: Organisation, target: Organisation) -> list[int]:
    found = select(table.id).where(table.organisation_id == source.id).order_by(table.id)
    rows = list(session.scalars(found))
    _point_rows(session, table, rows, source.id, target.id)
    return rows


def _point_rows(session: Session, table: Belonging, rows: Sequence[int], old: int, new: int) -> None:
    session.execute(
        update(table)
        .where(table.id.in_(rows), table.organisation_id == old)
        .values(organisation_id=new)
        .execution_options(synchronize_session=False)
    )


# -- counting


def _count_anew(session: Session, events: dict[int, Event], organisations: Collection[int]) -> None:
    """Everybody from there, also who has left: whoever confirms late comes back under the right quotas."""
    for event in events.values():
        if not event.quota_count:
            continue
        found = (
            select(Registration)
            .where(Registration.event_id == event.id, Registration.organisation_id.in_(organisations))
            .order_by(Registration.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for one in session.scalars(found).all():
            count_anew(session, one, by_team=True)


def _move_up(session: Session, events: dict[int, Event], now: datetime) -> None:
    for event in events.values():
        if event.quota_count:
            move_up(session, event, now)


def _record(
    session: Session, organisation_id: int, by: By, now: datetime, action: str, **detail: object
) -> None:
    """Numbers only: a provisional name may be anything."""
    subject = f"organisation {organisation_id}"
    record(session, now, by.organiser_id, None, f"organisation.{action}", subject, dict(detail))
