# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""T18, ASVS 3.7.2: `next` leads to pages of ours, whatever is written into it."""

from urllib.parse import quote, urlsplit

import pytest
from flask import Flask

from app.people.session_views import own_page
from tests.people.helpers import PASSWORD, an_event, an_organiser, csrf_token, signed_in

EVIL = [
    "https://evil.example",
    "http://evil.example/organise/account",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/organise/account",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\evil.example",
    "/organise\\account",
    "/%2f/evil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/organise/%2e%2e/%2e%2e//evil.example",
    "/organise/../../evil.example",
    "/organise/account/../..//evil.example",
    "/organise//evil.example",
    "/./organise/account",
    "/.//evil.example",
    "//evil.example/%2f..",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "\n//evil.example",
    "/\r\nLocation: https://evil.example",
    "/organise/account\r\nSet-Cookie: a=b",
    "/organise/account\x00",
    "\x00//evil.example",
    " //evil.example",
    " /organise/account",
    "/organise/account ",
    "/organise/account\u2028",
    "/organise/acc\u00f6unt",
    "\u3000//evil.example",
    "/\uff0fevil.example",
    "//evil\u3002example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:/\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "/javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "mailto:a@evil.example",
    "@evil.example",
    "//organise@evil.example",
    "http://localhost@evil.example/organise/account",
    "http://localhost/organise/account",
    "//localhost/organise/account",
    "localhost/organise/account",
    "organise/account",
    "./organise/account",
    "?next=//evil.example",
    "#//evil.example",
    "/organise/account#//evil.example",
    "/organise/account;//evil.example",
    "",
    "/",
    "/static/fachtag.css",
    "/organise/sign-in",
    "/organise/sign-in?next=//evil.example",
    "/organise/sign-out",
    "/organise/account/end-others",
    "/organise/new-password/token",
    "/organise/account/",
    "/organise/nothing-here",
    "/organise/account?" + "x" * 2000,
]
OWN = [
    "/organise/account",
    "/organise/account?tab=a&q=M%C3%BCller",
    "/organise/account?next=//evil.example",
    "/organise/account/password",
    "/organise/events/kim-fachtag-owl-2023/team",
]


@pytest.mark.sqlite_only
def test_own_page(app: Flask) -> None:
    assert len(EVIL) >= 60
    with app.test_request_context():
        assert [address for address in EVIL if own_page(address) is not None] == []
        assert [own_page(address) for address in OWN] == OWN
        assert own_page(None) is None


@pytest.mark.sqlite_only
def test_every_way_through_next_ends_here(app: Flask) -> None:
    """The whole way: signing in, and opening the page while signed in."""
    an_organiser(app)
    already = signed_in(app)
    for address in EVIL:
        answer = already.get(f"/organise/sign-in?next={quote(address, safe='')}")
        expected = (400, None) if "\0" in address else (302, "/organise/")  # NUL is refused for every page
        assert (answer.status_code if "\0" in address else 302, answer.location) == expected, address
    client = app.test_client()
    data = {"email": "jonas.platzhalter@example.org", "password": PASSWORD, "csrf_token": csrf_token(client)}
    for address in [*EVIL[:3], "/organise/account"]:
        client = app.test_client()
        data["csrf_token"] = csrf_token(client)
        location = client.post(f"/organise/sign-in?next={quote(address, safe='')}", data=data).location
        assert urlsplit(str(location)).netloc == ""
        assert location == (address if address == "/organise/account" else "/organise/")


@pytest.mark.sqlite_only
def test_back_to_where_one_wanted_to_go(app: Flask) -> None:
    an_event(app, "probe")
    client = app.test_client()
    asked = client.get("/organise/events/probe/team?sort=name")
    assert asked.location == "/organise/sign-in?next=/organise/events/probe/team?sort%3Dname"
    odd = client.get("/organise/account", query_string="q=%ff%fe")
    assert (odd.status_code, odd.location) == (303, "/organise/sign-in?next=/organise/account?q%3D%25ff%25fe")
