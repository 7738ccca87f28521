# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Releasing the working copy: from then on it is the agenda, and whoever's day differs is told. Every release is a version, which
can be looked at, compared and brought back.

Every verb locks the event first and flushes, never commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from app.db import Json
from app.events.models import Event
from app.events.queries import rooms_of
from app.events.service import lock_event, mark_changed, raise_sequence
from app.outbox.rules import QUIET
from app.people.audit import record
from app.programme.kinds import kinds_for
from app.programme.models import AgendaChange, AgendaVersion, Round, Run
from app.programme.news import items_differ
from app.programme.plan import (
    Change,
    Key,
    Plan,
    applied,
    differences,
    plan_from_json,
    plan_in_json,
    plan_seen,
    read_plan,
    renumbered,
)
from app.programme.rules import ItemKind, Thing
from app.programme.versions import get_version, last_version, version_before
from app.programme.working_copy import drop_edits, keep_edits, read_working_copy
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.registration import notifications
from app.registration.history import By
from app.registration.workshops.models import Place, PlaceChange
from app.registration.workshops.wishes import bring_places_back, keep_places
from app.scheduling.carrying_out import Announcement, carry_out
from app.scheduling.editing import edit, refuse_plan


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """`name` stands in the list of versions and on the public page, `note` in the mails."""

    name: str = ""
    note: str = ""


def release(
    session: Session, event_id: int, about: ReleaseNote, seen: str, by: By, now: datetime
) -> AgendaVersion:
    """Everybody sees the working copy from now on. Refuses as `refuse_release`, what does not fit, what would take a place from
    somebody who did not leave it, and when the working copy is another than was `seen` (its fingerprint)."""
    event = lock_event(session, event_id)
    copy = read_working_copy(session, event)
    refuse_release(event, copy.released, copy.plan)
    if plan_seen(copy.plan) != seen:
        raise ChangedMeanwhile
    if event.agenda_released_at is None:
        _release_first(session, event, now)
        kept: Json = {}
    else:
        kept = _release_again(session, event, copy.released, copy.plan, about.note, now)
    version = _write_version(session, event, about, kept, now)
    record(
        session,
        now,
        by.organiser_id,
        event.id,
        "agenda.release",
        f"event {event.id}",
        {"number": version.number},
    )
    return version


def refuse_release(event: Event, released: Plan, plan: Plan) -> None:
    """Not of an empty agenda, nor of one that everybody sees already."""
    if not plan.of(Thing.ITEM) and not plan.of(Thing.RUN):
        raise Refusal(N_("The agenda is empty. Please add the first item before publishing it."))
    if event.agenda_released_at is not None and not differences(released, plan):
        raise Refusal(N_("The agenda is public as it is. There is nothing to release."))


def _release_first(session: Session, event: Event, now: datetime) -> None:
    event.agenda_released_at = now
    for run in _runs(session, event):
        raise_sequence(run, now)
    mark_changed(event, now, calendar=False)
    session.flush()


def _release_again(
    session: Session, event: Event, released: Plan, plan: Plan, note: str, now: datetime
) -> Json:
    """What can be brought back for those who lose a place is returned."""
    refuse_plan(session, event, released, plan)
    if last_version(session, event) is None:  # released before there were versions
        _write_version(session, event, ReleaseNote(), {}, event.agenda_released_at or now, released)
    changes = differences(released, plan)
    kept, last = _places_lost(session, event, changes), revocable_version(session, event, now)
    drop_edits(session, event)
    carry_out(session, event, plan, now, Announcement(note))
    if last is not None:
        _give_back(session, event, last, changes, now)
    if event.agenda_is_news(now) and items_differ(released, plan):
        notifications.notify_agenda(session, event, now)
    return kept


def _give_back(
    session: Session, event: Event, last: AgendaVersion, changes: Sequence[Change], now: datetime
) -> None:
    """Who lost a place by the last release, about which no mail can have left, has it again where the run takes place after all; they
    hear of neither."""
    again = {
        one.key[1]
        for one in changes
        if one.key[0] is Thing.RUN
        and one.before is not None
        and one.after is not None
        and one.after.takes_place
        and not one.before.takes_place
        and one.before.same_rounds(one.after)
    }
    kept = {
        "runs": [one for one in last.places.get("runs", ()) if one[0] in again],
        "places": [one for one in last.places.get("places", ()) if one[1] in again],
    }
    people = {one[0] for one in kept["places"]}
    untold = PlaceChange.run_id.in_(again), PlaceChange.registration_id.in_(people), PlaceChange.at == last.at
    if people:
        session.execute(delete(PlaceChange).where(*untold))
        bring_places_back(session, event, kept, now)


def _write_version(
    session: Session, event: Event, about: ReleaseNote, kept: Json, now: datetime, plan: Plan | None = None
) -> AgendaVersion:
    earlier = session.scalar(select(func.max(AgendaVersion.number)).where(AgendaVersion.event_id == event.id))
    version = AgendaVersion(
        event_id=event.id,
        number=(earlier or 0) + 1,
        at=now,
        name=about.name,
        note=about.note,
        plan=plan_in_json(plan if plan is not None else read_plan(session, event)),
        places=kept,
    )
    session.add(version)
    session.flush()
    return version


