# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day with a crowd: what a registration, the organisers' list and its files cost when many are there already.

Part of `python -m tools.bench`. The people are written as rows, which takes seconds where registering takes minutes;
`flask check` finds nothing wrong with them.
"""

import http.client
import itertools
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from tools.browser import Answer, Browser, hidden

DAY = "kim-fachtag-owl"
LIST = f"/organise/events/{DAY}/registrations"
AT_ONCE = 2_000
ORGANISATIONS = 400
FAMILY = (
    "Muster",
    "Beispiel",
    "Platzhalter",
    "Probe",
    "Fiktiv",
    "Erfunden",
    "Öztürk",
    "Ädler",
    "Zander",
    "von Halle",
)
GIVEN = ("Anna", "Bilal", "Carla", "Deniz", "Elif", "Farid", "Greta", "Hanna", "Ivo", "Jana", "Kemal", "Lena")
ROLES = ("Case Management", "Leitung", "Beratung", "Sachbearbeitung", "")
Processor = Callable[[], float | None]


# --- the people --------------------------------------------------------------------------------------------------


def fill(app: Any, people: int, *, waiting: bool = False) -> None:
    """Add people until so many are there: of each ten nine have a seat and one cancelled, or all of them wait."""
    from sqlalchemy import delete, func, insert, select

    from app.clock import now
    from app.events.models import Event
    from app.people.models import Budget
    from app.registration.models import Registration, StatusChange
    from app.registration.questions.models import Answer
    from app.registration.workshops.models import Place
    from app.store.transactions import transaction

    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == DAY)).one()
        there = session.scalar(select(func.count()).where(Registration.event_id == day.id)) or 0
        last_id = session.scalar(select(func.max(Registration.id))) or 0
        world = _World(session, day, now(), last_id, waiting)
        rows = world.rows(max(people - there, 0))
        tables = (Registration, StatusChange, Place, Answer)
        while portion := list(itertools.islice(rows, AT_ONCE)):
            for number, table in enumerate(tables):
                lines = [line for one in portion for line in one[number]]
                if lines:
                    session.execute(insert(table.__table__), lines)
        _go_on_counting(session)
        world.count(session, day)
        session.execute(delete(Budget))  # all who are measured come from one network, which the gate counts
    _look_at_everything(app)


def _go_on_counting(session: Any) -> None:
    """The ids were ours; PostgreSQL has to know where to go on. (SQLite looks by itself.)"""
    from sqlalchemy import text

    if session.get_bind().dialect.name == "postgresql":
        last = "SELECT setval(pg_get_serial_sequence('registration', 'id'), max(id)) FROM registration"
        session.execute(text(last))


class _World:
    """What the people of the crowd choose from. The same crowd each time."""

    def __init__(self, session: Any, day: Any, moment: Any, last_id: int, waiting: bool) -> None:
        from app.organisations.service import name_organisations
        from app.registration.questions.queries import questions_of
        from app.registration.questions.rules import CHOOSING

        self.dice = random.Random(last_id)  # noqa: S311 - people for a benchmark
        self.event_id, self.moment, self.last_id = day.id, moment, last_id
        self.waiting, self.waiting_number = waiting, day.waiting_counter
        names = [f"Amt für Messungen {number}" for number in range(ORGANISATIONS)]
        self.organisations = [one.id for one in name_organisations(session, names).values()]
        self.runs = _runs(session, day)
        self.questions = [
            one for one in questions_of(session, day.id) if one.kind in CHOOSING and not one.sensitive
        ]

    def rows(self, people: int) -> Iterator[tuple[list[dict[str, Any]], ...]]:
        """For each person the rows of registration, history, place and answer."""
        for number in range(self.last_id + 1, self.last_id + people + 1):
            yield self._person(number)

    def _person(self, number: int) -> tuple[list[dict[str, Any]], ...]:
        from app.people.rules import address_key
        from app.registration.rules import Actor, Reason, Status, new_reference, sort_key

        dice = self.dice
        family, given = f"{dice.choice(FAMILY)}-{number}", dice.choice(GIVEN)
        email = f"menge-{number}@example.org"
        status = Status.CANCELLED if number % 10 == 0 else Status.REGISTERED
        if self.waiting:
            status = Status.WAITING
            self.waiting_number += 1
        seated = status is Status.REGISTERED
        moment = self.moment - timedelta(minutes=dice.randrange(60_000))
        person = {
            "id": number,
            "reference": new_reference(),
            "event_id": self.event_id,
            "organisation_id": dice.choice(self.organisations),
            "given_name": given,
            "family_name": family,
            "sort_key": sort_key(family, given),
            "email": email,
            "email_key": address_key(email),
            "role_title": dice.choice(ROLES),
            "status": status,
            "has_seat": seated,
            "waiting_number": self.waiting_number if status is Status.WAITING else None,
            "nonce": f"menge-{number:020d}",
            "created_at": moment,
            "confirmed_at": moment,
            "changed_at": moment,
            "feed_changed_at": moment,
            "mail_revision": 1,
        }
        change = {
            "registration_id": number,
            "at": moment,
            "from_status": None,
            "to_status": status,
            "actor": Actor.SYSTEM,
            "reason": Reason.SUBMITTED,
            "note": "",
        }
        return (
            [person],
            [change],
            self._places(number) if seated else [],
            self._answers(number) if seated else [],
        )

    def _places(self, number: int) -> list[dict[str, Any]]:
        from app.registration.rules import PlaceState

        chosen, workshops = [], set()
        for runs in self.runs.values():
            run_id, round_id, workshop_id = self.dice.choice(runs)
            if workshop_id not in workshops:
                workshops.add(workshop_id)
                place = {"registration_id": number, "run_id": run_id, "round_id": round_id}
                chosen.append(place | {"workshop_id": workshop_id, "state": PlaceState.PLACE})
        return chosen

    def _answers(self, number: int) -> list[dict[str, Any]]:
        given = []
        for question in self.questions:
            if question.shown_if is None:
                option = self.dice.choice(question.offered)
                answer = {"registration_id": number, "question_id": question.id, "number": 0}
                answer |= {
                    "option_id": option.id,
                    "holds": True,
                    "asked": question.label,
                    "text": option.label,
                }
                given.append(answer)
        return given

    def count(self, session: Any, day: Any) -> None:
        """The counters say what the rows say; but while nobody of the crowd waits there are seats, and no line."""
        from sqlalchemy import func, select, update

        from app.programme.models import Run
        from app.registration.models import Registration
        from app.registration.questions.models import Answer, Option
        from app.registration.rules import IN_LINE, PlaceState
        from app.registration.workshops.models import Place

        mine = Registration.event_id == day.id
        in_line = select(func.count()).where(mine, Registration.status.in_(IN_LINE), ~Registration.has_seat)
        day.taken = session.scalar(select(func.count()).where(mine, Registration.has_seat))
        day.waiting = session.scalar(in_line) if self.waiting else 0
        day.capacity, day.waiting_counter = day.taken if self.waiting else 200_000, self.waiting_number
        day.revision += 1
        sits = (
            select(func.count())
            .where(Place.run_id == Run.id, Place.state == PlaceState.PLACE)
            .scalar_subquery()
        )
        session.execute(
            update(Run).values(taken=sits, capacity=100_000).execution_options(synchronize_session=False)
        )
        chose = select(func.count()).where(Answer.option_id == Option.id, Answer.holds).scalar_subquery()
        asked = Option.question_id.in_([one.id for one in self.questions])
        session.execute(
            update(Option).where(asked).values(taken=chose).execution_options(synchronize_session=False)
        )


def _runs(session: Any, day: Any) -> dict[int, list[tuple[int, int, int]]]:
    """Round → its runs, as run, round and workshop."""
    from sqlalchemy import select

    from app.programme.models import Round, Run

    found: dict[int, list[tuple[int, int, int]]] = {}
    rows = select(Run.id, Run.round_id, Run.workshop_id).join(Round).where(Round.event_id == day.id)
    for row in session.execute(rows.order_by(Run.id)):
        found.setdefault(row.round_id, []).append(tuple(row))
    return found


def _look_at_everything(app: Any) -> None:
    """Let the engine count its rows and tidy up after so many, as it does by itself in time: PostgreSQL would do it while
    others are measured."""
    from sqlalchemy import text

    from app.store.transactions import count_rows
    from app.web.database import db

    with app.app_context():
        count_rows()
        if db.engine.dialect.name != "postgresql":
            return
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text("VACUUM (ANALYZE)"))
            connection.execute(text("CHECKPOINT"))
            connection.execute(text("RESET default_transaction_read_only"))


# --- what organisers ask -----------------------------------------------------------------------------------------


def sign_in(port: int, folder: Path) -> Browser:
    """A browser with the demo's organiser in it."""
    email, password = (folder / "demo-organiser.txt").read_text("utf-8").split()[:2]
    browser = Browser(port)
    page = browser.get("/organise/sign-in")
    browser.post("/organise/sign-in", hidden(page.body) | {"email": email, "password": password})
    if browser.get(LIST).status != http.client.OK:
        raise RuntimeError("the demo's organiser cannot sign in")
    return browser


