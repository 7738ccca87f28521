# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether it helps to say something else than one wishes: one person at a time, on invented days.

    python -m tools.manipulation [--days 150]

For each way of saying something else: how often the ranks that this person truly holds become better by it, worse, or
stay. All others say what they wish. The table of docs/zuteilung.md comes from here.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from app.allocation.instance import Instance, ModelPerson, ModelPlace, Wishes
from app.allocation.rules import Mode
from app.allocation.solving import solve
from app.allocation.verification import Occupancy
from tools.instances import Description, invent

PEOPLE_PER_DAY = 3
Way = Callable[[Wishes, Random], Wishes]


def only_the_first(wishes: Wishes, _chance: Random) -> Wishes:
    return replace(wishes, runs=wishes.runs[:1])


def shortened(wishes: Wishes, chance: Random) -> Wishes:
    return replace(wishes, runs=wishes.runs[: chance.randrange(1, len(wishes.runs))])


def silent(wishes: Wishes, _chance: Random) -> Wishes:
    return replace(wishes, runs=())


def second_first(wishes: Wishes, _chance: Random) -> Wishes:
    first, second, *others = wishes.runs
    return replace(wishes, runs=(second, first, *others))


def in_any_order(wishes: Wishes, chance: Random) -> Wishes:
    return replace(wishes, runs=tuple(chance.sample(wishes.runs, len(wishes.runs))))


WAYS: dict[str, Way] = {
    "names the first wish only": only_the_first,
    "leaves out the end of the list": shortened,
    "names nothing in one round": silent,
    "puts the second wish first": second_first,
    "names them in any order": in_any_order,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether it helps to say something else than one wishes.")
    parser.add_argument("--days", type=int, default=150)
    days = parser.parse_args().days
    for rounds in (1, 2):
        for name, way in WAYS.items():
            found = Counter(
                one for number in range(days) for one in tried(a_day(number, rounds), way, number)
            )
            line = (f"{found[what]:5} {what}" for what in ("better", "worse", "same"))
            sys.stdout.write(f"{rounds} round{'s' * (rounds > 1)}, {name}: {','.join(line)}\n")
            sys.stdout.flush()
    return 0


def a_day(number: int, rounds: int) -> Instance:
    return invent(
        Description(
            10 + number * 7 % 30,
            rounds,
            3 + number % 4,
            wishes=4 + number % 3,
            spare=(0.0, 0.1, 0.3)[number % 3],
            mixing=("none", "loose", "strict")[number // 3 % 3],
            minimum=number % 2 == 0,
            mode=Mode.GREEDY if number % 5 == 4 else Mode.GENEROUS,
        ),
        number,
    )


def tried(instance: Instance, way: Way, number: int) -> list[str]:
    """For some people of a day: whether it became better, worse, or stayed."""
    chance = Random(number)  # noqa: S311 - nothing is guessed with it
    honest = solve(instance)
    able = [one for one in instance.people if any(len(wishes.runs) > 1 for wishes in one.wishes)]
    if not honest.places:
        return []
    found = []
    for person in chance.sample(able, min(PEOPLE_PER_DAY, len(able))):
        before = truly(instance, honest.places, person)
        after = truly(instance, solve(said_otherwise(instance, person, way, chance)).places, person)
        found.append("better" if after < before else "worse" if after > before else "same")
    return found


def said_otherwise(instance: Instance, person: ModelPerson, way: Way, chance: Random) -> Instance:
    chosen = chance.choice([one for one in person.wishes if len(one.runs) > 1])
    said = tuple(way(one, chance) if one is chosen else one for one in person.wishes)
    changed = replace(person, wishes=said)
    return replace(instance, people=tuple(changed if one is person else one for one in instance.people))


def truly(instance: Instance, places: Iterable[ModelPlace], person: ModelPerson) -> int:
    """The ranks these places are worth to somebody who truly wishes what the instance says, all rounds together."""
    occupancy = Occupancy(instance, places)
    return sum(level for _number, level in occupancy.levels(occupancy.people[person.id]))


if __name__ == "__main__":
    sys.exit(main())
