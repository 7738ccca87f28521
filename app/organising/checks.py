# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: data that contradict each other, beside weak settings.

A finding is one line that names the table, the row and the fault, never a person. Finding nothing is the rule: what
stands here is kept true by the use cases and mostly by the database itself; the check is for the day on which
somebody mended the data by hand, restored half a backup, or we made a mistake.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.allocation.models import HOLDS, AllocationRun
from app.attendees.lists import FAMILIES
from app.attendees.mailings import CIRCULAR
from app.attendees.models import MailingCopy
from app.events.models import Event, Quota, Room
from app.events.rules import EventStatus, QuotaEffect, QuotaTarget
from app.organising.findings import Check, Fault, faulty, faulty_rows
from app.organising.legal import security_text_faults
from app.organising.organisation_checks import organisations, quota_people, quotas
from app.organising.weak_settings import configuration_findings
from app.organising.wish_checks import wishes
from app.outbox.models import Message
from app.outbox.rules import WAITING as ON_THEIR_WAY
from app.outbox.rules import State, family_of
from app.people.rules import address_key
from app.programme.models import AgendaItem, Round, Run, Workshop
from app.registration.models import ANSWERS, Group, GroupGuest, Registration, StatusChange, registration_quota
from app.registration.notifications import GROUP_LINK
from app.registration.questions.models import Answer, Condition, Option, Question, SensitiveAnswer
from app.registration.questions.rules import LegalBasis, Retention
from app.registration.rules import ACTIVE, CONFIRMED, ENDED, HELD, PlaceState, Status, sort_key
from app.registration.workshops.models import Place, RoundAbsence
from app.results.material_service import missing_files
from app.settings import OperatingMode, Settings
from app.store.schema import up_to_date

# -- the database as such


def database_findings(session: Session) -> list[str]:
    try:
        session.execute(text("SELECT 1"))
        found = (
            []
            if up_to_date(session)
            else ["database: migrations are missing; run 'flask --app wsgi db upgrade'"]
        )
        if session.connection().dialect.name == "sqlite":
            found += _sqlite_file(session)
    except SQLAlchemyError as error:
        session.rollback()
        return [f"database: cannot be read ({type(error).__name__})"]
    return found


def _sqlite_file(session: Session) -> list[str]:
    broken = [line for line in session.scalars(text("PRAGMA quick_check")) if line != "ok"]
    found = [f"database: the file is damaged ({len(broken)} places)"] if broken else []
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        found.append(f"{table} {row}: refers to a row of {parent} that does not exist")
    return found


# -- the data


def every_finding(session: Session, settings: Settings, now: datetime) -> list[str]:
    """Everything `flask check` knows. Data are only asked of a database that can be read and is up to date."""
    found = configuration_findings(settings)
    if settings.mode is OperatingMode.PRODUCTION:
        found += security_text_faults(settings, now)
    of_database = database_findings(session)
    found += of_database
    if not any(line.startswith("database:") for line in of_database):
        found += data_findings(session, now)
        found += [
            f"material {name}: the file is missing" for name in missing_files(session, settings.data_dir)
        ]
    return found


def data_findings(session: Session, now: datetime) -> list[str]:
    """Where the data contradict themselves."""
    return [line for check in CHECKS for line in check(session, now)]


def _event_counts(session: Session, _now: datetime) -> Fault:
    holds = _count(Registration.id, Registration.event_id == Event.id, Registration.has_seat.is_(True))
    waits = _count(
        Registration.id,
        Registration.event_id == Event.id,
        Registration.status.in_(ACTIVE),
        ~Registration.has_seat,
    )
    highest = _highest(Registration.waiting_number, Registration.event_id == Event.id)
    yield from _scarce(session, Event, "event", holds, waits, highest)