def measure_list(browser: Browser, processor: Processor, orders_of: int | None = None) -> dict[str, Any]:
    """Every filter with every order (or with `orders_of` them), the first page, one in the middle and the last:
    milliseconds of processor time."""
    page = browser.get(LIST).body.decode()
    orders = _options(page, "sort")[:orders_of]
    filters = [
        "",
        "q=muster",
        "q=anna+muster-1",
        "q=menge-77",
        "organisation=Messungen",
        "organisation=Amt+für+Messungen+7",
    ]
    filters += [
        f"{name}={_options(page, name)[-1]}"
        for name in ("status", "kind", "district", "quota", "answer", "run")
        if _options(page, name)
    ]
    filters += ["status=registered", "status=waiting", "status=cancelled", "kind=other&q=lena"]
    found: dict[str, float] = {}
    largest = 0
    for chosen, order in itertools.product(filters, orders):
        address = f"{LIST}?{chosen.replace('ü', '%C3%BC')}&sort={order}"
        last = _last_page(browser.get(address).body.decode())
        for number in sorted({1, (last + 1) // 2, last}):
            spent, answer = _cost(browser, f"{address}&page={number}", processor)
            found[f"{chosen or 'everybody'} by {order}, page {number}"] = spent
            largest = max(largest, len(answer.body))
    worst = max(found, key=lambda name: found[name])
    return {
        "combinations": len(found),
        "median_ms": round(statistics.median(found.values()), 1),
        "slowest_ms": round(found[worst], 1),
        "slowest": worst,
        "over_100_ms": sorted(name for name, spent in found.items() if spent > 100),
        "largest_kb": round(largest / 1000),
    }


def _last_page(page: str) -> int:
    """Pages are turned by buttons of the list's form."""
    found = re.findall(r'name="page" value="(\d+)"', page)
    return max((int(one) for one in found), default=1)


def measure_files(browser: Browser, processor: Processor) -> dict[str, float]:
    """Seconds of processor time for everybody as CSV and as XLSX."""
    token = hidden(browser.get(LIST).body)["csrf_token"]
    return {kind: _file(browser, token, kind, processor) for kind in ("csv", "xlsx")}


def _file(browser: Browser, token: str, kind: str, processor: Processor) -> float:
    spent = []
    for _ in range(3):
        before, begun = processor(), time.perf_counter()
        answer = browser.post(f"{LIST}/export", {"csrf_token": token, "format": kind})
        if answer.status != http.client.OK:
            raise RuntimeError(f"export as {kind}: {answer.status}")
        spent.append(_difference(before, processor(), begun) / 1000)
    return round(min(spent), 2)


def _cost(browser: Browser, address: str, processor: Processor) -> tuple[float, Answer]:
    """The middle of three, in milliseconds."""
    spent = []
    for _ in range(3):
        before, begun = processor(), time.perf_counter()
        answer = browser.get(address)
        spent.append(_difference(before, processor(), begun))
        if answer.status != http.client.OK:
            raise RuntimeError(f"{address}: {answer.status}")
    return statistics.median(spent), answer


def _difference(before: float | None, after: float | None, begun: float) -> float:
    """Milliseconds on a processor; where the system does not tell, those that passed."""
    if before is None or after is None:
        return (time.perf_counter() - begun) * 1000
    return after - before


def _options(page: str, name: str) -> Sequence[str]:
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option[^>]*value="([^"]+)"', found[0]) if found else []
