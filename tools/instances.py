# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Invented instances of an allocation: people with wishes, as alike to a real specialist day as a program can make them.

Workshops differ in how much they are wished for (a few are wanted by many), organisations in how many they send.
The same description and seed give the same instance on every machine.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
    Wishes,
)
from app.allocation.rules import Mode
from app.registration.workshops.rules import Need

KINDS = 6


@dataclass(frozen=True, slots=True)
class Description:
    """`spare`: seats above the number of people, as a share. `wishes`: how many each person ranks per round."""

    people: int
    rounds: int
    runs: int
    wishes: int = 5
    spare: float = 0.15
    mixing: str = "none"  # none, loose, strict
    minimum: bool = True
    repeated: float = 0.3  # share of runs whose workshop runs in another round, too
    needs: float = 0.02
    silent: float = 0.05  # share of people without wishes
    fixed: float = 0.0
    long: int = 0  # runs over two rounds
    pairs: int = 0
    staff: bool = False
    published: bool = False
    mode: Mode = Mode.GENEROUS
    time_limit: float = 120.0
    # runs of each round that take place in two rooms; not among what the dice are named after, so the other days stay
    parallel: int = field(default=0, repr=False)


def invent(what: Description, seed: int) -> Instance:
    """An instance as described; `seed` is that of its lot, too. Seats suffice for everybody; rules may still make it impossible."""
    dice = replace(
        what, mode=Mode.GENEROUS, time_limit=0
    )  # these two ask another question about the same people
    chance = random.Random(f"{dice}/{seed}")
    rounds = tuple(range(1, what.rounds + 1))
    runs = _runs(what, rounds, chance)
    people = _people(what, rounds, runs, chance)
    if what.parallel:
        runs, people = _in_two_rooms(what, runs, people, chance)
    if what.staff:
        runs = [_with_staff(run, people, chance) for run in runs]
    return Instance(
        rounds, tuple(people), tuple(runs), _rules(what, people, chance), what.mode, seed, what.time_limit
    )


