# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of items are rows with a word and a picture: the usual ones for every day, and each day's own."""

import json
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.programme.kinds import KindFacts, add_kind, kinds_for
from app.programme.models import AgendaItem, AgendaKind
from app.programme.rules import Icon, ItemKind
from app.refusal import RemovedMeanwhile
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.factories.organising import a_day
from tests.pages import Visitor
from tests.pdf import text_of
from tests.programme.test_organiser_views import lead
from tests.scheduling.steps import release_now

HOME = "/organise/events/musterfachtag/programme"
AGENDA = "/events/musterfachtag/agenda"


def released(app: Flask, event_id: int) -> None:
    with app.app_context(), transaction() as session:
        release_now(session, event_id, NOW)


def test_a_day_adds_a_kind_of_its_own_and_every_reader_meets_its_word(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/kinds/new").send(name="Festakt", name_en="Jubilee", icon="star")
    assert page.address == f"{HOME}/kinds"
    with app.app_context():
        key = db.session.scalars(select(AgendaKind.key).where(AgendaKind.event_id == event_id)).one()
    assert visitor.get(f"{HOME}/items/{ids['item-1']}").send(kind=key).address == HOME
    released(app, event_id)
    reader = Visitor(app.test_client())
    shown = reader.get(AGENDA)
    assert "Festakt" in shown.text
    word = next(one for one in shown.soup.select(".kind") if "Festakt" in one.text)
    assert word.svg is not None
    assert word.svg["aria-hidden"] == "true"
    assert "Jubilee" in reader.get(f"{AGENDA}?lang=en").text
    with reader.client.get(f"{AGENDA}.pdf") as answer:
        assert "Festakt" in text_of(answer.data)
    read = json.loads(reader.client.get(f"{AGENDA}.json").data)["schedule"]
    assert key in {one["kind"] for one in read["x-fachtag"]["items"].values()}
    rooms = read["conference"]["days"][0]["rooms"].values()
    assert "Festakt" in {one["type"] for held in rooms for one in held}
    schedule = ET.fromstring(reader.client.get(f"{AGENDA}.xml").data)  # noqa: S314  # our own
    assert "Festakt" in [one.text for one in schedule.iter("type")]


def test_an_own_kind_is_renamed_and_stays_while_it_is_used(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    with app.app_context(), transaction() as session:
        kind = add_kind(session, event_id, KindFacts("Feier", "", Icon.STAR), NOW)
        session.get_one(AgendaItem, ids["item-1"]).kind_row = kind
        own = kind.id
    visitor = lead(app, event_id)
    assert visitor.get(f"{HOME}/kinds/{own}").send(name="Empfang").address == f"{HOME}/kinds"
    assert "Empfang" in visitor.get(AGENDA).text
    refused = visitor.get(f"{HOME}/kinds/{own}/remove")
    assert "ist von dieser Art" in refused.text
    assert visitor.get(f"{HOME}/items/{ids['item-1']}").send(kind="break").address == HOME
    assert "ist von dieser Art" in visitor.get(f"{HOME}/kinds/{own}/remove").text  # until it is released
    released(app, event_id)
    assert visitor.get(f"{HOME}/kinds/{own}/remove").send().address == f"{HOME}/kinds"
    assert visitor.get(f"{HOME}/kinds/{own}").status == 404
    for number in (1, 2):  # the first one was of a kind that is gone
        assert visitor.get(f"{HOME}/versions/{number}?against=working-copy").status == 200


def test_a_kind_of_the_working_copy_alone_stays_as_well(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    with app.app_context(), transaction() as session:
        kind = add_kind(session, event_id, KindFacts("Feier", "", Icon.STAR), NOW)
        key, own = kind.key, kind.id
    visitor = lead(app, event_id)
    assert visitor.get(f"{HOME}/items/{ids['item-1']}").send(kind=key).address == HOME
    assert "ist von dieser Art" in visitor.get(f"{HOME}/kinds/{own}/remove").text
    assert "Feier" in visitor.get(HOME).text


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"name": " PAUSE "}, "name"), ({"name": "Neu", "name_en": "break"}, "name_en")],
)
def test_a_refused_kind_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    event_id, _ids = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/kinds/new").send(**{"icon": "moon", **typed})
    assert page.status == 422
    assert list(page.errors()) == [field]
    assert page.values(page.form())["icon"] == "moon"


def test_kinds_of_another_day_and_the_usual_ones_cannot_be_had(app: Flask) -> None:
    """T02"""
    event_id, ids = a_day(app)
    other, _ = a_day(app, slug="anderer", programme=False)
    with app.app_context(), transaction() as session:
        foreign = add_kind(session, other, KindFacts("Fremd", "", Icon.FLAG), NOW)
        foreign_id, key = foreign.id, foreign.key
        usual = session.scalars(select(AgendaKind.id).where(AgendaKind.event_id.is_(None))).first()
    visitor = lead(app, event_id)
    assert visitor.get(f"{HOME}/kinds/{foreign_id}").status == 404
    assert visitor.get(f"{HOME}/kinds/{usual}").status == 404
    assert "Fremd" not in visitor.get(f"{HOME}/kinds").text
    assert visitor.get(f"{HOME}/items/{ids['item-1']}").send(kind=key).status == 422


def test_what_the_code_names_is_there_and_the_database_knows_no_other(app: Flask) -> None:
    event_id, ids = a_day(app)
    with app.app_context():
        event = db.session.get_one(AgendaItem, ids["item-1"])
        keys = set(db.session.scalars(select(AgendaKind.key)))
        assert set(ItemKind) <= keys
        assert len(keys) == 15
        assert event.event_id == event_id
    with app.app_context(), pytest.raises(RemovedMeanwhile), transaction() as session:
        session.get_one(AgendaItem, ids["item-1"]).kind = "nichts"
    with app.app_context(), transaction() as session:
        assert all(one.name_en for one in kinds_for(session, session.get_one(Event, event_id)))
