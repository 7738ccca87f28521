# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Looking at what a file would change in the working copy, and taking it over: all that was shown, in one transaction, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import rooms_of
from app.events.service import lock_event
from app.people.audit import record
from app.programme.agenda import Surroundings, lines_of, read_surroundings
from app.programme.conflicts import refuse_misfit
from app.programme.differences import Difference, in_words
from app.programme.kinds import Kind, add_kind
from app.programme.plan import LISTED, NAMES, Change, Key, Plan, differences, plan_seen
from app.programme.rules import Thing
from app.programme.service import add_room
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Refusal, fingerprint
from app.scheduling.carrying_out import refuse_for_people
from app.scheduling.editing import edit
from app.scheduling.imports.merging import Planned, merged
from app.scheduling.imports.planning import outcome_of
from app.scheduling.imports.plans import Choices, Day, Outcome, PlannedRun
from app.scheduling.imports.values import Fault, ProgrammeFile


class Status(Enum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of an entry; `under` is its round or its kind. With the first run of a workshop or a round stands what changes of
    these."""

    status: Status
    planned: Planned
    title: str
    under: str
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to become of a file: entry by entry, what changes beside them, and by what all of it is known again when it is agreed to."""

    outcome: Outcome
    steps: Sequence[Step]
    beside: Sequence[Difference]
    seen: str

    def number(self, status: str) -> int:
        return sum(one.status.value == status for one in self.steps)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many entries are new, were changed, and were left out."""

    new: int
    changed: int
    left_out: int


class NotAsItWas(Refusal):
    """The programme would become another one than the page showed."""

    def __init__(self) -> None:
        super().__init__(
            N_("The programme was changed in the meantime. Please look again at what the file would change.")
        )


def look(session: Session, event: Event, file: ProgrammeFile, choices: Choices) -> Looked:
    """Only reads. What does not fit into the programme is a fault at its place."""
    copy, around = read_working_copy(session, event), read_surroundings(session, event)
    day = Day(
        event, lines_of(copy.plan, around), {one.name: one for one in around.rooms.values()}, around.kinds
    )
    outcome = outcome_of(file, day, choices)
    ids = {one.name: number for number, one in around.rooms.items()}
    while True:
        around_then, rooms = _with_new_ones(around, ids, outcome)
        plan, entries = merged(outcome, copy.plan, rooms, {})
        misfits = list(_misfits(session, event, copy.released, plan, entries))
        if not misfits:
            break
        outcome = _without(outcome, misfits)
    in_order = sorted(outcome.faults, key=lambda one: (one.where.line, one.where.row))
    outcome = replace(outcome, faults=tuple(in_order))
    words = in_words(event, copy.plan, plan, around_then)
    seen = fingerprint((plan_seen(copy.plan), plan_seen(plan), outcome.rooms, tuple(outcome.kinds.items())))
    return Looked(outcome, *_steps(copy.plan, plan, entries, words, around_then), seen)


def take_over(
    session: Session,
    event_id: int,
    file: ProgrammeFile,
    choices: Choices,
    seen: str,
    by: int | None,
    now: datetime,
    *,
    leave_out: bool,
) -> TakenOver:
    """`seen` is the fingerprint of what was shown; entries with faults are left out only where that was said (`leave_out`).

    Refuses another plan than that, and faults.
    """
    event = lock_event(session, event_id)
    looked = look(session, event, file, choices)
    outcome = looked.outcome
    if looked.seen != seen:
        raise NotAsItWas
    if outcome.faults and not leave_out:
        raise Refusal(
            N_("There are entries with errors. Mend the file, or leave them out on purpose."),
            field="leave_out",
        )
    for facts in outcome.rooms:
        add_room(session, event.id, facts, now)
    kinds = {word: add_kind(session, event.id, facts, now).key for word, facts in outcome.kinds.items()}
    rooms = {one.name: one.id for one in rooms_of(session, event)}
    edit(session, event.id, lambda plan: merged(outcome, plan, rooms, kinds)[0], now)
    done = TakenOver(looked.number("new"), looked.number("changed"), len(outcome.faults))
    detail = {"added": done.new, "changed": done.changed, "left_out": done.left_out}
    record(session, now, by, event.id, "agenda.import", f"event {event.id}", detail)
    return done


def _with_new_ones(
    around: Surroundings, ids: Mapping[str, int], outcome: Outcome
) -> tuple[Surroundings, Mapping[str, int]]:
    """The surroundings and the ids of rooms as if the rooms and kinds that are to be made were there."""
    made = {-number: facts for number, facts in enumerate(outcome.rooms, start=1)}
    kinds = {
        word: Kind(word, one.name, one.name_en, one.icon, one.pause, one.beside)
        for word, one in outcome.kinds.items()
    }
    there = replace(around, rooms={**around.rooms, **made}, kinds={**around.kinds, **kinds})
    return there, {**ids, **{facts.name: number for number, facts in made.items()}}


def _misfits(
    session: Session, event: Event, released: Plan, plan: Plan, entries: Mapping[Key, Planned]
) -> Iterator[tuple[Planned, Refusal]]:
    """Entries that the programme would refuse, or that would take a place from somebody."""
    for one in differences(released, plan):
        entry = entries.get(one.key) or _entry_of(one, plan, entries)
        if one.after is None or entry is None:
            continue
        try:
            refuse_misfit(event, plan, one.key)
            refuse_for_people(session, one)
        except Refusal as refusal:
            yield entry, refusal


def _entry_of(change: Change, plan: Plan, entries: Mapping[Key, Planned]) -> Planned | None:
    """The entry by which a round, a workshop or somebody who contributes is in the plan."""
    thing, number = change.key
    if thing in LISTED and change.after is not None:
        return next(
            (one for key in _holders(plan, change.key) if (one := entries.get(key)) is not None), None
        )
    name = {Thing.ROUND: "round_id", Thing.WORKSHOP: "workshop_id"}.get(thing)
    runs = (key for key in entries if key[0] is Thing.RUN)
    return next((entries[key] for key in runs if name and getattr(plan.things[key], name) == number), None)


def _holders(plan: Plan, key: Key) -> Iterator[Key]:
    """What a thing stands in, from the inside out; nothing for one of the day as a whole."""
    while key[0] in LISTED and key in plan.things:
        facts = plan.things[key]
        named = ((thing, getattr(facts, name)) for name, thing in NAMES[key[0]].items())
        held = next((one for one in named if one[1] is not None), None)
        if held is None:
            return
        yield held
        key = held


def _without(outcome: Outcome, misfits: Sequence[tuple[Planned, Refusal]]) -> Outcome:
    gone = {id(one) for one, _why in misfits}
    first = {id(one): (one, why) for one, why in reversed(misfits)}
    faults = [Fault(one.entry.where, one.entry.title, why) for one, why in reversed(first.values())]
    return replace(
        outcome,
        items=tuple(one for one in outcome.items if id(one) not in gone),
        runs=tuple(one for one in outcome.runs if id(one) not in gone),
        faults=(*outcome.faults, *faults),
    )


def _steps(
    before: Plan,
    plan: Plan,
    entries: Mapping[Key, Planned],
    words: Sequence[Difference],
    around: Surroundings,
) -> tuple[list[Step], list[Difference]]:
    """Entry by entry in order of time, and what belongs to none of them."""
    left = list(words)

    def take(*keys: Key) -> list[Difference]:
        """What is said of these, or of what stands in them."""
        mine = [
            one
            for one in left
            if not {one.key, *_holders(plan, one.key), *_holders(before, one.key)}.isdisjoint(keys)
        ]
        left[:] = [one for one in left if one not in mine]
        return mine

    steps = []
    for key, one in sorted(entries.items(), key=lambda pair: pair[1].entry.starts_at):
        facts = plan.things[key]
        own = take(key)
        if isinstance(one, PlannedRun):
            title, under = plan.name_of(facts), one.round.title
            others = take((Thing.ROUND, facts.round_id), (Thing.WORKSHOP, facts.workshop_id))
            own += [each for each in others if not each.whole]
        else:
            title, under = facts.title, around.kinds[facts.kind].word
        status = Status.NEW if one.known is None else Status.CHANGED if own else Status.SAME
        steps.append(Step(status, one, title, under, tuple(own) if status is Status.CHANGED else ()))
    return steps, left
