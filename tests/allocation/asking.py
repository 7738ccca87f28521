# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the tests of allocation share: how many instances, which ones, and whom else to ask."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, as_data
from app.allocation.rules import Mode
from app.allocation.verification import Occupancy, faults, worth
from tools.instances import Description, invent

# `FACHTAG_TEST_LONG=1` asks for the full numbers of issue 4; they take an hour of processor time or so.
LONG = bool(os.environ.get("FACHTAG_TEST_LONG"))
SECOND = Path(__file__).with_name("second_solver.py")


def many(short: int, full: int) -> range:
    return range(full if LONG else short)


def varied(number: int, largest: int) -> Instance:
    """The instance with this number, of 5 to `largest` people: every kind of condition turns up again and again."""
    size = 5 + (number * 71) % (largest - 4)
    rounds = 1 + number % 3
    runs = max(2, min(2 + size // 15, 10))
    return not_alone(
        number,
        Description(
            size,
            rounds,
            runs,
            wishes=1 + number % 4,
            spare=(0.02, 0.15, 0.4)[number // 3 % 3],
            mixing=("none", "loose", "strict")[number // 2 % 3],
            minimum=number % 5 > 1,
            needs=0.05,
            silent=0.1,
            fixed=0.05 if number % 4 == 1 else 0.0,
            long=1 if number % 4 == 3 and rounds > 1 else 0,
            pairs=number % 4,
            staff=number % 3 == 2,
            published=number % 7 == 3,
            mode=Mode.GREEDY if number % 2 else Mode.GENEROUS,
            time_limit=600,
            parallel=1 if number % 5 in {1, 4} else 0,
        ),
    )


def tiny(number: int) -> Instance:
    """Few enough people and runs to look at every allocation there is."""
    return not_alone(
        number,
        Description(
            2 + number % 3,
            1 + number % 2,
            2 + (number // 7) % 2,
            wishes=1 + number % 3,
            spare=(0.0, 0.4, 1.0)[number // 3 % 3],
            mixing=("none", "loose", "strict")[number // 2 % 3],
            minimum=number % 3 > 0,
            repeated=0.5,
            needs=0.1,
            silent=0.2,
            fixed=0.2 if number % 5 == 1 else 0.0,
            long=1 if number % 6 == 5 else 0,
            pairs=number % 3,
            staff=number % 4 == 2,
            published=number % 5 == 2,
            mode=Mode.GREEDY if number % 11 > 5 else Mode.GENEROUS,
            parallel=1 if number % 4 == 3 else 0,
        ),
    )


def not_alone(number: int, what: Description) -> Instance:
    """As described; in one of three every third person brings somebody along, for whom there are chairs, too."""
    instance = invent(what, number)
    if number % 3 != 1:
        return instance
    people = tuple(
        replace(one, chairs=2 + one.id % 2) if (one.id + number) % 3 == 0 else one for one in instance.people
    )
    more = sum(one.chairs - 1 for one in people)
    runs = tuple(replace(run, capacity=run.capacity + -(-more // what.runs)) for run in instance.runs)
    return replace(instance, people=people, runs=runs)


def signed(instance: Instance, places: Iterable[ModelPlace]) -> list[int]:
    """The worth of places so that the smaller list is the better allocation."""
    return [-one.value if one.most else one.value for one in worth(instance, places)]


def best_of_all(instance: Instance) -> list[int] | None:
    """Every allocation there is, looked at; None if none is possible."""
    return min((signed(instance, places) for places in _possible(instance)), default=None)


def any_possible(instance: Instance) -> bool:
    """Whether there is an allocation at all: looked for until one is found."""
    return next(_possible(instance), None) is not None


def _possible(instance: Instance) -> Iterator[list[ModelPlace]]:
    """Every allocation without a fault."""
    choices = [list(_choices(instance, person)) for person in instance.people]
    for combination in product(*choices):
        places = [
            ModelPlace(person.id, run)
            for person, runs in zip(instance.people, combination, strict=True)
            for run in runs
        ]
        occupancy = Occupancy(instance, places)
        places += [
            ModelPlace(person, run.id)
            for run in instance.runs
            if occupancy.takes_place(run)
            for person in run.staff
        ]
        if not faults(instance, places):
            yield places


def _choices(instance: Instance, person: ModelPerson) -> Iterator[list[int]]:
    """Runs that this person could take part in. Who works nowhere is put nowhere that breaks a condition of their own,
    for others sitting elsewhere would not mend it."""
    own = [run for run in instance.runs if person.id not in run.staff]
    works = len(own) < len(instance.runs)
    for chosen in subsets(own):
        runs = [run.id for run in chosen]
        if works:
            yield runs
        elif sorted(number for run in chosen for number in run.rounds) == sorted(person.present):
            alone = faults(instance, [ModelPlace(person.id, run) for run in runs])
            if all(fault.person != person.id for fault in alone):
                yield runs


def subsets(runs: Sequence[ModelRun]) -> Iterator[list[ModelRun]]:
    for chosen in product((False, True), repeat=len(runs)):
        yield [run for run, there in zip(runs, chosen, strict=True) if there]


def ask_the_other(instances: Iterable[Instance]) -> list[list[int] | None]:
    """What SCIP says of each, in a process of its own."""
    lines = "".join(json.dumps(as_data(one)) + "\n" for one in instances)
    done = subprocess.run([sys.executable, str(SECOND)], input=lines, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