def _quota_counts(session: Session, _now: datetime) -> Fault:
    """What quotas and their days count is what the rows behind them say."""
    link, one = registration_quota, Registration
    mine = and_(link.c.quota_id == Quota.id, link.c.registration_id == one.id, one.event_id == Quota.event_id)
    holds = _count(one.id, mine, one.has_seat.is_(True))
    waits = _count(one.id, mine, one.status.in_(ACTIVE), ~one.has_seat)
    found = select(Quota.id, Quota.taken, holds, Quota.waiting, waits).order_by(Quota.id)
    for row, taken, held, waiting, in_line in session.execute(found):
        if taken != held:
            yield f"quota {row}: {taken} seats are taken, {held} are held"
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
    quotas, codes = _count(Quota.id, of_day), _count(Quota.id, of_day, Quota.target == QuotaTarget.CODE)
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


def _run_counts(session: Session, _now: datetime) -> Fault:
    holds = _count(Place.id, Place.run_id == Run.id, Place.state == PlaceState.PLACE)
    waits = _count(Place.id, Place.run_id == Run.id, Place.state == PlaceState.WAITING)
    yield from _scarce(
        session, Run, "run", holds, waits, _highest(Place.waiting_number, Place.run_id == Run.id)
    )


def _option_counts(session: Session, _now: datetime) -> Fault:
    """Options of questions know no line, only seats."""
    held = [_count(one.id, one.option_id == Option.id, one.holds.is_(True)) for one in ANSWERS]
    found = select(Option.id, Option.taken, held[0] + held[1]).order_by(Option.id)
    for row, taken, number in session.execute(found):
        if taken != number:
            yield f"question_option {row}: {taken} seats are taken, {number} are held"
    oversold = {"more people chose it than its limit": Option.taken > Option.capacity + Option.extra}
    yield from faulty_rows(session, "question_option", Option.id, oversold)


def _questions(session: Session, _now: datetime) -> Fault:
    one, before = Question, aliased(Question)
    yield from _question_faults()(session)
    misplaced = (
        select(one.id)
        .join(Condition, Condition.question_id == one.id)
        .join(Option, Condition.option_id == Option.id)
        .join(before, Option.question_id == before.id)
        .where(or_(before.event_id != one.event_id, before.position >= one.position))
    )
    for row in session.scalars(misplaced.order_by(one.id)):
        yield f"question {row}: hangs on an answer that is not asked before it"
    unaware = select(Event.id).where(Event.questions_version == 0, Event.id.in_(select(one.event_id)))
    for row in session.scalars(unaware.order_by(Event.id)):
        yield f"event {row}: asks questions and does not know of it, so nobody sees them"


@cache
def _question_faults() -> Check:
    one = Question
    faults: dict[str, ColumnElement[bool]] = {
        "says not what it is for": one.purpose == "",
        "is sensitive without explicit consent or kept too long": or_(
            one.sensitive != (one.legal_basis == LegalBasis.EXPLICIT_CONSENT),
            and_(one.sensitive, one.retention != Retention.DAYS),
        ),
        "is required, though its answer rests on consent": and_(
            one.required, one.legal_basis != LegalBasis.PUBLIC_TASK
        ),
    }
    return faulty("question", one.id, faults)


def _answers(session: Session, _now: datetime) -> Fault:
    for table in ANSWERS:
        yield from _answer_faults(table)(session)


@cache
def _answer_faults(table: type[Answer] | type[SensitiveAnswer]) -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "is to a question of another day": Question.event_id != Registration.event_id,
        "is in the wrong table": Question.sensitive != (table is SensitiveAnswer),
        "chose an option of another question": select(Option.id)
        .where(Option.id == table.option_id, Option.question_id != table.question_id)
        .exists(),
        "holds an option without a seat at the day": and_(table.holds, ~Registration.has_seat),
        "holds an option that is not there": and_(table.holds, table.option_id.is_(None)),
    }
    of_person = (Registration, table.registration_id == Registration.id)
    to_question = (Question, table.question_id == Question.id)
    return faulty(table.__tablename__, table.id, faults, of_person, to_question)


def _scarce(session: Session, table: Any, name: str, holds: Any, waits: Any, highest: Any) -> Fault:
    found = select(table.id, table.taken, holds, table.waiting, waits, table.waiting_counter, highest)
    for row, taken, held, waiting, in_line, counter, number in session.execute(found.order_by(table.id)):
        if taken != held:
            yield f"{name} {row}: {taken} seats are taken, {held} are held"
        if waiting != in_line:
            yield f"{name} {row}: {waiting} are counted in line, {in_line} stand there"
        if counter < number:
            yield f"{name} {row}: waiting number {number} was never drawn, the counter stands at {counter}"