def _places_lost(session: Session, event: Event, changes: Sequence[Change]) -> Json:
    closed = [
        one.key[1]
        for one in changes
        if one.key[0] is Thing.RUN
        and one.before is not None
        and one.after is not None
        and one.before.takes_place
        and not one.after.takes_place
    ]
    if not closed:
        return {}
    found = select(Place).where(Place.run_id.in_(closed)).options(joinedload(Place.run)).order_by(Place.id)
    return keep_places(session, event, session.scalars(found).all())


# -- taking back


def revocable_version(session: Session, event: Event, now: datetime) -> AgendaVersion | None:
    """The last release, while no mail about it can have left."""
    last = last_version(session, event)
    return last if last is not None and now < last.at + QUIET else None


def take_back_release(session: Session, event_id: int, number: int, by: By, now: datetime) -> None:
    """The agenda is as it was before this version, which is the working copy again; nobody hears of either. Refuses once mails may
    have left, and where somebody has chosen meanwhile what would be gone."""
    event = lock_event(session, event_id)
    version = get_version(session, event, number)
    last = revocable_version(session, event, now)
    if last is None or last.id != version.id:
        raise Refusal(
            N_(
                "The mails are leaving already. Please change the agenda again and release it; everybody is told of that, too."
            )
        )
    before = version_before(session, event, version)
    if before is None:
        _hide_again(session, event, now)
    else:
        _undo(session, event, version, before, now)
    session.delete(version)
    session.flush()
    record(
        session, now, by.organiser_id, event.id, "agenda.take_back", f"event {event.id}", {"number": number}
    )


def _hide_again(session: Session, event: Event, now: datetime) -> None:
    event.agenda_released_at = None
    for run in _runs(session, event):
        raise_sequence(run, now)
    mark_changed(event, now, calendar=False)


def _undo(
    session: Session, event: Event, version: AgendaVersion, before: AgendaVersion, now: datetime
) -> None:
    taken, live = plan_from_json(version.plan), read_plan(session, event)
    undone = [
        Change(one.key, one.after, one.before) for one in differences(plan_from_json(before.plan), taken)
    ]
    _refuse_calling_off(session, undone)
    carry_out(session, event, applied(live, undone), now, Announcement(aloud=False))
    bring_places_back(session, event, version.places, now)
    runs = [run.id for run in _runs(session, event)]
    session.execute(delete(PlaceChange).where(PlaceChange.run_id.in_(runs), PlaceChange.at == version.at))
    session.execute(
        delete(AgendaChange).where(AgendaChange.event_id == event.id, AgendaChange.at.in_((version.at, now)))
    )
    live = read_plan(session, event)
    keep_edits(session, event, live, as_working_copy(live, taken))


def _refuse_calling_off(session: Session, changes: Sequence[Change]) -> None:
    """In silence nobody loses a place."""
    for one in changes:
        if one.key[0] is Thing.RUN and one.before is not None and one.after is not None:
            run = session.get_one(Run, one.key[1])
            if one.before.takes_place and not one.after.takes_place and run.taken:
                raise Refusal(
                    N_(
                        "People hold places in “%(title)s” by now. Please call it off and release that, so that they are told."
                    ),
                    title=run.workshop.title,
                )


# -- bringing back


def bring_back(session: Session, event_id: int, number: int, now: datetime) -> None:
    """The working copy says again what this version said; nothing is released. Rooms that are gone since are left open. Refuses what
    does not fit any more."""
    event = lock_event(session, event_id)
    plan = plan_from_json(get_version(session, event, number).plan)
    live = read_plan(session, event)
    rooms = {room.id for room in rooms_of(session, event)}
    kinds = {kind.key for kind in kinds_for(session, event)}
    fits = {key: _without_gone(facts, rooms, kinds) for key, facts in plan.things.items()}
    edit(session, event_id, lambda _plan: as_working_copy(live, Plan(fits)), now)


def _without_gone(facts: object, rooms: set[int], kinds: set[str]) -> object:
    if getattr(facts, "room_id", None) not in {None, *rooms}:
        facts = replace(facts, room_id=None)  # type: ignore[type-var]
    if getattr(facts, "kind", None) not in {None, *kinds}:
        facts = replace(facts, kind=ItemKind.PLENARY.value)  # type: ignore[type-var]
    return facts


def as_working_copy(live: Plan, plan: Plan) -> Plan:
    """The plan, with numbers below zero for what no row holds any more."""
    numbers: dict[Key, int] = {}
    for thing in Thing:
        gone = [number for number in plan.of(thing) if (thing, number) not in live.things]
        numbers |= {(thing, number): -position for position, number in enumerate(gone, start=1)}
    return Plan(
        {_renamed(key, numbers): renumbered(facts, key[0], numbers) for key, facts in plan.things.items()}
    )


def _renamed(key: Key, numbers: Mapping[Key, int]) -> Key:
    return key[0], numbers.get(key, key[1])


def _runs(session: Session, event: Event) -> Sequence[Run]:
    found = select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.id)
    return session.scalars(found).all()
