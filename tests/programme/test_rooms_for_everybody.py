# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What keeps people out of a room stands wherever the room does: before somebody comes, not at its door (A11Y-18)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from app.events.models import Room
from app.events.rules import Loop
from app.events.service import mark_changed
from app.web.database import transaction
from tests.factories.days import BIRCH, FOYER, HALL, MAPLE, NOW, make_event, make_programme
from tests.organising.helpers import a_day
from tests.pages import Visitor, words
from tests.pdf import text_of
from tests.people.helpers import signed_in

pytestmark = pytest.mark.sqlite_only

AGENDA = "/events/musterfachtag/agenda"
SAYS = {
    HALL: {"Induktionsschleife"},
    BIRCH: {"mobile Induktionsschleife"},
    MAPLE: {"nicht stufenlos", "Vier Stufen"},
    FOYER: {"nicht stufenlos", "Aufzug im Hof"},
}
EVERYTHING = set.union(*SAYS.values())


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = make_event(session)
        foyer: Room = make_programme(session, event).rooms[FOYER]
        foyer.step_free, foyer.loop, foyer.note = False, Loop.NONE, "Aufzug im Hof"
        mark_changed(event, NOW, calendar=False)


def said(element: HtmlElement) -> set[str]:
    """What an entry says of its room; without the entries within it, which have rooms of their own."""
    return {
        words(one)
        for row in element.xpath(".//*[contains(@class, 'badge-row')]")
        for one in row
        if words(one) in EVERYTHING
    }


def test_each_entry_of_the_agenda_says_it(client: FlaskClient) -> None:
    """Of what is for everybody as well as of each workshop."""
    page = Visitor(client).get(AGENDA)
    entries = page.tree.xpath("//*[contains(@class, 'agenda__parallel')]/li")
    entries += [
        one
        for one in page.tree.xpath("//li[contains(@class, 'agenda__item')]")
        if not one.xpath(".//*[contains(@class, 'agenda__parallel')]")
    ]
    found = [(name, said(one)) for one in entries for name in SAYS if name in words(one)]
    assert len(found) == 4 + 5
    assert [(name, notes) for name, notes in found if notes != SAYS[name]] == []


def test_the_printed_agenda_says_the_same(client: FlaskClient) -> None:
    with client.get(f"{AGENDA}.pdf") as answer:
        text = " ".join(text_of(answer.data).split())
    for words_ in ("nicht stufenlos · Vier Stufen", "mobile Induktionsschleife", "Aufzug im Hof"):
        assert words_ in text, words_
    assert text.count("nicht stufenlos") == 2 + 2  # two workshops in Maple, two breaks in the foyer


def test_the_team_reads_it_where_it_chooses_a_room(app: Flask) -> None:
    """Nobody moves a workshop up four steps without having read so."""
    made = a_day(app, "probe")
    page = Visitor(signed_in(app, "otto@example.org")).get(f"{made.home}/programme/runs/{made.runs['1.1']}")
    choices = [words(one) for one in page.tree.xpath("//select[@name='room_id']/option")]
    assert f"{MAPLE} (18 Plätze, nicht stufenlos)" in choices
    assert f"{BIRCH} (26 Plätze)" in choices
