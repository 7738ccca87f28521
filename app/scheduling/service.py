# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' verbs over a day in which people may hold seats already: changed, published, withdrawn, cancelled.

Each locks the event first, asks what the agenda allows, changes, tells who is concerned and writes its line of the
log, all in one transaction. It flushes, never commits. The programme: `editing`, `releasing`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.attendees.filters import count_online
from app.clock import BERLIN, days_later
from app.db import Json
from app.events.facts import DayFacts, Effect, touches
from app.events.models import Event, Notice
from app.events.notices import day_facts, facts_before, get_revocable, revocable, write_notice
from app.events.rules import (
    EventStatus,
    Placement,
    refuse_capacity_below_taken,
    refuse_odd_end_of_line,
    refuse_reversed_times,
)
from app.events.service import lock_event, mark_changed, raise_sequence
from app.outbox.rules import QUIET
from app.people.audit import record
from app.programme.conflicts import refuse_outside_day
from app.programme.models import AgendaItem, Round, Run
from app.programme.queries import has_rounds
from app.programme.versions import move_versions
from app.programme.working_copy import move_edits
from app.refusal import N_, Refusal, refuse_changed
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Group, Registration
from app.registration.promotion import move_up
from app.registration.rules import ACTIVE, Reason
from app.registration.service import cancel
from app.registration.workshops import places
from app.registration.workshops.swap_offers import end_all
from app.registration.workshops.wishes import bring_places_back, turn_places_into_wishes
from app.scheduling.queries import contacts_beside, count_registrations, count_taken


class PlacesBecomeWishes(Refusal):
    def __init__(self, places: int) -> None:
        super().__init__(
            N_(
                "%(number)s places in workshops are taken. They become first wishes, and until the allocation is"
                " published nobody has a place. Please confirm below."
            ),
            field="become_wishes",
            number=places,
        )


class StillOnline(Refusal):
    """Without the offer no list, form or figure would say that they are not in the house."""

    def __init__(self, people: int) -> None:
        super().__init__(
            N_(
                "There are people who take part online (%(number)s). Please leave it on, or change in the list first that they"
                " come."
            ),
            field="offers_online",
            number=people,
        )


def change_day(
    session: Session,
    event_id: int,
    facts: DayFacts,
    seen: str,
    by: By,
    now: datetime,
    *,
    become_wishes: bool = False,
    note: str = "",
) -> Event:
    """Save the day's facts; `seen` is the fingerprint of those that were read, and a stale one is refused (F30). Who is
    told reads old and new, and the `note`.

    A day that moves to another date takes its agenda along, at the same times of day. Refuses reversed times, fewer
    seats than are taken, dates that would leave something of the agenda behind, and to ask for wishes where places are
    taken without a word that they `become_wishes`.
    """
    event = lock_event(session, event_id)
    before = day_facts(event)
    refuse_changed(before, seen)  # its version rises with every room and workshop, too
    asks_for_wishes = before.placement is Placement.DIRECT and facts.placement is Placement.WISHES
    if asks_for_wishes and not become_wishes and (taken := count_taken(session, event)):
        raise PlacesBecomeWishes(taken)
    _refuse_facts(session, event, facts)
    kept = turn_places_into_wishes(session, event) if asks_for_wishes else None
    swapped, last = event.takes_swaps(now), revocable(session, event, now)
    back = dict(last.places) if last is not None and facts.placement is Placement.DIRECT else {}
    changed = _save(session, event, facts, by, now)
    if back:  # who takes a change to wishes back in the form means what the button does
        _bring_back(session, event, back, now)
    # Who corrects a day that is over invites nobody to it.
    if event.status is EventStatus.PUBLISHED and _is_told(session, event, changed) and not event.is_over(now):
        write_notice(session, event, before, changed, note, now, kept)
        notifications.notify_changed(session, event, now)
    if swapped and not event.takes_swaps(now):
        end_all(session, event, now)  # here, not by the worker: so the team is asked before they are told
    return event


