# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A second opinion: the same question asked of SCIP, in a process of its own, by a model written from the words.

    python tests/allocation/second_solver.py <instances.jsonl

One instance per line, as a protocol holds it; one line of JSON comes back for each: the value of every stage in
order, or null if nothing is possible. Imports nothing of the application.
"""

import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from typing import Any

from pyscipopt import Model, quicksum


class Question:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.scip = Model()
        self.scip.hideOutput()
        self.people = {one["id"]: one for one in data["people"]}
        self.runs = {one["id"]: one for one in data["runs"]}
        self.open = {number: self._openness(run) for number, run in self.runs.items()}
        self.x: dict[tuple[int, int], Any] = {}
        for p, person in self.people.items():
            for r, run in self.runs.items():
                if p not in run["staff"] and self.may(person, run):
                    self.x[p, r] = self.scip.addVar(vtype="B")
        self.hard()
        self.penalties: list[Any] = []
        for rule in data["rules"]:
            getattr(self, "rule_" + rule["rule"])(rule)

    def _openness(self, run: dict[str, Any]) -> Any:
        if run["closed"]:
            return 0
        return self.scip.addVar(vtype="B") if run["minimum"] else 1

    def may(self, person: dict[str, Any], run: dict[str, Any]) -> bool:
        leads = {
            one["workshop"]
            for one in self.runs.values()
            if person["id"] in one["staff"] and not one["closed"]
        }
        return (
            not run["closed"]
            and run["id"] not in person["barred"]
            and all(number in person["present"] for number in run["rounds"])
            and run["workshop"] not in leads
        )

    def sits(self, p: int, r: int) -> Any:
        if p in self.runs[r]["staff"]:
            return self.open[r]
        return self.x.get((p, r), 0)

    def total(self, terms: Any) -> Any:
        return quicksum([*terms, 0])

    def demand(self, left: Any, sense: str, right: Any) -> None:
        """`left sense right`, also where both are mere numbers."""
        difference = left - right
        if isinstance(difference, (int, float)):
            holds = {"<=": difference <= 0, ">=": difference >= 0, "==": difference == 0}[sense]
            if not holds:
                never = self.scip.addVar(vtype="B")
                self.scip.addCons(never >= 2)
            return
        self.scip.addCons(
            {"<=": lambda: difference <= 0, ">=": lambda: difference >= 0, "==": lambda: difference == 0}[
                sense
            ]()
        )

    def hard(self) -> None:
        for p, person in self.people.items():
            for number in self.data["rounds"]:
                there = self.total(self.sits(p, r) for r, run in self.runs.items() if number in run["rounds"])
                self.demand(there, "==" if number in person["present"] else "<=", 1)
            of_workshop = defaultdict(list)
            for r, run in self.runs.items():
                if (p, r) in self.x:
                    of_workshop[run["workshop"]].append(self.x[p, r])
            for several in of_workshop.values():
                self.demand(self.total(several), "<=", 1)
            for r in person["fixed"]:
                self.demand(self.sits(p, r), "==", 1)
        for r, run in self.runs.items():
            inside = self.total(self.x[p, r] for p in self.people if (p, r) in self.x)
            chairs = self.total(
                one.get("chairs", 1) * self.x[p, r] for p, one in self.people.items() if (p, r) in self.x
            )
            self.demand(chairs, "<=", run["capacity"] * self.open[r])
            self.demand(inside, ">=", run["minimum"] * self.open[r])

    # --- rules

    def slack(self, rule: dict[str, Any]) -> Any:
        if not rule["soft"]:
            return 0
        variable = self.scip.addVar(vtype="I", lb=0)
        self.penalties.append(variable)
        return variable

    def concerned(self, rule: dict[str, Any]) -> list[int]:
        return [r for r in self.runs if not rule["runs"] or r in rule["runs"]]

    def rule_together(self, rule: dict[str, Any]) -> None:
        a, b = rule["first"], rule["second"]
        for number in set(self.people[a]["present"]) & set(self.people[b]["present"]):
            slack = self.slack(rule)
            for r, run in self.runs.items():
                if number in run["rounds"]:
                    self.demand(self.sits(a, r) - self.sits(b, r), "<=", slack)
                    self.demand(self.sits(b, r) - self.sits(a, r), "<=", slack)

    def rule_apart(self, rule: dict[str, Any]) -> None:
        for r in self.runs:
            self.demand(
                self.sits(rule["first"], r) + self.sits(rule["second"], r), "<=", 1 + self.slack(rule)
            )

    def members(self, r: int, key: str, value: Any) -> Any:
        return self.total(
            self.x[p, r] for p, person in self.people.items() if (p, r) in self.x and person[key] == value
        )

    def organisations(self) -> set[int]:
        return {one["organisation"] for one in self.people.values()} - {None}

    def rule_organisation_cap(self, rule: dict[str, Any]) -> None:
        for r in self.concerned(rule):
            for one in self.organisations():
                if rule["organisation"] in (None, one):
                    self.demand(self.members(r, "organisation", one), "<=", rule["most"] + self.slack(rule))

    def rule_spread_colleagues(self, rule: dict[str, Any]) -> None:
        present = Counter((one["organisation"], n) for one in self.people.values() for n in one["present"])
        offered = Counter(n for run in self.runs.values() if not run["closed"] for n in run["rounds"])
        for r, run in self.runs.items():
            if run["closed"]:
                continue
            for one in self.organisations():
                fair = max(math.ceil(present[one, n] / offered[n]) for n in run["rounds"])
                self.demand(self.members(r, "organisation", one), "<=", fair + self.slack(rule))

    def rule_kind_bounds(self, rule: dict[str, Any]) -> None:
        for r in self.concerned(rule):
            inside = self.members(r, "kind", rule["kind"])
            self.demand(inside + self.slack(rule), ">=", rule["least"] * self.open[r])
            if rule["most"] is not None:
                self.demand(inside, "<=", rule["most"] + self.slack(rule))

    # --- goals

    def lists(self, p: int) -> dict[int, list[int]]:
        at_work = {
            n for run in self.runs.values() if p in run["staff"] and not run["closed"] for n in run["rounds"]
        }
        told = dict(self.people[p]["wishes"])
        return {n: told.get(n, []) for n in self.people[p]["present"] if n not in at_work}

    def goals(self) -> list[tuple[str, Any]]:
        lists = {p: self.lists(p) for p in self.people}
        wishing = {p: mine for p, mine in lists.items() if any(mine.values())}
        seats = [
            (p, n, self.level(lists[p], n, r), variable)
            for (p, r), variable in self.x.items()
            if p in wishing
            for n in self.runs[r]["rounds"]
            if n in lists[p]
        ]
        goals: list[tuple[str, Any]] = []
        if any(rule["soft"] for rule in self.data["rules"]):
            goals.append(("minimize", self.total(self.penalties)))
        if wishing:
            goals += self.goals_of_wishes(wishing, seats)
        if any(r in self.runs for one in self.people.values() for r in one["published"]):
            goals.append(("minimize", self.changes()))
        order = sorted(
            self.people,
            key=lambda p: (
                -self.people[p].get("remembered", 0),
                hashlib.sha256(f"{self.data['seed']}:{p}".encode()).hexdigest(),
                p,
            ),
        )
        weight = {p: len(order) - position for position, p in enumerate(order)}
        cost = [(level - 1) * weight[p] * v for p, _n, level, v in seats]
        return [*goals, ("minimize", self.total(cost))]

    @staticmethod
    def level(mine: dict[int, list[int]], n: int, r: int) -> int:
        """1 for the first wish; what is left out comes together after the last one of that round."""
        named = [
            number
            for wishes in mine.values()
            for number, wish in enumerate(wishes, start=1)
            if r == wish or (isinstance(wish, list) and r in wish)
        ]
        return min([*named, len(mine[n]) + 1])

    def goals_of_wishes(self, lists: dict, seats: list) -> list[tuple[str, Any]]:
        worst = 1 + max(len(runs) for mine in lists.values() for runs in mine.values())
        at = {one: self.total(v for *_x, level, v in seats if level == one) for one in range(1, worst + 1)}
        if self.data["mode"] == "generous":
            goals = [("minimize", at[one]) for one in range(worst, 1, -1)]
        else:
            goals = [("minimize", self.total(at[one] for one in range(4, worst + 1)))]
            goals += [("maximize", at[one]) for one in range(1, worst)]
        if len(self.data["rounds"]) > 1:
            top = self.scip.addVar(vtype="I", lb=0)
            for n in self.data["rounds"]:
                self.scip.addCons(top >= self.total(v for _p, m, level, v in seats if m == n and level != 1))
            goals.append(("minimize", top))
            goals += self.goals_of_persons(lists, seats)
        return goals

    def goals_of_persons(self, lists: dict, seats: list) -> list[tuple[str, Any]]:
        """For each number of lost ranks, the largest first: how many people lose as many or more."""
        largest = max(sum(map(len, mine.values())) for mine in lists.values())
        lost = {p: self.total((level - 1) * v for q, _n, level, v in seats if q == p) for p in lists}
        goals = []
        for least in range(largest, 0, -1):
            heavy = {p: self.scip.addVar(vtype="B") for p in lists}
            for p, variable in heavy.items():
                self.demand(lost[p], "<=", least - 1 + largest * variable)
            goals.append(("minimize", self.total(heavy.values())))
        return goals

    def changes(self) -> Any:
        terms = []
        for p, person in self.people.items():
            for r in person["published"]:
                if r in self.runs:
                    told = len(set(self.runs[r]["rounds"]) & set(person["present"]))
                    terms.append(told * (1 - self.sits(p, r)))
        return self.total(terms)

    def answer(self) -> list[int] | None:
        values = []
        for sense, expression in self.goals():
            if not hasattr(expression, "terms") and not hasattr(expression, "degree"):
                values.append(round(expression))
                continue
            self.scip.setObjective(expression, sense)
            self.scip.optimize()
            if self.scip.getStatus() != "optimal":
                assert self.scip.getStatus() == "infeasible", self.scip.getStatus()
                return None
            value = round(self.scip.getObjVal())
            values.append(value)
            self.scip.freeTransform()
            self.scip.addCons(expression <= value if sense == "minimize" else expression >= value)
        return values


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(Question(json.loads(line)).answer()), flush=True)


if __name__ == "__main__":
    main()
