# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is to be decided: people with wishes, runs with seats, rules; as values, and as the text that is fingerprinted.

All ids are whole numbers the caller chose; nothing here knows a table. A *seat* is one person in one round, so a run
that spans two rounds takes two seats of a person. The plenary is for everybody and no run.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from app.allocation.rules import ImpossibleNumber, Mode, NamedTwice, UnknownThing, WishElsewhere
from app.registration.workshops.rules import Need

FORMAT = 2  # 1 counted a seat outside a short list as worse than the place after its last wish


Wish = int | tuple[int, ...]  # one run, or several that are one wish: any of them will do


def runs_of(wish: Wish) -> tuple[int, ...]:
    """The runs that grant this wish."""
    return wish if isinstance(wish, tuple) else (wish,)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wishes for in one round, the dearest first; parallel runs of a workshop are one wish.

    Runs that a list leaves out are all as dear as the place after its last: leaving out says "all the same to me", never
    "nothing else", so nobody gains by it. No entry for a round means: any will do.
    """

    round: int
    runs: tuple[Wish, ...]

    @property
    def named(self) -> tuple[int, ...]:
        """Every run that grants one of these wishes."""
        return tuple(run for wish in self.runs for run in runs_of(wish))


@dataclass(frozen=True, slots=True)
class ModelPerson:
    """Somebody who needs a seat in each round of `present`.

    `fixed` are runs this person must be in (and takes a seat of), `forbidden` those they must not be in, `published`
    what they were told before. Wishes for rounds they are absent from do not count. `chairs` of a run are taken by this
    person and who comes along; for minimum, rules and goals it is one person all the same. `remembered` are ranks lost at an
    earlier day: who lost more draws the lower lot, and nothing else depends on it.
    """

    id: int
    present: tuple[int, ...]
    organisation: int | None = None
    kind: int | None = None
    wishes: tuple[Wishes, ...] = ()
    needs: frozenset[Need] = frozenset()
    fixed: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    published: tuple[int, ...] = ()
    chairs: int = 1
    remembered: int = 0


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One run of a workshop in a room.

    `capacity` are seats for participants and who comes along with them. `minimum` is the number of participants it needs, else it stays closed; 0:
    it takes place in any case. `staff` (facilitators and the like) are in it whenever it does, take no seat of it and
    count for no rule; their wishes for its rounds do not count. `closed`: the team has closed it.
    """

    id: int
    workshop: int
    rounds: tuple[int, ...]
    capacity: int
    minimum: int = 0
    features: frozenset[Need] = frozenset()
    staff: tuple[int, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Two people sit in the same run in every round both are present. Each round they do not is a violation."""

    first: int
    second: int
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Apart:
    """Two people never sit in the same run. Each run they share is a violation."""

    first: int
    second: int
    soft: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationCap:
    """At most `most` participants of one organisation in a run. Each person more is a violation.

    `organisation` None: every organisation. `runs` empty: every run.
    """

    most: int
    organisation: int | None = None
    runs: tuple[int, ...] = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class KindBounds:
    """Floor and ceiling for a kind of organisation in each run that takes place. Each person too few or too many is a violation.

    `most` None: no ceiling. `runs` empty: every run.
    """

    kind: int
    least: int = 0
    most: int | None = None
    runs: tuple[int, ...] = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class SpreadColleagues:
    """Of n colleagues present in a round with m runs that are not closed, at most n/m (rounded up) share a run.

    For a run over several rounds the largest of these numbers holds. Each person more is a violation.
    """

    soft: bool = True


Rule = Together | Apart | OrganisationCap | KindBounds | SpreadColleagues


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything an allocation depends on. `time_limit` in seconds for all stages together."""

    rounds: tuple[int, ...]
    people: tuple[ModelPerson, ...]
    runs: tuple[ModelRun, ...]
    rules: tuple[Rule, ...] = ()
    mode: Mode = Mode.GENEROUS
    seed: int = 0
    time_limit: float = 120.0
    _by_id: dict[int, ModelRun] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        self._by_id.update((run.id, run) for run in self.runs)

    def run(self, number: int) -> ModelRun:
        """The run with this id; KeyError if there is none."""
        return self._by_id[number]


# --- small changes by the team -----------------------------------------------------------------------------------


def pin(instance: Instance, person: int, run: int) -> Instance:
    """The same, with this person fixed in this run."""
    return _with_person(instance, person, lambda one: replace(one, fixed=_added(one.fixed, run)))


def forbid(instance: Instance, person: int, run: int) -> Instance:
    """The same, with this run forbidden for this person."""
    return _with_person(instance, person, lambda one: replace(one, forbidden=_added(one.forbidden, run)))


def close(instance: Instance, run: int) -> Instance:
    """The same, with this run closed; whoever was fixed in it no longer is."""
    if run not in {one.id for one in instance.runs}:
        raise UnknownThing(run)
    runs = tuple(replace(one, closed=one.closed or one.id == run) for one in instance.runs)
    people = tuple(
        replace(one, fixed=tuple(fixed for fixed in one.fixed if fixed != run)) for one in instance.people
    )
    return replace(instance, runs=runs, people=people)


def one_chair_more(instance: Instance, run: int) -> Instance:
    """The same, with one seat more in this run."""
    if run not in {one.id for one in instance.runs}:
        raise UnknownThing(run)
    runs = tuple(replace(one, capacity=one.capacity + 1) if one.id == run else one for one in instance.runs)
    return replace(instance, runs=runs)


def publish(instance: Instance, places: Iterable["ModelPlace"]) -> Instance:
    """The same, with these places as what people were told; solving it again changes as few as possible."""
    told: dict[int, list[int]] = {}
    for place in places:
        told.setdefault(place.person, []).append(place.run)
    return replace(
        instance,
        people=tuple(replace(one, published=tuple(sorted(told.get(one.id, [])))) for one in instance.people),
    )


def _with_person(instance: Instance, person: int, change: Any) -> Instance:
    if person not in {one.id for one in instance.people}:
        raise UnknownThing(person)
    people = tuple(change(one) if one.id == person else one for one in instance.people)
    return replace(instance, people=people)


def _added(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    return tuple(sorted({*numbers, number}))


@dataclass(frozen=True, slots=True, order=True)
class ModelPlace:
    """A person sits in a run."""

    person: int
    run: int


# --- soundness ---------------------------------------------------------------------------------------------------


def refuse_unsound(instance: Instance) -> None:
    """Refuses ids that are unknown or there twice, wishes in a round in which the run is not, impossible numbers."""
    rounds, people, runs = (
        set(instance.rounds),
        {one.id for one in instance.people},
        {one.id for one in instance.runs},
    )
    for ids in (instance.rounds, [one.id for one in instance.people], [one.id for one in instance.runs]):
        _refuse_repeated(ids)
    for run in instance.runs:
        _refuse_unknown(run.rounds, rounds)
        _refuse_unknown(run.staff, people)
        _refuse_repeated(run.rounds)
        if not run.rounds or run.capacity < 0 or run.minimum < 0:
            raise ImpossibleNumber(min(run.capacity, run.minimum, len(run.rounds)))
    for person in instance.people:
        _refuse_unknown(person.present, rounds)
        _refuse_unknown((*person.fixed, *person.forbidden), runs)
        _refuse_repeated([one.round for one in person.wishes])
        if person.chairs < 1 or person.remembered < 0:
            raise ImpossibleNumber(min(person.chairs, person.remembered))
        for wishes in person.wishes:
            _refuse_repeated(wishes.named)
            _refuse_unknown(wishes.named, runs)
            for wish in wishes.named:
                if wishes.round not in instance.run(wish).rounds:
                    raise WishElsewhere(person.id, wish)
    for rule in instance.rules:
        _refuse_unknown(_named_people(rule), people)
        _refuse_unknown(getattr(rule, "runs", ()), runs)
        for number in (getattr(rule, "least", 0), getattr(rule, "most", 0)):
            if number is not None and number < 0:
                raise ImpossibleNumber(number)


def _named_people(rule: Rule) -> tuple[int, ...]:
    return (rule.first, rule.second) if isinstance(rule, Together | Apart) else ()


def _refuse_unknown(numbers: Iterable[int], known: set[int]) -> None:
    for number in numbers:
        if number not in known:
            raise UnknownThing(number)


def _refuse_repeated(numbers: Iterable[int]) -> None:
    seen: set[int] = set()
    for number in numbers:
        if number in seen:
            raise NamedTwice(number)
        seen.add(number)


# --- as text -----------------------------------------------------------------------------------------------------

RULE_NAMES: dict[str, type[Rule]] = {
    "together": Together,
    "apart": Apart,
    "organisation_cap": OrganisationCap,
    "kind_bounds": KindBounds,
    "spread_colleagues": SpreadColleagues,
}


def in_order(instance: Instance) -> Instance:
    """The same in the one order that the fingerprint knows, so that the same input is the same question to a solver."""
    people = sorted(instance.people, key=lambda one: one.id)
    return replace(
        instance,
        people=tuple(
            replace(
                one, wishes=tuple(_wishes_in_order(it) for it in sorted(one.wishes, key=lambda it: it.round))
            )
            for one in people
        ),
        runs=tuple(sorted(instance.runs, key=lambda one: one.id)),
        rules=tuple(sorted(instance.rules, key=lambda one: canonical(rule_as_data(one)))),
    )


def _wishes_in_order(wishes: Wishes) -> Wishes:
    runs = tuple(tuple(sorted(wish)) if isinstance(wish, tuple) else wish for wish in wishes.runs)
    return replace(wishes, runs=runs)


def as_data(instance: Instance) -> dict[str, Any]:
    """The instance as JSON values, in one order whatever order it came in (`in_order`).

    Needs do not appear: a protocol is filed and shown, and a need is health data. What they exclude joins the runs
    that are barred for a person, without a reason. `chairs` stand there only where they are not 1, `remembered` where it is
    not 0, and a list in a list of wishes where several runs are one wish, so that the text of a question without these is
    what it always was.
    """
    return {
        "format": FORMAT,
        "rounds": list(instance.rounds),
        "mode": instance.mode.value,
        "seed": instance.seed,
        "people": [_person_as_data(instance, one) for one in sorted(instance.people, key=lambda one: one.id)],
        "runs": [_run_as_data(one) for one in sorted(instance.runs, key=lambda one: one.id)],
        "rules": sorted((rule_as_data(one) for one in instance.rules), key=canonical),
    }


def _person_as_data(instance: Instance, person: ModelPerson) -> dict[str, Any]:
    barred = {run.id for run in instance.runs if not person.needs <= run.features} | set(person.forbidden)
    return {
        "id": person.id,
        "present": sorted(person.present),
        "organisation": person.organisation,
        "kind": person.kind,
        "wishes": [
            [one.round, [list(wish) if isinstance(wish, tuple) else wish for wish in one.runs]]
            for one in map(_wishes_in_order, sorted(person.wishes, key=lambda one: one.round))
        ],
        "fixed": sorted(person.fixed),
        "barred": sorted(barred),
        "published": sorted(person.published),
        **({"chairs": person.chairs} if person.chairs != 1 else {}),
        **({"remembered": person.remembered} if person.remembered else {}),
    }


def _run_as_data(run: ModelRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "workshop": run.workshop,
        "rounds": sorted(run.rounds),
        "capacity": run.capacity,
        "minimum": run.minimum,
        "staff": sorted(run.staff),
        "closed": run.closed,
    }


def rule_as_data(rule: Rule) -> dict[str, Any]:
    """A rule as JSON values; `rule` names which it is, `soft` whether it may be broken."""
    name = next(name for name, kind in RULE_NAMES.items() if isinstance(rule, kind))
    values = {key: getattr(rule, key) for key in type(rule).__dataclass_fields__}
    if "runs" in values:
        values["runs"] = sorted(values["runs"])
    return {"rule": name, **values}


def from_data(data: dict[str, Any], time_limit: float = 120.0) -> Instance:
    """The instance a protocol holds, an older one too. ValueError, KeyError or TypeError if it is not one."""
    if data["format"] not in {1, FORMAT}:
        raise ValueError(f"format {data['format']!r}, not {FORMAT}")
    return Instance(
        rounds=tuple(data["rounds"]),
        people=tuple(_people_from(data["people"])),
        runs=tuple(
            ModelRun(
                one["id"],
                one["workshop"],
                tuple(one["rounds"]),
                one["capacity"],
                one["minimum"],
                staff=tuple(one["staff"]),
                closed=one["closed"],
            )
            for one in data["runs"]
        ),
        rules=tuple(_rule_from(one) for one in data["rules"]),
        mode=Mode(data["mode"]),
        seed=data["seed"],
        time_limit=time_limit,
    )


def _people_from(data: Iterable[dict[str, Any]]) -> Iterator[ModelPerson]:
    for one in data:
        yield ModelPerson(
            one["id"],
            tuple(one["present"]),
            one["organisation"],
            one["kind"],
            tuple(Wishes(number, tuple(map(_wish_from, wishes))) for number, wishes in one["wishes"]),
            fixed=tuple(one["fixed"]),
            forbidden=tuple(one["barred"]),
            published=tuple(one["published"]),
            chairs=one.get("chairs", 1),
            remembered=one.get("remembered", 0),
        )


def _wish_from(data: int | list[int]) -> Wish:
    return tuple(data) if isinstance(data, list) else data


def _rule_from(data: dict[str, Any]) -> Rule:
    values: dict[str, Any] = {
        key: tuple(value) if key == "runs" else value for key, value in data.items() if key != "rule"
    }
    return RULE_NAMES[data["rule"]](**values)


def canonical(value: Any) -> str:
    """JSON in exactly one way: sorted keys, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def draw_lots(
    seed: int, people: Iterable[int], remembered: Mapping[int, int] = MappingProxyType({})
) -> dict[int, int]:
    """Person to lot, 1 to n; the lower one goes first where all else is equal.

    The order of SHA-256 over seed and id: anybody can draw it again with the tools of any system. Who is `remembered` to have
    lost more draws before who lost less.
    """

    def drawn(one: int) -> tuple[int, str, int]:
        return (-remembered.get(one, 0), hashlib.sha256(f"{seed}:{one}".encode("ascii")).hexdigest(), one)

    return {person: position for position, person in enumerate(sorted(people, key=drawn), start=1)}


def lots_of(instance: Instance) -> dict[int, int]:
    """The lots of everybody in it."""
    remembered = {one.id: one.remembered for one in instance.people}
    return draw_lots(instance.seed, remembered, remembered)
