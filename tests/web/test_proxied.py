# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a proxy says of a request is believed for as many proxies as the operator has named (SEC-09, T06)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, request, url_for

from app.factory import create_app
from app.web import access
from app.web.database import db
from tests.conftest import settings_for

pytestmark = pytest.mark.sqlite_only

SAID = {
    "X-Forwarded-For": "203.0.113.66, 198.51.100.7, 192.0.2.1",  # the first is what the visitor wrote
    "X-Forwarded-Proto": "https, http, https",
}
NEVER = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.66;host=evil.example;proto=https",
    "X-Real-IP": "203.0.113.66",
}


@contextmanager
def behind(proxies: int, folder: Path) -> Iterator[Flask]:
    settings = settings_for(f"sqlite:///{folder / 'x.sqlite3'}", folder, trusted_proxies=proxies)
    app = create_app(settings)

    @app.get("/who")
    @access.public
    def who() -> list[str]:
        return [request.remote_addr or "", request.scheme, request.host, url_for("who")]

    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [(0, "127.0.0.1", "http"), (1, "192.0.2.1", "https"), (2, "198.51.100.7", "http")],
)
def test_so_many_and_no_more(tmp_path: Path, proxies: int, address: str, scheme: str) -> None:
    with behind(proxies, tmp_path) as app:
        for headers in (SAID, {**SAID, **NEVER}):
            answer = app.test_client().get("/who", headers=headers).get_json()
            assert answer == [address, scheme, "localhost", "/who"]


def test_a_proxy_that_says_nothing_hides_nobody(tmp_path: Path) -> None:
    with behind(1, tmp_path) as app:
        assert app.test_client().get("/who", headers=NEVER).get_json()[:3] == [
            "127.0.0.1",
            "http",
            "localhost",
        ]
