# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the public pages of a day cost: kept, beside the same bytes as a fixed answer under the same server; and anew.

Part of `python -m tools.bench`. Beside the demo's day there is one with a long agenda of 300 entries. Processor time is
that of the server; ratios are worth comparing between machines.
"""

import json
import statistics
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from tools.browser import Browser

LONG_DAY = "langer-fachtag"
ITEMS, ROUNDS, RUNS = 60, 8, 30  # 300 entries together
ROOMS, TRACKS = 15, 4
FILES = ("", "/agenda", "/agenda.ics", "/agenda.json", "/agenda.xml", "/agenda.atom")
PACKED = {"Accept-Encoding": "gzip"}  # as every browser asks
HOP = {"date", "server", "connection", "transfer-encoding", "via"}  # what the server adds itself


class Watched(Protocol):
    port: int

    def processor_ms(self) -> float | None: ...


Fixed = Callable[[Path], AbstractContextManager[Watched]]


def add_long_day(app: Any) -> None:
    """A published day of two dates, its agenda public: items for everybody, rounds with many workshops at once."""
    from app.events.rules import EventStatus
    from app.events.service import NewEvent, create_event
    from app.store.transactions import transaction

    starts = datetime(2031, 5, 8, 7, 0, tzinfo=UTC)
    with app.app_context(), transaction() as session:
        new = NewEvent(LONG_DAY, "Ein langer Fachtag", starts, starts + timedelta(hours=35), 400)
        day: Any = create_event(session, new, None, starts - timedelta(days=90))
        day.status, day.venue_name, day.venue_city = EventStatus.PUBLISHED, "Kongresshaus", "Musterstadt"
        day.summary = "Zwei Tage, viele Räume."
        day.agenda_released_at = starts - timedelta(days=60)
        session.flush()
        rooms = _rooms(session, day)
        _items(session, day, rooms)
        _rounds(session, day, rooms)
        day.revision += 1


def _rooms(session: Any, day: Any) -> list[Any]:
    from app.events.models import Room

    rooms = [
        Room(event_id=day.id, name=f"Raum {number:02}", seats=30, position=number, step_free=number % 5 > 0)
        for number in range(ROOMS)
    ]
    session.add_all(rooms)
    session.flush()
    return rooms


def _items(session: Any, day: Any, rooms: Sequence[Any]) -> None:
    from app.programme.models import AgendaItem, Contributor
    from app.programme.rules import ItemKind

    kinds = list(ItemKind)
    session.add_all(
        AgendaItem(
            event_id=day.id,
            kind=kinds[number % len(kinds)],
            title=f"Programmpunkt {number}: Was wir voneinander lernen",
            note="Mit Dolmetschen in Deutsche Gebärdensprache. Bitte seien Sie pünktlich.",
            starts_at=day.starts_at + timedelta(minutes=30 * number),
            ends_at=day.starts_at + timedelta(minutes=30 * number + 25),
            room_id=rooms[number % ROOMS].id,
            contributors=[Contributor(name=f"Dr. Alex Beispiel {number}", function="Leitung", position=1)],
        )
        for number in range(ITEMS)
    )


def _rounds(session: Any, day: Any, rooms: Sequence[Any]) -> None:
    from app.programme.models import Contributor, Round, Run, Workshop

    for number in range(1, ROUNDS + 1):
        begins = day.starts_at + timedelta(hours=4 * (number - 1) + 1)
        round_ = Round(event=day, number=number, title=f"Runde {number}", starts_at=begins, ends_at=begins + timedelta(minutes=75))  # fmt: skip
        session.add(round_)
        for one in range(RUNS):
            workshop = Workshop(
                event_id=day.id,
                title=f"Workshop {number}.{one}: Wege durch die Ämter",
                abstract="Wir lesen Fälle aus der Praxis, gemeinsam und mit Zeit.\n\nDanach schreiben wir auf, was wir mitnehmen.",
                track=f"Strang {one % TRACKS}",
                target_group="Beratende mit Publikumsverkehr",
                method="Fallarbeit in kleinen Gruppen",
            )
            session.add(
                Run(
                    workshop=workshop,
                    round=round_,
                    room=rooms[one % ROOMS],
                    label=f"{number}.{one + 1:02}",
                    capacity=25,
                    contributors=[Contributor(name=f"Kim Platzhalter {one}", organisation="Stadt Musterstadt", position=1)],
                    created_at=day.changed_at,
                    modified_at=day.changed_at,
                )
            )  # fmt: skip
    session.flush()


# --- kept --------------------------------------------------------------------------------------------------------


def measure(
    server: Watched, fixed: Fixed, app: Any, folder: Path, days: Sequence[str], repeats: int
) -> dict[str, Any]:
    """Kept pages of each of these days beside fixed answers, an unchanged one (304), and the long day anew."""
    addresses = [f"/events/{day}{file}" for day in days for file in FILES]
    written = folder / "fixed.json"
    written.write_text(json.dumps({one: _written(server.port, one) for one in addresses}), encoding="utf-8")
    with fixed(written) as beside:
        kept = {one: _compare(server, beside, one, repeats) for one in addresses}
    anew = {one: measure_anew(server, app, one, max(repeats // 4, 3)) for one in addresses if LONG_DAY in one}
    pdf = f"/events/{LONG_DAY}/agenda.pdf"
    return {
        "kept": kept,
        "unchanged": {one: _unchanged(server.port, one) for one in addresses},
        "anew": {**anew, pdf: measure_anew(server, app, pdf, 3)},
    }


def _written(port: int, address: str) -> dict[str, Any]:
    """What the application answers, to be said again by somebody else."""
    browser = Browser(port)
    answer = browser.get(address, PACKED)
    browser.close()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    headers = [[name, value] for name, value in answer.headers.items() if name not in HOP]
    return {"status": "200 OK", "headers": headers, "body": b64encode(answer.body).decode()}


def _compare(server: Watched, beside: Watched, address: str, repeats: int) -> dict[str, Any]:
    """In turns; the middle of the shares is what counts."""
    both = [(server, Browser(server.port)), (beside, Browser(beside.port))]
    size = 0
    for _, browser in both:
        for _ in range(50):
            size = len(browser.get(address, PACKED).body)
    worked: list[list[float]] = [[], []]
    for _ in range(repeats):
        for number, (one, browser) in enumerate(both):
            before = one.processor_ms()
            for _ in range(50):
                browser.get(address, PACKED)
            after = one.processor_ms()
            if before is not None and after is not None:
                worked[number].append((after - before) / 50)
    for _, browser in both:
        browser.close()
    if not worked[0]:
        return {"bytes": size, "processor_ms": None, "fixed_ms": None, "ratio": None}
    ours, theirs = (statistics.median(one) for one in worked)
    ratio = statistics.median(one / other for one, other in zip(*worked, strict=True))
    return {
        "bytes": size,
        "processor_ms": round(ours, 3),
        "fixed_ms": round(theirs, 3),
        "ratio": round(ratio, 2),
    }


def _unchanged(port: int, address: str) -> int:
    """The answer to who has the page already."""
    browser = Browser(port)
    tag = browser.get(address, PACKED).headers["etag"]
    browser.close()
    browser = Browser(port)
    answer = browser.get(address, {**PACKED, "If-None-Match": tag})
    browser.close()
    return answer.status


# --- anew --------------------------------------------------------------------------------------------------------


def measure_anew(server: Watched, app: Any, address: str, repeats: int) -> dict[str, Any]:
    """Milliseconds of the first answer after a change of the day, for whom it is made anew."""
    browser, waited, worked = Browser(server.port), [], []
    browser.get(address, PACKED)
    for _ in range(repeats):
        _change(app)
        before = server.processor_ms()
        begun = time.perf_counter()
        answer = browser.get(address, PACKED)
        waited.append((time.perf_counter() - begun) * 1000)
        after = server.processor_ms()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        if before is not None and after is not None:
            worked.append(after - before)
    browser.close()
    return {
        "ms": round(statistics.median(waited), 1),
        "slowest_ms": round(max(waited), 1),
        "processor_ms": round(statistics.median(worked), 1) if worked else None,
    }


def _change(app: Any) -> None:
    from sqlalchemy import update

    from app.events.models import Event
    from app.store.transactions import transaction

    with app.app_context(), transaction() as session:
        session.execute(update(Event).where(Event.slug == LONG_DAY).values(revision=Event.revision + 1))


def table(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{'kept, packed':42}{'bytes':>9}{'processor':>11}{'fixed':>8}{'×':>6}{'again':>7}"
    for address, one in figures["kept"].items():
        again = figures["unchanged"][address]
        yield f"{address:42}{one['bytes']:9}{one['processor_ms'] or '-':>11}{one['fixed_ms'] or '-':>8}{one['ratio'] or '-':>6}{again:>7}"
    for address, one in figures["anew"].items():
        yield f"{address:42}anew: {one['ms']} ms, at most {one['slowest_ms']} ms, {one['processor_ms']} ms on the processor"
