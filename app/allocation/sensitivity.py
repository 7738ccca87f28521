# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What one more chair would do: the instance again with one seat more, run by run. Loads the solver, so for the worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.allocation.figures import full_runs
from app.allocation.instance import Instance, one_chair_more
from app.allocation.result import Allocation, Stage
from app.allocation.rules import Goal, Proof
from app.allocation.solving import solve


@dataclass(frozen=True, slots=True)
class Chair:
    """One seat more in `run`. `gain`: the first stage that gets better, as it then is, and by how much (always above
    0); None: nothing gets better. `proven`: both allocations are optimal, so this is what it does, not what it did by chance."""

    run: int
    gain: Stage | None
    by: int
    proven: bool


def one_more_chair(
    instance: Instance,
    allocation: Allocation,
    *,
    runs: Sequence[int] | None = None,
    seconds_each: float = 20.0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Chair, ...]:
    """What a seat more does for the goals down to the ranks, for each run that is full (or for `runs`).

    A run that has room for anybody gains nothing by a chair, so it is not asked. `progress` gets (done, total). Refuses what
    `solve` refuses.
    """
    full = full_runs(instance, allocation.places)
    asked = [number for number in (full if runs is None else runs) if not instance.run(number).closed]
    found = []
    for done, number in enumerate(asked):
        if progress:
            progress(done, len(asked))
        more = replace(one_chair_more(instance, number), time_limit=seconds_each)
        then = solve(more, start=allocation.places, until=Goal.RANK, cancelled=cancelled)
        found.append(_compare(number, allocation, then))
    return tuple(found)


def _compare(run: int, before: Allocation, after: Allocation) -> Chair:
    proven = after.proof is Proof.OPTIMAL
    for old, new in zip(before.stages, after.stages, strict=False):
        proven = proven and old.proof is Proof.OPTIMAL
        gained = new.value - old.value if old.most else old.value - new.value
        if gained:
            return Chair(run, new if gained > 0 else None, max(gained, 0), proven)
    return Chair(run, None, 0, proven)
