# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Subtitle, description, track and language of an item for everybody: asked on its page, read wherever the agenda is."""

import json
from xml.etree import ElementTree as ET

from flask import Flask

from app.events.models import Event
from app.programme.agenda import read_agenda
from app.programme.printing import agenda_document
from app.web.database import db, transaction
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.programme.frab import complaints, complaints_of_json

SAID = {
    "subtitle": "Zwanzig Jahre <später>",
    "description": "Erst lang.\n\nDann länger & mehr.",
    "track": "Recht",
    "language": "en",
}


def test_what_is_said_of_an_item_is_read_everywhere(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).agenda_released_at = None
    visitor = Visitor(signed_in(app, "otto@example.org"))
    page = visitor.get(f"{day.home}/programme/items/1")
    assert "Ankommen und Kaffee" in page.send(**SAID).text
    again = visitor.get(f"{day.home}/programme/items/1")
    (form,) = again.tree.xpath("//main//form[.//textarea[@name='description']]")
    values = again.values(form)
    assert {name: values[name].replace("\r\n", "\n") for name in SAID} == SAID
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.agenda_released_at = event.changed_at
    text = Visitor(app.test_client()).get("/events/probe/agenda").text
    assert (
        "Zwanzig Jahre <später> Erst lang. Dann länger & mehr. Themenstrang: Recht · Sprache: Englisch"
        in text
    )
    client = app.test_client()
    xml = client.get("/events/probe/agenda.xml").data
    assert complaints(xml) == []
    root = ET.fromstring(xml)  # noqa: S314 - our own
    (event_,) = [one for one in root.iter("event") if one.findtext("title") == "Ankommen und Kaffee"]
    assert {name: event_.findtext(name) for name in SAID} == SAID
    whole = json.loads(client.get("/events/probe/agenda.json").data)
    assert complaints_of_json(whole) == []
    assert "Recht" in {one["name"] for one in whole["schedule"]["conference"]["tracks"]}
    with app.app_context():
        event = db.session.get_one(Event, day.event_id)
        document = agenda_document(event, read_agenda(db.session(), event), "https://example.org", (), (), ())
    assert "Zwanzig Jahre <später>" in str(document)
