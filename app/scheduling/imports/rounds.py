# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which rounds, workshops and runs come of the entries that are runs.

Runs that begin together are a round. It ends with the first of them; who ends with a later round fills all rounds until that one.
Entries of one title are runs of one workshop, unless two of them say different things.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
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
    return Outcome(tuple(rounds), tuple(planner.workshops), tuple(runs), faults=tuple(faults))


def _meeting(thing: Held | None) -> Meeting | None:
    return thing if isinstance(thing, Meeting) else None


def _rounds(file: ProgrammeFile, day: Day, pairs: Sequence[Pair]) -> list[PlannedRound]:
    """In order of time, the rounds of a schedule of ours in which nothing runs included."""
    groups = defaultdict[datetime, list[Pair]](list)
    for entry, before in pairs:
        groups[entry.starts_at].append((entry, before))
    by_start = {one.starts_at: one for one in file.rounds}
    numbers = _Numbers(day)
    starts = sorted({*groups, *by_start})
    beginning = [*starts, *(one.round.starts_at for one in day.lines if one.round is not None)]
    ends = {entry.ends_at for entry, _ in pairs}
    rounds = list[PlannedRound]()
    for starts_at in starts:
        following = min((one for one in beginning if one > starts_at), default=None)
        group = groups.get(starts_at, [])
        rounds.append(_round(by_start.get(starts_at), starts_at, group, following, ends, numbers))
        last = max((entry.ends_at for entry, _ in group), default=starts_at)
        if file.ours and not file.rounds and rounds[-1].ends_at < last <= (following or last):
            rounds.append(_unseen(rounds[-1].ends_at, last, numbers))
    return rounds


def _round(
    said: RoundSaid | None,
    starts_at: datetime,
    group: Sequence[Pair],
    following: datetime | None,
    ends: Collection[datetime],
    numbers: "_Numbers",
) -> PlannedRound:
    """`following` is when the next one begins; at one of `ends` some run ends."""
    known = numbers.known(starts_at, [before.round_number for _, before in group if before is not None])
    runs = [entry.run for entry, _ in group if entry.run is not None]
    title = said.title if said is not None else next((one.round_title for one in runs if one.round_title), "")
    wished = (
        said.number
        if said is not None
        else next((one.round_number for one in runs if one.round_number), None)
    )
    number = known.number if known is not None else numbers.free(wished)
    if not title:
        title = known.title if known is not None else gettext("Workshop round %(number)d", number=number)
    ends_at = said.ends_at if said is not None else _end(starts_at, group, following, known, ends)
    return PlannedRound(number, title, starts_at, ends_at, known, said is not None)


def _unseen(starts_at: datetime, ends_at: datetime, numbers: "_Numbers") -> PlannedRound:
    """Our XML does not name a round in which nothing begins; a run that goes on over it shows that it is there."""
    number = numbers.free(None)
    title = gettext("Workshop round %(number)d", number=number)
    return PlannedRound(number, title, starts_at, ends_at, None, said=True)


def _end(
    starts_at: datetime,
    group: Sequence[Pair],
    following: datetime | None,
    known: RoundView | None,
    ends: Collection[datetime],
) -> datetime:
    """With the first of its runs. Where all of them go on over the round that follows, with one that began earlier."""
    first = min(entry.ends_at for entry, _ in group)
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

    def run(self, entry: Entry, before: Meeting | None) -> PlannedRun:
        """Refuses what does not fit into the rounds."""
        round_ = self._rounds[entry.starts_at]
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
        spans = said.spans if self._file.rounds and entry.run is not None else self._spans(entry, round_)
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

    def _spans(self, entry: Entry, round_: PlannedRound) -> int:
        """How many rounds it fills; refuses an end that is that of none."""
        every: list[PlannedRound | RoundView] = [*self._rounds.values(), *self._staying]
        following = sorted(
            (one for one in every if one.starts_at >= round_.starts_at), key=lambda one: one.starts_at
        )
        for number, one in enumerate(following, start=1):
            if one.ends_at == entry.ends_at:
                return number
        raise Refusal(N_("It ends at another time than its round “%(title)s”."), title=round_.title)

    def _capacity(self, said: AsRun, before: Meeting | None, room: str) -> int | None:
        """What the file says, else as it was, else as many as the room has seats."""
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
            self._later[rounds[entry.starts_at].number][label] += 1

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
