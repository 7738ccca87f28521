# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Foreign names in the Host header get 400, and mails know only the configured address (T05, T06)."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from app.factory import create_app
from app.settings import Settings
from app.web.access import Audience
from app.web.database import db
from tests.abuse.world import LEAD, SLUG, VIEWER, World, ask, build_world
from tests.conftest import new_app, settings_for
from tests.mailbox import all_links, calendar_of, mailbox
from tests.pages import Visitor

pytestmark = pytest.mark.sqlite_only

EVIL = "evil.example"
LIES = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-Forwarded-Prefix": f"//{EVIL}",
    "Forwarded": f"host={EVIL};proto=https",
}
# A public address without a port says nothing about ports: links never come from this header anyway.
FOREIGN_HOSTS = [EVIL, f"localhost.{EVIL}", f"{EVIL}:80", f"localhost@{EVIL}", f"{EVIL}#localhost", ""]


def test_a_foreign_host_gets_400_everywhere_and_changes_nothing(still_world: World) -> None:
    """Every route, every method: also those that send mail."""
    world = still_world
    lead = world.lead()
    before = world.state()
    asked = [
        (method, world.addresses(rule)[0]) for method in ("GET", "POST") for rule, _ in world.rules(method)
    ]
    for host in FOREIGN_HOSTS:
        for method, address in asked if host == EVIL else asked[:3]:
            response = lead.open(address, method=method, headers={"Host": host})
            assert response.status_code == 400, (host, method, address)
            assert EVIL not in response.get_data(as_text=True)
    assert world.state() == before


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.long
def test_mails_contain_the_configured_address_only(settings: Settings, proxies: int) -> None:
    """Every use that sends mail, with every header that some framework believes."""
    app = new_app(_with(settings, trusted_proxies=proxies))
    world = build_world(app)
    liar = Visitor(app.test_client(), headers={**LIES, "Accept-Language": "de"})
    person = {
        "given_name": "Erika",
        "family_name": "Muster",
        "email": "erika@example.org",
        "organisation": "Kreis Herford (Beispiel)",
    }
    assert liar.get(f"/events/{SLUG}/register").send(**person).status == 200
    assert liar.get("/organise/forgot-password").send(email=VIEWER).status == 200
    sender = Visitor(world.lead(), headers={**LIES, "Accept-Language": "de"})
    reference = world.texts["reference"][0]
    sent = sender.get(f"/organise/events/{SLUG}/registrations/{reference}").send(
        action=f"/organise/events/{SLUG}/registrations/{reference}/link"
    )
    assert sent.status == 200
    for address in world.every_address(
        Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.PERSONAL
    ):
        assert EVIL not in ask(liar.client, address, headers=LIES).headers.get("Location", "")
    mails = mailbox(app).deliver()
    assert {"erika@example.org", VIEWER, "nora@example.org"} <= {str(mail["To"]) for mail in mails}
    without: list[str] = []
    for mail in mails:
        assert EVIL not in mail.as_string()
        hosts = {re.match(r"https?://[^/]*", link).group() for link in all_links(mail)}  # type: ignore[union-attr]
        without += [str(mail["Subject"])] if not hosts else []
        assert hosts <= {"http://localhost"}
        method, calendar = calendar_of(mail) or ("", b"")
        assert EVIL.encode() not in calendar, method
    assert without == ["Testmail von Fachtag"]  # leads nowhere
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _with(settings: Settings, **changes: object) -> Settings:
    return settings_for(settings.database_url, settings.data_dir, **changes)


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The app behind the real server, on a free port of the loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    sockets: dict[int, object] = {}
    server = create_server(app, map=sockets, sockets=[listening], threads=1)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            wasyncore.loop(timeout=0.05, map=sockets, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        thread.join()
        server.close()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


def _ask(port: int, *lines: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return answer.decode("utf-8", "replace")


def test_absolute_form_of_the_request_line(tmp_path: Path) -> None:
    """RFC 9112, 3.2.2: the line may carry a host of its own. Whichever of the two counts, the foreign one is no use."""
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path))
    with app.app_context():
        db.metadata.create_all(db.engine)
    with served(app) as port:
        good = _ask(port, "GET http://localhost/calendar HTTP/1.1", "Host: localhost")
        assert good.startswith("HTTP/1.1 200")
        foreign_line = _ask(port, f"GET http://{EVIL}/calendar HTTP/1.1", "Host: localhost")
        assert EVIL not in foreign_line
        assert _ask(port, "GET http://localhost/calendar HTTP/1.1", f"Host: {EVIL}").startswith(
            "HTTP/1.1 400"
        )
        assert _ask(port, "GET /calendar HTTP/1.0").startswith("HTTP/1.0 400")
        two = _ask(port, "GET /calendar HTTP/1.1", "Host: localhost", f"Host: {EVIL}")
        assert EVIL not in two
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_organisers_are_never_sent_elsewhere(still_world: World) -> None:
    """T18: signing in leads to a page of ours."""
    for wanted in (
        f"//{EVIL}/",
        f"https://{EVIL}/",
        f"/\\{EVIL}",
        f"/organise/../..//{EVIL}",
        "javascript:alert(1)",
    ):
        browser = still_world.app.test_client()
        page = Visitor(browser).get("/organise/sign-in", query_string={"next": wanted})
        values = page.values(page.form())
        values |= {"email": LEAD, "password": "Ein Stuhl steht im Flur"}
        answer = browser.post("/organise/sign-in", query_string={"next": wanted}, data=values)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/organise/")
