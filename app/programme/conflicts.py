# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether something fits into the day: found within the event (T02), on its dates, beside what else is planned.

The rules ask a plan, so they hold for what is released and for a working copy alike. What they refuse could not be carried out;
what is merely odd, such as a room that is taken twice, is said by `contradictions`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.clock import BERLIN, END_OF_NIGHT
from app.events.models import Event, Room
from app.events.queries import get_of_event
from app.events.rules import refuse_reversed_times
from app.folding import plain
from app.programme.models import AgendaKind, Round, Run
from app.programme.plan import NAMES, ContributorFacts, Key, Plan, RoundFacts, RunPlan, SubItemFacts
from app.programme.rounds import Parts
from app.programme.rules import MOST_CONTRIBUTORS, Thing, roles_of
from app.refusal import N_, ChangedMeanwhile, Refusal, found
from app.texts import clock_times, last_day, local_day, times_in_parts

MOST_INSIDE = 100  # more is no block of an agenda


def get_run(session: Session, event: Event, run_id: int) -> Run:
    return found(
        session.scalar(select(Run).join(Run.round).where(Run.id == run_id, Round.event_id == event.id))
    )


def get_room(session: Session, event: Event, room_id: int) -> Room:
    return get_of_event(session, Room, event.id, room_id)


def refuse_stale(kind: AgendaKind, version: int) -> None:
    if kind.version != version:
        raise ChangedMeanwhile


# -- what is put into a plan


def refuse_misfit(event: Event, plan: Plan, key: Key) -> None:
    """`plan` holds the thing already. Refuses other dates, a number or label that is taken, rounds at the same time, more rounds
    than follow, and a role that does not fit."""
    facts = plan.things[key]
    match key[0]:
        case Thing.ITEM:
            refuse_bad_times(event, facts.starts_at, facts.ends_at)
        case Thing.ROUND:
            _refuse_bad_round(event, plan, key[1], facts)
        case Thing.RUN:
            _refuse_bad_run(plan, key[1], facts)
        case Thing.CONTRIBUTOR:
            _refuse_bad_contributor(plan, key[1], facts)
        case Thing.SUB_ITEM:
            _refuse_too_many(plan.listed(Thing.SUB_ITEM, item_id=facts.item_id, run_id=facts.run_id))
        case Thing.STAND:
            _refuse_too_many(plan.listed(Thing.STAND, item_id=facts.item_id))


def _refuse_bad_round(event: Event, plan: Plan, number: int, facts: RoundFacts) -> None:
    """A round lies within the day and beside no other round: nobody can sit in two workshops at once."""
    others = {one: other for one, other in plan.of(Thing.ROUND).items() if one != number}
    if any(other.number == facts.number for other in others.values()):
        raise Refusal(N_("There is a round of that number already."), field="number")
    _refuse_torn_runs(plan)
    _refuse_torn_way(plan, number)
    refuse_bad_times(event, facts.starts_at, facts.ends_at)
    for other in sorted(others.values(), key=lambda one: one.number):
        if other.starts_at < facts.ends_at and other.ends_at > facts.starts_at:
            raise Refusal(
                N_("“%(title)s” takes place at the same time (%(times)s)."),
                field="start",
                title=other.title,
                times=clock_times(*other.times),
            )


def _refuse_torn_runs(plan: Plan) -> None:
    """A longer run fills rounds that follow one another by number."""
    for run in plan.of(Thing.RUN).values():
        if len(plan.rounds_filled(run)) < run.spans:
            raise Refusal(
                N_("“%(title)s” goes on over this round. Please let it fill one round only first."),
                field="number",
                title=plan.name_of(run),
            )


def _refuse_torn_way(plan: Plan, number: int) -> None:
    """All rounds that a longer run fills are chosen beforehand, or none."""
    for run in plan.of(Thing.RUN).values():
        filled = plan.rounds_filled(run)
        if number in filled and len({plan.get(Thing.ROUND, one).booked for one in filled}) > 1:
            raise Refusal(
                N_("“%(title)s” fills other rounds, too. Please let it fill one round only first."),
                field="booked",
                title=plan.name_of(run),
            )


def _refuse_bad_run(plan: Plan, number: int, facts: RunPlan) -> None:
    for one, other in plan.of(Thing.RUN).items():
        if one != number and (other.round_id, other.label) == (facts.round_id, facts.label):
            raise Refusal(N_("There is a workshop of that number in this round already."), field="label")
    if facts.capacity is not None and facts.least_people > facts.capacity:
        raise Refusal(
            N_("It has %(seats)s places. Please ask for no more people than that."),
            field="least_people",
            seats=facts.capacity,
        )
    filled = plan.rounds_filled(facts)
    if len(filled) < facts.spans:
        raise Refusal(
            N_("It can fill at most %(number)s rounds from this one on, because no more follow."),
            field="spans",
            number=len(filled),
        )
    _refuse_mixed(plan, facts)


def _refuse_mixed(plan: Plan, facts: RunPlan) -> None:
    booked = {plan.get(Thing.ROUND, one).booked for one in plan.rounds_filled(facts)}
    if len(booked) > 1:
        raise Refusal(
            N_(
                "It would fill rounds that people choose beforehand and others. Please let it fill only one kind."
            ),
            field="spans",
        )


