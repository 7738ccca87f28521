# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes of days that took place, brought into an empty day by our own files and by tables: all that a format carries comes back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.plan import Plan
from app.programme.rules import ContributorRole, Thing
from app.scheduling.editing import edit
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.plans import Choices
from app.scheduling.imports.service import look, take_over
from app.scheduling.imports.values import ProgrammeFile
from app.texts import force_locale
from app.web.database import transaction
from tests.factories.days import NOW, make_event
from tests.programme import real_programmes
from tests.programme.real_programmes import Maker
from tests.programme.said_plan import Said, said_of
from tests.scheduling.imports.days import exported_json, exported_xml
from tests.scheduling.imports.test_round_trip import without_names_of_ours

EACH = pytest.mark.parametrize("make", real_programmes.ALL, ids=lambda make: make.__name__)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("de"):
        yield


def in_an_empty_day(session: Session, first: Event, file: ProgrammeFile) -> Event:
    """The day into which the file is taken over, without a fault."""
    day = make_event(session, slug="leerer-tag", starts_at=first.starts_at, ends_at=first.ends_at)
    choices = Choices(make_rooms=True)
    looked = look(session, day, file, choices)
    assert [(one.title, one.why.sentence) for one in looked.outcome.faults] == []
    take_over(session, day.id, file, choices, looked.seen, None, NOW, leave_out=False)
    return day


def told(said: Said, change: Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any] | None]) -> Said:
    """What is left of each thing; None leaves it out."""
    changed = ((path, change(path, dict(facts))) for path, facts in said.items())
    return {path: facts for path, facts in changed if facts is not None}


def public(_path: tuple[Any, ...], facts: dict[str, Any]) -> dict[str, Any]:
    """What a stand needs is told to the house only, and least people to the team."""
    return {name: one for name, one in facts.items() if name not in {"needs_power", "least_people"}}


@EACH
def test_the_json_brings_all_that_is_public(make: Maker) -> None:
    with transaction() as session:
        first = make(session)
        written = exported_json(session, first)
        day = in_an_empty_day(session, first, read_json(written))
        assert told(said_of(session, day), public) == told(said_of(session, first), public)
        assert without_names_of_ours(exported_json(session, day)) == without_names_of_ours(written)


# What frab's XML has no field for: see decision 0055.
NOT_IN_XML = {
    "room": ("seats", "step_free", "loop", "note", "venue"),
    "run": ("capacity",),
    "contributor": ("function", "organisation", "about", "role"),
    "kind": ("icon", "pause", "beside", "name_en"),
}


def in_xml(path: tuple[Any, ...], facts: dict[str, Any]) -> dict[str, Any] | None:
    facts = public(path, facts)
    if path[-2] == "contributor":
        if path[0] == "contributor" or facts["role"] is ContributorRole.DAY_MODERATION:
            return None
        facts["name"] = ", ".join(
            one for one in (facts["name"], facts["function"], facts["organisation"]) if one
        )
    if isinstance(facts.get("kind"), dict):
        facts["kind"] = {"name": facts["kind"]["name"]}
    left_out = NOT_IN_XML.get(str(path[-2] if path[-2] == "contributor" else path[0]), ())
    return {name: one for name, one in facts.items() if name not in left_out}


def without_called_off(plan: Plan) -> Plan:
    for number, run in plan.of(Thing.RUN).items():
        if not run.takes_place:
            plan = plan.without((Thing.RUN, number))
    left = {run.workshop_id for run in plan.of(Thing.RUN).values()}
    for number in plan.of(Thing.WORKSHOP).keys() - left:
        plan = plan.without((Thing.WORKSHOP, number))
    return plan


@EACH
def test_the_xml_brings_what_its_words_carry(make: Maker) -> None:
    with transaction() as session:
        first = make(session)
        edit(session, first.id, without_called_off, NOW)
        written = exported_xml(session, first)
        day = in_an_empty_day(session, first, read_xml(written))
        assert told(_by_time(said_of(session, day)), in_xml) == told(
            _by_time(said_of(session, first)), in_xml
        )
        assert without_names_of_ours(exported_xml(session, day)) == without_names_of_ours(written)


def _by_time(said: Said) -> Said:
    """Rounds by when they begin instead of their numbers, which the XML does not say; without rooms in which nothing takes place."""
    begins = {facts["number"]: facts["starts_at"] for path, facts in said.items() if path[0] == "round"}
    used = {facts["room"] for facts in said.values() if "room" in facts}
    found: Said = {}
    for path, facts in said.items():
        if path[0] == "room" and path[1] not in used:
            continue
        timed = (path[0], begins[path[1]], *path[2:]) if path[0] in {"round", "run"} else path
        found[timed] = {name: one for name, one in facts.items() if name != "number"}
    return found
