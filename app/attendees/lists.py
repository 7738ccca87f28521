# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' lists of people: searched, filtered, sorted and paged by the database.

A page of a list costs the same number of queries with one person and with a hundred.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.attendees.columns import Columns
from app.attendees.filters import (
    Wanted,
    conditions,
    how_many,
    how_many_accompany,
    is_search,
    ordered,
    searched_ids,
    segments,
    shown_ids,
    takes_part,
)
from app.events.facts import RoomFacts
from app.events.models import Event, Quota, Room
from app.events.rules import Seats
from app.folding import list_key
from app.organisations.models import Organisation, OrganisationKind
from app.programme.models import Round, Run, Workshop
from app.programme.rounds import filled_by, fills
from app.registration.consents.models import Purpose
from app.registration.consents.records import agreed_by
from app.registration.models import Registration, registration_quota
from app.registration.person import STORED
from app.registration.questions.models import Answer, Question
from app.registration.questions.queries import said_in
from app.registration.rules import ACTIVE, PlaceState, Status
from app.registration.workshops.models import Place, RunStaff
from app.store.portions import portions

Item = TypeVar("Item")

PAGE_LENGTH = 50
MOST_TICKED = 200  # people; an address names them all, and servers take some 4,000 letters of one
NOTHING_ELSE = Columns(("workshops",))


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
    room: RoomFacts | None
    takes_place: bool = True
    rounds: tuple[str, ...] = ()  # the titles of all that it fills
    where: str = ""


@dataclass(frozen=True, slots=True)
class ChosenRun:
    """One choice of one person: the run, the ids of the rounds it fills, and how it stands with it."""

    run_id: int
    label: str
    title: str
    round_ids: tuple[int, ...]
    state: PlaceState
    waiting_number: int | None


class OnFile(NamedTuple):
    """What a file may say of a person, without the weight of the whole row: with thousands that is half of the time."""

    id: int
    reference: str
    status: Status
    has_seat: bool
    waiting_number: int | None
    created_at: datetime
    confirmed_at: datetime | None
    kind: str
    district: str
    typed_in: Mapping[str, Any]  # the fields of a person


Person = TypeVar("Person", Registration, OnFile)


@dataclass(frozen=True, slots=True)
class PersonRow(Generic[Person]):
    """One person of a list, with what they chose, answered (question id → texts), fall under and agreed to, as far as
    asked for."""

    registration: Person
    choices: Sequence[ChosenRun] = ()
    answers: Mapping[int, Sequence[str]] = field(default_factory=dict)
    quotas: Sequence[str] = ()
    agreed: Collection[Purpose] = ()


@dataclass(frozen=True, slots=True)
class RunList:
    """Who sits in a run, who waits for it, in order, and who leads it."""

    run: RunChoice
    seated: tuple[Registration, ...] = ()
    waiting: tuple[tuple[int, Registration], ...] = field(default=())
    staff: tuple[RunStaff, ...] = ()


def count_people(session: Session, event: Event, wanted: Wanted) -> int:
    return how_many(session, conditions(session, event, wanted))


def count_placed(session: Session, event: Event) -> int:
    """Who takes part, and gets places in workshops."""
    return how_many(session, [Registration.event_id == event.id, *takes_part()])


