# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Conditions that may stand in the way: the question without each of them, and what is said of it, by ids."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
)
from app.allocation.model import Relaxed
from app.allocation.result import Infeasibility, Said
from app.allocation.rules import Obstacle

Pair = Together | Apart
# What is not a rule of the team's list, the likeliest first: what is left out, and what is said then.
OTHERS = (
    (Obstacle.FIXED, Obstacle.FIXED),
    (Obstacle.MINIMUM, Obstacle.MINIMUM),
    (Obstacle.WORKSHOP_TWICE, Obstacle.WORKSHOP_TWICE),
    (Obstacle.NEED, Obstacle.NEEDS_TOGETHER),
    (Obstacle.SEATS, Obstacle.SEATS_TOGETHER),
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A question without some condition, and what is said if it has an answer."""

    instance: Instance
    relaxed: Relaxed
    said: Infeasibility


def suspects(instance: Instance) -> list[Suspect]:
    """Each hard condition, the rules first. Pairs that hang together are one: who stays with whom names all of them."""
    found = []
    for positions in _pairs_together(instance):
        relaxed = Relaxed(rules=frozenset(positions))
        found.append(Suspect(instance, relaxed, about_pairs(instance, positions)))
    for position, rule in enumerate(instance.rules):
        if not rule.soft and not isinstance(rule, Pair):
            relaxed = Relaxed(rules=frozenset({position}))
            found.append(Suspect(instance, relaxed, _about(rule)))
    for left_out, said in OTHERS:
        relaxed = Relaxed(obstacles=frozenset({left_out}))
        found.append(Suspect(instance, relaxed, Infeasibility(said, {})))
    return found


def soft_suspects(instance: Instance) -> Iterator[Suspect]:
    """Each rule that may be broken, as one that is not there."""
    for positions in _pairs_together(instance, soft=True):
        kept = tuple(rule for position, rule in enumerate(instance.rules) if position not in positions)
        yield Suspect(replace(instance, rules=kept), Relaxed(), about_pairs(instance, positions))
    for position, rule in enumerate(instance.rules):
        if rule.soft and not isinstance(rule, Pair):
            yield Suspect(_with_rules(instance, position, []), Relaxed(), _about(rule))


def _pairs_together(instance: Instance, *, soft: bool = False) -> Iterator[list[int]]:
    """Positions of rules over pairs of one kind that have people in common, the first named first."""
    for kind in (Together, Apart):
        groups: list[tuple[set[int], list[int]]] = []
        for position, rule in enumerate(instance.rules):
            if rule.soft is not soft or not isinstance(rule, kind):
                continue
            people, positions = {rule.first, rule.second}, [position]
            for group in [one for one in groups if one[0] & people]:
                groups.remove(group)
                people |= group[0]
                positions = group[1] + positions
            groups.append((people, positions))
        yield from (positions for _people, positions in groups)


def about_pairs(instance: Instance, positions: Iterable[int]) -> Infeasibility:
    """What is said of these rules over pairs, all of one kind."""
    rules = [rule for position in positions if isinstance(rule := instance.rules[position], Pair)]
    obstacle = Obstacle.TOGETHER if isinstance(rules[0], Together) else Obstacle.APART
    return Infeasibility(
        obstacle, {"partners": tuple(sorted({one for rule in rules for one in (rule.first, rule.second)}))}
    )


def _about(rule: Rule) -> Infeasibility:
    if isinstance(rule, OrganisationCap):
        values: dict[str, Said] = {"most": rule.most, "organisation": rule.organisation, "runs": rule.runs}
        return Infeasibility(Obstacle.ORGANISATION_CAP, values)
    if isinstance(rule, KindBounds):
        values = {"kind": rule.kind, "least": rule.least, "most": rule.most, "runs": rule.runs}
        return Infeasibility(Obstacle.KIND, values)
    return Infeasibility(Obstacle.SPREAD, {"organisation": None})


# --- parts of a suspect ------------------------------------------------------------------------------------------


def parts(suspect: Suspect) -> Iterator[Suspect]:
    """The same, smaller: one fixed place, one workshop, one organisation of a rule for all, the seats of one run."""
    instance = suspect.instance
    for position in sorted(suspect.relaxed.rules):
        rule = instance.rules[position]
        if isinstance(rule, OrganisationCap | SpreadColleagues):
            yield from _by_organisation(instance, position, _large_organisations(instance, rule))
        elif isinstance(rule, KindBounds):
            yield from _by_run(instance, position, rule)
    for obstacle in suspect.relaxed.obstacles:
        for variant, said in _OF_OTHERS.get(obstacle, lambda _instance: ())(instance):
            yield Suspect(variant, Relaxed(), said)


def _large_organisations(instance: Instance, rule: OrganisationCap | SpreadColleagues) -> list[int]:
    """Those the rule can be too narrow for at all, when it is one for all of them."""
    if isinstance(rule, OrganisationCap) and rule.organisation is not None:
        return []
    least = rule.most if isinstance(rule, OrganisationCap) else 1
    many = Counter(one.organisation for one in instance.people if one.organisation is not None)
    return sorted(number for number, people in many.items() if people > least)


def for_organisations(
    instance: Instance, organisations: Iterable[int], *, soft: bool
) -> Iterator[tuple[int, Suspect]]:
    """(organisation, part) of every rule that is one for all organisations: the question without the rule for this one."""
    wanted = set(organisations)
    for position, rule in enumerate(instance.rules):
        if rule.soft is soft and isinstance(rule, OrganisationCap | SpreadColleagues):
            for one in [one for one in _large_organisations(instance, rule) if one in wanted]:
                for part in _by_organisation(instance, position, [one]):
                    yield one, part


def _by_organisation(instance: Instance, position: int, organisations: list[int]) -> Iterator[Suspect]:
    """A rule for all organisations is one rule for each: without that for one of them."""
    rule = instance.rules[position]
    for one in organisations:
        others = [number for number in _organisations(instance) if number != one]
        if isinstance(rule, OrganisationCap):
            split: list[Rule] = [replace(rule, organisation=number) for number in others]
            said = replace(_about(rule), values={**_about(rule).values, "organisation": one})
        else:
            split = list(_fair_shares(instance, others, rule.soft))
            said = Infeasibility(Obstacle.SPREAD, {"organisation": one})
        yield Suspect(_with_rules(instance, position, split), Relaxed(), said)


def _organisations(instance: Instance) -> list[int]:
    return sorted({one.organisation for one in instance.people if one.organisation is not None})


def _fair_shares(instance: Instance, organisations: Iterable[int], soft: bool) -> Iterator[Rule]:
    """The rule that spreads colleagues as a number for each organisation and run."""
    present: dict[int, Counter[int]] = defaultdict(Counter)
    for one in instance.people:
        if one.organisation is not None:
            present[one.organisation].update(one.present)
    offered = Counter(number for run in instance.runs if not run.closed for number in run.rounds)
    for organisation in organisations:
        for run in instance.runs:
            if not run.closed:
                most = max(-(-present[organisation][number] // offered[number]) for number in run.rounds)
                yield OrganisationCap(most, organisation, (run.id,), soft)


def _by_run(instance: Instance, position: int, rule: KindBounds) -> Iterator[Suspect]:
    runs = [run.id for run in instance.runs if not run.closed and (not rule.runs or run.id in rule.runs)]
    for one in runs if len(runs) > 1 else ():
        others = replace(rule, runs=tuple(number for number in runs if number != one))
        said = _about(replace(rule, runs=(one,)))
        yield Suspect(_with_rules(instance, position, [others]), Relaxed(), said)


def _with_rules(instance: Instance, position: int, instead: list[Rule]) -> Instance:
    rules = [*instance.rules[:position], *instead, *instance.rules[position + 1 :]]
    return replace(instance, rules=tuple(rules))


Variant = tuple[Instance, Infeasibility]


def _one_fixed_less(instance: Instance) -> Iterator[Variant]:
    for person in instance.people:
        for run in person.fixed:
            free = replace(person, fixed=tuple(one for one in person.fixed if one != run))
            people = tuple(free if one.id == person.id else one for one in instance.people)
            said = Infeasibility(Obstacle.FIXED_PLACE, {"person": person.id, "run": run})
            yield replace(instance, people=people), said


def _one_minimum_less(instance: Instance) -> Iterator[Variant]:
    for run in instance.runs:
        if run.minimum > 1 and not run.closed:
            runs = tuple(replace(one, minimum=1) if one.id == run.id else one for one in instance.runs)
            said = Infeasibility(Obstacle.MINIMUM_OF_RUN, {"run": run.id, "least": run.minimum})
            yield replace(instance, runs=runs), said


def _one_workshop_twice(instance: Instance) -> Iterator[Variant]:
    of_workshop: dict[int, list[int]] = defaultdict(list)
    for run in instance.runs:
        if not run.closed:
            of_workshop[run.workshop].append(run.id)
    free = max(of_workshop, default=0) + 1
    for workshop, mine in of_workshop.items():
        if len(mine) > 1:
            runs = tuple(
                replace(run, workshop=free + place) if run.workshop == workshop else run
                for place, run in enumerate(instance.runs)
            )
            said = Infeasibility(Obstacle.SAME_WORKSHOP, {"runs": tuple(mine)})
            yield replace(instance, runs=runs), said


def _more_seats(instance: Instance) -> Iterator[Variant]:
    """In one run; then in one round."""
    everybody = sum(one.chairs for one in instance.people)

    def roomy(runs: set[int]) -> Instance:
        return replace(
            instance,
            runs=tuple(
                replace(run, capacity=max(run.capacity, everybody)) if run.id in runs else run
                for run in instance.runs
            ),
        )

    offered = [run for run in instance.runs if not run.closed and run.capacity < everybody]
    for run in offered:
        yield (
            roomy({run.id}),
            Infeasibility(Obstacle.SEATS_OF_RUN, {"run": run.id, "seats": run.capacity}),
        )
    for number in instance.rounds:
        here = [run for run in offered if number in run.rounds]
        if len(here) > 1:
            seats = sum(run.capacity for run in here)
            said = Infeasibility(Obstacle.SEATS_OF_ROUND, {"round": number, "seats": seats})
            yield roomy({run.id for run in here}), said


_OF_OTHERS = {
    Obstacle.FIXED: _one_fixed_less,
    Obstacle.MINIMUM: _one_minimum_less,
    Obstacle.WORKSHOP_TWICE: _one_workshop_twice,
    Obstacle.SEATS: _more_seats,
}