def _is_told(session: Session, event: Event, changed: Collection[str]) -> bool:
    """How workshops are chosen is no news of a day that has none."""
    if not has_rounds(session, event):
        changed = set(changed) - {"placement", "wishes_until"}
    return touches(changed, Effect.MAIL)


def take_back(session: Session, event_id: int, notice_id: int, by: By, now: datetime) -> Event:
    """The day is again as it was before this change, and nobody hears of either: the mails find nothing to tell.

    Places that became wishes are places again; offers of swaps that ended with it stay ended. Refuses once mails may have left, and what has become impossible meanwhile,
    such as fewer seats than are taken.
    """
    event = lock_event(session, event_id)
    notice = get_revocable(session, event, notice_id, now)
    facts, kept, chose = facts_before(event, notice), notice.places, event.placement
    _refuse_facts(session, event, facts)
    session.execute(delete(Notice).where(Notice.id == notice_id))
    if facts.placement is Placement.WISHES and chose is Placement.DIRECT:
        turn_places_into_wishes(session, event)
    _save(session, event, facts, by, now)
    if facts.placement is Placement.DIRECT and chose is Placement.WISHES:
        _bring_back(session, event, kept, now)
    return event


def _bring_back(session: Session, event: Event, kept: Json, now: datetime) -> None:
    bring_places_back(session, event, kept, now)
    places.move_up_in_all_runs(session, event, now)


def _save(session: Session, event: Event, facts: DayFacts, by: By, now: datetime) -> list[str]:
    """All that follows from other facts but telling the people; the names of those that changed."""
    before = day_facts(event)
    changed = [name for name in DayFacts.__slots__ if getattr(before, name) != getattr(facts, name)]
    _write_facts(session, event, facts, changed, now)
    if event.status is EventStatus.PUBLISHED:
        _fill_seats(session, event, changed, now)
    _take_agenda_along(session, event, before, now)
    if changed:
        record(
            session, now, by.organiser_id, event.id, "event.change", f"event {event.id}", {"fields": changed}
        )
    return changed


def _refuse_facts(session: Session, event: Event, facts: DayFacts) -> None:
    refuse_reversed_times(facts.starts_at, facts.ends_at)
    if facts.registration_opens_at and facts.registration_closes_at:
        refuse_reversed_times(
            facts.registration_opens_at, facts.registration_closes_at, "registration_closes_at"
        )
    refuse_odd_end_of_line(facts.moves_up_until, facts.registration_closes_at, facts.starts_at)
    refuse_capacity_below_taken(facts.capacity, event.extra, event.taken)
    _refuse_placement(event, facts)
    if event.offers_online and not facts.offers_online and (people := count_online(session, event)):
        raise StillOnline(people)
    if facts.swaps_until is not None and facts.swaps_until > facts.starts_at:
        raise Refusal(N_("Swaps have to end before the day begins."), field="swaps_until")


def _refuse_placement(event: Event, facts: DayFacts) -> None:
    """Refuses wishes without a date, a date after the beginning, and another way once places have been given."""
    if facts.placement is not event.placement and event.placed_at is not None:
        raise Refusal(N_("The allocation is published, so the way of choosing stays."), field="placement")
    if facts.placement is Placement.WISHES:
        if facts.wishes_until is None:
            raise Refusal(N_("Please say until when people may wish."), field="wishes_until")
        if facts.wishes_until > facts.starts_at:
            raise Refusal(N_("Wishes have to end before the day begins."), field="wishes_until")


def _write_facts(
    session: Session, event: Event, facts: DayFacts, changed: Collection[str], now: datetime
) -> None:
    for name in changed:
        setattr(event, name, getattr(facts, name))
    if changed:
        mark_changed(event, now, calendar=touches(changed, Effect.CALENDAR))
    event.extra = event.seats.still_extra
    if touches(changed, Effect.RUNS):
        _raise_runs(session, event, now)
    session.flush()


def _fill_seats(session: Session, event: Event, changed: Collection[str], now: datetime) -> None:
    """Move up whoever has a seat now."""
    if touches(changed, Effect.SEATS):
        move_up(session, event, now, Reason.CAPACITY_RAISED if "capacity" in changed else Reason.MOVED_UP)
        places.move_up_in_all_runs(session, event, now)


