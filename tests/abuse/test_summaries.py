# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is wrong is listed in the order of the page, whichever form it is: forms declare their fields as pages show them."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, template_rendered
from lxml.html import HtmlElement

from app.web.access import Audience
from app.web.forms import BaseForm
from tests.abuse.forms import GERMAN, Sender
from tests.abuse.world import World, ask
from tests.pages import post_forms, tree


@pytest.mark.long
def test_every_form_declares_its_fields_in_the_order_of_its_page(tried_world: World) -> None:
    seen, crossed = set[str](), dict[str, tuple[list[str], list[str]]]()
    sender = Sender(tried_world)
    for endpoint, address in addresses(tried_world):
        for form, shown in forms_shown(sender, endpoint, address):
            declared = [field.name for field, _row in form.every_field() if field.name in shown]
            if declared != (there := [one for one in shown if one in declared]):
                crossed[f"{endpoint}: {type(form).__name__}"] = declared, there
            if len(declared) > 1:
                seen.add(type(form).__name__)
    assert crossed == {}
    assert len(seen) > 30


def addresses(world: World) -> Iterator[tuple[str, str]]:
    for rule, access in world.rules():
        if access.audience not in {Audience.DEMO, Audience.FEED, Audience.OPERATOR}:
            asked = world.queries.get(rule.endpoint)
            for address in world.addresses(rule) if rule.endpoint != "static" else ():
                yield rule.endpoint, f"{address}?{asked}" if asked else address


def forms_shown(sender: Sender, endpoint: str, address: str) -> Iterator[tuple[BaseForm, list[str]]]:
    """The forms that a page was given, each with the names of the fields that people see of it."""
    given: list[BaseForm] = []

    def note(_app: Flask, context: dict[str, Any], **_rest: object) -> None:
        given.extend(one for one in context.values() if isinstance(one, BaseForm))

    with template_rendered.connected_to(note, sender.world.app):
        answer = ask(sender.browser(endpoint), address, headers=GERMAN)
    if answer.mimetype == "text/html":
        for tag in post_forms(tree(answer.text)):
            yield from ((form, names_in(tag)) for form in given)


def names_in(tag: HtmlElement) -> list[str]:
    names = [
        str(one.get("name", ""))
        for one in tag.iter("input", "textarea", "select")
        if one.get("type") != "hidden" and one.getparent().get("aria-hidden") != "true"
    ]
    return list(dict.fromkeys(names))
