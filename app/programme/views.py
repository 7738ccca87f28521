# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The released agenda: page, PDF, JSON and frab schedule (what conference apps read)."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, make_response, render_template, url_for

from app.clock import BERLIN, now
from app.documents import Document
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.queries import get_public_event
from app.events.rules import EventStatus
from app.links import absolute
from app.programme.agenda import AgendaLine, Meeting, meetings, read_agenda
from app.programme.credits import Credit, credit_lines
from app.programme.printing import agenda_document
from app.programme.queries import agenda_changes, moderation_of
from app.programme.rounds import numbers_filled
from app.programme.workshop_facts import confidence
from app.refusal import Missing
from app.store.cache import Cache
from app.texts import language, last_day, local_day
from app.web import access
from app.web.database import db
from app.web.printed import send_printed
from app.web.texts import chosen_language

bp = Blueprint("programme", __name__)

_pages: Cache[str] = Cache()
# XML 1.0, 2.2: one such character in a title, and no app reads the schedule.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@bp.get("/events/<slug>/agenda")
@access.public
def agenda(slug: str) -> Response:
    session = db.session()
    day = get_public_event(session, slug)
    key = ("page", day.id, day.revision, language(), chosen_language())
    return make_response(_pages.get(key, lambda: _render(day)))


@bp.get("/events/<slug>/workshops/<workshop_slug>")
@access.public
def workshop(slug: str, workshop_slug: str) -> Response:
    """A workshop of the released agenda, with the places that are free at this moment."""
    day = _released(slug)
    found = [one for one in meetings(read_agenda(db.session(), day)) if one.run.slug == workshop_slug]
    if not found:
        raise Missing
    free = tuple((one.run.seats, one.run.waiting) for one in found)
    counts = day.status is EventStatus.PUBLISHED and not day.awaits_places and not day.is_over(now())
    key = ("workshop", day.id, day.revision, workshop_slug, free, counts, language(), chosen_language())
    return make_response(_pages.get(key, lambda: _render_workshop(day, found, counts=counts)))


def _render_workshop(day: Event, found: list[Meeting], *, counts: bool) -> str:
    about, slug = found[0].run.about, found[0].run.slug
    return render_template(
        "programme/workshop.html",
        event=day,
        about=about,
        meetings=found,
        counts=counts,
        confidence=confidence(),
        canonical=absolute(url_for("programme.workshop", slug=day.slug, workshop_slug=slug, lang=None)),
    )


@bp.get("/events/<slug>/agenda.json")
@access.public
def agenda_json(slug: str) -> Response:
    day = _released(slug)
    text = _pages.get(("json", day.id, day.revision), lambda: _json(day, read_agenda(db.session(), day)))
    return Response(text, mimetype="application/json")


@bp.get("/events/<slug>/agenda.xml")
@access.public
def agenda_xml(slug: str) -> Response:
    day = _released(slug)
    text = _pages.get(("xml", day.id, day.revision), lambda: _frab(day, read_agenda(db.session(), day)))
    return Response(text, mimetype="application/xml")


@bp.get("/events/<slug>/agenda.pdf")
@access.public
def agenda_pdf(slug: str) -> Response:
    day = _released(slug)

    def make() -> Document:
        here = absolute(url_for("programme.agenda", slug=day.slug, lang=None))
        return agenda_document(
            day, read_agenda(db.session(), day, seats=False), here, moderation_of(db.session(), day)
        )

    return send_printed(day, "agenda", str(day.revision), make)


def _released(slug: str) -> Event:
    day = get_public_event(db.session(), slug)
    if day.agenda_released_at is None:
        raise Missing
    return day


def _render(day: Event) -> str:
    released = day.agenda_released_at is not None
    session = db.session()
    people = moderation_of(session, day) if released else ()
    return render_template(
        "programme/agenda.html",
        event=day,
        lines=read_agenda(session, day) if released else [],
        changes=agenda_changes(session, day) if released else [],
        moderation=credit_lines(people),
        introduced=people,
    )


def _json(day: Event, lines: list[AgendaLine]) -> str:
    return json.dumps(
        {
            "title": day.title,
            "starts_at": _local(day.starts_at),
            "ends_at": _local(day.ends_at),
            "place": day.place,
            "revision": day.revision,
            "moderation": _json_people(moderation_of(db.session(), day)),
            "agenda": [_json_line(line, day.language) for line in lines],
        },
        ensure_ascii=False,
        indent=2,
    )