def _registrations(session: Session, _now: datetime) -> Fault:
    one = Registration
    yield from _registration_faults()(session)
    newer_invitation = one.invited_sequence > Event.sequence + one.sequence_offset
    found = select(one.id).join(Event, one.event_id == Event.id).where(newer_invitation).order_by(one.id)
    for row in session.scalars(found):
        yield f"registration {row}: invited to a state of the day that never was"


@cache
def _registration_faults() -> Check:
    one, predecessor = Registration, aliased(Registration)
    faults = {
        "registered without a confirmed address": and_(one.status.in_(CONFIRMED), one.confirmed_at.is_(None)),
        "registered without a seat": and_(one.status == Status.REGISTERED, ~one.has_seat),
        "holds a seat and is neither registered nor unconfirmed": and_(
            one.has_seat, one.status.not_in((Status.REGISTERED, Status.PENDING, *HELD))
        ),
        "is offered a seat that is not held": and_(one.status == Status.OFFERED, ~one.has_seat),
        "waits without a number": and_(one.status.in_(ACTIVE), ~one.has_seat, one.waiting_number.is_(None)),
        "an end of the hold that does not fit the status": one.status.in_(HELD)
        != one.reserved_until.is_not(None),
        "passed the place on and has not left": and_(
            one.handover_nonce.is_not(None), one.status != Status.CANCELLED
        ),
        "comes in the place of somebody who has it still, or of another day": select(predecessor.id)
        .where(
            predecessor.id == one.predecessor_id,
            or_(predecessor.handover_nonce.is_(None), predecessor.event_id != one.event_id),
        )
        .exists(),
        "has lost its address, and something still tells who it was": and_(
            one.email == "",
            one.group_id.is_(None),
            or_(
                one.family_name != "",
                one.named_by != "",
                one.role_title != "",
                select(GroupGuest.id).where(GroupGuest.registration_id == one.id).exists(),
            ),
        ),
        "has no history": ~select(StatusChange.id).where(StatusChange.registration_id == one.id).exists(),
    }
    return faulty("registration", one.id, faults)


def _groups(session: Session, _now: datetime) -> Fault:
    group = Group
    yield from _group_faults()(session)
    yield from _nameless_faults()(session)
    together = _count(group.id, group.event_id == Event.id, group.together.is_(True))
    found = select(Event.id, Event.together_count, together).where(Event.together_count != together)
    for row, counted, number in session.execute(found.order_by(Event.id)):
        yield f"event {row}: counts {counted} groups that come only together, there are {number}"


@cache
def _group_faults() -> Check:
    one, group, guest = Registration, Group, GroupGuest
    in_group = one.group_id == group.id
    unnamed = _count(one.id, in_group, one.email == "", one.status.in_(ACTIVE))
    faults: dict[str, ColumnElement[bool]] = {
        "has no contact": group.email == "",
        "keeps more seats than it was given": unnamed > group.allotted,
        "keeps seats and was never confirmed": and_(group.allotted > 0, group.confirmed_at.is_(None)),
        "was confirmed and has somebody who was not": select(one.id)
        .where(in_group, one.email != "", one.status == Status.UNCONFIRMED, group.confirmed_at.is_not(None))
        .exists(),
        "has somebody of another day": select(one.id)
        .where(in_group, one.event_id != group.event_id)
        .exists(),
        "shows somebody of another day or of its own as a guest": select(guest.id)
        .join(one, guest.registration_id == one.id)
        .where(guest.group_id == group.id, or_(one.event_id != group.event_id, one.group_id == group.id))
        .exists(),
    }
    return faulty("registration_group", group.id, faults)


@cache
def _nameless_faults() -> Check:
    one = Registration
    nameless = {
        "is a seat without a name that no group keeps": and_(
            one.email == "", one.status == Status.UNCONFIRMED, one.group_id.is_(None)
        )
    }
    return faulty("registration", one.id, nameless)