def _runs(what: Description, rounds: Sequence[int], chance: random.Random) -> list[ModelRun]:
    runs: list[ModelRun] = []
    mean = what.people * (1 + what.spare) / what.runs
    for number in rounds:
        earlier = sorted({run.workshop for run in runs})
        for position in range(what.runs):
            identity = number * 1000 + position
            again = bool(earlier) and chance.random() < what.repeated
            workshop = earlier.pop(chance.randrange(len(earlier))) if again else identity
            capacity = max(1, round(mean * chance.uniform(0.7, 1.3)))
            features = frozenset(
                need
                for need in Need
                if position == 0 or chance.random() < (0.7 if need is Need.STEP_FREE else 0.3)
            )
            spans: tuple[int, ...] = (number,)
            if position < what.long and number + 1 in rounds and number % 2:
                spans = (number, number + 1)
            minimum = max(1, capacity // 3) if what.minimum and chance.random() < 0.5 else 0
            runs.append(ModelRun(identity, workshop, spans, capacity, minimum, features))
    return [_with_seats_enough(what, run, runs) for run in runs]


def _with_seats_enough(what: Description, run: ModelRun, runs: Sequence[ModelRun]) -> ModelRun:
    """The run, larger where the dice gave its round too few seats."""
    there = [one for one in runs if run.rounds[0] in one.rounds]
    missing = round(what.people * (1 + what.spare)) - sum(one.capacity for one in there)
    more = max(0, -(-missing // len(there)))
    return ModelRun(run.id, run.workshop, run.rounds, run.capacity + more, run.minimum, run.features)


def _people(
    what: Description, rounds: Sequence[int], runs: Sequence[ModelRun], chance: random.Random
) -> list[ModelPerson]:
    liked = {run.workshop: chance.expovariate(1.0) + 0.15 for run in runs}
    organisations = max(3, what.people // 8)
    sizes = [1 / (position + 1) ** 0.7 for position in range(organisations)]
    people = []
    for identity in range(1, what.people + 1):
        organisation = chance.choices(range(organisations), sizes)[0]
        present = tuple(rounds)
        if len(rounds) > 1 and chance.random() < 0.08:
            present = tuple(sorted(chance.sample(rounds, len(rounds) - 1)))
        needs = frozenset(need for need in Need if chance.random() < what.needs)
        wishes = ()
        if chance.random() >= what.silent:
            wishes = tuple(_wishes(what, number, runs, liked, chance) for number in present)
        fixed = ()
        if chance.random() < what.fixed:
            number = chance.choice(present)
            fitting = [
                run.id
                for run in runs
                if run.rounds == (number,) and needs <= run.features and not run.minimum
            ]
            fixed = (chance.choice(fitting),) if fitting else ()
        published = ()
        if what.published:
            published = tuple(
                chance.choice([run.id for run in runs if run.rounds == (number,)] or [runs[0].id])
                for number in present
            )
        people.append(
            ModelPerson(
                identity,
                present,
                organisation,
                organisation % KINDS,
                wishes,
                needs,
                fixed,
                published=tuple(sorted(set(published))),
            )
        )
    return people


def _wishes(
    what: Description, number: int, runs: Sequence[ModelRun], liked: dict[int, float], chance: random.Random
) -> Wishes:
    there = [run for run in runs if number in run.rounds]
    many = min(len(there), max(0, what.wishes + chance.choice((-2, -1, 0, 0, 1))))
    order = sorted(there, key=lambda run: chance.random() ** (1 / liked[run.workshop]), reverse=True)
    return Wishes(number, tuple(run.id for run in order[:many]))


def _in_two_rooms(
    what: Description, runs: Sequence[ModelRun], people: Sequence[ModelPerson], chance: random.Random
) -> tuple[list[ModelRun], list[ModelPerson]]:
    """Some runs share their seats with a second one at the same time; who wishes for one of them wishes for either."""
    found = list(runs)
    ties: dict[int, tuple[int, int]] = {}
    for number in sorted({run.rounds[0] for run in runs}):
        wide = [run for run in runs if run.rounds[0] == number and run.capacity > 1]
        for run in chance.sample(wide, min(what.parallel, len(wide))):
            half = run.capacity // 2
            features = frozenset(need for need in Need if need in run.features and chance.random() < 0.8)
            first = replace(run, capacity=run.capacity - half, minimum=run.minimum // 2)
            second = replace(first, id=run.id + 500, capacity=half, features=features)
            found[found.index(run)] = first
            found.append(second)
            ties[run.id] = (first.id, second.id)
    return found, [
        replace(
            one,
            wishes=tuple(
                replace(it, runs=tuple(ties.get(run, run) for run in it.named)) for it in one.wishes
            ),
        )
        for one in people
    ]


def _with_staff(run: ModelRun, people: Sequence[ModelPerson], chance: random.Random) -> ModelRun:
    taken = chance.randrange(len(people))
    person = people[taken]
    if person.fixed or chance.random() < 0.5 or len(run.rounds) > 1:
        return run
    return ModelRun(
        run.id, run.workshop, run.rounds, run.capacity, run.minimum, run.features, staff=(person.id,)
    )


def _rules(what: Description, people: Sequence[ModelPerson], chance: random.Random) -> tuple[Rule, ...]:
    largest = max(
        (sum(one.organisation == other.organisation for other in people) for one in people), default=1
    )
    fair = -(-largest // what.runs)
    rules: list[Rule] = []
    if what.mixing == "loose":
        rules += [SpreadColleagues(soft=True), OrganisationCap(fair + 2, soft=True)]
    elif what.mixing == "strict":
        seats = what.people / what.runs
        rules += [OrganisationCap(max(2, fair))]
        rules += [KindBounds(kind, 0, max(2, round(seats * 0.4))) for kind in range(KINDS)]
    for position in range(what.pairs):
        first, second = chance.sample(range(len(people)), 2)
        rule = Together if position % 2 else Apart
        rules.append(rule(people[first].id, people[second].id, soft=position % 3 == 0))
    return tuple(rules)
