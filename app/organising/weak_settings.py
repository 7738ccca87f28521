# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Weak settings (SEC-13, T38): what `flask check` says of them, and what production does not start on."""

import os
import stat
from pathlib import Path

from sqlalchemy import make_url

from app.address import NoAddress, sender_in_ascii
from app.findings import Fault
from app.settings import OperatingMode, Settings, SettingsError
from app.store.engines import SQLITE_FLOOR

SHORTEST_KEY = 32  # letters; `secrets.token_urlsafe(48)` gives 64
FEWEST_LETTERS = 10  # different ones in a key
# What stands in manuals, examples and tests.
KNOWN_KEYS = (
    "change",
    "secret",
    "example",
    "password",
    "passwort",
    "geheim",
    "test-key",
    "development",
    "fachtag",
)


def refuse_weak(settings: Settings) -> None:
    """Production does not start on weak settings. Raises `SettingsError` naming all of them."""
    found = configuration_findings(settings)
    if settings.mode is OperatingMode.PRODUCTION and found:
        raise SettingsError("this is not safe for production: " + "; ".join(found))


def configuration_findings(settings: Settings) -> list[str]:
    """What is wrong without looking into the database. The demo may be open, but has to work."""
    found = [*_data_dir(settings), *_sqlite(settings)]
    if settings.mode is OperatingMode.PRODUCTION:
        found += [*_keys(settings), *_addresses(settings), *_privacy_of_files(settings)]
        if _debugging():
            found.append("FLASK_DEBUG is on")
    return found


def _debugging() -> bool:
    """As Flask reads it."""
    return os.environ.get("FLASK_DEBUG", "").casefold() not in {"", "0", "false", "no"}


def _keys(settings: Settings) -> Fault:
    for number, key in enumerate(settings.secret_keys, start=1):
        name = f"FACHTAG_SECRET_KEY ({number} of {len(settings.secret_keys)})"
        if len(key) < SHORTEST_KEY:
            yield f"{name} is shorter than {SHORTEST_KEY} letters"
        if len(set(key)) < FEWEST_LETTERS:
            yield f"{name} repeats itself"
        if any(word in key.lower() for word in KNOWN_KEYS):
            yield f"{name} looks like an example, not like chance"
    if not settings.secret_keys:
        yield "FACHTAG_SECRET_KEY is empty"


def _addresses(settings: Settings) -> Fault:
    if not settings.secure:
        yield "FACHTAG_BASE_URL does not begin with https://"
    try:
        domain = sender_in_ascii(settings.mail_from).partition("@")[2].lower()
    except NoAddress:
        yield "FACHTAG_MAIL_FROM is not a mail address"
        domain = ""
    if domain.endswith((".test", ".invalid", ".example", ".localhost")) or _is_example(domain):
        yield "FACHTAG_MAIL_FROM is the address of an example; it has to be a mailbox that is read"
    if settings.mail_url.startswith("maildir:"):
        yield "FACHTAG_MAIL_URL writes mails into a folder; nobody would get them"


def _is_example(domain: str) -> bool:
    return any(
        domain == one or domain.endswith(f".{one}") for one in ("example.org", "example.com", "example.net")
    )


def _data_dir(settings: Settings) -> Fault:
    folder = settings.data_dir
    if not folder.is_dir():
        yield "FACHTAG_DATA_DIR does not exist"
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield "FACHTAG_DATA_DIR cannot be written to"


def _privacy_of_files(settings: Settings) -> Fault:
    if _open_to_all(settings.data_dir):
        yield "FACHTAG_DATA_DIR is open to every account of this machine (chmod o-rwx)"
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        if path.parent != settings.data_dir and _open_to_all(path):
            yield "the database file is open to every account of this machine (chmod o-rwx)"


def _open_to_all(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & stat.S_IRWXO)


def _sqlite(settings: Settings) -> Fault:
    if not settings.database_url.startswith("sqlite"):
        return
    import pysqlite3.dbapi2 as sqlite

    if sqlite.sqlite_version_info < SQLITE_FLOOR:
        yield f"SQLite {sqlite.sqlite_version} is older than {'.'.join(map(str, SQLITE_FLOOR))}"
