# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team does with discussion tables: ask for them, change a seat, seat who came later, publish.

Every verb locks the event first and flushes, never commits. Nobody is sent a mail: people read their tables on their
personal page as soon as they are published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.service import lock_event, lock_of_event
from app.people.audit import record
from app.programme import conflicts
from app.refusal import ChangedMeanwhile, Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.tables.models import PUBLISHED, Seating, SeatingGuest, SeatingPlace
from app.tables.queries import Seated, chosen, later_ids, refuse_unready, room_of, seated_of
from app.tables.room import Room
from app.tables.rules import (
    MOST_KEPT,
    MOST_TABLES,
    HostElsewhere,
    NoSeatsLeft,
    NotSeatedHere,
    PublishedStays,
    StaysAtTable,
    TableFull,
    TooFewPeople,
    TooManySeatings,
)

ATTEMPTS_KEPT = timedelta(days=14)
LARGEST_SEED = 999_999_999


@dataclass(frozen=True, slots=True)
class SeatingOrder:
    """What is asked for. `hosts`: who stays at which table, from 1, with the line that said so; the nonce makes a double
    press one seating."""

    name: str
    run_id: int | None
    tables: int
    seats: int
    labels: tuple[str, ...]
    hosts: Mapping[int, tuple[int, str]]
    seed: int
    nonce: str


def ask(session: Session, event_id: int, order: SeatingOrder, by: By, now: datetime) -> Seating:
    """Have tables worked out. Refuses what has no answer, hosts who are not among those chosen, and too many at once."""
    event = lock_event(session, event_id)
    earlier = session.scalar(select(Seating).where(Seating.nonce == order.nonce))
    if earlier is not None:
        if earlier.event_id != event.id:
            raise Missing
        return earlier
    refuse_asking(session, event)
    if order.run_id is not None:
        conflicts.get_run(session, event, order.run_id)
    guests = list(session.scalars(chosen(event.id, order.run_id).order_by(Registration.id)))
    for one, (_table, line) in order.hosts.items():
        if one not in guests:
            raise HostElsewhere(line)
    made = _add(session, event, order, by, now)
    hosts = {one: table for one, (table, _line) in order.hosts.items()}
    session.add_all(
        SeatingGuest(seating_id=made.id, registration_id=one, host_table=hosts.get(one)) for one in guests
    )
    session.flush()
    room_of(made, seated_of(session, made))  # refuses what has no answer
    detail = {"people": len(guests), "seed": made.seed}
    record(session, now, by.organiser_id, event.id, "seating.ask", f"seating {made.id}", detail)
    return made


def refuse_asking(session: Session, event: Event) -> None:
    """As `ask` says of the day."""
    kept = session.scalar(select(func.count(Seating.id)).where(Seating.event_id == event.id)) or 0
    if kept >= MOST_KEPT:
        raise TooManySeatings(MOST_KEPT)
    if len(session.scalars(chosen(event.id, None).limit(2)).all()) < 2:
        raise TooFewPeople


def _add(session: Session, event: Event, order: SeatingOrder, by: By, now: datetime) -> Seating:
    made = Seating(
        event_id=event.id,
        run_id=order.run_id,
        name=order.name,
        tables=min(order.tables, MOST_TABLES),
        seats=order.seats,
        rounds=len(order.labels),
        round_names="\n".join(order.labels),
        seed=order.seed,
        nonce=order.nonce,
        created_at=now,
        organiser_id=by.organiser_id,
    )
    session.add(made)
    session.flush()
    return made


def remove(session: Session, event_id: int, seating_id: int, by: By, now: datetime) -> None:
    """Refuses what people read."""
    event = lock_event(session, event_id)
    seating = lock_of_event(session, Seating, event.id, seating_id)
    refuse_removing(seating)
    record(session, now, by.organiser_id, event.id, "seating.remove", f"seating {seating.id}")
    session.delete(seating)
    session.flush()


def refuse_removing(seating: Seating) -> None:
    """As `remove` says."""
    if seating.published_at is not None:
        raise PublishedStays


def publish(session: Session, event_id: int, seating_id: int, by: By, now: datetime) -> Seating:
    """Let people read their tables; another one that they read ends. A second press changes nothing."""
    event = lock_event(session, event_id)
    seating = lock_of_event(session, Seating, event.id, seating_id)
    refuse_unready(seating)
    if seating.published_at is not None:
        return seating
    before = session.scalar(select(Seating).where(Seating.event_id == event.id, PUBLISHED))
    if before is not None:
        before.published_at = None
        session.flush()
    seating.published_at = event.tables_at = now
    session.flush()
    record(session, now, by.organiser_id, event.id, "seating.publish", f"seating {seating.id}")
    return seating


def take_back(session: Session, event_id: int, seating_id: int, by: By, now: datetime) -> None:
    """People read no tables any more. A second press changes nothing."""
    event = lock_event(session, event_id)
    seating = lock_of_event(session, Seating, event.id, seating_id)
    if seating.published_at is None:
        return
    seating.published_at = event.tables_at = None
    session.flush()
    record(session, now, by.organiser_id, event.id, "seating.take_back", f"seating {seating.id}")


