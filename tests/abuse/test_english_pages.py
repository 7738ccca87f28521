# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whoever reads English stays there: every link and every form of every English page leads to an English one, and nothing of
our German is said on it, aloud or on paper."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from werkzeug.exceptions import HTTPException

from app.web.access import Audience
from tests.abuse.forms import GERMAN, TEXT_LIKE, Sender, forms_of, fresh
from tests.abuse.world import World, ask
from tests.german import german_of_ours, said_in
from tests.pages import post_forms, tree, words
from tests.pdf import text_of

ANY = {Audience.DEMO, Audience.OPERATOR, Audience.FEED}


def leaving(world: World, page: HtmlElement, address: str) -> Iterator[str]:
    """Links, forms and buttons of the page that lose the language."""
    adapter = world.app.url_map.bind("localhost")
    pairs = [
        *((one.get("href"), "GET", one) for one in page.iter("a") if not one.get("hreflang")),
        *((one.get("action") or "", one.get("method", "get").upper(), one) for one in page.iter("form")),
        *(
            (one.get("formaction"), "POST", one)
            for one in page.iter("button")
            if one.get("name") != "show_again"
        ),
    ]
    for target, method, tag in pairs:
        if not target and tag.tag != "form":
            continue
        parts = urlsplit(urljoin(address, target) if target else address)
        if parts.netloc not in {"", "localhost"} or parts.scheme not in {"", "http"}:
            continue
        asked = parse_qs(parts.query).get("lang")
        if tag.tag == "form" and method == "GET":
            asked = [str(one) for one in tag.xpath(".//input[@name='lang']/@value")]
        if tag.tag == "button" and tag.xpath("ancestor::form[@method='get']"):
            continue  # it sends the field of its form
        try:
            endpoint, _ = adapter.match(parts.path, method=method)
        except HTTPException:
            continue
        if endpoint not in world.app.config["LANGUAGELESS"] and asked != ["en"]:
            yield f"{tag.tag} to {parts.path}?{parts.query}"


def said_in_german(page: HtmlElement) -> list[str]:
    return [f"German: {one}" for one in german_of_ours(said_in(page))]


def without_a_switch(page: HtmlElement) -> Iterator[str]:
    """Forms that ask something and would be emptied by another language."""
    for form in post_forms(page):
        asks = form.xpath(".//input[not(@type='hidden' or @type='file')] | .//textarea | .//select")
        if asks and not form.xpath(".//button[@name='show_again' and @formaction]"):
            yield f"no way to the other language in the form to {form.get('action')}"


def faults_at(world: World, lead: FlaskClient, address: str) -> list[str]:
    response = ask(lead, address, headers=GERMAN)
    if response.mimetype == "application/pdf":
        lines = text_of(response.get_data()).splitlines()
        said = german_of_ours([*lines, *(line.partition(":")[0] for line in lines)])
        return [f"German on paper: {one}" for one in said]
    if response.mimetype != "text/html" or response.status_code >= 300:
        return []
    page = tree(response.get_data(as_text=True))
    found = [] if page.get("lang") == "en" else ["it is in German itself"]
    found += [
        f"no {one}"
        for one in page.xpath("//a/@href[starts-with(., '#')]")
        if not page.xpath(f"//*[@id='{one[1:]}']")
    ]
    return [*found, *leaving(world, page, address), *said_in_german(page), *without_a_switch(page)]


@pytest.mark.long
def test_every_english_page_leads_to_english_ones(still_world: World) -> None:
    faults, lead = {}, still_world.lead()
    for rule, access in still_world.rules():
        if access.audience in ANY:
            continue
        for address in still_world.addresses(rule):
            asked = still_world.queries.get(rule.endpoint)
            full = f"{address}?{asked}&lang=en" if asked else f"{address}?lang=en"
            if found := faults_at(still_world, lead, full):
                faults[full] = found
    assert faults == {}, "\n".join(f"{address}: {sorted(set(found))}" for address, found in faults.items())


@pytest.mark.long
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_form_is_shown_in_the_other_language_as_it_was_typed(tried_world: World, language: str) -> None:
    """A half-filled form, and nothing is sent: of participants, and of organisers."""
    sentence = {"en": "This is your form in English.", "de": "Das ist Ihr Formular auf Deutsch."}[language]
    with Sender(tried_world) as sender:
        faults, walked = {}, 0
        for places in forms_of(sender).values():
            form = fresh(sender, *places)
            typed = dict.fromkeys(form.fields(TEXT_LIKE), "Grüße <b>")
            if not typed:
                continue
            address = (
                f"{form.page.partition('?')[0] if form.action == form.page else form.action}?lang={language}"
            )
            data = sender.data(form, {**typed, "show_again": "1"})
            verdict = sender.verdict(form.browser, address, data=data, headers={"Accept-Language": "de"})
            there, walked = verdict.kept(), walked + 1
            found = [name for name, value in typed.items() if there.get(name) != value]
            if found or sentence not in verdict.html or f'<html lang="{language}">' not in verdict.html:
                faults[form.key[:2]] = [verdict.status, *found]
    assert walked > 50
    assert faults == {}


def test_the_walk_sees_a_link_that_loses_the_language(still_world: World) -> None:
    page = tree('<body><a href="/calendar">x</a><a href="/calendar?lang=en">y</a><p>Alle Fachtage</p></body>')
    assert list(leaving(still_world, page, "/?lang=en")) == ["a to /calendar?"]
    assert words(page) == "x y Alle Fachtage"
    assert said_in_german(page) == ["German: Alle Fachtage"]
