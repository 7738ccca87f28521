# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Why nothing is possible: counts first, then one condition after the other is left out until something is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from app.allocation.instance import Instance, ModelPerson, ModelRun
from app.allocation.model import Relaxed
from app.allocation.result import Infeasibility
from app.allocation.rules import Obstacle
from app.allocation.suspects import Suspect, about_pairs, parts, suspects
from app.registration.workshops.rules import Need

Possible = Callable[[Instance, Relaxed], bool | None]


def look_for_obstacles(instance: Instance, possible: Possible) -> list[Infeasibility]:
    """What stands in the way; never empty.

    What counting shows comes alone. Else each condition without which the rest is possible is a culprit, named as narrowly as
    leaving out less of it still makes the rest possible. If no single one is, `SEVERAL` comes first, and then conditions
    without all of which there is an allocation, and of which none can stay.
    """
    counted = [
        *_two_jobs(instance),
        *_too_few_seats(instance),
        *_needs_without_seats(instance),
        *_nowhere_to_go(instance),
    ]
    if counted:
        return counted
    suspected = suspects(instance)
    answers = [(one, possible(instance, one.relaxed)) for one in suspected]
    culprits = [one for one, answer in answers if answer]
    if culprits:
        return [said for one in culprits for said in _narrowed(one, possible)]
    if any(answer is None for _one, answer in answers):
        return [Infeasibility(Obstacle.UNCLEAR, {})]
    return [Infeasibility(Obstacle.SEVERAL, {}), *_several(instance, suspected, possible)]


def _narrowed(one: Suspect, possible: Possible) -> list[Infeasibility]:
    """The parts of a culprit that are one by themselves; else the whole."""
    if one.said.obstacle in {Obstacle.TOGETHER, Obstacle.APART}:
        return [about_pairs(one.instance, _core(one, possible))]
    found: list[Infeasibility] = []
    for part in parts(one):
        if part.said.obstacle is Obstacle.SEATS_OF_ROUND and found:
            break
        answer = possible(part.instance, part.relaxed)
        if answer is None:
            break
        if answer:
            found.append(part.said)
    return found or [one.said]


def _core(one: Suspect, possible: Possible) -> list[int]:
    """Of rules that hang together the fewest that are impossible together; all, if it is not possible without these alone."""
    left_out: frozenset[int] = frozenset()
    for position in sorted(one.relaxed.rules):
        without = left_out | {position}
        if without < one.relaxed.rules and possible(one.instance, Relaxed(without)) is False:
            left_out = without
    core = one.relaxed.rules - left_out
    return sorted(core if possible(one.instance, Relaxed(core)) else one.relaxed.rules)


def _several(instance: Instance, suspected: Sequence[Suspect], possible: Possible) -> list[Infeasibility]:
    left: list[Suspect] = []
    for one in suspected:
        left.append(one)
        if possible(instance, _all_of(left)):
            break
    else:
        return []
    for one in left[:-1]:
        others = [other for other in left if other is not one]
        if possible(instance, _all_of(others)):
            left = others
    return [one.said for one in left]


def _all_of(left_out: Sequence[Suspect]) -> Relaxed:
    nothing: frozenset[int] = frozenset()
    return Relaxed(
        nothing.union(*(one.relaxed.rules for one in left_out)),
        frozenset[Obstacle]().union(*(one.relaxed.obstacles for one in left_out)),
    )


def _seated(instance: Instance, number: int) -> list[ModelPerson]:
    """Who needs a participant's seat in a round: present and not at work in a run that takes place in any case."""
    working = {
        one
        for run in instance.runs
        if number in run.rounds and not run.closed and not run.minimum
        for one in run.staff
    }
    return [one for one in instance.people if number in one.present and one.id not in working]


def _offered(instance: Instance, number: int) -> list[ModelRun]:
    return [run for run in instance.runs if number in run.rounds and not run.closed]


def _two_jobs(instance: Instance) -> Iterator[Infeasibility]:
    for number in instance.rounds:
        jobs = Counter(one for run in _offered(instance, number) if not run.minimum for one in run.staff)
        for person in sorted(one for one, many in jobs.items() if many > 1):
            yield Infeasibility(Obstacle.TWO_JOBS, {"round": number, "person": person})


def _too_few_seats(instance: Instance) -> Iterator[Infeasibility]:
    for number in instance.rounds:
        working = {one for run in _offered(instance, number) for one in run.staff}
        people = sum(one.chairs for one in _seated(instance, number) if one.id not in working)
        seats = sum(run.capacity for run in _offered(instance, number))
        if seats < people:
            yield Infeasibility(Obstacle.SEATS, {"round": number, "seats": seats, "people": people})


def _needs_without_seats(instance: Instance) -> Iterator[Infeasibility]:
    for number in instance.rounds:
        working = {one for run in _offered(instance, number) for one in run.staff}
        for need in Need:
            needing = (one for one in _seated(instance, number) if need in one.needs)
            people = sum(one.chairs for one in needing if one.id not in working)
            seats = sum(run.capacity for run in _offered(instance, number) if need in run.features)
            if seats < people:
                yield Infeasibility(
                    Obstacle.NEED,
                    {"round": number, "need": need.value, "seats": seats, "people": people},
                )


def _nowhere_to_go(instance: Instance) -> Iterator[Infeasibility]:
    for number in instance.rounds:
        for person in _seated(instance, number):
            if not any(
                person.id in run.staff
                or (
                    person.needs <= run.features
                    and person.chairs <= run.capacity
                    and run.id not in person.forbidden
                    and set(run.rounds) <= set(person.present)
                )
                for run in _offered(instance, number)
            ):
                yield Infeasibility(Obstacle.NO_RUN, {"round": number, "person": person.id})
