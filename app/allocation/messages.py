# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stages, reasons, chairs and conditions say to people, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.protocol import read_stages
from app.allocation.queries import PersonLine, RunLine
from app.allocation.result import Stage
from app.allocation.rules import (
    GOAL_LABELS,
    OBSTACLE_SENTENCES,
    PROOF_LABELS,
    ConditionKind,
    Goal,
    Obstacle,
    Proof,
)
from app.db import Json
from app.refusal import N_
from app.texts import gettext

# Instead of the sentence that counts who needs what.
UNMET = N_(
    "In round “%(round)s” what people need, for instance step-free access, cannot be met with the seats there are."
)


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called."""

    rounds: Mapping[int, str]
    runs: Mapping[int, RunLine]
    people: Mapping[int, PersonLine]
    organisations: Mapping[int, str]
    kinds: Mapping[int, str]
    kind_names: Mapping[str, str]  # by key

    def person(self, number: int | None) -> str:
        """Somebody whose name was deleted has the reference left, somebody who is gone nothing."""
        found = self.people.get(number or 0)
        if found is None:
            return str(gettext("somebody who is not there any more"))
        return found.name or f"{gettext('Name deleted')} ({found.reference})"

    def kind(self, number: int) -> str:
        return self.kinds.get(number) or str(gettext("a kind of organisation that is gone"))

    def run(self, number: int | None) -> str:
        if number is None:
            return str(gettext("every workshop"))
        found = self.runs.get(number)
        return found.name if found else str(gettext("a workshop that is gone"))


def goal(stage: Stage) -> str:
    sentence: str = gettext(GOAL_LABELS[stage.goal])
    return sentence if stage.rank is None else sentence % {"rank": stage.rank}


def bound(stage: Stage) -> str:
    """What is known about the value of one stage; never "optimal" for what was not proven."""
    if stage.proof is Proof.OPTIMAL:
        return str(gettext("proven: no better value is possible"))
    if stage.worse is None:
        return str(gettext("not proven"))
    return str(gettext("not proven: at most %(worse)s worse than the best value", worse=stage.worse))


def proof(allocation_run: AllocationRun) -> str:
    """One sentence about the whole result."""
    stages = read_stages(allocation_run.protocol or {"stages": []})
    open_ones = [one for one in stages if one.proof is not Proof.OPTIMAL]
    if not open_ones:
        return str(gettext(PROOF_LABELS[Proof.OPTIMAL]))
    first = open_ones[0]
    if first.worse is None:
        return str(gettext("Possible, but for “%(goal)s” nothing is proven.", goal=goal(first)))
    return str(
        gettext(
            "Possible, but not proven to be the best: for “%(goal)s” at most %(worse)s worse.",
            goal=goal(first),
            worse=first.worse,
        )
    )


def reasons(stored: Iterable[Json], names: Names) -> list[str]:
    """Why there is no allocation. Names stand in the place of ids."""
    return [_reason(one, names) for one in stored]


def people_in(stored: Iterable[Json]) -> set[int]:
    """Ids of people whom reasons name."""
    keys = ("person", "first", "second")
    return {int(one["values"][key]) for one in stored for key in keys if key in one.get("values", {})}


def _reason(stored: Json, names: Names) -> str:
    values: dict[str, Any] = dict(stored.get("values", {}))
    if "sentence" in stored:
        source = str(stored["sentence"])
        sentence: str = gettext(source)
        return sentence % values if values else sentence
    obstacle = Obstacle(stored["obstacle"])
    if "round" in values:
        values["round"] = names.rounds.get(values["round"], values["round"])
    for key in ("person", "first", "second"):
        if key in values:
            values[key] = names.person(values[key])
    if "kind" in values:
        values["kind"] = names.kind(values["kind"])
    told = gettext(UNMET if obstacle is Obstacle.NEED else OBSTACLE_SENTENCES[obstacle])
    return str(told % values if values else told)


def chair(stored: Json) -> str:
    """What one chair more would do in a run that is full."""
    if stored["goal"] is None:
        said: str = gettext("One chair more would change nothing.")
        return said if stored["proven"] else f"{said} ({gettext('not proven')})"
    label: str = gettext(GOAL_LABELS[Goal(stored["goal"])])
    better = label % {"rank": stored["rank"]} if stored["rank"] is not None else label
    said = gettext("One chair more: “%(goal)s” gets better by %(by)s.", goal=better, by=stored["by"])
    return said if stored["proven"] else f"{said} ({gettext('not proven')})"


def condition(one: PlacingCondition, names: Names) -> str:
    """What the team asked for, in one line."""
    values: dict[str, object] = {
        "run": names.run(one.run_id),
        "first": names.person(one.first_id) if one.first_id else "",
        "second": names.person(one.second_id) if one.second_id else "",
        "whose": names.organisations.get(one.organisation_id or 0) or gettext("each organisation"),
        "kind": names.kind_names.get(one.organisation_kind or "", ""),
        "least": one.least,
        "most": one.most,
    }
    open_above = one.kind is ConditionKind.KIND_BOUNDS and one.most is None
    sentence: str = gettext(AT_LEAST if open_above else CONDITION_SENTENCES[one.kind])
    return sentence % values


AT_LEAST = N_("%(run)s: at least %(least)s of “%(kind)s”")
CONDITION_SENTENCES = {
    ConditionKind.PIN: N_("%(first)s is in %(run)s"),
    ConditionKind.FORBID: N_("%(first)s is not in %(run)s"),
    ConditionKind.TOGETHER: N_("%(first)s and %(second)s stay together"),
    ConditionKind.APART: N_("%(first)s and %(second)s are kept apart"),
    ConditionKind.ORGANISATION_CAP: N_("%(run)s: at most %(most)s of %(whose)s"),
    ConditionKind.KIND_BOUNDS: N_("%(run)s: %(least)s to %(most)s of “%(kind)s”"),
    ConditionKind.SPREAD: N_("Colleagues are spread over the workshops as evenly as possible"),
}
