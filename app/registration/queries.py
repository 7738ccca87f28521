# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages and mails."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import (
    CompoundSelect,
    Row,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.people.rules import address_key
from app.programme.agenda import AgendaLine, RoundView, RunView, as_one, parallel_runs, read_agenda
from app.programme.models import Run
from app.registration.models import Group, GroupGuest, Registration, StatusChange
from app.registration.rules import ACTIVE, SHARED, PlaceState, Reason, Status
from app.registration.workshops.models import Place, RoundAbsence, RunStaff, StaffRole, Wish


@dataclass(frozen=True, slots=True)
class RunPosition:
    """Waiting for a run: how many stand before the person."""

    run: RunView
    before: int


@dataclass(frozen=True, slots=True)
class MyRound:
    """One round from one person's point of view."""

    round: RoundView
    place: RunView | None
    in_line: tuple[RunPosition, ...]
    wanted: RunView | None
    absent: bool
    wishes: tuple[RunView, ...] = ()  # parallel runs of a workshop as one
    goes_on: bool = False  # the place, or what the person leads, is a run that began in an earlier round
    leads: RunView | None = None
    role: StaffRole | None = None
    would_go_on: tuple[RunView, ...] = ()  # hoped for in an earlier round, and would fill this one, too

    @property
    def hopes(self) -> tuple[RunView, ...]:
        """What the person wants, waits or wishes for in this round."""
        wanted = (self.wanted,) if self.wanted is not None else ()
        return (
            *wanted,
            *(one.run for one in self.in_line),
            *(run for one in self.wishes for run in one.each),
        )

    @property
    def run(self) -> RunView | None:
        """Where the person is to be found."""
        return self.leads or self.place

    def open_to(self, registration: Registration) -> RoundView:
        """The round with what the person may choose: online what is online, and what they are in already."""
        if not registration.is_online:
            return self.round
        runs = [run for run in self.round.runs if run.is_online or self.answer == str(run.id)]
        return replace(self.round, runs=tuple(runs))

    @property
    def answer(self) -> str:
        """The value of the form's field for this round."""
        if self.goes_on:
            return "open"
        if self.absent:
            return "absent"
        if self.place is not None:
            return str(self.place.id)
        if self.wanted is not None:
            return str(self.wanted.id)
        return str(self.in_line[0].run.id) if self.in_line else "open"


@dataclass(frozen=True, slots=True)
class MyDay:
    """The agenda of one person: the lines of the day, and what they do in each round."""

    lines: tuple[AgendaLine, ...]
    rounds: tuple[MyRound, ...]
    links: Mapping[str, str] = field(
        default_factory=dict
    )  # by the names of rooms: where one takes part online

    def link(self, line: AgendaLine) -> str | None:
        """By which the person takes part online in what they do then: empty as long as the team has not entered it, None where
        there is none for them."""
        room = self._room(line)
        return self.links.get(room.name) if room is not None and room.online else None

    def link_of_run(self, run_id: int) -> str:
        """For one in which the person has a place, or that they lead."""
        runs = [mine.run for mine in self.rounds if mine.run is not None and mine.run.id == run_id]
        return next((self.links.get(run.room.name, "") for run in runs if run.takes_place and run.room), "")

    def _room(self, line: AgendaLine) -> RoomFacts | None:
        if line.round is None:
            return line.room
        run = self.of(line.round.id).run
        return run.room if run is not None and run.takes_place else None

    @property
    def online(self) -> frozenset[str]:
        """The names of the rooms in which the person takes part online."""
        rooms = [self._room(line) for line in self.lines]
        return frozenset(room.name for room in rooms if room is not None and room.online)

    @property
    def chosen(self) -> tuple[MyRound, ...]:
        """The rounds for which people choose beforehand."""
        return tuple(one for one in self.rounds if one.round.booked)

    @property
    def told(self) -> tuple[MyRound, ...]:
        """The rounds of which there is something to say: those, and where the person leads something."""
        return tuple(one for one in self.rounds if one.round.booked or one.run is not None)

    def of(self, round_id: int) -> MyRound:
        return next(mine for mine in self.rounds if mine.round.id == round_id)


