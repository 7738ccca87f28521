# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Coming in: the one order in which somebody new gets seat or number, quotas, history, workshops, answers and consents.

Five ways lead here: the form, the team's entry, rows of a group, a file of people, and another one's place that is passed
on. Nobody else makes a registration, and nobody else claims a seat of the day for somebody new. Callers hold the event's
lock; what people are told is theirs to say, for it differs.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.seats import (
    claim_seat,
    claim_seats,
    join_line,
    join_line_together,
    overbook,
)
from app.organisations.models import Organisation
from app.organisations.service import NO_KINDS, name_organisation, name_organisations
from app.people.rules import address_key
from app.registration import notifications
from app.registration.consents import records
from app.registration.consents.models import ConsentSource
from app.registration.history import By, note
from app.registration.models import Group, Registration, StatusChange, registration_quota
from app.registration.person import NOBODY, Person, columns_of
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import (
    Actor,
    Participation,
    Reason,
    Status,
    TooFewSeats,
    new_reference,
    refuse_accompanied_online,
    refuse_unasked,
    refuse_unoffered,
    share_of,
)
from app.registration.workshops import places, wishes


@dataclass(frozen=True, slots=True)
class Entry:
    """One sent form. The nonce makes a double click land on the same registration; `given` None: nothing was asked.
    `form_key` says with which code the form was opened, on days that have one."""

    person: Person
    nonce: str
    language: str = "de"
    choices: places.Choices = field(default_factory=dict)
    given: answers.Given | None = None
    code: str = ""
    agreed: records.Agreed = field(default_factory=dict)
    wished: wishes.Wished | None = None
    form_key: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a form had that was sent again with a correction: it is not punished for that, under the same quotas and with
    as many chairs or fewer."""

    seat: bool = False
    number: int | None = None
    quotas: frozenset[int] = frozenset()
    chairs: int = 0


NOTHING = Kept()


def _choose_or_wish(
    session: Session, registration: Registration, entry: Entry, now: datetime, *, by_team: bool = False
) -> None:
    """Refuses a form that was opened when places were given in the other way, and wishes after their date, which the
    team may still note."""
    event = registration.event
    if event.awaits_places and entry.choices:
        raise wishes.OtherWay
    if entry.wished is not None:
        if not (event.awaits_places if by_team else event.takes_wishes(now)):
            raise wishes.WishesOver if event.awaits_places else wishes.OtherWay
        wishes.write_first_wishes(session, event, registration, entry.wished)
    places.choose_first(session, event, registration, entry.choices)


def once_confirmed(registration: Registration) -> Status:
    """How somebody stands whose address is right: the team may want to decide first."""
    return Status.PENDING if registration.event.approval else admitted(registration)


def admitted(registration: Registration) -> Status:
    return Status.REGISTERED if registration.has_seat else Status.WAITING


def take_seat_or_number(
    session: Session,
    event: Event,
    registration: Registration,
    quotas: Sequence[Quota],
    mine: Sequence[Quota],
    kept: Kept = NOTHING,
) -> None:
    """A seat if there is one and nobody before may have it, else the next number in line; or what was `kept`. Who takes part
    online takes no chair, so nobody is before them and no line keeps them out."""
    if registration.is_online:
        registration.has_seat = True
        return
    if kept.quotas != frozenset(quota.id for quota in mine) or kept.chairs < registration.chairs:
        kept = NOTHING
    claim = Claim(frozenset(quota.id for quota in mine), registration.chairs)
    waits = waiting_list.group_waits(session, event, registration) or waiting_list.somebody_before(
        session, event, quotas, [claim]
    )
    if (kept.seat or not waits) and claim_seat(session, event, mine, chairs=claim.chairs):
        registration.has_seat = True
    else:
        number = join_line(session, event, mine)
        registration.waiting_number = number if kept.number is None else kept.number


class Seating(Enum):
    """How a seat is looked for."""

    IN_TURN = "in turn"  # nobody before may have it; else a number in line
    ANY = "any"  # by the team: a free seat, whoever waits; else a number in line
    OVERBOOK = "overbook"  # by the team: one more than there are, if need be
    WAITS = "waits"  # a number in line, whatever is free: a group that comes only together


@dataclass(frozen=True, slots=True)
class Way:
    """What differs between the ways in. `until`: the address has to be confirmed until then; None, it counts as right."""

    by: By
    reason: Reason
    seating: Seating = Seating.IN_TURN
    next_offset: int = 0
    until: datetime | None = None
    approved: bool = False  # the team has decided by adding
    quotas: Sequence[Quota] | None = None  # of the day, where the caller has read them
    organisation: Organisation | None = None  # where it is not typed in
    group: Group | None = None
    named_by: str = ""
    parts: Sequence[answers.Part] = ()
    kept: Kept = NOTHING
    shares: str = ""  # the key of somebody's address that is theirs, too
    in_vain: bool = False  # for somebody who is known: it is taken back, and must not meet their own row


def refuse_what_is_not_asked(event: Event, person: Person) -> None:
    """Of people, not of the team: the day may have stopped asking while the form was open (T31)."""
    refuse_unasked(person.accompanying, asks=event.asks_accompanying)
    refuse_unoffered(person.participation, offers=event.offers_online)


def admit(session: Session, event: Event, entry: Entry, way: Way, now: datetime) -> Registration:
    """Somebody new, with all that was chosen. Refuses what `answers.store` and the choice of workshops refuse, and a
    number of accompanying persons for which the day does not ask.

    Whoever may have moved up by it is the caller's to see to, once for all that came in together.
    """
    if way.by.actor is not Actor.ORGANISER:
        refuse_what_is_not_asked(event, entry.person)
    refuse_accompanied_online(entry.person.participation, entry.person.accompanying)
    one = enter(session, event, entry, way, now)
    quotas = waiting_list.quotas_of_day(session, event) if way.quotas is None else way.quotas
    mine = waiting_list.covering_person(quotas, one.organisation, one.participation, entry.code)
    _seat(session, event, one, quotas, mine, way)
    if way.until is None:
        one.confirmed_at = now
        one.status = admitted(one) if way.approved else once_confirmed(one)
    session.add(one)
    session.flush()
    waiting_list.put_under(session, one, mine)
    if not way.in_vain:  # else the letter to who is known is one statement more
        note(session, one, None, one.status, way.by, way.reason, now)
    _choose_or_wish(session, one, entry, now, by_team=way.by.actor is Actor.ORGANISER)
    answers.store(session, one, way.parts)
    records.write_down(session, one, entry.agreed, ConsentSource.FORM, now)
    return one


def enter(session: Session, event: Event, entry: Entry, way: Way, now: datetime) -> Registration:
    """Somebody new as a row that is not stored yet, without seat or number."""
    organisation = way.organisation or name_organisation(session, entry.person.organisation)
    one = Registration(
        **columns_of(entry.person),
        accompanying=entry.person.accompanying,
        participation=entry.person.participation,
        language=entry.language,
        event=event,
        organisation=organisation,
        named_by=way.named_by,
        status=Status.UNCONFIRMED,
        reserved_until=way.until,
        nonce=entry.nonce,
        created_at=now,
        changed_at=now,
        feed_changed_at=now,
        sequence_offset=max(way.next_offset, event.lowest_offset),
        mail_revision=notifications.FIRST,
    )
    if way.group is not None:
        one.group, one.group_id = way.group, way.group.id
    if way.shares:
        one.email_key = share_of(way.shares)
    if way.in_vain:
        one.email_key = f"#{entry.nonce}"
    return one


def admit_unnamed(session: Session, group: Group, nonces: Iterable[str], by: By, now: datetime) -> None:
    """Seats that the team keeps for a group, for people whom nobody has named yet. Refuses more than are free."""
    event = group.event
    mine = waiting_list.covering(waiting_list.quotas_of_day(session, event), group.organisation)
    for number, nonce in enumerate(nonces):
        if not claim_seat(session, event, mine, chairs=1):
            raise TooFewSeats(number)
        seat = Registration(
            **columns_of(NOBODY),
            accompanying=0,
            participation=Participation.ROOM,
            language=group.language,
            event=event,
            organisation=group.organisation,
            group=group,
            status=Status.UNCONFIRMED,
            has_seat=True,
            reserved_until=group.name_until,
            nonce=nonce,
            created_at=now,
            changed_at=now,
            feed_changed_at=now,
            mail_revision=0,
        )
        seat.email_key = f"#{new_reference()}{new_reference()}"  # unique among the active of a day
        session.add(seat)
        session.flush()
        waiting_list.put_under(session, seat, mine)
        note(session, seat, None, Status.UNCONFIRMED, by, Reason.SEAT_ALLOTTED, now)


def admit_many(
    session: Session,
    event: Event,
    people: Sequence[Person],
    by: By,
    now: datetime,
    *,
    invited: bool,
    kinds: Mapping[str, str] = NO_KINDS,
) -> list[tuple[int, bool]]:
    """The same for a file of people, added by the team, in some statements for all of them: the id of each in the order of
    the file, and whether there was a seat. `invited`: their mails bring the day's calendar entry. `kinds` of organisations
    by their names, for those that nobody has named before."""
    organisations = name_organisations(session, {person.organisation for person in people}, kinds)
    quotas = waiting_list.quotas_of_day(session, event)
    under = {name: waiting_list.covering(quotas, one) for name, one in organisations.items()}
    mine = [[] if person.is_online else under[person.organisation] for person in people]
    got = claim_seats(session, event, mine, [person.chairs for person in people])
    waiting = [one for one, seat in zip(mine, got, strict=True) if not seat]
    numbers = iter(join_line_together(session, event, waiting))
    offsets, nonce = _next_offsets(session, event), secrets.token_hex(12)
    rows: list[dict[str, Any]] = []
    for place, (person, seat) in enumerate(zip(people, got, strict=True)):
        offset = max(offsets.get(address_key(person.email), 0), event.lowest_offset)
        rows.append(
            {
                **columns_of(person),
                "accompanying": person.accompanying,
                "participation": person.participation,
                "language": event.language,
                "event_id": event.id,
                "organisation_id": organisations[person.organisation].id,
                "status": Status.REGISTERED if seat else Status.WAITING,
                "has_seat": seat,
                "waiting_number": None if seat else next(numbers),
                "nonce": f"{nonce}-{place}",
                "created_at": now,
                "confirmed_at": now,
                "changed_at": now,
                "feed_changed_at": now,
                "mail_revision": notifications.FIRST,
                "sequence_offset": offset,
                "invited_sequence": event.sequence + offset if seat and invited else None,
            }
        )
    ids = _write_many(session, rows, mine, by, now) if rows else []
    session.flush()
    return list(zip(ids, got, strict=True))


def _write_many(
    session: Session,
    rows: list[dict[str, Any]],
    mine: Sequence[Sequence[Quota]],
    by: By,
    now: datetime,
) -> list[int]:
    made = insert(Registration).returning(Registration.id, sort_by_parameter_order=True)
    ids = list(session.scalars(made, rows).all())
    links = [
        {"registration_id": one, "quota_id": quota.id}
        for one, quotas in zip(ids, mine, strict=True)
        for quota in quotas
    ]
    if links:
        session.execute(insert(registration_quota), links)
    changes = [
        {
            "registration_id": one,
            "at": now,
            "from_status": None,
            "to_status": row["status"],
            "actor": by.actor,
            "organiser_id": by.organiser_id,
            "reason": Reason.ADDED_BY_HAND,
            "note": by.note,
        }
        for one, row in zip(ids, rows, strict=True)
    ]
    session.execute(insert(StatusChange), changes)
    return ids


def _next_offsets(session: Session, event: Event) -> dict[str, int]:
    """Who comes back must not be told less than the calendar was told last."""
    found = (
        select(Registration.email_key, func.max(Registration.sequence_offset) + 1)
        .where(Registration.event_id == event.id)
        .group_by(Registration.email_key)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def _seat(
    session: Session,
    event: Event,
    one: Registration,
    quotas: Sequence[Quota],
    mine: Sequence[Quota],
    way: Way,
) -> None:
    if way.seating is Seating.IN_TURN or one.is_online:
        take_seat_or_number(session, event, one, quotas, mine, way.kept)
    elif way.seating is not Seating.WAITS and claim_seat(session, event, mine, chairs=one.chairs):
        one.has_seat = True
    elif way.seating is Seating.OVERBOOK:
        overbook(session, event, mine, chairs=one.chairs)
        one.has_seat = True
    else:
        one.waiting_number = join_line(session, event, mine)
