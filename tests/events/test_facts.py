# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a change keeps of a day's facts comes back as it was."""

from dataclasses import replace

from flask import Flask

from app.events.facts import DayFacts, from_json, in_json
from app.events.notices import day_facts
from app.events.rules import Placement
from app.web.database import transaction
from tests.factories.days import at, make_event


def test_every_fact_comes_back_as_it_was(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        facts = day_facts(make_event(session, capacity=None))
    every = replace(
        facts,
        placement=Placement.WISHES,
        wishes_until=at("8:00"),
        registration_opens_at=at("7:00"),
        capacity=9,
    )
    for one in (facts, every):
        written = in_json(one, DayFacts.__slots__)
        assert from_json(facts, written) == one
        assert from_json(every, written) == one
