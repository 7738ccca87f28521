# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The protocol: everything needed to check an allocation again, years later, without our database or our solver.

JSON values only. Ids stand for people; needs are not in it (see `instance.as_data`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.allocation.instance import Instance, ModelPlace, as_data, fingerprint, from_data
from app.allocation.result import Allocation, Infeasibility, Stage, WhyNot
from app.allocation.rules import Goal, Hindrance, Obstacle, Proof
from app.allocation.verification import faults, worth
from app.refusal import N_

KIND = "fachtag-allocation"
FORMAT = 2  # with the instance's: 1 knew other goals and can be read, but not counted again
Seat = tuple[int, int]  # person, run


def write_protocol(instance: Instance, allocation: Allocation) -> dict[str, Any]:
    """The protocol of an allocation that has places, as JSON values. Same instance and result, same fingerprints."""
    data = as_data(instance)
    places = [[one.person, one.run] for one in sorted(allocation.places)]
    stages = [
        {
            "goal": one.goal.value,
            "rank": one.rank,
            "most": one.most,
            "value": one.value,
            "bound": one.bound,
            "seconds": one.seconds,
        }
        for one in allocation.stages
    ]
    return {
        "kind": KIND,
        "format": FORMAT,
        "instance": data,
        "instance_fingerprint": fingerprint(data),
        "solver": {"name": allocation.solver.name, "version": allocation.solver.version},
        "seed": instance.seed,
        "time_limit": instance.time_limit,
        "proof": allocation.proof.value,
        "stages": stages,
        "places": places,
        "result_fingerprint": result_fingerprint(fingerprint(data), places, stages),
    }


def result_fingerprint(
    instance_fingerprint: str, places: Iterable[Iterable[int]], stages: Iterable[Mapping[str, Any]]
) -> str:
    """SHA-256 over what was decided: not over seconds and version, which differ where the result does not."""
    decided = [{key: one[key] for key in ("goal", "rank", "most", "value", "bound")} for one in stages]
    return fingerprint(
        {"instance": instance_fingerprint, "places": sorted(map(list, places)), "stages": decided}
    )


def read_places(protocol: Mapping[str, Any]) -> tuple[ModelPlace, ...]:
    """The places a protocol holds. KeyError, TypeError or ValueError if it is not one."""
    return tuple(sorted(ModelPlace(person, run) for person, run in protocol["places"]))


def read_instance(protocol: Mapping[str, Any]) -> Instance:
    """The instance a protocol holds. KeyError, TypeError or ValueError if it is not one."""
    return from_data(protocol["instance"], protocol["time_limit"])


def is_older(protocol: Mapping[str, Any]) -> bool:
    """Whether an earlier version made it, by other goals."""
    return bool(protocol["format"] != FORMAT)


# --- checking again ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a protocol: an English source string and its values."""

    sentence: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


def verify(
    protocol: Mapping[str, Any],
    instance: Instance | None = None,
    places: Iterable[ModelPlace] | None = None,
) -> list[Finding]:
    """Everything that does not hold, counted again from the protocol alone; empty: all of it holds.

    Checked: both fingerprints, every hard condition, the value of every stage, that no bound contradicts its value, and
    that "optimal" is only said where every bound is reached. With `instance` and `places` also that the protocol is
    about these. That a bound is true only solving again can tell: see `differences`.
    """
    try:
        return [*_about_text(protocol), *_about_result(protocol), *_about_others(protocol, instance, places)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return [Finding(N_("This is no protocol of an allocation (%(why)s)."), {"why": repr(error)})]


def _about_text(protocol: Mapping[str, Any]) -> list[Finding]:
    if protocol["kind"] != KIND or protocol["format"] not in {1, FORMAT}:
        raise ValueError(f"{protocol['kind']} {protocol['format']}")
    found = []
    if fingerprint(protocol["instance"]) != protocol["instance_fingerprint"]:
        found.append(Finding(N_("The input was changed: its fingerprint differs."), {}))
    if (
        result_fingerprint(protocol["instance_fingerprint"], protocol["places"], protocol["stages"])
        != protocol["result_fingerprint"]
    ):
        found.append(Finding(N_("The result was changed: its fingerprint differs."), {}))
    if protocol["seed"] != protocol["instance"]["seed"]:
        found.append(Finding(N_("The seed of the lot differs from that of the input."), {}))
    return found


def _about_result(protocol: Mapping[str, Any]) -> list[Finding]:
    instance, places = read_instance(protocol), read_places(protocol)
    found = [
        Finding(
            N_("The places break a condition: %(what)s (person %(person)s, run %(run)s)."),
            {"what": one.what.value, "person": one.person, "run": one.run},
        )
        for one in faults(instance, places)
    ]
    if is_older(protocol):
        return [
            *found,
            Finding(
                N_("Its goals are those of an earlier version of this program, which can count them again."),
                {},
            ),
        ]
    counted = worth(instance, places)
    stages = protocol["stages"]
    if [(one.goal.value, one.rank, one.most) for one in counted] != [
        (one["goal"], one["rank"], one["most"]) for one in stages
    ]:
        return [*found, Finding(N_("The stages are not those of this input."), {})]
    for number, (one, stage) in enumerate(zip(counted, stages, strict=True), start=1):
        if one.value != stage["value"]:
            found.append(
                Finding(
                    N_("Stage %(number)s says %(said)s; counted again it is %(counted)s."),
                    {"number": number, "said": stage["value"], "counted": one.value},
                )
            )
        bound = stage["bound"]
        if bound is not None and (bound < stage["value"] if stage["most"] else bound > stage["value"]):
            found.append(
                Finding(N_("Stage %(number)s is better than its own bound allows."), {"number": number})
            )
    reached = all(one["bound"] == one["value"] for one in stages)
    if protocol["proof"] != (Proof.OPTIMAL if reached else Proof.FEASIBLE).value:
        found.append(Finding(N_("The protocol claims another proof than its bounds give."), {}))
    return found


def _about_others(
    protocol: Mapping[str, Any], instance: Instance | None, places: Iterable[ModelPlace] | None
) -> list[Finding]:
    found = []
    if instance is not None and fingerprint(as_data(instance)) != protocol["instance_fingerprint"]:
        found.append(Finding(N_("The protocol is about another input."), {}))
    if places is not None and tuple(sorted(places)) != read_places(protocol):
        found.append(Finding(N_("The protocol is about other places."), {}))
    return found


def differences(protocol: Mapping[str, Any], again: Allocation) -> list[Finding]:
    """Where solving the protocol's instance again proved something else than the protocol says.

    The same version of the solver gives the same places, too, where both are proven; another one gives the same stages.
    """
    found = []
    for number, (said, now) in enumerate(zip(protocol["stages"], again.stages, strict=True), start=1):
        contradicts = now.proof is Proof.OPTIMAL and said["value"] != now.value
        if contradicts:
            found.append(
                Finding(
                    N_("Stage %(number)s says %(said)s; solved again it is %(solved)s."),
                    {"number": number, "said": said["value"], "solved": now.value},
                )
            )
            break  # what comes after rests on it
    same_solver = protocol["solver"] == {"name": again.solver.name, "version": again.solver.version}
    proven = protocol["proof"] == again.proof.value == Proof.OPTIMAL.value
    if not found and same_solver and proven and again.places != read_places(protocol):
        found.append(Finding(N_("Solved again by the same solver, the places are others."), {}))
    return found


def read_stages(protocol: Mapping[str, Any]) -> tuple[Stage, ...]:
    """The stages a protocol holds, for showing them. KeyError, TypeError or ValueError if it is not one."""
    return tuple(
        Stage(Goal(one["goal"]), one["value"], one["bound"], one["seconds"], one["rank"], one["most"])
        for one in protocol["stages"]
    )


# --- why wishes were refused, kept beside the protocol ------------------------------------------------------------


def refusals_as_data(found: Mapping[Seat, WhyNot]) -> list[dict[str, Any]]:
    """Seat → reason as JSON values."""
    return [
        {
            "person": person,
            "run": run,
            "hindrance": why.hindrance.value,
            "goal": why.goal.value if why.goal else None,
            "rank": why.rank,
            "condition": obstacle_as_data(why.condition) if why.condition else None,
        }
        for (person, run), why in sorted(found.items(), key=lambda one: one[0])
    ]


def read_refusals(data: Iterable[Mapping[str, Any]]) -> dict[Seat, WhyNot]:
    return {(one["person"], one["run"]): _why_not(one) for one in data}


def _why_not(one: Mapping[str, Any]) -> WhyNot:
    said = one.get("condition")  # not in those of before
    condition = Infeasibility(Obstacle(said["obstacle"]), said["values"]) if said else None
    return WhyNot(
        Hindrance(one["hindrance"]), Goal(one["goal"]) if one["goal"] else None, one["rank"], condition
    )


def obstacle_as_data(one: Infeasibility) -> dict[str, Any]:
    """What stands in the way, with its ids and numbers, as JSON values."""
    values = {key: list(it) if isinstance(it, tuple) else it for key, it in one.values.items()}
    return {"obstacle": one.obstacle.value, "values": values}
