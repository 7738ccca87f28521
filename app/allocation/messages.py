# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stages, reasons, chairs and conditions say to people, in the reader's language."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.protocol import read_stages
from app.allocation.queries import PersonLine, RunLine
from app.allocation.result import Infeasibility, Stage
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
from app.texts import gettext, ngettext

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

    def run(self, number: int | None, *, in_round: bool = True) -> str:
        """With its round, but below the heading of one."""
        if number is None:
            return str(gettext("every workshop"))
        found = self.runs.get(number)
        if found is None:
            return str(gettext("a workshop that is gone"))
        return f"{found.name} ({found.round_title})" if in_round else found.name


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
    found: set[int] = set()
    for one in stored:
        values = one.get("values", {})
        found.update(values.get("partners", ()))
        found.update(int(values[key]) for key in ("person", "first", "second") if key in values)
    return found


def organisations_in(stored: Iterable[Json]) -> set[int]:
    """Ids of organisations whom reasons name."""
    named = (one.get("values", {}).get("organisation") for one in stored)
    return {int(one) for one in named if one is not None}


def _reason(stored: Json, names: Names) -> str:
    if "sentence" in stored:
        values = stored.get("values", {})
        sentence: str = gettext(str(stored["sentence"]))
        return sentence % values if values else sentence
    obstacle = Obstacle(stored["obstacle"])
    values = _named(stored.get("values", {}), names)
    told = gettext(UNMET if obstacle is Obstacle.NEED else OBSTACLE_SENTENCES[obstacle])
    return str(told % values)


def _named(stored: Json, names: Names, *, whose: str | None = None, nameless: bool = False) -> dict[str, Any]:
    """Values with names in the place of ids; a dash for what reasons of before do not say. `whose`: every organisation."""
    values: dict[str, Any] = defaultdict(lambda: "–", stored)
    if "round" in stored:
        values["round"] = names.rounds.get(stored["round"], stored["round"])
    if "run" in stored:
        values["run"] = names.run(stored["run"])
    if "runs" in stored:
        values["runs"] = "; ".join(map(names.run, stored["runs"])) or names.run(None)
    if "person" in stored:
        values["person"] = names.person(stored["person"])
    people = stored.get("partners") or [stored[key] for key in ("first", "second") if key in stored]
    values["partners"] = (
        ngettext("%(num)d person", "%(num)d people", len(people))
        if nameless
        else "; ".join(map(names.person, people))
    )
    everybody = whose or gettext("any one organisation")
    values["organisation"] = names.organisations.get(stored.get("organisation") or 0) or everybody
    if "kind" in stored:
        values["kind"] = names.kind(stored["kind"])
    if "most" in stored and stored["most"] is None:
        values["most"] = gettext("any number")
    return values


def kept(one: Infeasibility, names: Names, *, nameless: bool = False) -> str:
    """The condition itself, in one line. `nameless` where others must not read whom the team keeps together or apart."""
    values = _named(dict(one.values), names, whose=gettext("each organisation"), nameless=nameless)
    return str(gettext(KEPT[one.obstacle]) % values)


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
# What stood against a wish: the condition that could not have been kept.
KEPT = {
    Obstacle.ORGANISATION_CAP: N_("%(runs)s: at most %(most)s of %(organisation)s"),
    Obstacle.KIND: N_("%(runs)s: %(least)s to %(most)s of “%(kind)s”"),
    Obstacle.SPREAD: N_("colleagues of %(organisation)s are spread over the workshops as evenly as possible"),
    Obstacle.TOGETHER: N_("%(partners)s stay together"),
    Obstacle.APART: N_("%(partners)s are kept apart"),
    Obstacle.FIXED: N_("the team has fixed places by hand"),
    Obstacle.MINIMUM: N_("each workshop that takes place has the number of people that it needs"),
    Obstacle.WORKSHOP_TWICE: N_("nobody attends the same workshop twice"),
    Obstacle.SEATS_TOGETHER: N_("no workshop is fuller than its seats"),
}
