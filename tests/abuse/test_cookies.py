# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""No cookie before a form is opened, no foreign origin, nothing personal in a cache (WEB-02, DP-15, T17)."""

import re

import pytest

from app.registration.rules import Status
from app.web.access import Audience
from tests.abuse.world import World, ask
from tests.pages import complaints, tree

# A form needs a token against forged requests, the token a cookie; these pages are for that person only.
WITH_A_FORM = {
    "registration.register",
    "groups.register",
    "links.ask",
    "legal.report_barrier",
    "people.sign_in",
    "people.forgot_password",
}
# The code of a day is remembered for whoever opens the link that carries it.
WITH_A_CODE = {"links.with_code"}


@pytest.mark.long
def test_public_pages_set_no_cookie_and_do_not_vary_on_one(still_world: World) -> None:
    setting = set()
    for rule, access in still_world.rules():
        if access.audience not in {Audience.PUBLIC, Audience.FEED, Audience.OPERATOR}:
            continue
        for address in still_world.addresses(rule):
            response = ask(still_world.app.test_client(), address)
            if "Set-Cookie" in response.headers:
                setting.add(rule.endpoint)
                assert "no-store" in response.headers["Cache-Control"], address
            else:
                assert "cookie" not in response.headers.get("Vary", "").lower(), address
    assert setting == WITH_A_FORM | WITH_A_CODE


def test_the_cookie_is_for_this_browser_session_and_for_us_only(still_world: World) -> None:
    response = ask(still_world.app.test_client(), "/organise/sign-in")
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} == set(cookie.split("; ")[1:])


@pytest.mark.long
def test_no_page_names_a_foreign_origin(still_world: World) -> None:
    """DP-15: nothing that a browser would fetch lies elsewhere; scripts, styles, pictures and forms are ours."""
    for rule, access in still_world.rules():
        if rule.endpoint == "static" or access.audience is Audience.DEMO:
            continue
        address = still_world.addresses(rule)[0]
        response = still_world.shown_to_lead(address)
        if response.mimetype != "text/html" or 300 <= response.status_code < 400:
            continue
        html = response.get_data(as_text=True)
        assert complaints(html) == [], address
        assert fetched_from_elsewhere(html) == [], address


FETCHED = {"src", "srcset", "href", "action", "formaction", "poster", "data", "background", "xlink:href"}


def fetched_from_elsewhere(html: str) -> list[str]:
    """Addresses with a host that a browser would ask by itself, or send a form to; what one clicks is no such thing."""
    return [
        value
        for element in tree(html).iter()
        for name, value in element.attrib.items()
        if name in FETCHED
        and element.tag != "a"
        and element.get("rel") not in {"canonical", "alternate"}
        and re.match(r"\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}", value, re.IGNORECASE)
    ]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<img src='//cdn.example/x.png' alt=''>",
        '<img srcset="https://cdn.example/x.png 2x" alt="">',
        '<link rel="stylesheet" href="HTTPS://fonts.example/x.css">',
        '<form action="https://cdn.example/"><button formaction="//cdn.example/">x</button></form>',
        '<object data="https://cdn.example/x.pdf"></object>',
    ],
)
def test_a_foreign_origin_would_be_found(markup: str) -> None:
    """DP-15: the walk above has something to miss."""
    assert fetched_from_elsewhere(f"<main>{markup}</main>")
    harmless = '<a href="https://example.org/">x</a><img src="/x.png" alt=""><img src="data:image/png;base64,x" alt="">'
    assert fetched_from_elsewhere(f"<main>{harmless}</main>") == []


@pytest.mark.parametrize("status", list(Status))
def test_personal_pages_are_not_kept_by_anybody(still_world: World, status: Status) -> None:
    """T17: neither by a proxy nor by the browser of a shared computer."""
    page = ask(still_world.app.test_client(), f"/my/{still_world.personal[status]}")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    feed = ask(still_world.app.test_client(), f"/calendar/my/{still_world.feeds[status]}.ics")
    assert feed.headers["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in feed.headers


@pytest.mark.long
def test_what_organisers_see_is_not_kept_either(still_world: World) -> None:
    addresses = still_world.every_address(
        Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN
    )
    assert len(addresses) > 40
    told = {address: still_world.shown_to_lead(address).headers["Cache-Control"] for address in addresses}
    assert {address: one for address, one in told.items() if one != "no-store"} == {}
