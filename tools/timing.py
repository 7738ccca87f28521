# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether the time of an answer tells if an address is known (T09): pairs of forms, one with a known address and one with
a new one, in changing order, compared by the test of Mann and Whitney.

    .venv/bin/python -m tools.timing [--pairs 200]

Prints medians in milliseconds and p; below 0.01 the two differ by more than chance. A figure and no test: it wants a
machine that does nothing else. That both ways ask the database the same is held by tests.
"""

import argparse
import gc
import logging
import math
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import delete, select, update

from app.clock import now
from app.demo.loading import load
from app.events.models import Event
from app.factory import create_app
from app.people.models import Budget
from app.registration.models import Registration
from app.registration.service import confirm
from app.settings import read_settings
from app.store.transactions import transaction
from app.web.database import db
from app.web.migrations import upgrade
from tools.browser import hidden

PAGES = {"single form": "register", "group form": "register/group"}
DAY = "/events/kim-fachtag-owl"
KNOWN = 20  # addresses that are registered before
PERSON = {"given_name": "Erika", "family_name": "Probe", "organisation": "Amt für Uhren"}


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Whether the time of an answer tells if an address is known."
    )
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--confirmed", action="store_true", help="the known addresses have been confirmed")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        app = _house(Path(folder))
        for name, page in PAGES.items():
            values = _row if "group" in page else _single
            known, new = measure(app, f"{DAY}/{page}", values, options.pairs, confirmed=options.confirmed)
            sys.stdout.write(
                f"{name:12} known {median(known):7.3f} ms, new {median(new):7.3f} ms,"
                f" p = {mann_whitney(known, new):.4f}\n"
            )
    return 0


def measure(
    app: Any, page: str, values: Callable[[str], dict[str, str]], pairs: int, *, confirmed: bool
) -> tuple[list[float], list[float]]:
    """Times of sending the form, in milliseconds."""
    chance, known, new = Random(7), list[float](), list[float]()
    client = app.test_client()
    for number in range(KNOWN):
        _timed(app, client, f"{DAY}/register", _single(f"bekannt{number}@example.org"))
    if confirmed:
        _confirm(app)
    for number in range(20):
        _timed(app, client, page, values(f"warm{number}.{len(page)}@example.org"))
    gc.collect()
    gc.disable()
    for number in range(pairs):
        both = [
            (known, f"bekannt{number % KNOWN}@example.org"),
            (new, f"neu{number}.{len(page)}@example.org"),
        ]
        chance.shuffle(both)
        for times, address in both:
            times.append(_timed(app, client, page, values(address)))
    gc.enable()
    return known, new


def _timed(app: Any, client: Any, page: str, values: dict[str, str]) -> float:
    """Budgets are emptied first, so that every address gets its mail."""
    with app.app_context(), transaction() as session:
        session.execute(delete(Budget))
    form = hidden(client.get(page).data) | values
    began = time.perf_counter()
    answer = client.post(page, data=form)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 303:
        raise RuntimeError(f"{page} answered {answer.status_code}")
    return took


def _confirm(app: Any) -> None:
    with app.app_context():
        known = select(Registration.id).where(Registration.email.like("bekannt%"))
        for number in db.session.scalars(known).all():
            with transaction() as session:
                confirm(session, number, now())


def _single(address: str) -> dict[str, str]:
    return {**PERSON, "email": address}


def _row(address: str) -> dict[str, str]:
    """A group of one colleague; its contact is somebody new each time."""
    row = {"given_name": "Erika", "family_name": "Probe", "email": address}
    contact = {**PERSON, "email": f"kontakt.{address}"}
    return contact | {f"rows-0-{name}": value for name, value in row.items()}


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p, by the normal approximation, which is good from some twenty values each."""
    ordered = sorted([(value, True) for value in first] + [(value, False) for value in second])
    ranks = sum(rank for rank, (_, mine) in enumerate(ordered, start=1) if mine)
    n, m = len(first), len(second)
    mean, spread = n * (n + m + 1) / 2, math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(ranks - mean) / spread / math.sqrt(2))


def _house(folder: Path) -> Any:
    app = create_app(read_settings({"FACHTAG_MODE": "demo", "FACHTAG_DATA_DIR": str(folder)}))
    with app.app_context():
        upgrade()
        db.session.remove()
        with transaction() as session:
            load(session, folder, "no password", now())
            session.execute(update(Event).values(capacity=100_000))
    app.config["SERVER_NAME"] = None
    return app


if __name__ == "__main__":
    sys.exit(main())
