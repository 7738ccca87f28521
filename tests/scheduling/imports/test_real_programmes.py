# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes of days that took place, brought into an empty day by our own files and by tables: all that a format carries comes back."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.attendees.imports.tables import Wished
from app.clock import BERLIN
from app.events.models import Event
from app.programme.agenda import AgendaLine, RunView, read_agenda
from app.programme.plan import Plan
from app.programme.rules import ROLE_LABELS, ContributorRole, Thing
from app.programme.workshop_facts import LANGUAGES, WORKSHOP_FACTS
from app.scheduling.editing import edit
from app.scheduling.imports.files import read
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.plans import Choices
from app.scheduling.imports.service import look, take_over
from app.scheduling.imports.sheets import COLUMNS, template
from app.scheduling.imports.values import ProgrammeFile
from app.spreadsheets import write_csv, write_xlsx
from app.texts import force_locale, gettext
from app.web.database import transaction
from tests.factories.days import DAY, NOW, make_event
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


# -- tables

HEADINGS = {one.name: heading for one, heading in zip(COLUMNS, template(DAY)[0], strict=True)}
NOT_IN_TABLES = {
    **NOT_IN_XML,
    "run": ("spans", "least_people"),  # one time for a row, so a run is in one piece
    "contributor": ("about",),
}


def as_rows(session: Session, event: Event) -> list[dict[str, str]]:
    """What somebody types who has this programme on paper, by the names of columns."""
    rows = []
    for line in read_agenda(session, event, seats=False):
        for run in line.round.runs if line.round is not None else ():
            facts = {name: getattr(run.about, name) for name in WORKSHOP_FACTS}
            about = facts | {
                "language": run.about.words("language"),
                "undocumented": "ja" if run.about.undocumented else "",
            }
            capacity = str(run.seats.capacity or "")
            booked, happens = (
                "ja" if one else "nein" for one in (line.round and line.round.booked, run.takes_place)
            )
            row = {
                "round": line.title,
                "label": run.label,
                "capacity": capacity,
                "booked": booked,
                "takes_place": happens,
            }
            rows.append(_row(line, run) | about | row | {"station": run.station})
        if line.round is None:
            texts = {name: getattr(line, name) for name in ("title", "subtitle", "track", "description")}
            texts |= {"abstract": line.note, "kind": line.kind.name if line.kind else ""}
            rows.append(
                _row(line, line)
                | texts
                | {"language": gettext(LANGUAGES[line.language]) if line.language else ""}
            )
    return rows


def _row(line: AgendaLine, holder: AgendaLine | RunView) -> dict[str, str]:
    starts, ends = (one.astimezone(BERLIN) for one in (line.starts_at, line.ends_at))
    row = {"date": f"{starts:%d.%m.%Y}", "start": f"{starts:%H:%M}", "end": f"{ends:%H:%M}"}
    row["room"] = holder.room.name if holder.room is not None else ""
    for place, one in enumerate(holder.contributors, start=1):
        row |= {f"name-{place}": one.name, f"function-{place}": one.function}
        row |= {f"organisation-{place}": one.organisation, f"role-{place}": gettext(ROLE_LABELS[one.role])}
    return row


def in_tables(path: tuple[Any, ...], facts: dict[str, Any]) -> dict[str, Any] | None:
    facts = public(path, facts)
    if path[0] == "contributor" or {"sub_item", "stand"} & set(path[1:]):
        return None
    if isinstance(facts.get("kind"), dict):
        facts["kind"] = {"name": facts["kind"]["name"]}
    left_out = NOT_IN_TABLES.get(str(path[-2] if path[-2] == "contributor" else path[0]), ())
    return {name: one for name, one in facts.items() if name not in left_out}


def in_one_piece(plan: Plan) -> Plan:
    """Every run in its first round; without rounds in which none is left."""
    for number, run in plan.of(Thing.RUN).items():
        plan = plan.put((Thing.RUN, number), replace(run, spans=1))
    filled = {run.round_id for run in plan.of(Thing.RUN).values()}
    for number in plan.of(Thing.ROUND).keys() - filled:
        plan = plan.without((Thing.ROUND, number))
    return plan


@EACH
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_bring_what_fits_into_a_row(make: Maker, kind: str) -> None:
    with transaction() as session:
        first = make(session)
        edit(session, first.id, in_one_piece, NOW)
        rows = [[row.get(name, "") for name in HEADINGS] for row in as_rows(session, first)]
        file = io.BytesIO()
        if kind == "csv":
            write_csv(file, list(HEADINGS.values()), rows)
        else:
            write_xlsx(file, list(HEADINGS.values()), rows, "Programm", [10] * len(HEADINGS))
        day = in_an_empty_day(session, first, read(file.getvalue(), Wished(), DAY).programme)
        assert told(_by_time(said_of(session, day)), in_tables) == told(
            _by_time(said_of(session, first)), in_tables
        )