def _keys_of_people(session: Session, _now: datetime) -> Fault:
    one = Registration
    found = select(one.id, one.email, one.email_key, one.sort_key, one.family_name, one.given_name).where(
        one.email != ""
    )
    for row, email, email_key, key, family, given in session.execute(found.order_by(one.id)):
        if address_key(email) != email_key:
            yield f"registration {row}: the key of the address is not that of the address"
        if sort_key(family, given) != key:
            yield f"registration {row}: is sorted under another name"


def _histories(session: Session, _now: datetime) -> Fault:
    """The last line of a history is the status, and each line begins where the one before ended."""
    last = select(func.max(StatusChange.id)).group_by(StatusChange.registration_id)
    found = (
        select(Registration.id)
        .join(StatusChange, StatusChange.registration_id == Registration.id)
        .where(StatusChange.id.in_(last), StatusChange.to_status != Registration.status)
    )
    for row in session.scalars(found.order_by(Registration.id)):
        yield f"registration {row}: the history ends in another status"
    before = func.lag(StatusChange.to_status).over(
        partition_by=StatusChange.registration_id, order_by=StatusChange.id
    )
    lines = select(StatusChange.id, StatusChange.from_status, before.label("was")).subquery()
    for row in session.scalars(
        select(lines.c.id).where(lines.c.from_status.is_distinct_from(lines.c.was)).order_by(lines.c.id)
    ):
        yield f"status_change {row}: does not begin where the line before ended"


def _places(session: Session, _now: datetime) -> Fault:
    yield from _place_faults()(session)
    yield from _twice(session)


@cache
def _place_faults() -> Check:
    place, one = Place, Registration
    wanted = place.state == PlaceState.WANTED
    faults: dict[str, ColumnElement[bool]] = {
        "belongs to a registration that has ended": and_(one.status.in_(ENDED), not_(wanted)),
        "is held by somebody without a seat at the day": and_(
            one.status.in_(ACTIVE), ~one.has_seat, not_(wanted)
        ),
        "is only a wish of somebody who has a seat at the day": and_(one.has_seat, wanted),
        "names another round than its run": place.round_id != Run.round_id,
        "names another workshop than its run": place.workshop_id != Run.workshop_id,
        "is in a run of another day": one.event_id != Round.event_id,
        "waits without a number": and_(place.state == PlaceState.WAITING, place.waiting_number.is_(None)),
        "is in a round in which the person does not take part": select(RoundAbsence.id)
        .where(RoundAbsence.registration_id == place.registration_id, RoundAbsence.round_id == place.round_id)
        .exists(),
    }
    of_person = (one, place.registration_id == one.id)
    in_run, of_round = (Run, place.run_id == Run.id), (Round, Run.round_id == Round.id)
    return faulty("place", place.id, faults, of_person, in_run, of_round)


def _twice(session: Session) -> Fault:
    """What the indexes refuse: two places in a round, the same workshop twice."""
    other = aliased(Place)
    seated = and_(Place.state == PlaceState.PLACE, other.state == PlaceState.PLACE)
    same = or_(Place.round_id == other.round_id, Place.workshop_id == other.workshop_id)
    pairs = and_(Place.registration_id == other.registration_id, Place.id > other.id, seated, same)
    for row in session.scalars(select(Place.id).join(other, pairs).order_by(Place.id).distinct()):
        yield f"place {row}: the person has another place in this round or workshop"


def _events(session: Session, _now: datetime) -> Fault:
    yield from _event_faults()(session)


@cache
def _event_faults() -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "ends before it begins": Event.ends_at <= Event.starts_at,
        "more seats are taken than there are": Event.taken > Event.capacity + Event.extra,
        "registration closes before it opens": Event.registration_closes_at <= Event.registration_opens_at,
        "is public without a description or a venue": and_(
            Event.status != EventStatus.DRAFT,
            or_(Event.summary == "", Event.venue_name == "", Event.venue_city == ""),
        ),
        "is cancelled and has registrations that are not": and_(
            Event.status == EventStatus.CANCELLED,
            select(Registration.id)
            .where(Registration.event_id == Event.id, Registration.status.in_(ACTIVE))
            .exists(),
        ),
    }
    return faulty("event", Event.id, faults)