_WITH_DAY = (
    select(Registration)
    .where(Registration.id == bindparam("person"))
    .options(
        joinedload(Registration.event).joinedload(Event.lead_host), joinedload(Registration.organisation)
    )
)


def get_registration(session: Session, registration_id: int) -> Registration | None:
    """With event, hosts and organisation read, so that a template asks no questions."""
    return session.scalar(_WITH_DAY, {"person": registration_id})


def get_group(session: Session, group_id: int) -> Group | None:
    """With event, hosts and organisation read, so that a template asks no questions."""
    return session.scalar(
        select(Group)
        .where(Group.id == group_id)
        .options(joinedload(Group.event).joinedload(Event.lead_host), joinedload(Group.organisation))
    )


def with_address(session: Session, event_id: int, email: str) -> Sequence[Registration]:
    """Whoever takes part in the day with this address; it may be shared."""
    key = address_key(email)
    mine = or_(
        Registration.email_key == key, Registration.email_key.startswith(key + SHARED, autoescape=True)
    )
    found = select(Registration).where(
        Registration.event_id == event_id, mine, Registration.status.in_(ACTIVE)
    )
    return session.scalars(found.order_by(Registration.id)).all()


def groups_of(session: Session, event_id: int, email: str) -> Sequence[Group]:
    """What somebody registered as a contact person of this address, and confirmed."""
    mine = select(Group).where(
        Group.event_id == event_id, func.lower(Group.email) == email.lower(), Group.confirmed_at.is_not(None)
    )
    return session.scalars(mine.order_by(Group.id)).all()


def members_of(session: Session, group: Group) -> Sequence[Registration]:
    """The group's own registrations in the order in which they were entered; who passed the place on is left out."""
    mine = select(Registration).where(
        Registration.group_id == group.id, Registration.handover_nonce.is_(None)
    )
    return session.scalars(mine.order_by(Registration.id)).all()


def guests_of(session: Session, group: Group) -> Sequence[GroupGuest]:
    """Who was registered already when the contact named them."""
    mine = (
        select(GroupGuest).where(GroupGuest.group_id == group.id).options(joinedload(GroupGuest.registration))
    )
    return session.scalars(mine.order_by(GroupGuest.id)).all()


def my_day(session: Session, registration: Registration, *, seats: bool = False) -> MyDay:
    """With `seats` for who may choose among the runs."""
    lines = read_agenda(session, registration.event, seats=seats)
    answers = session.execute(_ANSWERS_TO_ROUNDS, {"person": registration.id}).all()
    rounds = [line.round for line in lines if line.round is not None]
    mine = [_my_round(one, [row for row in answers if row[0] == one.id]) for one in rounds]
    if registration.event.awaits_places:
        mine = _with_wishes(session, registration, mine)
    return _with_links(session, registration, MyDay(tuple(lines), tuple(_going_on(mine))))


def _with_links(session: Session, registration: Registration, day: MyDay) -> MyDay:
    """The links are for who takes part for certain, once everybody knows the agenda. No query where nothing of theirs is online."""
    event = registration.event
    if registration.status is not Status.REGISTERED or not event.shows_links or not day.online:
        return day
    found = select(Room.name, Room.online_link).where(Room.event_id == event.id, Room.name.in_(day.online))
    if event.offers_online and not registration.is_online:
        found = found.where(
            Room.seats.is_(None)
        )  # elsewhere they come, and are not in the way of those who do not
    return replace(day, links=dict(session.execute(found).all()))


