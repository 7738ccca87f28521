# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What we export comes back: into the same day without any difference, into an empty one as the same schedule."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.plan import ContributorFacts, Key, Plan, StandFacts, SubItemFacts, read_plan
from app.programme.rules import ContributorRole, Thing
from app.scheduling.editing import edit
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.plans import Choices
from app.scheduling.imports.service import Status, look, take_over
from app.scheduling.imports.values import ProgrammeFile
from app.texts import force_locale
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.programme.frab import complaints, complaints_of_json
from tests.scheduling.imports.days import exported_json, exported_xml, generate

WAYS: dict[str, tuple[Callable[[Session, Event], bytes], Callable[[bytes], ProgrammeFile]]] = {
    "xml": (exported_xml, read_xml),
    "json": (exported_json, read_json),
}


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("de"):
        yield


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(25))
def test_what_goes_out_comes_back_without_a_difference(seed: int, way: str) -> None:
    export, read = WAYS[way]
    with transaction() as session:
        event = generate(session, random.Random(seed))
        looked = look(session, event, read(export(session, event)), Choices())
        assert [one.why.sentence for one in looked.outcome.faults] == []
        assert [one for one in looked.steps if one.status is not Status.SAME] == []
        assert (looked.outcome.rooms, looked.outcome.kinds) == ((), {})


def with_things_inside(plan: Plan) -> Plan:
    """With a short talk in every second item and run, each with a stranger and with who contributes there already, and stands."""
    things: dict[Key, Any] = dict(plan.things)
    holders = [(kind, number) for kind in (Thing.ITEM, Thing.RUN) for number in plan.of(kind)]
    for place, (kind, number) in enumerate(holders[::2], start=1):
        there: dict[str, Any] = {f"{kind.value}_id": number}
        things[Thing.SUB_ITEM, -place] = SubItemFacts("Film", "Zwei\nZeilen", 0, 5, position=1, **there)
        who = [ContributorFacts("Lale Probe", "Leiterin", "Stadt <A>", ContributorRole.TALK)]
        who += [replace(one, item_id=None, run_id=None) for one in plan.contributors(**there).values()][:1]
        for position, one in enumerate(who, start=1):
            facts = replace(one, sub_item_id=-place, position=position)
            things[Thing.CONTRIBUTOR, -2 * place - position] = facts
        if kind is Thing.ITEM:
            things[Thing.STAND, -place] = StandFacts(
                "Musterkreis", "Tisch 1", note="Probe", item_id=number, position=1
            )
    moderator = ContributorFacts("Jo Wort", role=ContributorRole.DAY_MODERATION, position=2)
    return Plan({**things, (Thing.CONTRIBUTOR, -1): moderator})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(12))
def test_what_stands_inside_of_something_stays_as_it_is(seed: int, way: str) -> None:
    export, read = WAYS[way]
    with transaction() as session:
        event = generate(session, random.Random(seed))
        edit(session, event.id, with_things_inside, NOW)
        before, file = read_plan(session, event), read(export(session, event))
        assert before.of(Thing.SUB_ITEM)
        with force_locale("en"):
            seen = look(session, event, file, Choices()).seen
            take_over(session, event.id, file, Choices(), seen, None, NOW, leave_out=False)
        assert read_plan(session, event) == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(25))
def test_an_empty_day_becomes_the_same(seed: int, way: str) -> None:
    export, read = WAYS[way]
    with transaction() as session:
        first = generate(session, random.Random(seed))
        edit(session, first.id, with_things_inside, NOW)
        written = export(session, first)
        other = make_event(
            session, slug="musterfachtag-zwei", starts_at=first.starts_at, ends_at=first.ends_at, language=first.language
        )  # fmt: skip
        file, choices = read(written), Choices(make_rooms=True)
        seen = look(session, other, file, choices).seen
        done = take_over(session, other.id, file, choices, seen, None, NOW, leave_out=False)
        again = export(session, other)
    assert (done.left_out, done.changed) == (0, 0)
    if way == "json":
        assert complaints_of_json(json.loads(again)) == []
    else:
        assert complaints(again) == []
    if way == "json" or not touches_a_round_that_nothing_else_fills(first.id):
        assert without_names_of_ours(again) == without_names_of_ours(written)


def touches_a_round_that_nothing_else_fills(event_id: int) -> bool:
    """The XML knows two rounds that touch only by what fills one of them: else a run over both comes back in one (decision 0055)."""
    plan = read_plan(db.session(), db.session().get_one(Event, event_id))
    runs = [run for run in plan.of(Thing.RUN).values() if run.takes_place]
    return any(len(plan.parts_of(run)) < run.spans for run in runs)


def without_names_of_ours(schedule: bytes) -> list[str]:
    """What the format carries, line by line, but for what says which day and which row it is."""
    text = schedule.decode()
    if text.startswith("{"):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    text = re.sub(r'(id|guid|slug)(": ?|=)"?[^",>\n]*"?', "", text)
    text = re.sub(r"<(slug|url|acronym|version)>[^<]*<", "<", text)
    text = re.sub(r'"[0-9a-f-]{36}": {', "{", text)
    text = re.sub(r'("(?:kind|key)": ".*)-[0-9]+"', r"\1", text)
    lines = [one.strip().rstrip(",") for one in text.splitlines()]
    left_out = ('"url"', '"version"', '"acronym"', '"workshop"', '"revision"')
    return sorted(one for one in lines if not one.startswith(left_out))
