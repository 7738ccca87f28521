# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which rounds, workshops and runs come of the entries that are runs.

Runs that begin together are a round. It ends with the first of them; who ends with a later round fills all rounds until that one.
Entries of one title are runs of one workshop, unless two of them say different things.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import count

from app.folding import plain
from app.programme.agenda import Meeting, RoundView, RunView, meetings
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import N_, Refusal
from app.scheduling.imports.matching import Held
from app.scheduling.imports.names import Names
from app.scheduling.imports.plans import Day, Outcome, PlannedRound, PlannedRun, PlannedWorkshop
from app.scheduling.imports.values import AsRun, Entry, Fault, ProgrammeFile, RoundSaid
from app.scheduling.imports.words import facts_of_session, people_or_those_before, room_or_before
from app.texts import gettext

MOST_STEPS = 2_000  # in looking for numbers; a day has a handful of rounds
Pair = tuple[Entry, Meeting | None]
"""An entry, and the run that it is."""


def plan_runs(
    file: ProgrammeFile, day: Day, names: Names, known: Mapping[int, Held], places: Sequence[int]
) -> Outcome:
    """A plan of these entries alone."""
    pairs = [(file.entries[place], _meeting(known.get(place))) for place in places]
    rounds = _rounds(file, day, pairs)
    planner = _Runs(file, day, names, rounds, pairs)
    faults, runs = list[Fault](), list[PlannedRun]()
    for entry, before in pairs:
        try:
            runs.append(planner.run(entry, before))
        except Refusal as refusal:
            faults.append(Fault(entry.where, entry.title, refusal))
    return Outcome(tuple(planner.rounds), tuple(planner.workshops), tuple(runs), faults=tuple(faults))