def list_people(
    session: Session,
    event: Event,
    wanted: Wanted,
    number: int,
    columns: Columns = NOTHING_ELSE,
    by_status: Mapping[Status, int] | None = None,
) -> Page[PersonRow[Registration]]:
    """Page `number` of the people who match. A page past the end is the last one. `by_status`: if known already."""
    narrowed = conditions(session, event, wanted)
    if is_search(wanted):
        start = (max(number, 1) - 1) * PAGE_LENGTH
        ids, total = searched_ids(session, narrowed, wanted.order, start, PAGE_LENGTH)
        if ids or number <= 1:
            return Page(
                _rows(session, event, people_of(session, ids), columns), total, max(number, 1), PAGE_LENGTH
            )
    parts = segments(session, wanted, narrowed, by_status)
    total = sum(part.people for part in parts)
    number = min(max(number, 1), max(-(-total // PAGE_LENGTH), 1))
    ids = shown_ids(session, narrowed, parts, (number - 1) * PAGE_LENGTH, PAGE_LENGTH)
    return Page(_rows(session, event, people_of(session, ids), columns), total, number, PAGE_LENGTH)


def people_of(session: Session, ids: Sequence[int]) -> list[Registration]:
    """These people in this order, with their organisations."""
    found = (
        select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.organisation), joinedload(Registration.group))
    )
    by_id = {one.id: one for one in session.scalars(found)}
    return [by_id[one] for one in ids if one in by_id]


def every_person(
    session: Session, event: Event, wanted: Wanted, columns: Columns = NOTHING_ELSE
) -> Iterator[PersonRow[OnFile]]:
    """All people who match, some hundred at a time. The ids are read first, so nobody is named twice or left out."""
    ids = every_id(session, event, wanted)
    for some in portions(ids):
        yield from _rows(session, event, _on_file(session, some), columns)


_ON_FILE = (
    select(
        Registration.id,
        Registration.reference,
        Registration.status,
        Registration.has_seat,
        Registration.waiting_number,
        Registration.created_at,
        Registration.confirmed_at,
        OrganisationKind.name,  # files are German
        Organisation.district,
        Organisation.name,
        Registration.accompanying,
        Registration.participation,
        *(getattr(Registration, name) for name in STORED),
    )
    .join(Organisation, Registration.organisation_id == Organisation.id)
    .join(OrganisationKind, Organisation.kind == OrganisationKind.key)
    .where(Registration.id.in_(bindparam("those", expanding=True)))
)


def _on_file(session: Session, ids: Sequence[int]) -> list[OnFile]:
    names = ("organisation", "accompanying", "participation", *STORED)
    facts = len(OnFile._fields) - 1
    by_id = {
        row[0]: OnFile._make([*row[:facts], dict(zip(names, row[facts:], strict=True))])
        for row in session.execute(_ON_FILE, {"those": list(ids)})
    }
    return [by_id[one] for one in ids if one in by_id]


def every_id(session: Session, event: Event, wanted: Wanted) -> Sequence[int]:
    """Of all people who match, in their order."""
    return session.scalars(ordered(conditions(session, event, wanted), wanted.order)).all()


def ticked(session: Session, event: Event, references: Sequence[str]) -> Mapping[int, str]:
    """Id → reference of these people, by name; who is not of this day is left out (T02), and who is more than
    one too many."""
    known = {one.upper() for one in references if len(one) <= 9 and one.isascii() and one.isprintable()}
    if not known:
        return {}
    found = select(Registration.id, Registration.reference).where(
        Registration.event_id == event.id, Registration.reference.in_(known)
    )
    rows = session.execute(found.order_by(Registration.sort_key, Registration.id).limit(MOST_TICKED + 1))
    return dict(rows.all())


def still_there(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Those of these people who hold a seat or wait for one, in the same order."""
    found: set[int] = set()
    for some in portions(ids):
        those = Registration.id.in_(some), Registration.status.in_(ACTIVE)
        found.update(session.scalars(select(Registration.id).where(*those)))
    return [one for one in ids if one in found]


def statuses_of(session: Session, ids: Sequence[int]) -> dict[Status, int]:
    """How many of these people stand how; without those of whom there is nobody."""
    found: Counter[Status] = Counter()
    for some in portions(ids):
        counted = select(Registration.status, func.count()).where(Registration.id.in_(some))
        found.update(dict(session.execute(counted.group_by(Registration.status)).all()))
    return {status: found[status] for status in Status if found[status]}


def count_unconfirmed(session: Session, ids: Sequence[int]) -> int:
    """How many of them never confirmed their address, or have none any more."""
    total = 0
    for some in portions(ids):
        counted = (
            select(func.count())
            .select_from(Registration)
            .where(
                Registration.id.in_(some),
                or_(Registration.confirmed_at.is_(None), Registration.email == ""),
            )
        )
        total += session.scalar(counted) or 0
    return total


def _rows(
    session: Session, event: Event, people: Sequence[Person], columns: Columns
) -> list[PersonRow[Person]]:
    """A query for each thing that is asked about all of them."""
    ids = [one.id for one in people]
    chosen = _choices(session, ids) if "workshops" in columns else {}
    given = _answers(session, ids, columns.questions)
    under = _quotas(session, event, ids) if columns.quotas else {}
    agreed = agreed_by(session, ids) if columns.consents else {}
    return [
        PersonRow(
            one,
            chosen.get(one.id, ()),
            given.get(one.id, {}),
            under.get(one.id, ()),
            agreed.get(one.id, ()),
        )
        for one in people
    ]


def _answers(
    session: Session, people: Sequence[int], questions: Sequence[Question]
) -> dict[int, dict[int, list[str]]]:
    """Registration id → question id → texts. The table of sensitive answers is not read here, whatever is asked."""
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    if not questions:
        return found
    given = (
        said_in(Answer)
        .where(Answer.registration_id.in_(people), Answer.question_id.in_([one.id for one in questions]))
        .order_by(Answer.registration_id, Answer.question_id, Answer.number)
    )
    for row in session.execute(given):
        found[row.registration_id].setdefault(row.question_id, []).append(row.words)
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """A day's people: how many are how registered, and who comes along with them, people without a name.

    `accompanying` have a seat; `accompanied`: whether anybody at all comes with somebody.
    """

    people: Mapping[Status, int]
    accompanying: int
    accompanied: bool


def count_day(session: Session, event: Event) -> Counts:
    """In one query, which an index answers."""
    along = Registration.accompanying
    counted = (
        select(
            Registration.status,
            func.count(Registration.id),
            func.sum(case((Registration.has_seat, along), else_=0)),
            func.sum(along),
        )
        .where(Registration.event_id == event.id)
        .group_by(Registration.status)
    )
    found = {status: (people, seated, every) for status, people, seated, every in session.execute(counted)}
    return Counts(
        {status: found.get(status, (0, 0, 0))[0] for status in Status},
        sum(seated for _, seated, _ in found.values()),
        any(every for _, _, every in found.values()),
    )


def count_accompanying(session: Session, event: Event) -> int:
    """Who has a seat because they accompany somebody: people without a name."""
    return how_many_accompany(session, [Registration.event_id == event.id, Registration.has_seat.is_(True)])


def count_shown_accompanying(session: Session, event: Event, wanted: Wanted) -> int:
    """Who accompanies those that a list is about, with a seat or without."""
    return how_many_accompany(session, conditions(session, event, wanted))


def count_kept(session: Session, event: Event) -> int:
    """Seats kept for organisations that have not named anybody for them."""
    kept = Registration.status == Status.UNCONFIRMED, Registration.email == ""
    return how_many(session, [Registration.event_id == event.id, *kept])


def runs_of(session: Session, event: Event) -> list[RunChoice]:
    """The runs that people choose beforehand, in the order of rounds: one query, and one where a run goes on."""
    found = (
        select(Run, Workshop.title, Round, Room)
        .join(Workshop, Run.workshop_id == Workshop.id)
        .join(Round, Run.round_id == Round.id)
        .outerjoin(Room, Run.room_id == Room.id)
        .where(Round.event_id == event.id, Round.booked)
        .order_by(Run.id)
    )
    rows = sorted(session.execute(found), key=lambda row: (row[2].number, list_key(row[0].label)))
    filled = filled_by(session, event, [run for run, *_rest in rows])
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
            room=room.facts if room else None,
            takes_place=run.takes_place,
            where=run.where,
            rounds=tuple(one.title for one in filled[run.id]),
        )
        for run, title, round_, room in rows
    ]


def rounds_of(session: Session, event: Event) -> Sequence[Round]:
    """Those in which people choose beforehand."""
    found = select(Round).where(Round.event_id == event.id, Round.booked)
    return session.scalars(found.order_by(Round.number)).all()


def run_lists(session: Session, event: Event) -> list[RunList]:
    """Every run with the people in it and in its line: three queries."""
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
    leading = (
        select(RunStaff)
        .join(RunStaff.registration)
        .where(Registration.event_id == event.id)
        .options(joinedload(RunStaff.registration).joinedload(Registration.organisation))
        .order_by(RunStaff.id)
    )
    staff: dict[int, list[RunStaff]] = defaultdict(list)
    for one in session.scalars(leading):
        staff[one.run_id].append(one)
    return [
        RunList(
            run,
            tuple(seated[run.id]),
            tuple(sorted(waiting[run.id], key=lambda one: one[0])),
            tuple(staff[run.id]),
        )
        for run in runs_of(session, event)
    ]


def _choices(session: Session, people: Sequence[int]) -> dict[int, list[ChosenRun]]:
    """A row for each round that a chosen run fills becomes one choice with all of them."""
    own = aliased(Round)
    chosen: dict[int, list[ChosenRun]] = defaultdict(list)
    places = (
        select(
            Place.registration_id,
            Place.run_id,
            Run.label,
            Workshop.title,
            Round.id,
            Place.state,
            Place.waiting_number,
        )
        .join(Run, Place.run_id == Run.id)
        .join(Workshop, Run.workshop_id == Workshop.id)
        .join(own, Run.round_id == own.id)
        .join(Round, fills(own, Round))
        .where(Place.registration_id.in_(people))
        .order_by(Place.id, Round.number)
    )
    rows = sorted(session.execute(places), key=lambda row: list_key(row.label))
    for person, run, label, title, round_, state, number in rows:
        mine = chosen[person]
        before = mine.pop().round_ids if mine and mine[-1].run_id == run else ()
        mine.append(ChosenRun(run, label, title, (*before, round_), state, number))
    return chosen


def _quotas(session: Session, event: Event, people: Sequence[int]) -> dict[int, list[str]]:
    """Registration id → names of the quotas the person falls under."""
    under: dict[int, list[str]] = defaultdict(list)
    if not event.quota_count:
        return under
    links = (
        select(registration_quota.c.registration_id, Quota.name)
        .join(Quota, registration_quota.c.quota_id == Quota.id)
        .where(registration_quota.c.registration_id.in_(people))
        .order_by(Quota.id)
    )
    for person, name in session.execute(links):
        under[person].append(name)
    return under