def _allocations(session: Session, _now: datetime) -> Fault:
    published = select(AllocationRun.id).where(AllocationRun.event_id == Event.id, HOLDS).exists()
    faults: dict[str, ColumnElement[bool]] = {
        "has places by wishes that no allocation gave": and_(Event.placed_at.is_not(None), ~published),
        "has a published allocation and does not know of it": and_(Event.placed_at.is_(None), published),
    }
    yield from faulty_rows(session, "event", Event.id, faults)


def _programme(session: Session, _now: datetime) -> Fault:
    for table, name in ((AgendaItem, "agenda_item"), (Round, "round")):
        yield from faulty_rows(
            session, name, table.id, {"ends before it begins": table.ends_at <= table.starts_at}
        )
    runs = (
        select(
            Run.id,
            Run.capacity,
            Run.taken,
            Run.extra,
            Room.seats,
            Workshop.event_id,
            Round.event_id,
            Room.event_id,
        )
        .join(Workshop, Run.workshop_id == Workshop.id)
        .join(Round, Run.round_id == Round.id)
        .outerjoin(Room, Run.room_id == Room.id)
        .order_by(Run.id)
    )
    for row, capacity, taken, extra, seats, of_workshop, of_round, of_room in session.execute(runs):
        if seats is not None and (capacity is None or capacity > seats):
            yield f"run {row}: has more places than its room has seats"
        if capacity is not None and taken > capacity + extra:
            yield f"run {row}: more places are taken than there are"
        if of_workshop != of_round or of_room not in {None, of_round}:
            yield f"run {row}: workshop, round and room are not of the same day"


def _messages(session: Session, _now: datetime) -> Fault:
    yield from _message_faults()(session)


@cache
def _message_faults() -> Check:
    one = Message
    in_hand = one.state.in_((State.CLAIMED, State.SENDING))
    faults: dict[str, ColumnElement[bool]] = {
        "a lease that does not fit the state": in_hand != one.lease_until.is_not(None),
        "half a lease": one.lease_until.is_(None) != one.lease_token.is_(None),
        "sent, but nobody knows when": (one.state == State.SENT) != one.sent_at.is_not(None),
        "sent without ever having been handed over": and_(one.state == State.SENT, one.copies == 0),
        "handed over without having been built": and_(one.copies > 0, one.message_id.is_(None)),
        "more copies than allowed": one.copies > one.copy_limit,
        "belongs to a day that does not exist": and_(
            one.event_id.is_not(None), ~select(Event.id).where(Event.id == one.event_id).exists()
        ),
        "is about a registration that does not exist": and_(
            one.family.in_(FAMILIES),
            ~select(Registration.id).where(Registration.id == one.subject_id).exists(),
        ),
        "is about a registration of another day": and_(
            one.family.in_(FAMILIES),
            select(Registration.id)
            .where(Registration.id == one.subject_id, Registration.event_id != one.event_id)
            .exists(),
        ),
        "is about a copy of a message that does not exist": and_(
            one.family == family_of(CIRCULAR),
            ~select(MailingCopy.id).where(MailingCopy.id == one.subject_id).exists(),
        ),
        "is to be sent after the time for it is over": and_(
            one.state.in_(ON_THEIR_WAY), one.give_up_at < one.created_at
        ),
    }
    faults["is about a group that does not exist"] = and_(
        one.family == family_of(GROUP_LINK), ~select(Group.id).where(Group.id == one.subject_id).exists()
    )
    return faulty("message", one.id, faults)


def _count(key: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> Any:
    return select(func.count(key)).where(*conditions).scalar_subquery()


def _highest(number: InstrumentedAttribute[int | None], condition: ColumnElement[bool]) -> Any:
    return select(func.coalesce(func.max(number), 0)).where(condition).scalar_subquery()


CHECKS: tuple[Callable[[Session, datetime], Fault], ...] = (
    _event_counts,
    _quota_counts,
    quotas,
    quota_people,
    organisations,
    _run_counts,
    _option_counts,
    _questions,
    _answers,
    _registrations,
    _groups,
    _keys_of_people,
    _histories,
    _places,
    wishes,
    _events,
    _allocations,
    _programme,
    _messages,
)
