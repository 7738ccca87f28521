# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Signing in at a real SMTP server of other authors, which takes nothing from whoever did not (F17, ASVS 12)."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from tests.outbox.conftest import Office, lead_to
from tests.outbox.test_delivery import CERTIFICATE, route

NAME, PASSWORD, WITH_UMLAUT = "fachtag@example.org", "Turm: 3 m/s & 100 %", "Höhe: 3 m/s & 100 %"
MECHANISMS = ("LOGIN", "PLAIN")


@dataclass
class Postmaster:
    """Knows one account; keeps what it was told and what came in."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)

    def know(self, _server: Any, session: Any, _envelope: Any, mechanism: str, said: object) -> AuthResult:
        assert isinstance(said, LoginPassword)
        assert session.ssl is not None, "a password in clear"
        name, password = said.login.decode(), said.password.decode()
        self.told.append((mechanism, name, password))
        return AuthResult(success=name == NAME and password in (PASSWORD, WITH_UMLAUT), handled=False)

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        assert session.authenticated
        self.taken.append(envelope.original_content)
        return "250 taken"


@pytest.fixture
def postmaster(request: pytest.FixtureRequest) -> Iterator[tuple[Postmaster, int]]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    postmaster, port = Postmaster(), _free_port()
    server = Controller(
        postmaster,
        hostname="127.0.0.1",
        port=port,
        tls_context=tls,
        require_starttls=True,
        auth_required=True,
        authenticator=postmaster.know,
        auth_exclude_mechanism=[one for one in MECHANISMS if one != request.param],
    )
    server.start()
    try:
        yield postmaster, port
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def deliver(office: Office, app: Flask, port: int, name: str, password: str) -> None:
    lead_to(app, f"smtp://{quote(name, safe='')}:{quote(password, safe='')}@localhost:{port}")
    app.config["MAIL_TLS_CONTEXT"] = ssl.create_default_context(cafile=CERTIFICATE)
    office.enqueue()
    office.deliver()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("postmaster", MECHANISMS, indirect=True)
def test_name_and_password_open_the_way(
    office: Office, app: Flask, postmaster: tuple[Postmaster, int], request: pytest.FixtureRequest
) -> None:
    who, port = postmaster
    deliver(office, app, port, NAME, PASSWORD)
    mechanism = request.node.callspec.params["postmaster"]
    assert who.told == [(mechanism, NAME, PASSWORD)]
    assert (office.states(), who.taken) == (["sent"], [office.message(1).frozen])
    assert office.message(1).smtp_answer == "250 taken"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("postmaster", ["PLAIN"], indirect=True)
def test_a_password_may_have_umlauts(office: Office, app: Flask, postmaster: tuple[Postmaster, int]) -> None:
    """Python's own library raises at the first letter that is not ASCII."""
    who, port = postmaster
    deliver(office, app, port, NAME, WITH_UMLAUT)
    assert (who.told, office.states()) == ([("PLAIN", NAME, WITH_UMLAUT)], ["sent"])


@pytest.mark.sqlite_only
@pytest.mark.parametrize("postmaster", MECHANISMS, indirect=True)
@pytest.mark.parametrize(("name", "password"), [(NAME, "other"), (NAME, ""), ("other", PASSWORD)])
def test_nothing_else_does(
    office: Office, app: Flask, postmaster: tuple[Postmaster, int], name: str, password: str
) -> None:
    who, port = postmaster
    deliver(office, app, port, name, password)
    assert (office.states(), who.taken) == (["queued"], [])
    assert route(office).reason.startswith("535 ")