def still_free(day: MyDay, round_ids: Collection[int], *, is_online: bool) -> list[tuple[RoundView, RunView]]:
    """The runs with free places in those of the rounds in which the person is nowhere, for who `is_online` those in which one
    takes part so; `day` was read with seats."""
    return [
        (mine.round, run)
        for mine in day.chosen
        if mine.round.id in round_ids and mine.run is None and not mine.absent
        for run in mine.round.runs
        if run.takes_place and not run.waiting and not run.seats.full
        if run.is_online or not is_online
    ]


def ended_with_the_day(session: Session, registration: Registration) -> bool:
    """Whether a confirmed registration stood until the day itself was called off."""
    if registration.status is not Status.CANCELLED or registration.confirmed_at is None:
        return False
    last = last_change(session, registration)
    return last is not None and last.reason is Reason.EVENT_CANCELLED


def last_change(session: Session, registration: Registration) -> StatusChange | None:
    mine = StatusChange.registration_id == registration.id
    return session.scalar(select(StatusChange).where(mine).order_by(StatusChange.id.desc()).limit(1))


def added_by_team(session: Session, registration: Registration) -> bool:
    """Whether the team typed in the person's data, by hand or from a file, so that the person has to be told (Art. 14 GDPR).

    Who registers alone confirms later; no query then.
    """
    if registration.confirmed_at != registration.created_at:
        return False
    mine = StatusChange.registration_id == registration.id
    first = select(StatusChange.reason).where(mine).order_by(StatusChange.id).limit(1)
    return session.scalar(first) is Reason.ADDED_BY_HAND


def last_note(session: Session, registration: Registration) -> str:
    """What was written down with the last change."""
    last = last_change(session, registration)
    return last.note if last is not None else ""


def history(session: Session, registration: Registration) -> Sequence[StatusChange]:
    found = (
        select(StatusChange)
        .where(StatusChange.registration_id == registration.id)
        .options(joinedload(StatusChange.organiser))
        .order_by(StatusChange.id)
    )
    return session.scalars(found).all()


def _with_wishes(session: Session, registration: Registration, mine: Sequence[MyRound]) -> list[MyRound]:
    wished = select(Wish.run_id).where(Wish.registration_id == registration.id).order_by(Wish.rank)
    order = session.scalars(wished).all()
    found = []
    for one in mine:
        runs = {
            run.id: as_one([each for each in several if each.takes_place] or several)
            for several in parallel_runs(one.round.runs)
            for run in several
        }
        meant = {runs[run].id: runs[run] for run in order if run in runs}
        found.append(replace(one, wishes=tuple(meant.values())))
    return found


def _going_on(mine: Sequence[MyRound]) -> list[MyRound]:
    """A run over several rounds stands in each of them."""
    began = {one.run.id: one for one in mine if one.run is not None}
    hoped_for = {run.id for one in mine for run in one.hopes}
    return [_with_what_goes_on(one, began, hoped_for) for one in mine]


def _with_what_goes_on(one: MyRound, began: Mapping[int, MyRound], hoped_for: Collection[int]) -> MyRound:
    longer = parallel_runs(run for run in one.round.going_on if run.id in hoped_for)
    here = replace(one, would_go_on=tuple(as_one(several) for several in longer))
    first = next((began[run.id] for run in one.round.going_on if run.id in began), None)
    if first is None:
        return here
    place = None if first.leads else first.place
    return replace(here, place=place, leads=first.leads, role=first.role, goes_on=True, absent=False)


_AnswerToRound = Row[int, "int | None", "PlaceState | None", int]


def _my_round(round_: RoundView, answers: Sequence[_AnswerToRound]) -> MyRound:
    runs = {run.id: run for run in round_.runs}
    mine = [
        (runs[run_id], state, before)
        for _round_id, run_id, state, before in answers
        if run_id is not None and run_id in runs
    ]

    def first(wanted: PlaceState) -> RunView | None:
        return next((run for run, state, _before in mine if state is wanted), None)

    staffing = next((one for one in mine if one[1] is None), None)
    in_line = tuple(RunPosition(run, before) for run, state, before in mine if state is PlaceState.WAITING)
    absent = any(run_id is None for _round_id, run_id, _state, _before in answers)
    return MyRound(
        round_,
        first(PlaceState.PLACE),
        in_line,
        first(PlaceState.WANTED),
        absent,
        leads=staffing[0] if staffing else None,
        role=_ROLES[staffing[2]] if staffing else None,
    )