def refuse_outside_holder(plan: Plan, facts: SubItemFacts) -> None:
    """Of a short talk that is typed in. One that lies outside later, since its round was moved or copied, is a contradiction."""
    parts, title = holder_of(plan, item_id=facts.item_id, run_id=facts.run_id)
    if not fits(*times_after(parts[0][0], facts.after, facts.minutes), parts):
        raise Refusal(
            N_("This lies outside of “%(title)s” (%(times)s)."),
            field="start",
            title=title,
            times=times_in_parts(parts),
        )


def _refuse_too_many(beside: Mapping[int, object]) -> None:
    if len(beside) > MOST_INSIDE:
        raise Refusal(N_("There are %(number)s already, and no more fit here."), number=MOST_INSIDE)


def holder_of(plan: Plan, *, item_id: int | None = None, run_id: int | None = None) -> tuple[Parts, str]:
    """When that is in which something stands, and what it is called. Raises `Missing`."""
    if item_id is not None:
        item = found(plan.get(Thing.ITEM, item_id))
        return (item.times,), item.title
    run = found(plan.get(Thing.RUN, run_id))
    return plan.parts_of(run), plan.name_of(run)


def times_after(
    begins: datetime, after: int | None, minutes: int | None
) -> tuple[datetime | None, datetime | None]:
    """Of a short talk; None where only its order is known."""
    if after is None or minutes is None:
        return None, None
    starts_at = begins + timedelta(minutes=after)
    return starts_at, starts_at + timedelta(minutes=minutes)


def fits(starts_at: datetime | None, ends_at: datetime | None, parts: Parts) -> bool:
    """Whether something lies within one of the parts of what it stands in; what has no times does."""
    if starts_at is None or ends_at is None:
        return True
    return any(begins <= starts_at and ends_at <= ends for begins, ends in parts)


def share_room(one: str, other: str) -> bool:
    """Groups at different tables of a room are in nobody's way."""
    return bool(one) and bool(other) and plain(one) != plain(other)


def _refuse_bad_contributor(plan: Plan, number: int, facts: ContributorFacts) -> None:
    named = {name: getattr(facts, name) for name in NAMES[Thing.CONTRIBUTOR]}
    if facts.role not in roles_of(whole_day=not any(named.values())):
        raise Refusal(N_("Please choose a role that fits here."), field="role")
    beside = plan.contributors(**named)
    if len(beside) > MOST_CONTRIBUTORS:
        raise Refusal(N_("Please name at most %(number)s people."), field="name", number=MOST_CONTRIBUTORS)
    for one, other in beside.items():
        if one != number and (other.name, other.role) == (facts.name, facts.role):
            raise Refusal(N_("“%(name)s” stands here already in this role."), field="name", name=facts.name)


def refuse_taking_out(plan: Plan, key: Key) -> None:
    """What others name stays until they name another thing: rounds and workshops with runs. `plan` holds the thing."""
    thing, number = key
    if thing is Thing.ROUND:
        if any(run.round_id == number for run in plan.of(Thing.RUN).values()):
            raise Refusal(N_("Workshops run in this round. Please move or remove them first."))
        _refuse_torn_runs(plan.without(key))
    if thing is Thing.WORKSHOP and any(run.workshop_id == number for run in plan.of(Thing.RUN).values()):
        raise Refusal(N_("This workshop takes place in a round. Please take it out of the rounds first."))


def refuse_room_in_plan(plan: Plan, room_id: int) -> None:
    """A room that the agenda uses stays; names what is in it."""
    used_by = [plan.name_of(run) for run in plan.of(Thing.RUN).values() if run.room_id == room_id]
    used_by += [item.title for item in plan.of(Thing.ITEM).values() if item.room_id == room_id]
    if used_by:
        raise Refusal(
            N_("The agenda uses this room for “%(title)s”. Please choose another room there first."),
            title=used_by[0],
        )


def refuse_bad_times(event: Event, starts_at: datetime, ends_at: datetime) -> None:
    refuse_reversed_times(starts_at, ends_at, "end")
    if _on_other_dates(event, starts_at, ends_at):
        raise Refusal(
            N_("This lies outside of the day, which begins on %(first)s and ends on %(last)s."),
            field="date",
            first=local_day(event.starts_at),
            last=last_day(event.ends_at),
        )


def refuse_outside_day(event: Event, title: str, starts_at: datetime, ends_at: datetime) -> None:
    """The agenda may begin before the official start (arrival) and end after it, but on the same dates."""
    if _on_other_dates(event, starts_at, ends_at):
        raise Refusal(
            N_("“%(title)s” on %(date)s would lie outside of the day. Please move it first."),
            title=title,
            date=local_day(starts_at),
        )


def _on_other_dates(event: Event, starts_at: datetime, ends_at: datetime) -> bool:
    """The night after the last date still belongs to it."""
    last = last_day(event.ends_at)
    morning = datetime.combine(last + timedelta(days=1), END_OF_NIGHT, BERLIN)
    return not local_day(event.starts_at) <= local_day(starts_at) <= last or ends_at > morning


def refuse_taken_room_name(session: Session, event: Event, name: str, own_id: int | None = None) -> None:
    other = session.scalar(select(Room.id).where(Room.event_id == event.id, Room.name == name))
    if other is not None and other != own_id:
        raise Refusal(N_("There is a room of that name already."), field="name")


def runs_in(session: Session, room: Room) -> Sequence[Run]:
    """Those that do not take place included."""
    found = select(Run).where(Run.room_id == room.id).options(joinedload(Run.workshop)).order_by(Run.id)
    return session.scalars(found).all()