def _json_line(line: AgendaLine, spoken: str) -> dict[str, object]:
    return {
        "kind": line.kind.key if line.kind else "round",
        "kind_name": line.kind.in_language(spoken) if line.kind else "Workshops",
        "title": line.title,
        "note": line.note,
        "starts_at": _local(line.starts_at),
        "ends_at": _local(line.ends_at),
        "room": line.room.name if line.room else None,
        "contributors": _json_people(line.contributors),
        "workshops": [
            {
                "label": run.label,
                "title": run.title,
                "abstract": run.abstract,
                "room": run.room.name if run.room else None,
                "step_free": run.room.step_free if run.room else None,
                "contributors": _json_people(run.contributors),
                "takes_place": run.takes_place,
                "rounds": run.spans,
            }
            for run in (line.round.runs if line.round else ())
        ],
    }


def _json_people(people: Iterable[Credit]) -> list[dict[str, str]]:
    return [
        {
            "role": one.role.value,
            "name": one.name,
            "function": one.function,
            "organisation": one.organisation,
            "about": one.about,
        }
        for one in people
    ]


def _frab(day: Event, lines: list[AgendaLine]) -> str:
    """The schedule format of frab and pretalx, rooms of each date in order of appearance."""
    schedule = ET.Element("schedule")
    ET.SubElement(schedule, "version").text = str(day.revision)
    conference = ET.SubElement(schedule, "conference")
    for name, value in {
        "acronym": day.slug,
        "title": day.title,
        "start": _local(day.starts_at)[:10],
        "end": last_day(day.ends_at).isoformat(),
        "days": str((last_day(day.ends_at) - local_day(day.starts_at)).days + 1),
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Berlin",
    }.items():
        ET.SubElement(conference, name).text = value
    dates = _frab_dates(schedule, day)
    rooms: dict[tuple[date, str], ET.Element] = {}
    for number, line, title, abstract, people, room in _talks(lines):
        on = local_day(line.starts_at)
        if (on, room) not in rooms:
            rooms[on, room] = ET.SubElement(dates[on], "room", name=room)
        guid = str(uuid5(NAMESPACE_URL, f"{day.uid}/{number}"))
        talk = ET.SubElement(rooms[on, room], "event", id=str(number), guid=guid)
        for name, value in {
            "date": _local(line.starts_at),
            "start": _local(line.starts_at)[11:16],
            "duration": _duration(line.starts_at, line.ends_at),
            "room": room,
            "slug": f"{day.slug}-{number}",
            "title": title,
            "type": line.kind.in_language(day.language) if line.kind else "Workshop",
            "language": day.language,
            "abstract": abstract,
            "url": absolute(url_for("programme.agenda", slug=day.slug, lang=None)),
        }.items():
            ET.SubElement(talk, name).text = value
        persons = ET.SubElement(talk, "persons")
        for person in people:
            ET.SubElement(persons, "person", id=str(person.id)).text = person.who
    ET.indent(schedule)
    text = ET.tostring(schedule, encoding="unicode")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _NOT_IN_XML.sub("", text)


def _frab_dates(schedule: ET.Element, day: Event) -> dict[date, ET.Element]:
    """One element for each date of the day; the first begins with it and the last ends with it."""
    first, last = local_day(day.starts_at), last_day(day.ends_at)
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {
        one: ET.SubElement(
            schedule,
            "day",
            index=str(index),
            date=one.isoformat(),
            start=_local(max(day.starts_at, datetime.combine(one, time.min, BERLIN))),
            end=_local(min(day.ends_at, datetime.combine(one + timedelta(days=1), time.min, BERLIN))),
        )
        for index, one in enumerate(dates, start=1)
    }


Talk = tuple[int, AgendaLine, str, str, tuple[Credit, ...], str]


def _talks(lines: list[AgendaLine]) -> list[Talk]:
    """Numbered for ever, because apps keep favourites by number: items even, runs odd, whatever is added before. What
    does not take place is left out."""
    talks: list[Talk] = []
    ends = {one.round.number: one.ends_at for one in lines if one.round is not None}
    for line in lines:
        if line.round is None:
            number = 2 * int(line.key.removeprefix("item-"))
            talks.append((number, line, line.title, line.note, line.contributors, _room(line.room)))
        else:
            talks += [
                (
                    2 * run.id + 1,
                    replace(
                        line, ends_at=ends.get(numbers_filled(line.round.number, run.spans)[-1], line.ends_at)
                    ),
                    f"{run.label} {run.title}",
                    run.abstract,
                    run.contributors,
                    _room(run.room),
                )
                for run in line.round.runs
                if run.takes_place
            ]
    return talks


def _room(room: RoomFacts | None) -> str:
    return room.name if room else "–"


def _local(moment: datetime) -> str:
    return moment.astimezone(BERLIN).isoformat(timespec="seconds")


def _duration(starts_at: datetime, ends_at: datetime) -> str:
    minutes = int((ends_at - starts_at).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
