# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Why nothing is possible: counts first, then one condition after the other is left out until something is."""

from collections.abc import Callable, Iterator

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelRun,
    OrganisationCap,
    Rule,
    Together,
)
from app.allocation.model import Relaxed
from app.allocation.result import Infeasibility
from app.allocation.rules import Obstacle
from app.registration.workshops.rules import Need

Possible = Callable[[Instance, Relaxed], bool | None]
# What is not a rule of the team's list, the likeliest first: what is left out, and what is said then.
OTHERS = (
    (Obstacle.FIXED, Obstacle.FIXED),
    (Obstacle.MINIMUM, Obstacle.MINIMUM),
    (Obstacle.WORKSHOP_TWICE, Obstacle.WORKSHOP_TWICE),
    (Obstacle.NEED, Obstacle.NEEDS_TOGETHER),
    (Obstacle.SEATS, Obstacle.SEATS_TOGETHER),
)


def look_for_obstacles(instance: Instance, possible: Possible) -> list[Infeasibility]:
    """What stands in the way; never empty.

    What counting shows comes alone. Else each condition without which the rest is possible is a culprit; if no single
    one is, they are left out one after the other and the one that made it possible is named after `SEVERAL`.
    """
    counted = [*_too_few_seats(instance), *_needs_without_seats(instance), *_nowhere_to_go(instance)]
    if counted:
        return counted
    steps = [
        *((Relaxed(rules=frozenset({position})), _reason(rule)) for position, rule in _hard(instance)),
        *((Relaxed(obstacles=frozenset({left_out})), Infeasibility(said, {})) for left_out, said in OTHERS),
    ]
    answers = [(reason, possible(instance, relaxed)) for relaxed, reason in steps]
    culprits = [reason for reason, answer in answers if answer]
    if culprits:
        return culprits
    if any(answer is None for _reason, answer in answers):
        return [Infeasibility(Obstacle.UNCLEAR, {})]
    left_out = Relaxed()
    for relaxed, reason in steps:
        left_out = Relaxed(left_out.rules | relaxed.rules, left_out.obstacles | relaxed.obstacles)
        if possible(instance, left_out):
            return [Infeasibility(Obstacle.SEVERAL, {}), reason]
    return [Infeasibility(Obstacle.SEVERAL, {})]


def _hard(instance: Instance) -> Iterator[tuple[int, Rule]]:
    return ((position, rule) for position, rule in enumerate(instance.rules) if not rule.soft)


def _reason(rule: Rule) -> Infeasibility:
    if isinstance(rule, Together):
        return Infeasibility(Obstacle.TOGETHER, {"first": rule.first, "second": rule.second})
    if isinstance(rule, Apart):
        return Infeasibility(Obstacle.APART, {"first": rule.first, "second": rule.second})
    if isinstance(rule, OrganisationCap):
        return Infeasibility(Obstacle.ORGANISATION_CAP, {"most": rule.most})
    if isinstance(rule, KindBounds):
        return Infeasibility(Obstacle.KIND, {"kind": rule.kind})
    return Infeasibility(Obstacle.SPREAD, {})


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