def _meeting(thing: Held | None) -> Meeting | None:
    return thing if isinstance(thing, Meeting) else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a run; only with the `first` one it begins. `voted`: the number of the round in which it begins in the day so far."""

    starts_at: datetime
    ends_at: datetime
    title: str
    entry: Entry
    first: bool
    voted: int | None


@dataclass(frozen=True, slots=True)
class _Slot:
    """A round without its number. `unseen`: nothing begins or ends in it but what goes on over it."""

    starts_at: datetime
    ends_at: datetime
    pieces: Sequence[_Piece]
    said: RoundSaid | None = None
    known: RoundView | None = None
    unseen: bool = False

    @property
    def runs(self) -> list[AsRun]:
        """Those that begin in it come first."""
        pieces = sorted(self.pieces, key=lambda one: not one.first)
        return [one.entry.run for one in pieces if one.entry.run is not None]

    @property
    def title(self) -> str:
        if self.said is not None or self.unseen:
            return self.said.title if self.said is not None else ""
        pieces = sorted(self.pieces, key=lambda one: not one.first)
        return next((one.title for one in pieces if one.title), "")


def _rounds(file: ProgrammeFile, day: Day, pairs: Sequence[Pair]) -> list[PlannedRound]:
    """In order of time, the rounds of a schedule of ours in which nothing runs included."""
    pieces = [piece for entry, before in pairs for piece in _pieces(file, day, entry, before)]
    numbers = _Numbers(day)
    slots = _slots(file, day, pieces, numbers)
    entries = [entry for entry, _before in pairs]
    rounds = [_round(one, numbers) for one in _as_they_go_on(slots, entries)]
    return sorted(rounds, key=lambda one: one.starts_at)


def _pieces(file: ProgrammeFile, day: Day, entry: Entry, before: Meeting | None) -> Iterator[_Piece]:
    """Where the file names rounds, these say when a run begins."""
    said = _said_of(file, entry)
    if said is not None:
        voted = before.round_number if before is not None else None
        yield _Piece(said.starts_at, said.ends_at, said.title, entry, first=True, voted=voted)
        return
    titles = entry.titles or ((entry.run.round_title if entry.run is not None else ""),)
    rounds = (one.round for one in day.lines if one.round is not None)
    began = before.parts[0][0] if before is not None else None
    voted = next((one.number for one in rounds if one.starts_at == began), None)
    for number, (part, title) in enumerate(zip(entry.every_part, titles, strict=True)):
        yield _Piece(*part, title, entry, first=number == 0, voted=voted)


def _said_of(file: ProgrammeFile, entry: Entry) -> RoundSaid | None:
    number = entry.run.round_number if entry.run is not None else None
    return next((one for one in file.rounds if one.number == number), None)


def _slots(file: ProgrammeFile, day: Day, pieces: Sequence[_Piece], numbers: "_Numbers") -> list[_Slot]:
    groups = defaultdict[datetime, list[_Piece]](list)
    for one in pieces:
        groups[one.starts_at].append(one)
    by_start = {one.starts_at: one for one in file.rounds}
    starts = sorted({*groups, *by_start})
    beginning = [*starts, *(one.round.starts_at for one in day.lines if one.round is not None)]
    ends = {one.ends_at for one in pieces}
    slots = list[_Slot]()
    for starts_at in starts:
        following = min((one for one in beginning if one > starts_at), default=None)
        said, group = by_start.get(starts_at), groups.get(starts_at, [])
        voted = [one.voted for one in group if one.first and one.voted is not None]
        known = numbers.known(starts_at, voted)
        ends_at = said.ends_at if said is not None else _end(starts_at, group, following, known, ends)
        slots.append(_Slot(starts_at, ends_at, group, said, known))
        last = max((one.ends_at for one in group), default=starts_at)
        if file.ours and not file.rounds and ends_at < last <= (following or last):
            slots.append(_Slot(ends_at, last, group, unseen=True))
    return slots


def _as_they_go_on(slots: Sequence[_Slot], entries: Iterable[Entry]) -> Sequence[_Slot]:
    """In order of time, as far as those that a run fills follow one another: their numbers have to. Where no such order is found
    that of time is kept, and what does not fit is refused one by one."""
    together = set[frozenset[int]]()
    for entry in entries:
        parts = entry.every_part
        filled = frozenset(
            place
            for place, one in enumerate(slots)
            if any(begins <= one.starts_at < ends for begins, ends in parts)
        )
        if len(filled) > 1:
            together.add(filled)
    order = _with_neighbours(len(slots), together)
    return [slots[place] for place in order] if order is not None else slots


def _with_neighbours(number: int, together: Collection[frozenset[int]]) -> list[int] | None:
    """The numbers from 0 in an order in which each of these sets stands together; None if none is found in some steps."""
    order, tries = list[int](), [iter(range(number))] if number else []
    for _step in range(MOST_STEPS):
        if len(order) == number:
            return order
        if not tries:
            return None
        begun = [one for one in together if not one.isdisjoint(order) and not one <= set(order)]
        following = next(
            (one for one in tries[-1] if one not in order and all(one in several for several in begun)), None
        )
        if following is None:
            tries.pop()
            if order:
                order.pop()
        else:
            order.append(following)
            tries.append(iter(range(number)))
    return None


def _round(slot: _Slot, numbers: "_Numbers") -> PlannedRound:
    said, known, runs = slot.said, slot.known, slot.runs
    wished = [one.round_number for one in runs if one.round_number and not slot.unseen]
    if said is not None:
        wished = [said.number]
    number = known.number if known is not None else numbers.free(next(iter(wished), None))
    title = slot.title
    if not title:
        title = known.title if known is not None else gettext("Workshop round %(number)d", number=number)
    ways = [one.booked for one in runs if one.booked is not None]
    booked = said.booked if said is not None else next(iter(ways), None)
    # Our XML does not name a round in which nothing begins; what goes on over it shows that it is there.
    begun = any(one.first for one in slot.pieces) and not slot.unseen
    return PlannedRound(
        number, title, slot.starts_at, slot.ends_at, known, said is not None or not begun, booked
    )


def _end(
    starts_at: datetime,
    group: Sequence[_Piece],
    following: datetime | None,
    known: RoundView | None,
    ends: Collection[datetime],
) -> datetime:
    """With the first of its runs. Where all of them go on over the round that follows, with one that began earlier."""
    first = min(one.ends_at for one in group)
    if following is None or first <= following:
        return first
    if known is not None and known.starts_at == starts_at and known.ends_at <= following:
        return known.ends_at
    return max((one for one in ends if starts_at < one <= following), default=following)


class _Numbers:
    """Rounds that the day has, each of which is one of the file at most, and the numbers that are left."""

    def __init__(self, day: Day) -> None:
        self._left = {one.round.number: one.round for one in day.lines if one.round is not None}
        self._taken = set(self._left)

    def known(self, starts_at: datetime, voted: Sequence[int]) -> RoundView | None:
        """The one in which most of the runs are, else the one that begins then."""
        at_the_time = [number for number, one in self._left.items() if one.starts_at == starts_at]
        ranked = [number for number, _ in Counter(voted).most_common()]
        return next(
            (self._left.pop(number) for number in (*ranked, *at_the_time) if number in self._left), None
        )

    def free(self, wished: int | None) -> int:
        number = wished if wished and wished not in self._taken else max(self._taken, default=0) + 1
        self._taken.add(number)
        return number


class _Runs:
    def __init__(
        self,
        file: ProgrammeFile,
        day: Day,
        names: Names,
        rounds: Sequence[PlannedRound],
        pairs: Sequence[Pair],
    ) -> None:
        self._file, self._day, self._names = file, day, names
        self._rounds = {one.starts_at: one for one in rounds}
        self._staying = _rounds_staying(day, rounds)
        self._runs_before = {one.run.id: one.run for one in meetings(day.lines)}
        self._labels = _Labels(day, self._rounds, pairs)
        self.workshops: list[PlannedWorkshop] = []
        self._keys: list[str] = []

    @property
    def rounds(self) -> list[PlannedRound]:
        """In order of time."""
        return sorted(self._rounds.values(), key=lambda one: one.starts_at)

    def run(self, entry: Entry, before: Meeting | None) -> PlannedRun:
        """Refuses what does not fit into the rounds."""
        round_, spans = self._filled(entry)
        self._refuse_overlap(round_)
        said = (
            entry.run
            if entry.run is not None
            else AsRun("", facts_of_session(entry, self._day.event.language))
        )
        if not self._file.ours and before is not None:
            said = replace(said, about=_filled(said.about, before.run.about))
        room = room_or_before(
            self._names.room(entry.room), before.run.room if before else None, ours=self._file.ours
        )
        capacity = self._capacity(said, before, room)
        label = self._labels.of(said.label, before, round_)
        return PlannedRun(
            entry=entry,
            known=before,
            round=round_,
            workshop=self._workshop(said, before),
            label=label,
            room=room,
            capacity=capacity,
            least_people=said.least_people or None,
            spans=spans,
            takes_place=said.takes_place
            if entry.run is not None or before is None
            else before.run.takes_place,
            station=said.station,
            people=people_or_those_before(
                entry.people, before.run.contributors if before else (), ours=self._file.ours
            ),
        )

    def _refuse_overlap(self, round_: PlannedRound) -> None:
        others: Sequence[PlannedRound | RoundView] = (*self._rounds.values(), *self._staying)
        for other in others:
            if other is not round_ and other.starts_at < round_.ends_at and other.ends_at > round_.starts_at:
                raise Refusal(
                    N_("“%(title)s” takes place at the same time, and is a round, too."), title=other.title
                )

    def _filled(self, entry: Entry) -> tuple[PlannedRound, int]:
        """The round from which it counts, and how many it fills; refuses an end that is that of none, and rounds that do not follow
        one another."""
        said = _said_of(self._file, entry)
        if said is not None and entry.run is not None:
            return self._rounds[said.starts_at], entry.run.spans
        filled = {one.number: one for part in entry.every_part for one in self._within(*part)}
        first = min(filled)
        if filled.keys() != set(range(first, first + len(filled))):
            raise Refusal(N_("It fills rounds whose numbers do not follow one another."))
        return self._planned(filled[first]), len(filled)

    def _planned(self, one: PlannedRound | RoundView) -> PlannedRound:
        """A round of the day in which nothing of the file begins, but a run that counts from it."""
        if isinstance(one, PlannedRound):
            return one
        planned = PlannedRound(one.number, one.title, one.starts_at, one.ends_at, one, said=True)
        self._staying.remove(one)
        self._rounds[one.starts_at] = planned
        return planned

    def _within(self, starts_at: datetime, ends_at: datetime) -> Sequence[PlannedRound | RoundView]:
        """The rounds from the one that begins then to the one that ends with it."""
        every: list[PlannedRound | RoundView] = [*self._rounds.values(), *self._staying]
        following = sorted(
            (one for one in every if one.starts_at >= starts_at), key=lambda one: one.starts_at
        )
        for number, one in enumerate(following, start=1):
            if one.ends_at == ends_at:
                return following[:number]
        raise Refusal(
            N_("It ends at another time than its round “%(title)s”."), title=self._rounds[starts_at].title
        )

    def _capacity(self, said: AsRun, before: Meeting | None, room: str) -> int | None:
        """What the file says, else as it was, else as many as the room has seats."""
        if said.unlimited:
            return None
        facts = self._names.facts(room)
        kept = before.run.seats.capacity if before is not None else None
        return said.capacity or kept or (facts.seats if facts is not None else None)

    def _workshop(self, said: AsRun, before: Meeting | None) -> int:
        """The place of the workshop; a new one where none of that title says the same."""
        key = said.workshop or plain(said.about.title)
        known = before.run if before is not None else self._run_of(said)
        for place, one in enumerate(self.workshops):
            same = known is not None and one.known is not None and known.workshop_id == one.known.workshop_id
            if not same and (self._keys[place] != key or (known is not None and one.known is not None)):
                continue
            both = _together(one.facts, said.about)
            if both is not None:
                self.workshops[place] = PlannedWorkshop(both, one.known or known)
                return place
            if same:
                raise Refusal(
                    N_("Another entry says other things of the same workshop. Please give it another title.")
                )
        self.workshops.append(PlannedWorkshop(said.about, known))
        self._keys.append(key)
        return len(self.workshops) - 1

    def _run_of(self, said: AsRun) -> RunView | None:
        """A run of the workshop that the day has under this short name or title."""
        for one in self._runs_before.values():
            if one.slug == said.workshop or (
                not said.workshop and plain(one.title) == plain(said.about.title)
            ):
                return one
        return None


def _rounds_staying(day: Day, rounds: Iterable[PlannedRound]) -> list[RoundView]:
    known = {one.known.id for one in rounds if one.known is not None}
    return [one.round for one in day.lines if one.round is not None and one.round.id not in known]


class _Labels:
    """Numbers of runs, each once in a round: as the file says, as they were, else the next one that is free."""

    def __init__(self, day: Day, rounds: Mapping[datetime, PlannedRound], pairs: Sequence[Pair]) -> None:
        self._given = defaultdict[int, set[str]](set)
        moved = {before.run.id for _, before in pairs if before is not None}
        for one in meetings(day.lines):
            if one.run.id not in moved:
                self._given[one.round_number].add(one.run.label)
        self._later = defaultdict[int, Counter[str]](Counter)
        for entry, before in pairs:
            label = (entry.run.label if entry.run else "") or (before.run.label if before else "")
            begins = entry.every_part[0][0]
            if begins in rounds:
                self._later[rounds[begins].number][label] += 1

    def of(self, said: str, before: Meeting | None, round_: PlannedRound) -> str:
        """Refuses a number that the round has already."""
        given, later = self._given[round_.number], self._later[round_.number]
        label = said or (before.run.label if before is not None else "")
        if not label:
            free = (f"{round_.number}.{number}" for number in count(1))
            label = next(one for one in free if one not in given and not later[one])
        elif label in given:
            raise Refusal(N_("There is a workshop of that number in this round already."))
        given.add(label)
        return label


def _filled(said: WorkshopFacts, before: WorkshopFacts) -> WorkshopFacts:
    """With what was said before where the file says nothing."""
    return replace(
        said, **{one.name: getattr(said, one.name) or getattr(before, one.name) for one in fields(said)}
    )


def _together(one: WorkshopFacts, other: WorkshopFacts) -> WorkshopFacts | None:
    """What two entries say of a workshop, each perhaps less than all of it; None where they contradict each other."""
    for name in (each.name for each in fields(one)):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs and mine != theirs:
            return None
    return _filled(one, other)
