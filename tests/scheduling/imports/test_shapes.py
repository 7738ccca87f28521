# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A conference of more than 300 entries in the shapes of other programs: read whole, taken over, edited, released, given out again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import event as events
from sqlalchemy import func, select

from app.clock import BERLIN
from app.events.models import Event
from app.programme.models import AgendaItem
from app.programme.plan import seen_as
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.scheduling.editing import change
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.plans import ITEMS, NEW, NONE, Choices
from app.scheduling.imports.service import Status, look, take_over
from app.scheduling.imports.values import ProgrammeFile
from app.texts import force_locale
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.programme.frab import complaints
from tests.scheduling.imports.days import exported_xml
from tests.scheduling.imports.shapes import ROOMS, Made, as_json, as_xml, conference

ALL_ROOMS = Choices(make_rooms=True)
SHAPES = ("frab", "pretalx", "pentabarf", "json")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("de"):
        yield


def read(made: list[Made], shape: str) -> ProgrammeFile:
    return read_json(as_json(made)) if shape == "json" else read_xml(as_xml(made, shape))


def two_days() -> int:
    with transaction() as session:
        starts = datetime(2031, 3, 13, 9, 0, tzinfo=BERLIN)
        return make_event(session, starts_at=starts, ends_at=starts + timedelta(hours=34)).id


def taken_over(event_id: int, file: ProgrammeFile, choices: Choices = ALL_ROOMS) -> tuple[int, int, int]:
    with transaction() as session:
        event = session.get_one(Event, event_id)
        seen = look(session, event, file, choices).seen
        done = take_over(session, event_id, file, choices, seen, None, NOW, leave_out=False)
    return done.new, done.changed, done.left_out


@pytest.mark.parametrize("shape", SHAPES)
def test_every_entry_is_read(shape: str) -> None:
    made = conference()
    file = read(made, shape)
    assert len(file.entries) == len(made) > 300
    assert file.faults == ()
    by_number = {one.number: one for one in made}
    for entry in file.entries:
        one = by_number[int(entry.number)]
        assert (entry.title, entry.room, entry.track, entry.kind) == (
            one.title,
            one.room,
            one.track,
            one.kind,
        )
        assert (entry.starts_at, entry.ends_at - entry.starts_at) == (
            one.starts_at,
            timedelta(minutes=one.minutes),
        )
        assert [person.name for person in entry.people] == list(one.people)
        assert {name: getattr(entry, name) for name in one.texts} == one.texts
        assert entry.links == (("Mehr dazu", f"https://example.org/{one.number}/mehr"),)
    assert file.aside["attachments" if shape == "json" else "attachment"] == len(made)


def test_it_is_taken_over_edited_released_and_given_out_with_nothing_lost() -> None:
    made, event_id = conference(), two_days()
    assert taken_over(event_id, read(made, "pretalx")) == (len(made), 0, 0)
    with transaction() as session:  # edited: one moves
        event = session.get_one(Event, event_id)
        plan = read_working_copy(session, event).plan
        number, facts = next((n, one) for n, one in plan.of(Thing.ITEM).items() if one.title == made[5].title)
        later = {
            "starts_at": facts.starts_at + timedelta(minutes=5),
            "ends_at": facts.ends_at + timedelta(minutes=5),
        }
        change(session, event_id, Thing.ITEM, number, replace(facts, **later), seen_as(facts), NOW)
        event.agenda_released_at = NOW
    made[5] = replace(made[5], starts_at=made[5].starts_at + timedelta(minutes=5))
    schedule = exported_xml(db.session(), db.session().get_one(Event, event_id))
    assert complaints(schedule) == []
    given = [{child.tag: child.text or "" for child in one} | {"persons": [p.text for p in one.iter("person")]} for one in ET.fromstring(schedule).iter("event")]  # noqa: S314 - our own  # fmt: skip
    by_title = {one["title"]: one for one in given}
    assert len(by_title) == len(made)
    for one in made:
        out = by_title[one.title]
        assert (out["room"], out["duration"], out["type"]) == (one.room, one.duration, one.kind)
        assert datetime.fromisoformat(str(out["date"])) == one.starts_at
        assert out["persons"] == list(one.people)
        texts = {**one.texts, "track": one.track, "language": "de"}
        links = f"\n\nMehr dazu: https://example.org/{one.number}/mehr"
        assert {name: out[name] for name in texts} == {**texts, "abstract": texts["abstract"] + links}


