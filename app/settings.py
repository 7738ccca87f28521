# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Settings: read once from the environment, frozen, every missing key named at once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from app.address import NoAddress, sender_in_ascii

ROOT = Path(__file__).resolve().parent.parent


# A data centre that serves forty town halls may stand behind one address.
FORMS_PER_NETWORK, MOST_FORMS = 500, 100_000
LOOPBACK = ("127.0.0.1", "localhost")


class OperatingMode(Enum):
    PRODUCTION = "production"
    DEMO = "demo"


class SettingsError(Exception):
    """The environment is incomplete or wrong; the message lists every fault."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decides. Addresses are kept without a trailing slash; `forms_per_network` are public forms in an hour."""

    mode: OperatingMode
    secret_keys: tuple[str, ...]
    database_url: str
    data_dir: Path
    base_url: str
    mail_url: str
    mail_from: str
    trusted_proxies: int = 0
    forms_per_network: int = FORMS_PER_NETWORK

    @property
    def demo(self) -> bool:
        return self.mode is OperatingMode.DEMO

    @property
    def host(self) -> str:
        """Host and port of the public address."""
        return urlsplit(self.base_url).netloc

    @property
    def trusted_hosts(self) -> list[str]:
        """Host headers that are answered. On one's own machine `localhost` and `127.0.0.1` are the same place."""
        host, _, port = self.host.partition(":")
        if self.demo and host in LOOPBACK:
            return [f"{name}:{port}" if port else name for name in LOOPBACK]
        return [self.host]

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `FACHTAG_…` variables. Raises `SettingsError` naming every fault at once."""
    env = os.environ if environ is None else environ
    faults: list[str] = []

    def value(name: str, default: str | None = None) -> str:
        found = env.get(f"FACHTAG_{name}", "").strip()
        if found:
            return found
        if default is None:
            faults.append(f"FACHTAG_{name} is not set")
            return ""
        return default

    mode_name = value("MODE", "production")
    try:
        mode = OperatingMode(mode_name)
    except ValueError:
        faults.append(f"FACHTAG_MODE is {mode_name!r}; it is 'production' or 'demo'")
        mode = OperatingMode.PRODUCTION
    demo = mode is OperatingMode.DEMO
    data_dir = Path(value("DATA_DIR", str(ROOT / "var"))).absolute()
    port = env.get("PORT", "").strip() or "8000"
    host = env.get("HOST", "").strip() or "127.0.0.1"
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - what is listened on is not where one connects
        host = "127.0.0.1"
    keys = value("SECRET_KEY", _demo_key(data_dir) if demo else None)
    base_url = value("BASE_URL", f"http://{host}:{port}" if demo else None).rstrip("/")
    mail_url = value("MAIL_URL", f"maildir:{data_dir / 'mail'}" if demo else None)
    mail_from = value("MAIL_FROM", "fachtag@example.org" if demo else None)
    if mail_from and not _can_send(mail_from):
        faults.append(
            "FACHTAG_MAIL_FROM is not a mail address like fachtag@example.org or Fachtag <fachtag@example.org>"
        )
    proxies = value("TRUSTED_PROXIES", "0")
    if not proxies.isdecimal():
        faults.append("FACHTAG_TRUSTED_PROXIES is not a whole number")
        proxies = "0"
    forms = value("FORMS_PER_NETWORK", str(FORMS_PER_NETWORK))
    if not (forms.isascii() and forms.isdecimal() and 1 <= int(forms[:7]) <= MOST_FORMS and len(forms) < 7):
        faults.append(f"FACHTAG_FORMS_PER_NETWORK is not a whole number from 1 to {MOST_FORMS}")
        forms = str(FORMS_PER_NETWORK)
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path):
        faults.append("FACHTAG_BASE_URL is not an address like https://fachtag.example.org")
    if mail_url and not mail_url.startswith(("smtp://", "smtps://", "maildir:")):
        faults.append("FACHTAG_MAIL_URL starts with smtp://, smtps:// or maildir:")
    if faults:
        raise SettingsError("; ".join(faults))
    return Settings(
        mode=mode,
        secret_keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
        database_url=_with_driver(value("DATABASE_URL", f"sqlite:///{data_dir / 'fachtag.sqlite3'}")),
        data_dir=data_dir,
        base_url=base_url,
        mail_url=mail_url,
        mail_from=mail_from,
        trusted_proxies=int(proxies),
        forms_per_network=int(forms),
    )


def _can_send(sender: str) -> bool:
    try:
        sender_in_ascii(sender)
    except NoAddress:
        return False
    return True


def _with_driver(url: str) -> str:
    """`postgres://` and `postgresql://` mean psycopg, the driver that is installed."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _demo_key(data_dir: Path) -> str:
    """A key made at the first demo start and kept, so that links survive a restart."""
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
