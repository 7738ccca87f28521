# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' lists of people: searched, filtered, sorted and paged by the database.

A page of a list costs the same number of queries with one person and with a hundred.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.agencies.models import Organisation
from app.agencies.rules import name_key
from app.events.models import Event, Room
from app.events.rules import TAKES_REGISTRATIONS, Seats
from app.outbox.models import Message
from app.outbox.rules import family_of
from app.programme.models import Round, Run, Workshop
from app.refusal import N_, Missing
from app.registration import announcing, line
from app.registration.models import Answer, Place, Question, Registration
from app.registration.rules import ACTIVE, PlaceState, Status

Item = TypeVar("Item")

PAGE_LENGTH = 50
LONGEST_SEARCH = 100
MOST_WORDS = 6
CHUNK = 500  # rows of an export that are in memory at once
# A mail about a person belongs to one of these families.
FAMILIES = frozenset(family_of(kind) for kind in (announcing.CONFIRM, announcing.PLACES, announcing.LINK))


class Order(Enum):
    NAME = "name"
    ORGANISATION = "organisation"
    REGISTERED = "registered"
    WAITING = "waiting"


ORDER_LABELS = {
    Order.NAME: N_("Name"),
    Order.ORGANISATION: N_("Organisation"),
    Order.REGISTERED: N_("Registered last"),
    Order.WAITING: N_("Waiting number"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people a list shows, and in which order."""

    text: str = ""
    status: Status | None = None
    run_id: int | None = None
    order: Order = Order.NAME


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list; `page` counts from 1."""

    items: Sequence[Item]
    total: int
    page: int
    length: int = PAGE_LENGTH

    @property
    def pages(self) -> int:
        return max(-(-self.total // self.length), 1)

    @property
    def has_prev(self) -> bool:
        return self.page > 1

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    def iter_pages(self) -> Iterator[int | None]:
        """The numbers to show; None stands for a gap."""
        last = 0
        for number in range(1, self.pages + 1):
            if number in {1, self.pages} or abs(number - self.page) <= 2:
                if number > last + 1:
                    yield None
                yield number
                last = number


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run as filters, columns and lists name it."""

    id: int
    label: str
    title: str
    round_id: int
    round_number: int
    round_title: str
    seats: Seats
    waiting: int
    room: str
    step_free: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One choice of one person: the run, and how it stands with it."""

    run_id: int
    label: str
    title: str
    round_id: int
    state: PlaceState
    waiting_number: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a list, with what they chose, and in files what they answered (question id → texts)."""

    registration: Registration
    held: tuple[Held, ...] = ()
    answers: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunList:
    """Who sits in a run, and who waits for it, in order."""

    run: RunChoice
    seated: tuple[Registration, ...] = ()
    waiting: tuple[tuple[int, Registration], ...] = field(default=())


def clean_search(text: str) -> str:
    """What was typed into a search, without what no database takes (T43)."""
    kept = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in text[:LONGEST_SEARCH]
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def count_people(session: Session, event: Event, wanted: Wanted) -> int:
    return session.scalar(_matching(select(func.count(Registration.id)), event, wanted)) or 0


def list_people(session: Session, event: Event, wanted: Wanted, number: int) -> Page[Row]:
    """Page `number` of the people who match: three queries. A page past the end is the last one."""
    total = count_people(session, event, wanted)
    number = min(max(number, 1), max(-(-total // PAGE_LENGTH), 1))
    found = (
        _matching(select(Registration), event, wanted)
        .options(contains_eager(Registration.organisation), joinedload(Registration.group))
        .order_by(*_order(wanted.order))
        .limit(PAGE_LENGTH)
        .offset((number - 1) * PAGE_LENGTH)
    )
    return Page(_with_choices(session, session.scalars(found).all()), total, number)


def every_person(
    session: Session, event: Event, wanted: Wanted, questions: Sequence[Question] = ()
) -> Iterator[Row]:
    """All people who match, some hundred at a time. The ids are read first, so nobody is named twice or left out.

    `questions` are those whose answers are wanted as well.
    """
    found = _matching(select(Registration.id), event, wanted).order_by(*_order(wanted.order))
    ids = list(session.scalars(found))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        people = {
            one.id: one
            for one in session.scalars(
                select(Registration)
                .where(Registration.id.in_(chunk))
                .options(joinedload(Registration.organisation))
            )
        }
        given = _answers(session, chunk, questions)
        for row in _with_choices(session, [people[one] for one in chunk if one in people]):
            yield replace(row, answers=given.get(row.registration.id, {}))
        for one in people.values():
            session.expunge(one)


def _answers(
    session: Session, people: Sequence[int], questions: Sequence[Question]
) -> dict[int, dict[int, list[str]]]:
    """Registration id → question id → texts. The table of sensitive answers is not read here, whatever is asked."""
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    if not questions:
        return found
    given = (
        select(Answer.registration_id, Answer.question_id, Answer.text)
        .where(Answer.registration_id.in_(people), Answer.question_id.in_([one.id for one in questions]))
        .order_by(Answer.registration_id, Answer.question_id, Answer.number)
    )
    for person, question, words in session.execute(given):
        found[person].setdefault(question, []).append(words)
    return found


def count_by_status(session: Session, event: Event) -> Mapping[Status, int]:
    counted = (
        select(Registration.status, func.count(Registration.id))
        .where(Registration.event_id == event.id)
        .group_by(Registration.status)
    )
    found = dict(session.execute(counted).all())
    return {status: found.get(status, 0) for status in Status}


def runs_of(session: Session, event: Event) -> list[RunChoice]:
    """The runs of a day in the order of its rounds: one query."""
    found = (
        select(Run, Workshop.title, Round, Room)
        .join(Workshop, Run.workshop_id == Workshop.id)
        .join(Round, Run.round_id == Round.id)
        .outerjoin(Room, Run.room_id == Room.id)
        .where(Round.event_id == event.id)
        .order_by(Round.number, Run.label, Run.id)
    )
    return [
        RunChoice(
            id=run.id,
            label=run.label,
            title=title,
            round_id=round_.id,
            round_number=round_.number,
            round_title=round_.title,
            seats=run.seats,
            waiting=run.waiting,
            room=room.name if room else "",
            step_free=room.step_free if room else True,
        )
        for run, title, round_, room in session.execute(found)
    ]


def rounds_of(session: Session, event: Event) -> Sequence[Round]:
    return session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.number)).all()


def run_lists(session: Session, event: Event) -> list[RunList]:
    """Every run with the people in it and in its line: two queries."""
    found = (
        select(Place, Registration)
        .join(Registration, Place.registration_id == Registration.id)
        .options(joinedload(Registration.organisation))
        .where(Registration.event_id == event.id, Place.state != PlaceState.WANTED)
        .order_by(Registration.sort_key, Registration.id)
    )
    seated: dict[int, list[Registration]] = defaultdict(list)
    waiting: dict[int, list[tuple[int, Registration]]] = defaultdict(list)
    for place, registration in session.execute(found):
        if place.state is PlaceState.PLACE:
            seated[place.run_id].append(registration)
        else:
            waiting[place.run_id].append((place.waiting_number or 0, registration))
    return [
        RunList(run, tuple(seated[run.id]), tuple(sorted(waiting[run.id], key=lambda one: one[0])))
        for run in runs_of(session, event)
    ]


def get_by_reference(session: Session, event: Event, reference: str) -> Registration:
    """Raises `Missing` for a reference of another day (T02)."""
    registration = None
    if len(reference) <= 9 and reference.isascii() and reference.isprintable():
        registration = session.scalar(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.reference == reference.upper())
            .options(joinedload(Registration.organisation), joinedload(Registration.group))
        )
    if registration is None:
        raise Missing
    return registration


def before_and_after(
    session: Session, registration: Registration
) -> tuple[Registration | None, Registration | None]:
    """In whose place the person comes, and who comes in the person's place."""
    found = select(Registration).where(
        or_(Registration.id == registration.predecessor_id, Registration.predecessor_id == registration.id)
    )
    both = session.scalars(found).all()
    before = next((one for one in both if one.id == registration.predecessor_id), None)
    return before, next((one for one in both if one is not before), None)


def mails_about(session: Session, registration: Registration) -> Sequence[Message]:
    """The correspondence with one person, oldest first."""
    found = select(Message).where(Message.family.in_(FAMILIES), Message.subject_id == registration.id)
    return session.scalars(found.order_by(Message.id)).all()


def next_in_line(session: Session, registration: Registration, now: Any) -> Registration | None:
    """Who gets this person's seat when it is given back now; None when it stays free."""
    event = registration.event
    if not registration.holds_seat or event.registration_state(now) not in TAKES_REGISTRATIONS:
        return None
    quotas = line.quotas_of_day(session, event)
    left = [quota.id for quota in line.quotas_of(session, event, registration.id)]
    room = line.room_of(event, quotas, left, gives_back=True)
    return line.next_in_line(session, event, room, locked=False)


def _matching(statement: Select[Any], event: Event, wanted: Wanted) -> Select[Any]:
    """The statement, narrowed to the people who are wanted. Every word has to be found in one of the columns."""
    found = statement.join(Organisation, Registration.organisation_id == Organisation.id)
    found = found.where(Registration.event_id == event.id)
    if wanted.status is not None:
        found = found.where(Registration.status == wanted.status)
    if wanted.run_id is not None:
        in_run = select(Place.registration_id).where(Place.run_id == wanted.run_id)
        found = found.where(Registration.id.in_(in_run))
    for word in clean_search(wanted.text).split()[:MOST_WORDS]:
        found = found.where(or_(*_found_in_columns(word)))
    return found


def _found_in_columns(word: str) -> list[ColumnElement[bool]]:
    """The columns hold folded text, so the word is folded in the same way; wildcards in it are plain letters."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    columns = [
        (Registration.sort_key, plain),
        (Registration.email_key, word.casefold()),
        (Organisation.name_key, name_key(word)),
        (Registration.reference, word.upper()),
    ]
    return [column.contains(text, autoescape=True) for column, text in columns if text] or [false()]


def _order(order: Order) -> tuple[Any, ...]:
    name = (Registration.sort_key, Registration.id)
    if order is Order.ORGANISATION:
        return (Organisation.name_key, *name)
    if order is Order.REGISTERED:
        return (Registration.created_at.desc(), Registration.id.desc())
    if order is Order.WAITING:
        in_line = and_(Registration.status.in_(ACTIVE), ~Registration.holds_seat)
        return (case((in_line, Registration.waiting_number), else_=2**31 - 1), *name)
    return name


def _with_choices(session: Session, people: Sequence[Registration]) -> list[Row]:
    chosen: dict[int, list[Held]] = defaultdict(list)
    places = (
        select(Place, Run.label, Workshop.title)
        .join(Run, Place.run_id == Run.id)
        .join(Workshop, Run.workshop_id == Workshop.id)
        .where(Place.registration_id.in_([one.id for one in people]))
        .order_by(Run.label, Place.id)
    )
    for place, label, title in session.execute(places):
        held = Held(place.run_id, label, title, place.round_id, place.state, place.waiting_number)
        chosen[place.registration_id].append(held)
    return [Row(one, tuple(chosen[one.id])) for one in people]
