# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The released agenda: page, PDF, JSON and frab schedule (what conference apps read)."""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Flask, Response, make_response, render_template, url_for
from sqlalchemy.orm import Session

from app.clock import now
from app.documents import Document
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.partners.queries import PartnerView, behind_in_words, logos_to_print, partners_of
from app.events.queries import get_public_event, rooms_of
from app.events.rules import EventStatus
from app.events.structured import Part, parts_come_from
from app.links import absolute
from app.programme.agenda import AgendaLine, Meeting, meetings, read_agenda, track_numbers
from app.programme.credits import credit_lines
from app.programme.printing import agenda_document
from app.programme.queries import agenda_changes, moderation_of
from app.programme.schedule import Pages, schedule_json, schedule_xml
from app.programme.workshop_facts import confidence
from app.refusal import Missing
from app.store.cache import Cache
from app.texts import force_locale, language
from app.web import access
from app.web.database import db
from app.web.kept_files import KeptFile, send_kept
from app.web.printed import send_printed
from app.web.texts import chosen_language

bp = Blueprint("programme", __name__)

_pages: Cache[str] = Cache()
_files: Cache[KeptFile] = Cache(64)


def install(_app: Flask) -> None:
    parts_come_from(_parts_of)


def _parts_of(session: Session, day: Event) -> Iterator[Part]:
    """What everybody may know of within a day, once its agenda is released; without what does not take place."""
    if day.agenda_released_at is None:
        return
    pages, lines = _pages_of(day), read_agenda(session, day, seats=False)
    for line in lines:
        if line.round is None:
            address = pages.agenda
            yield Part(line.title, line.note, line.starts_at, line.ends_at, line.room, address, day.language)
    for one in meetings(lines):
        if one.run.takes_place:
            run, spoken = one.run, one.run.about.language or day.language
            address = pages.workshop(run.slug)
            for starts_at, ends_at in one.parts:
                yield Part(run.title, run.abstract, starts_at, ends_at, run.room, address, spoken)


def _pages_of(day: Event) -> Pages:
    return Pages(
        absolute(url_for("programme.agenda", slug=day.slug, lang=None)),
        lambda of: absolute(url_for("programme.workshop", slug=day.slug, workshop_slug=of, lang=None)),
    )


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

    def write(
        day: Event,
        lines: Sequence[AgendaLine],
        rooms: Sequence[RoomFacts],
        partners: Sequence[PartnerView],
        pages: Pages,
    ) -> bytes:
        return schedule_json(day, lines, rooms, partners, pages, moderation_of(db.session(), day))

    file = _schedule("json", day, write)
    return send_kept(file, "application/json", f"{slug}-agenda.json")


@bp.get("/events/<slug>/agenda.xml")
@access.public
def agenda_xml(slug: str) -> Response:
    file = _schedule("xml", _released(slug), schedule_xml)
    return send_kept(file, "application/xml", f"{slug}-agenda.xml")


Schedule = Callable[[Event, Sequence[AgendaLine], Sequence[RoomFacts], Sequence[PartnerView], Pages], bytes]


def _schedule(kind: str, day: Event, write: Schedule) -> KeptFile:
    def make() -> KeptFile:
        session = db.session()
        rooms = [one.facts for one in rooms_of(session, day)]
        lines = read_agenda(session, day, seats=False)
        with force_locale(day.language):
            content = write(day, lines, rooms, partners_of(session, day), _pages_of(day))
        return KeptFile.of(content, day.changed_at)

    return _files.get((kind, day.id, day.revision), make)


@bp.get("/events/<slug>/agenda.pdf")
@access.public
def agenda_pdf(slug: str) -> Response:
    day = _released(slug)

    def make() -> Document:
        here = absolute(url_for("programme.agenda", slug=day.slug, lang=None))
        session = db.session()
        lines = read_agenda(session, day, seats=False)
        named = behind_in_words(day, partners_of(session, day))
        logos = logos_to_print(session, day)
        return agenda_document(day, lines, here, named, logos, moderation_of(session, day))

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
    lines = read_agenda(session, day) if released else []
    return render_template(
        "programme/agenda.html",
        event=day,
        lines=lines,
        changes=agenda_changes(session, day) if released else [],
        moderation=credit_lines(people),
        introduced=people,
        tracks=track_numbers(lines),
    )