def _take_agenda_along(session: Session, event: Event, before: DayFacts, now: datetime) -> None:
    days = (event.starts_at.astimezone(BERLIN).date() - before.starts_at.astimezone(BERLIN).date()).days
    if days:
        for thing in _agenda(session, event):
            thing.starts_at, thing.ends_at = (
                days_later(thing.starts_at, days),
                days_later(thing.ends_at, days),
            )
        move_edits(session, event, days)
        move_versions(session, event, days)
        _raise_runs(session, event, now)
        session.flush()
    if (event.starts_at, event.ends_at) != (before.starts_at, before.ends_at):
        for thing in _agenda(session, event):
            refuse_outside_day(event, thing.title, thing.starts_at, thing.ends_at)


def _agenda(session: Session, event: Event) -> list[AgendaItem | Round]:
    items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(AgendaItem.id))
    rounds = session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.id))
    return [*items, *rounds]


def _raise_runs(session: Session, event: Event, now: datetime) -> None:
    """What stands in the entry of every workshop has changed."""
    runs = select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.id)
    for run in session.scalars(runs):
        raise_sequence(run, now)


def publish_day(
    session: Session, event_id: int, by: By, now: datetime, *, unfinished: Sequence[str] = ()
) -> Event:
    """Refuses a day that is not a draft any more, and what a reader would miss; `unfinished` are the titles of legal
    texts that still have open places (WEB-01)."""
    event = lock_event(session, event_id)
    refuse_publishing(event, unfinished)
    event.status = EventStatus.PUBLISHED
    mark_changed(event, now, calendar=True)
    session.flush()
    record(session, now, by.organiser_id, event.id, "event.publish", f"event {event.id}")
    return event


def refuse_publishing(event: Event, unfinished: Sequence[str]) -> None:
    """As `publish_day` says."""
    if event.status is not EventStatus.DRAFT:
        raise Refusal(N_("This day is public already."))
    if not event.is_described:
        raise Refusal(N_("Before publishing, the day needs a short description and a venue with its town."))
    if unfinished:
        raise Refusal(
            N_("Before publishing, an administrator has to fill in: %(texts)s."), texts=", ".join(unfinished)
        )


def withdraw_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """Back to a draft. Refuses as `refuse_withdrawing`."""
    event = lock_event(session, event_id)
    refuse_withdrawing(session, event)
    event.status = EventStatus.DRAFT
    event.calls_off_at = None
    mark_changed(event, now, calendar=True)
    session.flush()
    record(session, now, by.organiser_id, event.id, "event.withdraw", f"event {event.id}")
    return event


def refuse_withdrawing(session: Session, event: Event) -> None:
    """Once somebody has registered, people would be left with a link to nowhere."""
    if event.status is not EventStatus.PUBLISHED:
        raise Refusal(N_("Only a public day can become a draft again."))
    if count_registrations(session, event):
        raise Refusal(N_("People have registered for this day. It can be cancelled, but no longer hidden."))


def delete_draft(session: Session, event_id: int, by: By, now: datetime) -> str:
    """A draft and all that was prepared for it; its title. Refuses as `refuse_deleting`."""
    event = lock_event(session, event_id)
    refuse_deleting(session, event)
    title = event.title
    record(session, now, by.organiser_id, None, "event.delete", f"event {event.id}", {"name": event.slug})
    session.execute(delete(Event).where(Event.id == event.id))
    session.expire_all()
    return title


def refuse_deleting(session: Session, event: Event) -> None:
    """What anybody outside of the team ever saw, or came to, stays."""
    if event.status is not EventStatus.DRAFT:
        raise Refusal(
            N_(
                "Only a draft can be deleted. A public day can be made a draft again as long as nobody has registered."
            )
        )
    if count_registrations(session, event):
        raise Refusal(N_("People are registered for this day, so it cannot be deleted."))


def put_away(session: Session, event_id: int, by: By, now: datetime) -> None:
    """Below the other days in the lists of its team; nothing else changes. Refuses a day that people still wait for."""
    event = lock_event(session, event_id)
    refuse_putting_away(event, now)
    if event.archived_at is None:
        event.archived_at = now
        session.flush()
        record(session, now, by.organiser_id, event.id, "event.put_away", f"event {event.id}")