def move(
    session: Session,
    event_id: int,
    seating_id: int,
    guest_id: int,
    round_: int,
    table: int,
    partner_id: int | None,
    version: int,
    by: By,
    now: datetime,
) -> None:
    """Seat somebody elsewhere in one round: at a table with a free seat, or in the place of `partner_id`, a registration,
    who gets the seat that comes free. Refuses a stale version (F30), a full table, and hosts."""
    event = lock_event(session, event_id)
    seating = lock_of_event(session, Seating, event.id, seating_id)
    refuse_unready(seating)
    if seating.version != version:
        raise ChangedMeanwhile
    people = seated_of(session, seating)
    mine = next((one for one in people if one.guest_id == guest_id), None)
    if mine is None or not 1 <= round_ <= seating.rounds or not 1 <= table <= seating.tables:
        raise Missing
    if mine.host_table is not None:
        raise StaysAtTable("table")
    if partner_id is not None:
        _swap(session, mine, people, partner_id, round_)
    elif mine.tables[round_ - 1] != table:
        here = sum(one.tables[round_ - 1] == table for one in people)
        if here >= seating.seats:
            raise TableFull(table, seating.seats)
        _seat(session, mine.guest_id, round_, table)
    seating.version += 1
    session.flush()
    detail = {"round": round_, "table": table}
    subject = f"registration {mine.registration_id}"
    record(session, now, by.organiser_id, event.id, "seating.move", subject, detail)


def _swap(session: Session, mine: Seated, people: Sequence[Seated], partner_id: int, round_: int) -> None:
    partner = next((one for one in people if one.registration_id == partner_id), None)
    theirs = partner.tables[round_ - 1] if partner is not None else None
    if partner is None or theirs is None or partner is mine:
        raise NotSeatedHere
    if partner.host_table is not None:
        raise StaysAtTable("partner")
    own = mine.tables[round_ - 1]
    _seat(session, mine.guest_id, round_, theirs)
    _seat(session, partner.guest_id, round_, own)


def _seat(session: Session, guest_id: int, round_: int, table: int | None) -> None:
    place = session.get(SeatingPlace, (guest_id, round_))
    if table is None:
        session.delete(place)
    elif place is None:
        session.add(SeatingPlace(guest_id=guest_id, round_number=round_, table_number=table))
    else:
        place.table_number = table
    session.flush()


def fill_up(session: Session, event_id: int, seating_id: int, by: By, now: datetime) -> int:
    """Seat who takes part by now and has no seat, where it hurts the goals least; nobody else moves. Returns how many were
    seated. Refuses more people than seats."""
    event = lock_event(session, event_id)
    seating = lock_of_event(session, Seating, event.id, seating_id)
    refuse_unready(seating)
    session.add_all(
        SeatingGuest(seating_id=seating.id, registration_id=one) for one in later_ids(session, seating)
    )
    session.flush()
    people = seated_of(session, seating)
    without = sorted((one for one in people if not one.complete), key=lambda one: one.registration_id)
    if not without:
        return 0
    if len(people) > seating.tables * seating.seats:
        raise NoSeatsLeft(len(people), seating.tables * seating.seats)
    tables = {one.guest_id: list(one.tables) for one in people}
    for one in without:
        for number in range(seating.rounds):
            if tables[one.guest_id][number] is None:
                table = _best_table(seating, people, tables, one, number)
                tables[one.guest_id][number] = table
                _seat(session, one.guest_id, number + 1, table)
    seating.version += 1
    session.flush()
    detail = {"people": len(without)}
    record(session, now, by.organiser_id, event.id, "seating.fill_up", f"seating {seating.id}", detail)
    return len(without)


def _best_table(
    seating: Seating,
    people: Sequence[Seated],
    tables: Mapping[int, Sequence[int | None]],
    mine: Seated,
    number: int,
) -> int:
    """Of those with a free seat: the fewest colleagues, then known people, then known organisations, then people."""
    own = tables[mine.guest_id]
    if mine.host_table is not None:
        return mine.host_table
    known = [
        one
        for one in people
        if one is not mine
        and any(at is not None and at == tables[one.guest_id][other] for other, at in enumerate(own))
    ]
    faces, houses = {one.guest_id for one in known}, {one.organisation_id for one in known}

    def harm(table: int) -> tuple[int, int, int, int, int]:
        there = [one for one in people if tables[one.guest_id][number] == table]
        return (
            sum(one.organisation_id == mine.organisation_id for one in there),
            sum(one.guest_id in faces for one in there),
            sum(one.organisation_id in houses for one in there),
            len(there),
            table,
        )

    free = [
        table
        for table in range(1, seating.tables + 1)
        if sum(tables[one.guest_id][number] == table for one in people) < seating.seats
    ]
    if not free:
        raise NoSeatsLeft(len(people), seating.tables * seating.seats)
    return min(free, key=harm)


def note_export(session: Session, seating: Seating, kind: str, rows: int, by: By, now: datetime) -> None:
    """Somebody takes out of the house where people sit (DP-12)."""
    detail = {"format": kind, "rows": rows}
    record(session, now, by.organiser_id, seating.event_id, "seating.export", f"seating {seating.id}", detail)


def read_room(session: Session, seating_id: int) -> tuple[Room, dict[int, int]]:
    """What the worker is to solve, for those who take part at this moment; and the guest of each registration. Refuses what
    has no answer by now."""
    seating = session.get_one(Seating, seating_id)
    people = seated_of(session, seating)
    return room_of(seating, people), {one.registration_id: one.guest_id for one in people}


def forget_attempts(session: Session, now: datetime) -> int:
    """Delete what was tried and never published, 14 days after the day."""
    over = select(Event.id).where(Event.ends_at <= now - ATTEMPTS_KEPT)
    tried = delete(Seating).where(Seating.event_id.in_(over), Seating.published_at.is_(None))
    return len(
        session.scalars(tried.returning(Seating.id).execution_options(synchronize_session=False)).all()
    )
