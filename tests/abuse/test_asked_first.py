# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A page that asks "really?" has asked the rule of its verb before: either the button works, or the page says why not.

Whoever reads "remove it?" and presses has decided; a "no" after that is a page too late."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import Placement
from app.registration.models import Registration
from app.web.database import db, transaction
from app.web.forms import BaseForm
from tests.abuse.forms import GERMAN, FormOnPage, Sender, forms_in
from tests.abuse.test_summaries import addresses
from tests.abuse.world import ELSEWHERE, EMPTY, SLUG, World, ask
from tests.pages import post_forms, tree, words

# Pages that ask, beside what is pressed, for words or a choice.
WITH_WORDS = {"day.cancel", "participants.cancel", "approval.reject", "organisations.merge_into"}
# Pages that ask before they do something, and rows or days in the world of which they say why it cannot be done.
SAY_WHY = {
    "allocation.new",
    "allocation.usual",
    "day.cancel",
    "day.publish",
    "day.unpublish",
    "day_keeping.archive",
    "day_keeping.delete_draft",
    "editing.remove",
    "placing.drop",
    "programme_organise.remove_room",
    "questions.remove",
    "releasing.release",
    "results_desk.publish",
    "tables.drop",
    "tables.new",
}


@dataclass
class Asking:
    """A page that asks before it does something."""

    endpoint: str
    address: str
    browser: FlaskClient
    impossible: str
    text: str
    forms: list[FormOnPage]


def pages_that_ask(sender: Sender) -> Iterator[Asking]:
    """Forms without anything to fill in that are sent to their own page, and those `WITH_WORDS`."""
    for endpoint, address in addresses(sender.world):
        given: list[BaseForm] = []
        browser = sender.browser(endpoint)
        with noted(sender.world.app, given):
            answer = ask(browser, address, headers=GERMAN)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        found = [one for one in forms_in(sender, browser, address, answer) if one.endpoint == endpoint]
        mute = [one for one in found if set(one.kinds.values()) <= {"hidden"} or endpoint in WITH_WORDS]
        impossible = next((form.impossible for form in given if form.impossible), "")
        if mute or impossible:
            yield Asking(
                endpoint, address, browser, impossible, words(tree(answer.text).find(".//main")), mute
            )


class noted:
    """The forms that templates are given meanwhile."""

    def __init__(self, app: Flask, given: list[BaseForm]) -> None:
        from flask import template_rendered

        def note(_app: Flask, context: dict[str, object], **_rest: object) -> None:
            given.extend(one for one in context.values() if isinstance(one, BaseForm))

        self._connected = template_rendered.connected_to(note, app)

    def __enter__(self) -> None:
        self._connected.__enter__()

    def __exit__(self, *error: object) -> None:
        self._connected.__exit__(*error)  # type: ignore[arg-type]


def token_of(browser: FlaskClient) -> str:
    """What any form of this browser carries."""
    form = post_forms(tree(ask(browser, f"/events/{EMPTY}/register").text))[0]
    return str(next(one.get("value") for one in form.iter("input") if one.get("name") == "csrf_token"))


@pytest.mark.long
def test_no_page_asks_what_it_then_refuses(tried_world: World) -> None:
    asked, said = set[str](), set[str]()
    late, silent = dict[str, str](), list[str]()
    with Sender(tried_world) as sender:
        for page in pages_that_ask(sender):
            asked.add(page.endpoint)
            if page.impossible:
                said.add(page.endpoint)
                if page.forms or page.impossible not in page.text:
                    silent.append(page.address)
                pressed = sender.verdict(
                    page.browser, page.address, data={"csrf_token": token_of(page.browser), "reason": "x"}
                )
                if pressed.status != 422 or page.impossible not in words(tree(pressed.html)):
                    silent.append(f"{page.address} pressed: {pressed.status} {pressed.summary}")
            for form in page.forms:
                answer = sender.send(form)
                if not answer.accepted and answer.summary:
                    late[page.address] = answer.summary
    assert late == {}
    assert silent == []
    assert said == SAY_WHY
    assert asked >= SAY_WHY | WITH_WORDS
    assert len(asked) > 25


@pytest.mark.long
def test_the_others_say_why_too(world: World) -> None:
    """In states that the world is not in: a day without wishes, an address that somebody else has by now, an organisation that
    hosts a day, the last lead."""
    lead = world.lead()
    with world.app.app_context():
        day = db.session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
    with world.app.app_context(), transaction() as session:
        event = session.get_one(Event, day)
        event.placement, event.placed_at, event.wishes_until = Placement.DIRECT, None, None
        host = world.ids["organisation_id"][0]
        event.lead_host_id = host
        other = session.scalars(
            select(Registration).where(Registration.event_id == day, Registration.given_name == "Sascha")
        ).one()
        other.email, other.email_key = ELSEWHERE, ELSEWHERE
    home = f"/organise/events/{SLUG}"
    closing = ask(lead, f"{home}/allocation/runs/{world.ids['run_id'][0]}/close")
    merging = ask(lead, f"/organise/organisations/{host}/merge")
    stranger = world.app.test_client()
    [asked] = world.ids["asked_id"]
    address = f"/my/{world.new_addresses[0]}/new-address/{asked}"
    confirming = ask(stranger, address, headers={"Accept-Language": "de"})
    for page in (closing, merging, confirming):
        main = tree(page.text).find(".//main")
        assert page.status_code == 200
        assert main.find(".//div[@class='kern-alert kern-alert--warning']") is not None
        assert not [form for form in post_forms(main) if form.get("action") is None]
    member = ask(lead, f"{home}/team/{world.ids['member_id'][0]}")
    assert "/remove" not in "".join(str(form.get("action")) for form in post_forms(tree(member.text)))
