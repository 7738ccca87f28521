# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""HiGHS as it is used here: silent, with one thread, refusing loudly. Only what solves loads it."""

import time
from collections.abc import Callable

import highspy
import numpy as np
from numpy.typing import NDArray

from app.allocation.result import Solver
from app.allocation.rules import SolverFailed

# Another number of threads in the same process makes HiGHS fail; and one thread gives the same result each time.
THREADS = 1
# How the stages ask it. Another way may choose others among equal places, as another version of HiGHS may: one more then.
WAY = 2
# Seconds between two questions to `cancelled`, which may have to look into a database.
PAUSE = 0.2
# No objective is unbounded, so the second one means the first.
IMPOSSIBLE = {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}
Vector = NDArray[np.float64]
Indices = NDArray[np.int32]
Asked = Callable[[], bool]


class Silent(highspy.Highs):
    """HiGHS without its lines on standard output; it would greet before an option can forbid it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def this_solver() -> Solver:
    """Name and version, with the way it is asked, for the protocol."""
    return Solver("HiGHS", f"{Silent().version()}-{WAY}")


def new_solver() -> highspy.Highs:
    solver = Silent()
    for name, value in (
        ("output_flag", False),
        ("threads", THREADS),
        ("parallel", "off"),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        # Values are whole, so a bound less than one below proves as much as one that is equal.
        ("mip_abs_gap", 0.9),
        ("mip_feasibility_tolerance", 1e-7),
    ):
        demand(solver.setOptionValue(name, value))
    return solver


def run_carefully(solver: highspy.Highs) -> highspy.HighsStatus:
    """Seen in HiGHS 1.16: what presolve decides alone may come back as a solution that breaks a row, and HiGHS says
    "solve error". Without presolve it is right, and quick, as there is little left to decide."""
    status: highspy.HighsStatus = solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kSolveError:
        demand(solver.setOptionValue("presolve", "off"))
        demand(solver.clearSolver())
        status = solver.run()
        demand(solver.setOptionValue("presolve", "choose"))
    return status


def listen(solver: highspy.Highs, cancelled: Asked) -> None:
    last = time.monotonic()

    def ask(event: highspy.HighsCallbackEvent) -> None:
        nonlocal last
        if time.monotonic() - last >= PAUSE:
            last = time.monotonic()
            if cancelled():
                event.interrupt()

    for point in (solver.cbSimplexInterrupt, solver.cbIpmInterrupt, solver.cbMipInterrupt):
        if not point.callbacks:
            point.subscribe(ask)


def demand(status: highspy.HighsStatus) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverFailed("an instruction was refused")
