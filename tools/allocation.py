# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The allocation, measured and compared.

    python -m tools.allocation bench    how long the proof takes, beside the bounds it has to keep (part of `make bench`)
    python -m tools.allocation compare  optimum, first come first served and lots by rounds on the same instances

Instances are invented (tools/instances.py): the same on every machine. Each measurement has a process of its own, so
that the memory is that of one allocation.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.allocation.baselines import first_come, lots_by_round
from app.allocation.figures import Summary, summarise
from app.allocation.instance import Instance, ModelPlace
from app.allocation.rules import Mode
from app.allocation.verification import Occupancy
from tools.instances import Description, invent

ROOT = Path(__file__).resolve().parent.parent
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Size:
    """What is measured, and the seconds within which the optimum has to be proven (the median of five counts)."""

    name: str
    what: Description
    seconds: float


SIZES = (
    Size("100 × 2 × 6, strict", Description(100, 2, 6, mixing="strict"), 1),
    Size("300 × 2 × 10, strict", Description(300, 2, 10, mixing="strict"), 1),
    Size("300 × 2 × 10, loose", Description(300, 2, 10, mixing="loose"), 1),
    Size("500 × 3 × 12, strict", Description(500, 3, 12, mixing="strict"), 5),
    Size("500 × 3 × 12, loose", Description(500, 3, 12, mixing="loose"), 5),
    # On a slow machine the largest may run into their time limit; then they state how much worse they are at most.
    Size("2000 × 3 × 20, strict", Description(2000, 3, 20, mixing="strict", time_limit=105), 60),
    Size("2000 × 3 × 20, loose", Description(2000, 3, 20, mixing="loose", time_limit=105), 60),
)


# --- measuring ---------------------------------------------------------------------------------------------------


def measure_once(position: int, seed: int) -> dict[str, Any]:
    """One allocation in this process: seconds, memory, and what was proven."""
    import resource  # there is none on Windows, and nobody else needs it

    from app.allocation.solving import solve

    instance = invent(SIZES[position].what, seed)
    begun, worked = time.perf_counter(), time.process_time()
    found = solve(instance)
    took, processor = time.perf_counter() - begun, time.process_time() - worked
    late = found.first_unproven
    return {
        "seconds": round(took, 3),
        "processor_s": round(processor, 3),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "proof": found.proof.value,
        "unproven": None if late is None else f"{late.goal.value}: {late.value}, at most {late.worse} worse",
        "stages": [[one.goal.value, one.rank, one.value, one.bound] for one in found.stages],
    }


def measure_apart(position: int, seed: int) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tools.allocation", "once", str(position), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure_allocation(sizes: int = len(SIZES), repeats: int = REPEATS) -> dict[str, dict[str, Any]]:
    """Size to medians over `repeats` instances, the bound in seconds, and how many of them were proven."""
    figures = {}
    for position, size in enumerate(SIZES[:sizes]):
        runs = [measure_apart(position, seed) for seed in range(1, repeats + 1)]
        figures[size.name] = {
            "seconds": round(statistics.median(one["seconds"] for one in runs), 2),
            "slowest_s": max(one["seconds"] for one in runs),
            "processor_s": round(statistics.median(one["processor_s"] for one in runs), 2),
            "memory_mb": max(one["memory_mb"] for one in runs),
            "bound_s": size.seconds,
            "proven": sum(one["proof"] == "optimal" for one in runs),
            "impossible": sum(one["proof"] == "infeasible" for one in runs),
            "unproven": [one["unproven"] for one in runs if one["unproven"]],
            "count": repeats,
        }
    return figures


def table(figures: dict[str, dict[str, Any]]) -> str:
    lines = [
        "\nallocation: seconds until the optimum is proven (people × rounds × runs, mixing)",
        f"{'':24}{'median':>8}{'slowest':>9}{'processor':>11}{'bound':>7}{'MB':>6}  proven",
    ]
    for name, one in figures.items():
        held = "" if one["seconds"] <= one["bound_s"] else "  BOUND NOT HELD"
        lines.append(
            f"{name:24}{one['seconds']:8.2f}{one['slowest_s']:9.2f}{one['processor_s']:11.2f}{one['bound_s']:7.0f}"
            f"{one['memory_mb']:6}  {one['proven']} of {one['count']}{held}"
        )
        lines += [f"{'':24}  {text}" for text in one["unproven"]]
    return "\n".join(lines)


