# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Security headers on every answer, error pages included (T34, T17, T15, SEC-01)."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, abort
from werkzeug.test import TestResponse

from app.factory import create_app
from app.web import access
from app.web.access import Audience
from app.web.database import db
from tests.abuse.world import SLUG, World, ask
from tests.conftest import settings_for
from tests.pages import complaints

pytestmark = pytest.mark.sqlite_only

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_FOR_CACHES = {
    Audience.PERSONAL,
    Audience.SIGNED_IN,
    Audience.CREATOR,
    Audience.ORGANISER,
    Audience.ADMIN,
    Audience.DEMO,
}


# Files that somebody uploaded open in a sandbox where nothing at all may run (T22).
UPLOADS = {"results.material", "results_materials.file", "partners.logo", "partners_organise.logo"}
SANDBOX = "sandbox; default-src 'none'; style-src 'none'; img-src 'self'; frame-ancestors 'none'"


def missing(response: TestResponse, expected: dict[str, str] = EXPECTED) -> dict[str, str | None]:
    """The expected headers that are not there or not so."""
    headers = response.headers
    return {name: headers.get(name) for name, value in expected.items() if headers.get(name) != value}


@pytest.mark.long
def test_every_page_carries_them(still_world: World) -> None:
    """The URL map, signed in as lead: GET, HEAD and OPTIONS."""
    lead = still_world.lead()
    sandboxed = EXPECTED | {"Content-Security-Policy": SANDBOX}
    faults = {}
    for method in ("GET", "HEAD", "OPTIONS"):
        for rule, _access in still_world.rules(method):
            expected = sandboxed if rule.endpoint in UPLOADS and method != "OPTIONS" else EXPECTED
            for address in still_world.addresses(rule):
                answer = still_world.shown_to_lead(address) if method == "GET" else ask(lead, address, method)
                gaps = missing(answer, expected)
                if gaps:
                    faults[f"{method} {address}"] = gaps
    assert faults == {}


@pytest.mark.long
def test_personal_pages_stay_out_of_caches_and_of_the_referrer(still_world: World) -> None:
    """T17: no-store on everything personal. T15: the address with the token is told to nobody."""
    for rule, declared in still_world.rules():
        for address in still_world.addresses(rule):
            response = still_world.shown_to_lead(address)
            if declared.audience in NOT_FOR_CACHES and "Cache-Control" in response.headers:
                assert "no-store" in response.headers["Cache-Control"], address
            if declared.audience in {Audience.PERSONAL, Audience.FEED}:
                assert response.headers["Referrer-Policy"] == "no-referrer", address
                assert "public" not in response.headers.get("Cache-Control", ""), address


def test_error_pages_carry_them_and_hold_the_page_contract(world: World) -> None:
    app = world.app
    stranger, lead = app.test_client(), world.lead()
    answers = {
        400: stranger.get("/", headers={"Host": "evil.example"}),
        401: stranger.post("/organise/account/end-others"),
        404: stranger.get("/gibt-es-nicht"),
        405: stranger.delete("/"),
        410: stranger.get("/calendar/my/" + _withdrawn_feed(world) + ".ics"),
        413: stranger.post(f"/events/{SLUG}/register", data={"given_name": "x" * 1_100_000}),
    }
    # a form that is refused, and a button without its token
    answers[422] = stranger.post(f"/events/{SLUG}/register", data={})
    unsent = lead.post(f"/organise/events/{SLUG}/registrations/{world.texts['reference'][0]}/link")
    assert unsent.status_code == 400
    answers[-400] = unsent
    for status, response in answers.items():
        assert response.status_code == abs(status)
        assert missing(response) == {}, status
        assert "no-store" in response.headers["Cache-Control"], status
        assert complaints(response.get_data(as_text=True)) == [], status


def _withdrawn_feed(world: World) -> str:
    from app.registration.models import Registration
    from app.registration.rules import Status
    from app.web.database import transaction

    with world.app.app_context(), transaction() as session:
        session.query(Registration).update({"feed_key": "another-key"})
    return world.feeds[Status.REGISTERED]


def test_a_fault_of_ours_carries_them_and_tells_nothing(tmp_path: Path) -> None:
    """T36, SEC-11: the page has a reference and no word of what happened."""
    app = _app_with_faults(tmp_path)
    for address, status in (("/fault", 500), ("/teapot", 418)):
        response = app.test_client().get(address)
        assert response.status_code == status
        assert missing(response) == {}
        html = response.get_data(as_text=True)
        assert complaints(html) == []
        assert "geheimes-wort" not in html
        assert "Traceback" not in html


def _app_with_faults(tmp_path: Path) -> Flask:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path))

    @app.get("/fault")
    @access.public
    def fault() -> str:
        raise ValueError("geheimes-wort")

    @app.get("/teapot")
    @access.public
    def teapot() -> str:
        abort(418, "geheimes-wort")

    return app


def test_over_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    """WEB-03, SEC-02: for a year, and their cookie goes nowhere else."""
    settings = settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, base_url="https://localhost")
    app = create_app(settings)
    response = app.test_client().get("/organise/sign-in", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-fachtag=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    plain = create_app(replace(settings, base_url="http://localhost")).test_client().get("/organise/sign-in")
    assert "Strict-Transport-Security" not in plain.headers
    with app.app_context():
        db.engine.dispose()
