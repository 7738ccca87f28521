# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A storm: registration opens, and everybody sends the form at the same moment.

Part of `python -m tools.bench`. Every client opens the form, fills it in and sends it, all at once, for a day with far
fewer seats and with quotas. What counts is who got in: exactly as many as there are seats, the others with waiting
numbers without a gap, nobody with an error.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tools.browser import Browser, hidden

DAY = "kim-fachtag-owl"
# One of each quota of the demo's day, and one that falls under none.
AGENCIES = (
    "Kommunales Integrationszentrum Kreis Herford",
    "Brücken bauen e. V. (erfundene MSO)",
    "Amt für Stürme",
)


@dataclass
class Outcome:
    """What one client was told, and after how many seconds."""

    status: int = 0
    seconds: float = 0.0
    fault: str = ""


@dataclass
class Storm:
    """`clients` people want one of `seats` seats."""

    port: int
    clients: int
    outcomes: list[Outcome] = field(default_factory=list)

    def blow(self) -> None:
        self.outcomes = [Outcome() for _ in range(self.clients)]
        gate = threading.Barrier(self.clients)
        threads = [
            threading.Thread(target=self._client, args=(number, gate)) for number in range(self.clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, number: int, gate: threading.Barrier) -> None:
        outcome = self.outcomes[number]
        gate.wait()
        begun = time.perf_counter()
        try:
            browser = Browser(self.port)
            try:
                outcome.status = _register(browser, number)
            finally:
                browser.close()
        except Exception as fault:
            outcome.fault = repr(fault)
        outcome.seconds = time.perf_counter() - begun


def _register(browser: Browser, number: int) -> int:
    """The status of the page after the form; 200 for who was answered."""
    form = browser.get(f"/events/{DAY}/register")
    values = hidden(form.body) | {
        "given_name": "Stella",
        "family_name": "Sturm",
        "email": f"sturm-{number}@example.org",
        "organisation": AGENCIES[number % len(AGENCIES)],
    }
    sent = browser.post(f"/events/{DAY}/register", values)
    return browser.get(sent.headers["location"]).status if sent.status == 303 else sent.status


def open_seats(app: Any, seats: int) -> None:
    """So many seats more than are taken or kept for somebody."""
    from app.store.transactions import transaction

    with app.app_context(), transaction() as session:
        day = _day(session)
        day.capacity = day.taken + seats
        day.revision += 1


def measure_storm(port: int, app: Any, clients: int, seats: int) -> dict[str, Any]:
    open_seats(app, seats)
    storm = Storm(port, clients)
    storm.blow()
    seconds = sorted(one.seconds for one in storm.outcomes)
    return {
        "clients": clients,
        "seats": seats,
        "errors": [one.fault or str(one.status) for one in storm.outcomes if one.status != 200],
        "median_s": round(seconds[len(seconds) // 2], 2),
        "slowest_s": round(seconds[-1], 2),
        **_who_got_in(app),
    }


def _who_got_in(app: Any) -> dict[str, Any]:
    from sqlalchemy import select

    from app.clock import now
    from app.organising.checks import data_findings
    from app.registration.models import Registration
    from app.web.database import db

    with app.app_context():
        session = db.session()
        people = session.scalars(select(Registration).where(Registration.email.like("sturm-%"))).all()
        numbers = sorted(one.waiting_number for one in people if one.waiting_number is not None)
        figures = {
            "in": sum(one.has_seat for one in people),
            "waiting": len(numbers),
            "gaps": numbers != list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False,
            "quotas": _day(session).quota_count,
            "kept_for_others": _day(session).reserved,
            "findings": data_findings(session, now()),
        }
        session.rollback()
    return figures


def _day(session: Any) -> Any:
    from sqlalchemy import select

    from app.events.models import Event

    return session.scalars(select(Event).where(Event.slug == DAY)).one()