# --- comparing ---------------------------------------------------------------------------------------------------

COMPARED = (
    Description(146, 1, 6, wishes=3, spare=0.15, minimum=False, repeated=0, needs=0, silent=0),
    Description(300, 2, 10, wishes=4, spare=0.15, minimum=False, repeated=0, needs=0, silent=0),
    Description(500, 3, 12, wishes=4, spare=0.05, minimum=False, repeated=0, needs=0, silent=0),
)
Way = Callable[[Instance], Sequence[ModelPlace]]


def ways() -> dict[str, Way]:
    from app.allocation.solving import solve

    return {
        "Optimum, wenige hintere Wünsche": lambda instance: solve(instance).places,
        "Optimum, viele erste Wünsche": lambda instance: solve(replace(instance, mode=Mode.GREEDY)).places,
        "Wer zuerst kommt": first_come,
        "Los je Runde": lots_by_round,
    }


def compare(instances: int) -> str:
    """The table of docs/zuteilung.md: means over `instances` per size; the most ranks of one person are the most of all of them."""
    lines = [
        "| Personen × Runden × Workshops, freie Plätze | Verfahren | verlorene Ränge je 100 Personen | am meisten eine Person | Erstwünsche | ohne Wunsch | Plätze außerhalb |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for what in COMPARED:
        asked = [invent(what, seed) for seed in range(1, instances + 1)]
        name = f"{what.people} × {what.rounds} × {what.runs}, {what.spare:.0%}".replace("%", " %")
        for way, places_of in ways().items():
            given = [(instance, places_of(instance)) for instance in asked]
            found = [summarise(instance, places) for instance, places in given]
            lost = [list(_lost(instance, places)) for instance, places in given]
            lines.append(f"| {name} | {way} | {_row(found, lost)} |")
    return "\n".join(lines)


def _lost(instance: Instance, places: Sequence[ModelPlace]) -> Iterator[int]:
    """Ranks that each person lost over all rounds; a seat that is missing is at the rank after the last wish."""
    occupancy = Occupancy(instance, places)
    for person in instance.people:
        given = dict(occupancy.levels(person))
        counted = occupancy.counted_rounds(person)
        yield sum(given.get(number, length + 1) - 1 for number, length in counted.items())


def _row(found: Sequence[Summary], lost: Sequence[Sequence[int]]) -> str:
    def mean(values: Sequence[float]) -> str:
        return f"{statistics.mean(values):.1f}".replace(".", ",")

    firsts = [
        100 * one.first_wishes / (sum(one.by_rank.values()) + one.outside + one.unseated) for one in found
    ]
    return " | ".join(
        [
            mean([100 * sum(one) / len(one) for one in lost]),
            str(max(max(one) for one in lost)),
            f"{mean(firsts)} %",
            mean([one.without for one in found]),
            mean([one.outside + one.unseated for one in found]),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.allocation", description="The allocation, measured."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    bench = commands.add_parser("bench", help="seconds until the optimum is proven")
    bench.add_argument("--sizes", type=int, default=len(SIZES), help="only the first ones")
    bench.add_argument("--repeats", type=int, default=REPEATS, help="instances per size")
    comparing = commands.add_parser("compare", help="against first come first served and lots by rounds")
    comparing.add_argument("--instances", type=int, default=20, help="per size")
    once = commands.add_parser("once", help="one measurement, as JSON")
    once.add_argument("position", type=int)
    once.add_argument("seed", type=int)
    chosen = parser.parse_args(arguments)
    if chosen.command == "once":
        print(json.dumps(measure_once(chosen.position, chosen.seed)))
    elif chosen.command == "compare":
        print(compare(chosen.instances))
    else:
        print(table(measure_allocation(chosen.sizes, chosen.repeats)))


if __name__ == "__main__":
    main()