def refuse_putting_away(event: Event, now: datetime) -> None:
    if event.status is EventStatus.PUBLISHED and not event.is_over(now):
        raise Refusal(N_("This day is public and still to come, so it stays in the list."))


def bring_back(session: Session, event_id: int, by: By, now: datetime) -> None:
    event = lock_event(session, event_id)
    if event.archived_at is not None:
        event.archived_at = None
        session.flush()
        record(session, now, by.organiser_id, event.id, "event.bring_back", f"event {event.id}")


class NotDue(Refusal):
    """Kept after all, or put off."""

    def __init__(self) -> None:
        super().__init__(N_("This day is not to be cancelled now."))


@dataclass(frozen=True, slots=True)
class CallingOff:
    """What people read: why the day does not take place, and what happens instead, which may be empty."""

    reason: str
    instead: str = ""


def call_off_later(session: Session, event_id: int, why: CallingOff, by: By, now: datetime) -> Event:
    """Call the day off after a quiet minute, in which it can be taken back. Refuses as `cancel_day`."""
    event = lock_event(session, event_id)
    refuse_calling_off(event, now)
    event.calls_off_at = now + QUIET
    event.off_reason, event.off_instead = why.reason, why.instead
    session.flush()
    record(session, now, by.organiser_id, event.id, "event.cancel_soon", f"event {event.id}")
    return event


def keep_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """The day is not called off after all; a second press changes nothing. Refuses when it is too late."""
    event = lock_event(session, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Refusal(N_("The day is cancelled already, and the mails are leaving."))
    if event.calls_off_at is None:
        return event
    event.calls_off_at = None
    event.off_reason = event.off_instead = ""
    session.flush()
    record(session, now, by.organiser_id, event.id, "event.keep", f"event {event.id}")
    return event


def due_for_calling_off(session: Session, now: datetime) -> list[int]:
    """The ids of the days whose quiet minute is over, but for those that can no longer be called off."""
    due = Event.calls_off_at <= now, Event.status == EventStatus.PUBLISHED
    took_place = or_(Event.ends_at <= now, Event.documentation_released_at.is_not(None))
    return list(session.scalars(select(Event.id).where(*due, ~took_place).order_by(Event.id)))


def cancel_day(
    session: Session, event_id: int, by: By, now: datetime, why: CallingOff | None = None
) -> Event:
    """Call a public day off: every registration ends, everybody confirmed is told, calendars show it as cancelled.

    Without a `why` it is due (`call_off_later`). Refuses one that is not, a draft, of which nobody knows, a day that is over,
    one whose documentation is public, and a second time.
    """
    event = lock_event(session, event_id)
    refuse_calling_off(event, now)
    if why is None and (event.calls_off_at is None or event.calls_off_at > now):
        raise NotDue
    if why is not None:
        event.off_reason, event.off_instead = why.reason, why.instead
    event.status = EventStatus.CANCELLED
    event.calls_off_at = None
    mark_changed(event, now, calendar=True)
    _raise_runs(session, event, now)
    session.flush()
    # Read first: who brings others does so only as long as they come.
    contacts = session.scalars(contacts_beside(event).order_by(Group.id)).all()
    active = select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.status.in_(ACTIVE),
    )
    for registration_id in session.scalars(active.order_by(Registration.id)).all():
        cancel(session, registration_id, by, now, Reason.EVENT_CANCELLED)
    for group in contacts:
        notifications.notify_contact_of_the_end(session, group, now)
    record(session, now, by.organiser_id, event.id, "event.cancel", f"event {event.id}")
    return event


def refuse_calling_off(event: Event, now: datetime) -> None:
    if event.status is not EventStatus.PUBLISHED or event.is_over(now):
        raise Refusal(N_("Only a public day that is not over can be cancelled."))
    if event.documentation_released_at is not None:
        raise Refusal(N_("The documentation is public, so the day took place and cannot be cancelled."))
