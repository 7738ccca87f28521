# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Canaries in names, addresses and links: no log line, no traceback and no error page repeats one (T36, SEC-11)."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.factory import create_app
from app.outbox.worker import Worker
from app.registration.models import Registration
from app.settings import Settings
from app.web import access
from app.web.database import db, transaction
from tests.conftest import settings_for
from tests.factories.days import make_event, make_programme
from tests.mailbox import link_in, mailbox
from tests.mailsink import running_sink
from tests.pages import Visitor

CANARIES = {
    "given_name": "Kanariagelb",
    "family_name": "Vogelfrei",
    "organisation": "Volierenamt",
    "role_title": "Zwitscherdienst",
    "email": "kanarie@kaefig.example",
}


def rendered(caplog: pytest.LogCaptureFixture) -> str:
    """Everything as a handler would write it, tracebacks included."""
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in caplog.records)


def canaries_in(words: str, *more: str) -> list[str]:
    known = [*CANARIES.values(), "kaefig", *more]
    return [one for one in known if one.lower() in words.lower()]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    # What the frameworks say at DEBUG is nobody's setting; SQLAlchemy's statements carry parameters by design.
    for name in ("sqlalchemy", "asyncio", "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return caplog


@pytest.mark.long
def test_a_whole_registration_leaves_no_trace_in_logs(app: Flask, logged: pytest.LogCaptureFixture) -> None:
    with app.app_context(), transaction() as session:
        make_programme(session, make_event(session))
    browser = app.test_client()
    page = (
        Visitor(browser).get("/events/musterfachtag/register").send(**{**CANARIES, "email": "keine-adresse@"})
    )
    assert page.status == 422
    assert Visitor(browser).get("/events/musterfachtag/register").send(**CANARIES).status == 200
    link = link_in(mailbox(app).newest(CANARIES["email"]))
    token = link.removeprefix("/my/")
    Visitor(browser).get(link).send(button="Anmeldung bestätigen")
    Visitor(browser).get(link[:-1] + "_")
    Visitor(browser).get(f"{link}/details").send(given_name="Kanariagelb-Neu")
    Visitor(browser).get("/organise/sign-in").send(email=CANARIES["email"], password="Kanariagelb Vogelfrei")
    Visitor(browser).get("/organise/forgot-password").send(email=CANARIES["email"])
    Visitor(browser).get(f"{link}/cancel").send(button="Abmelden")
    mailbox(app).deliver()
    assert canaries_in(rendered(logged), token) == []


def test_a_fault_of_ours_names_no_person(
    engine_name: str, settings: Settings, logged: pytest.LogCaptureFixture
) -> None:
    """Where databases are most talkative: a constraint is broken, and the row stands in the driver's message."""
    app = create_app(settings)
    with app.app_context(), transaction() as session:
        event = make_event(session)
        app.config["EVENT"] = event.id

    @app.get("/broken/<token>")
    @access.personal
    def broken(token: str) -> str:
        del token
        session = db.session()
        session.execute(select(Registration).where(Registration.email == CANARIES["email"])).all()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.web.database.has_request_context", lambda: False)
            with transaction() as writing:
                for _ in range(2):
                    writing.execute(
                        db.metadata.tables["organiser"]
                        .insert()
                        .values(
                            email=CANARIES["email"],
                            email_key=CANARIES["email"],
                            name=CANARIES["given_name"],
                            password_hash="x",
                            is_admin=False,
                            created_at=app.config["NOW"],
                        )
                    )
        return "never"

    @app.get("/careless")
    @access.public
    def careless() -> str:
        raise ValueError(f"cannot read {CANARIES['email']}")

    from app.clock import now

    app.config["NOW"] = now()
    for address in ("/broken/geheimes-token-1234567890", "/careless"):
        response = app.test_client().get(address)
        assert response.status_code == 500
        html = response.get_data(as_text=True)
        assert canaries_in(html, "geheimes-token") == []
        reference = re.search(r"\b[0-9a-f]{8}\b", html)
        assert reference is not None
        assert reference[0] in rendered(logged)
    words = rendered(logged)
    assert canaries_in(words, "geheimes-token") == []
    assert "IntegrityError" in words
    assert "test_logs.py" in words  # what a developer needs is there all the same
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.sqlite_only
@pytest.mark.long
def test_mail_servers_that_repeat_the_address(
    settings: Settings, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    """550 <address>: user unknown. The answer is kept for the organiser, the log names the message's number."""
    with running_sink(tmp_path / "sink.jsonl") as sink:
        app = create_app(settings_for(settings.database_url, settings.data_dir, mail_url=sink.url))
        with app.app_context(), transaction() as session:
            make_event(session)
        browser = app.test_client()
        for trick in ("gone", "busy9", "big"):
            email = CANARIES["email"].replace("@", f"+{trick}@")
            assert (
                Visitor(browser)
                .get("/events/musterfachtag/register")
                .send(**{**CANARIES, "email": email})
                .status
                == 200
            )
        Worker(app).run(once=True)
        assert canaries_in(rendered(logged)) == []
        assert "message " in rendered(logged)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