def test_the_same_file_again_changes_nothing_and_a_newer_one_what_is_other() -> None:
    made, event_id = conference(), two_days()
    taken_over(event_id, read(made, "frab"))
    assert taken_over(event_id, read(made, "frab"), Choices()) == (0, 0, 0)
    made[7] = replace(made[7], starts_at=made[7].starts_at + timedelta(hours=6), room=ROOMS[9])
    made[8] = replace(made[8], title="Ein anderes Thema")
    event = db.session().get_one(Event, event_id)
    looked = look(db.session(), event, read(made, "frab"), Choices())
    differing = {one.title: one for one in looked.steps if one.status is not Status.SAME}
    assert {title: one.status for title, one in differing.items()} == {
        made[7].title: Status.CHANGED,
        "Ein anderes Thema": Status.NEW,
    }
    assert {one.label.rpartition(": ")[2] for one in differing[made[7].title].changes} == {"Zeit", "Raum"}
    assert looked.outcome.staying == (conference()[8].title,)


def test_rooms_that_are_not_known_are_asked_for() -> None:
    made, event_id = conference(20), two_days()
    event = db.session().get_one(Event, event_id)
    file = read(made, "frab")
    looked = look(db.session(), event, file, Choices())
    assert looked.steps == []
    assert {one.why.sentence for one in looked.outcome.faults} == {
        "The room “%(room)s” is not known. Please say above what it is."
    }
    assert all(one.where.line > 1 for one in looked.outcome.faults)
    assert set(looked.outcome.unknown_rooms) == set(ROOMS)
    chosen = Choices(rooms={ROOMS[0]: NEW, ROOMS[1]: f"={ROOMS[0]}"} | dict.fromkeys(ROOMS[2:], NONE))
    looked = look(db.session(), event, file, chosen)
    assert [one.name for one in looked.outcome.rooms] == [ROOMS[0]]
    # A room that another one is to be must be there already.
    assert {one.why.values["room"] for one in looked.outcome.faults} == {ROOMS[1]}


def test_several_at_the_same_time_are_a_round_or_stay_side_by_side() -> None:
    made = conference(1)[:1]
    at = made[0].starts_at + timedelta(hours=2)
    made += [Made(n, f"Werkstatt {n}", ROOMS[n], at, 90, "", "Workshop", ("Kim Xander",)) for n in (2, 3, 4)]
    file, event_id = read(made, "pretalx"), two_days()
    event = db.session().get_one(Event, event_id)
    looked = look(db.session(), event, file, Choices(make_rooms=True))
    assert [(one.starts_at, one.chosen) for one in looked.outcome.blocks] == [(at, "round")]
    assert [run.label for run in looked.outcome.runs] == ["1.1", "1.2", "1.3"]
    beside = look(db.session(), event, file, Choices(make_rooms=True, blocks={at: ITEMS}))
    assert (len(beside.outcome.items), beside.outcome.runs) == (4, ())
    assert taken_over(event_id, file) == (4, 0, 0)
    assert taken_over(event_id, file, Choices()) == (0, 0, 0)


def test_three_hundred_entries_cost_no_query_each() -> None:
    counts = []
    for number in (20, 320):
        with transaction() as session:
            session.execute(Event.__table__.delete())  # type: ignore[attr-defined]
        event_id, file = two_days(), read(conference(number), "frab")
        said = [0]

        def count(*_: object, said: list[int] = said) -> None:
            said[0] += 1

        events.listen(db.engine, "before_cursor_execute", count)
        try:
            taken_over(event_id, file)
        finally:
            events.remove(db.engine, "before_cursor_execute", count)
        counts.append(said[0])
    assert db.session.scalar(select(func.count(AgendaItem.id))) is not None
    assert counts[1] <= counts[0] + 5 * 320, counts
