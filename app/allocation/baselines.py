# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What one would do without a solver: first come, first served, and lots drawn round by round.

Both fill seats one person after the other and never take one back. They keep what a careful clerk would keep (seats,
needs, staff, fixed places, no workshop twice, caps and pairs as far as they meet them), and may leave people without a seat.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    draw_lots,
)


class Clerk:
    """Seats people one by one where there is room."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.people = {one.id: one for one in instance.people}
        self.free = {run.id: 0 if run.closed else run.capacity for run in instance.runs}
        self.busy: dict[int, set[int]] = defaultdict(set)
        self.attended: dict[int, set[int]] = defaultdict(set)
        self.inside: dict[int, list[int]] = defaultdict(list)
        self.colleagues: Counter[tuple[int, int]] = Counter()
        self.of_kind: Counter[tuple[int, int]] = Counter()
        self.places: list[ModelPlace] = []
        self.apart: dict[int, set[int]] = defaultdict(set)
        for rule in instance.rules:
            if isinstance(rule, Apart) and not rule.soft:
                self.apart[rule.first].add(rule.second)
                self.apart[rule.second].add(rule.first)
        self.in_round: dict[int, list[ModelRun]] = {
            number: [run for run in instance.runs if number in run.rounds and not run.closed]
            for number in instance.rounds
        }
        self._place_staff_and_fixed()

    def _place_staff_and_fixed(self) -> None:
        for run in self.instance.runs:
            if not run.closed:
                for number in run.staff:
                    self.places.append(ModelPlace(number, run.id))
                    self.busy[number].update(run.rounds)
                    self.attended[number].add(run.workshop)
                    self.inside[run.id].append(number)
        for person in self.instance.people:
            for number in person.fixed:
                if person.id not in self.instance.run(number).staff:
                    self.seat(person, self.instance.run(number))

    def may(self, person: ModelPerson, run: ModelRun) -> bool:
        """Whether there is room for this person in this run, as things stand."""
        return (
            self.free[run.id] >= person.chairs
            and run.id not in person.forbidden
            and person.needs <= run.features
            and set(run.rounds) <= set(person.present)
            and self.busy[person.id].isdisjoint(run.rounds)
            and run.workshop not in self.attended[person.id]
            and self.apart[person.id].isdisjoint(self.inside[run.id])
            and self._within_caps(person, run)
        )

    def _within_caps(self, person: ModelPerson, run: ModelRun) -> bool:
        for rule in self.instance.rules:
            only: tuple[int, ...] = rule.runs if isinstance(rule, OrganisationCap | KindBounds) else ()
            if rule.soft or (only and run.id not in only):
                continue
            if isinstance(rule, OrganisationCap) and person.organisation is not None:
                if rule.organisation in {None, person.organisation} and (
                    self.colleagues[run.id, person.organisation] >= rule.most
                ):
                    return False
            elif (
                isinstance(rule, KindBounds)
                and rule.kind == person.kind
                and rule.most is not None
                and self.of_kind[run.id, rule.kind] >= rule.most
            ):
                return False
        return True

    def seat(self, person: ModelPerson, run: ModelRun) -> None:
        self.places.append(ModelPlace(person.id, run.id))
        self.free[run.id] -= person.chairs
        self.busy[person.id].update(run.rounds)
        self.attended[person.id].add(run.workshop)
        self.inside[run.id].append(person.id)
        if person.organisation is not None:
            self.colleagues[run.id, person.organisation] += 1
        if person.kind is not None:
            self.of_kind[run.id, person.kind] += 1

    def grant(self, person: ModelPerson, number: int) -> bool:
        """The dearest wish for this round that has room; False if none has."""
        if number in self.busy[person.id]:
            return True
        named = next((one.named for one in person.wishes if one.round == number), ())
        for wish in named:
            if self.may(person, self.instance.run(wish)):
                self.seat(person, self.instance.run(wish))
                return True
        return False

    def put_somewhere(self, person: ModelPerson, number: int) -> None:
        """Where most seats are left; nowhere, if none are."""
        fitting = [run for run in self.in_round[number] if self.may(person, run)]
        if number not in self.busy[person.id] and fitting:
            self.seat(person, max(fitting, key=lambda run: (self.free[run.id], -run.id)))


def first_come(instance: Instance, order: Sequence[int] | None = None) -> list[ModelPlace]:
    """Everybody takes, for each round, the dearest wish that is still free; `order` of ids, by default ascending.

    Whoever finds none free is seated at the end where seats are left.
    """
    clerk = Clerk(instance)
    people = [clerk.people[number] for number in order or sorted(clerk.people)]
    for person in people:
        for number in person.present:
            clerk.grant(person, number)
    _seat_the_rest(clerk, people)
    return sorted(clerk.places)


def lots_by_round(instance: Instance) -> list[ModelPlace]:
    """For each round a new order is drawn, and each person in turn takes the dearest wish that is still free."""
    clerk = Clerk(instance)
    for position, number in enumerate(instance.rounds):
        lots = draw_lots(instance.seed * 1000 + position, clerk.people)
        for identity in sorted(lots, key=lambda one: lots[one]):
            if number in clerk.people[identity].present:
                clerk.grant(clerk.people[identity], number)
    _seat_the_rest(clerk, clerk.people.values())
    return sorted(clerk.places)


def _seat_the_rest(clerk: Clerk, people: Iterable[ModelPerson]) -> None:
    for person in people:
        for number in person.present:
            clerk.put_somewhere(person, number)


def careful_start(instance: Instance) -> list[ModelPlace]:
    """A start for the solver: those with the fewest choices first, one wish for everybody before anybody gets two."""
    clerk = Clerk(instance)
    choices = {person.id: sum(clerk.may(person, run) for run in instance.runs) for person in instance.people}
    people = sorted(instance.people, key=lambda one: (choices[one.id], one.id))
    for position in range(len(instance.rounds)):
        for person in people:
            if position < len(person.present):
                clerk.grant(person, person.present[position])
    _seat_the_rest(clerk, people)
    return sorted(clerk.places)
