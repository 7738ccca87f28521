# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whatever is bent in a file, it is read or refused, never an error (T24)."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask

from app.events.models import Event
from app.refusal import Refusal
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.plans import ITEMS, ROUND, Choices
from app.scheduling.imports.service import look, take_over
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.scheduling.imports.days import exported_json, exported_xml, generate
from tests.scheduling.imports.shapes import as_json, as_xml, conference

WEIRD: tuple[Any, ...] = (
    None, True, 7, -1, 1e400, 10**30, "", "x" * 300, "\ud800", "\x00", [], [[]], {}, {"a": []}, "2031-13-45", "-1:00", "9" * 400,
)  # fmt: skip
ODD_LETTERS = (
    "<",
    ">",
    "&",
    '"',
    "]]>",
    "<!--",
    "\x00",
    "é",
    "<event>",
    "</room>",
    "99",
    "-",
    ":",
    "&#0;",
    "<!DOCTYPE a>",
)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def bent(value: Any, luck: random.Random) -> Any:
    """One value somewhere in it becomes another."""
    if luck.random() < 0.12 or not isinstance(value, list | dict) or not value:
        return luck.choice(WEIRD)
    key = luck.choice(list(value) if isinstance(value, dict) else range(len(value)))
    made = dict(value) if isinstance(value, dict) else list(value)
    made[key] = bent(value[key], luck)
    return made


def test_bent_json_and_xml_are_read_or_refused() -> None:
    luck = random.Random(7)
    with transaction() as session:
        event = generate(session, luck)
        ours, ours_xml = json.loads(exported_json(session, event)), exported_xml(session, event).decode()
        event_id = event.id
    theirs, theirs_xml = json.loads(as_json(conference(4))), as_xml(conference(4), "pretalx").decode()
    files = []
    for number in range(400):
        whole = bent(ours if number % 2 else theirs, luck)
        with suppress(Refusal):
            files.append(read_json(json.dumps(whole).encode()))
        text = ours_xml if number % 2 else theirs_xml
        at = luck.randrange(len(text))
        text = text[:at] + luck.choice(ODD_LETTERS) + text[at + luck.choice((0, 0, 1, 5)) :]
        with suppress(Refusal):
            files.append(read_xml(text.encode()))
    assert len(files) > 200
    for file in luck.sample(files, 40):
        way = luck.choice((ITEMS, ROUND))
        choices = Choices(make_rooms=True, blocks={one.starts_at: way for one in file.entries})
        looked = look(db.session(), db.session().get_one(Event, event_id), file, choices)
        with suppress(Refusal), transaction() as session:
            take_over(session, event_id, file, choices, looked.seen, None, NOW, leave_out=True)
