# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The store busy, away or full: 503 with everything that was typed, never a fault of ours (F23, F25, F28, F29)."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pysqlite3.dbapi2 as sqlite
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as events
from sqlalchemy import make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.clock import now
from app.factory import create_app
from app.organising.checks import data_findings
from app.registration.models import Registration
from app.store import engines
from app.store.outages import Outage, StoreBusy, StoreReadOnly, outage_of
from app.web.database import db, transaction
from tests.conftest import settings_for
from tests.factories.days import make_event
from tests.pages import Page, Visitor
from tests.postgresql import KeptDatabase, administer

PERSON = {
    "given_name": "Svenja",
    "family_name": "Demohaus-O'Brien <b>",
    "email": "svenja@example.org",
    "organisation": "Stadt Musterstadt",
    "role_title": "Beratung",
}
BUSY = "Gerade ist viel los"
REGISTER = "/events/musterfachtag/register"


@pytest.fixture
def form(app: Flask, client: FlaskClient) -> Page:
    """The open form of a day."""
    with app.app_context(), transaction() as session:
        make_event(session)
    return Visitor(client).get(REGISTER)


def registered(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Registration.email)))


class Told(Exception):
    def __init__(self, **attributes: object) -> None:
        super().__init__("what the driver says may name a person")
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (StoreBusy(), Outage.BUSY),
        (PoolTimeout(), Outage.BUSY),
        (OperationalError("", {}, Told(sqlite_errorcode=5)), Outage.BUSY),
        (OperationalError("", {}, Told(sqlite_errorcode=261)), Outage.BUSY),  # BUSY_RECOVERY
        (OperationalError("", {}, Told(sqlite_errorcode=13)), Outage.FULL),
        (OperationalError("", {}, Told(sqlite_errorcode=778)), Outage.AWAY),  # IOERR_WRITE
        (OperationalError("", {}, Told(sqlite_errorcode=14)), Outage.AWAY),
        (OperationalError("", {}, Told(sqlite_errorcode=1)), None),  # no such table
        (DBAPIError("", {}, Told(sqlite_errorcode=19)), None),  # a constraint
        (OperationalError("", {}, Told(sqlstate="57P01")), Outage.AWAY),  # a restart
        (OperationalError("", {}, Told(sqlstate="57014")), Outage.BUSY),
        (OperationalError("", {}, Told(sqlstate="55P03")), Outage.BUSY),
        (OperationalError("", {}, Told(sqlstate="53100")), Outage.FULL),
        (OperationalError("", {}, Told(sqlstate="53300")), Outage.AWAY),
        (OperationalError("", {}, Told(sqlstate="25006")), None),  # somebody wrote outside of a transaction
        (OperationalError("", {}, Told(sqlite_errorcode=8)), None),
        (StoreReadOnly(), Outage.AWAY),
        (DBAPIError("", {}, Told(sqlstate="42P01")), None),  # no such table
        (DBAPIError("", {}, Told(sqlstate=None), connection_invalidated=True), Outage.AWAY),
        (OSError(errno.ENOSPC, "full"), Outage.FULL),
        (OSError(errno.EACCES, "no"), None),
        (ValueError(), None),
    ],
)
def test_outages_are_told_from_faults(error: Exception, outage: Outage | None) -> None:
    assert outage_of(error) is outage