# Instead of how many stand before: what somebody does who is in a run without a place of it.
_ROLES = {-1: StaffRole.FACILITATOR, -2: StaffRole.NOTE_TAKER}


def _answers_to_rounds() -> CompoundSelect[int, int, PlaceState, int]:
    """Round, run, state and how many stand before the person in the line of that run; a round in which the person
    does not take part has no run, a run that the person leads no state."""
    other = aliased(Place)
    before = (
        select(func.count(other.id))
        .where(
            other.run_id == Place.run_id,
            Place.state == PlaceState.WAITING,
            other.state == PlaceState.WAITING,
            other.waiting_number < Place.waiting_number,
        )
        .correlate(Place)
        .scalar_subquery()
    )
    places = select(Place.round_id, Place.run_id, Place.state, before)
    absences = select(RoundAbsence.round_id, null(), null(), literal(0))
    number = case(*((RunStaff.role == role, literal(number)) for number, role in _ROLES.items()), else_=-1)
    led = select(Run.round_id, RunStaff.run_id, null(), number)
    staffing = led.join(Run, Run.id == RunStaff.run_id).where(Run.takes_place)
    return union_all(
        places.where(Place.registration_id == bindparam("person")),
        absences.where(RoundAbsence.registration_id == bindparam("person")),
        staffing.where(RunStaff.registration_id == bindparam("person")),
    )


_ANSWERS_TO_ROUNDS = _answers_to_rounds()


FORM_KEY, OF_FORM = 64, 24  # letters of a key, and of its part that stands for the form (`app.web.forms`)


def keys_of_form(key: str) -> tuple[str, str]:
    """The first and the last key that a form can have, whatever it says: both `key` for one that is no form's."""
    if len(key) != FORM_KEY:
        return key, key
    form = key[:OF_FORM]
    return form.ljust(FORM_KEY, "0"), form.ljust(FORM_KEY, "f")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the day knows already of a form that was sent, and of the address in it. `draft` is what the same form brought
    when it said something else, if nobody has confirmed it: now it has been corrected."""

    same_form: Registration | None
    draft: Registration | None
    active: Registration | None
    next_offset: int


_EARLIER = (
    select(Registration)
    # The day twice: so SQLite takes an index for each half even if it never counted its rows.
    .where(
        or_(
            and_(
                Registration.event_id == bindparam("event"),
                Registration.nonce.between(bindparam("first"), bindparam("last")),
            ),
            and_(Registration.event_id == bindparam("event"), Registration.email_key == bindparam("key")),
        )
    )
    .order_by(Registration.id)
)


def find_earlier(session: Session, event_id: int, email: str, nonce: str | None = None) -> Earlier:
    """Both in one query; without a nonce only the address is looked for."""
    key = address_key(email)
    first, last = keys_of_form(nonce or "")  # nobody's nonce is empty
    found = session.scalars(_EARLIER, {"event": event_id, "key": key, "first": first, "last": last}).all()
    of_address = [one for one in found if one.email_key == key]
    same_form = next((one for one in found if one.nonce == nonce), None)
    draft = next((one for one in found if first <= one.nonce <= last and one.is_draft), None)
    return Earlier(
        same_form,
        draft if same_form is None else None,
        next((one for one in of_address if one.active and one is not draft), None),
        # Who comes back after a cancellation must not be told less than the calendar was told last.
        max((one.sequence_offset + 1 for one in of_address), default=0),
    )


def find_guest(session: Session, group: Group, reference: str) -> GroupGuest | None:
    mine = select(GroupGuest).where(GroupGuest.group_id == group.id, GroupGuest.reference == reference)
    return session.scalar(mine)