@contextmanager
def locked(url: URL) -> Iterator[None]:
    """Another program holds the file's lock."""
    other = sqlite.connect(url.database, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture
def impatient(app: Flask) -> Iterator[None]:
    """SQLite waits a moment instead of ten seconds."""

    def hurry(connection: sqlite.Connection, *_anything: object) -> None:
        connection.execute("PRAGMA busy_timeout=50").close()

    with app.app_context():
        engine = db.engine
    events.listen(engine, "checkout", hurry)
    yield
    events.remove(engine, "checkout", hurry)


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("impatient")
def test_what_was_typed_is_on_the_page_and_is_sent_with_one_press(app: Flask, form: Page) -> None:
    """F23: the file is locked. The answer carries the whole form, and reading goes on."""
    with app.app_context():
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    with locked(url):
        page = form.send(**PERSON)
        assert (page.status, page.heading) == (503, BUSY)
        assert page.response.headers["Retry-After"] == "10"
        for typed in PERSON.values():
            assert typed in page.text
        assert form.visitor.get("/events/musterfachtag").status == 200
        assert registered(app) == []
    assert page.send(button="Noch einmal senden").address.startswith(f"{REGISTER}/sent")
    assert registered(app) == [PERSON["email"]]


@pytest.mark.sqlite_only
def test_a_full_disk_is_said_and_nothing_is_half_stored(app: Flask, form: Page) -> None:
    """F28: reading goes on; the data are whole afterwards."""

    def fill_up(connection: sqlite.Connection, *_anything: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    with app.app_context():
        engine = db.engine
        with transaction() as session:  # what is free in the file is used up
            session.execute(text("CREATE TABLE heap (rubbish BLOB)"))
    events.listen(engine, "checkout", fill_up)
    try:
        with app.app_context():
            for size in (100_000, 1_000, 10):
                for _ in range(100):
                    try:
                        with transaction() as session:
                            session.execute(text(f"INSERT INTO heap VALUES (zeroblob({size}))"))
                    except OperationalError:
                        break
        page = form.send(**PERSON)
        for number in range(60):  # there is still room in pages that are not full
            if page.status == 503:
                break
            page = form.visitor.get(REGISTER).send(**{**PERSON, "email": f"person{number}@example.org"})
        assert (page.status, page.heading) == (503, "Zurzeit kann nichts gespeichert werden")
        assert form.visitor.get("/events/musterfachtag").status == 200
    finally:
        events.remove(engine, "checkout", fill_up)
        with app.app_context():
            db.session.remove()
            engine.dispose()
    with app.app_context():
        assert list(data_findings(db.session(), now())) == []
    assert page.send(button="Noch einmal senden").address.startswith(f"{REGISTER}/sent")


@pytest.mark.sqlite_only
def test_passwords_do_not_travel_back(app: Flask, client: FlaskClient) -> None:
    form = Visitor(client).get("/organise/sign-in")
    with app.app_context():
        engine = db.engine

    def fail(*_anything: object) -> None:
        raise StoreBusy

    events.listen(engine, "before_cursor_execute", fail)
    try:
        page = form.send(email="chris@example.org", password="a secret that nobody may read")
    finally:
        events.remove(engine, "before_cursor_execute", fail)
    assert (page.status, "a secret" in page.response.text) == (503, False)
    assert not page.soup.select("main form")


@pytest.fixture
def postgresql_app(postgresql_database: KeptDatabase, data_dir: Path) -> Iterator[Flask]:
    url = postgresql_database.fresh().render_as_string(hide_password=False)
    app = create_app(settings_for(url, data_dir))
    with app.app_context(), transaction() as session:
        make_event(session)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.postgresql
def test_a_database_that_is_away_is_said_and_found_again(
    postgresql_app: Flask, postgresql_server: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F25: the server takes no connections, and those that were there are cut."""
    monkeypatch.setattr(engines, "AWAY_SECONDS", 0)
    name = make_url(postgresql_app.config["SQLALCHEMY_DATABASE_URI"]).database
    form = Visitor(postgresql_app.test_client()).get(REGISTER)
    administer(
        postgresql_server,
        f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    try:
        page = form.send(**PERSON)
        assert (page.status, page.heading) == (503, "Zurzeit nicht erreichbar")
        assert PERSON["email"] in page.text
        assert form.visitor.get("/").status == 503
    finally:
        administer(postgresql_server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert page.send(button="Noch einmal senden").address.startswith(f"{REGISTER}/sent")


@pytest.mark.postgresql
@pytest.mark.long
def test_a_row_that_somebody_holds_on_to_is_waited_for_some_seconds(postgresql_app: Flask) -> None:
    """A lock on the day's row: who writes is told to come again, who reads does not notice."""
    form = Visitor(postgresql_app.test_client()).get(REGISTER)
    plain = make_url(postgresql_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as other:
        other.execute("SELECT id FROM event FOR UPDATE")
        page = form.send(**PERSON)
        assert (page.status, page.heading) == (503, BUSY)
        assert form.visitor.get("/events/musterfachtag").status == 200


@pytest.mark.postgresql
def test_a_database_that_takes_nothing_is_said(postgresql_app: Flask) -> None:
    """F27: after a fail-over one may stand before the standby for a while, which can be read only."""
    form = Visitor(postgresql_app.test_client()).get(REGISTER)
    with postgresql_app.app_context():

        @events.listens_for(db.engine, "checkout")
        def stand_by(connection: psycopg.Connection, *_anything: object) -> None:
            connection.read_only = True

    page = form.send(**PERSON)
    assert (page.status, page.heading) == (503, "Zurzeit nicht erreichbar")
    assert form.visitor.get("/events/musterfachtag").status == 200


def test_no_room_for_a_file_is_no_fault(own_app: Flask, tmp_path: Path) -> None:
    """F29: whatever writes beside the database."""
    from app.web import access

    @own_app.post("/upload")
    @access.public
    def upload() -> str:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    answer = own_app.test_client().post("/upload", data={"note": "Zwei\nZeilen"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert "Zwei\nZeilen" in answer.text
    assert str(tmp_path) not in answer.text
