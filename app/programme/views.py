# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The released agenda: page, PDF, JSON, frab schedule (what conference apps read) and the feed of its changes."""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Flask, Response, g, render_template, request, url_for
from sqlalchemy.orm import Session

from app.clock import now
from app.documents import Document
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.partners.queries import behind_in_words, logos_to_print, partners_of
from app.events.queries import get_public_event, rooms_of
from app.events.rules import EventStatus
from app.events.structured import Part, parts_come_from
from app.links import absolute
from app.programme.agenda import AgendaLine, Meeting, meetings, read_agenda, track_numbers
from app.programme.changes import agenda_changes, lines_of
from app.programme.credits import credit_lines
from app.programme.feed import ATOM, agenda_atom
from app.programme.filtering import Offer, View, Wanted, amount, choose, is_free, read_offer, read_wanted
from app.programme.forms import FilterForm
from app.programme.grid import tables
from app.programme.moments import Standing, phase, standing
from app.programme.printing import agenda_document
from app.programme.queries import moderation_of
from app.programme.schedule import Pages, schedule_json, schedule_xml
from app.programme.versions import last_version
from app.programme.workshop_facts import confidence
from app.refusal import Missing
from app.store.cache import Cache
from app.texts import force_locale, language
from app.web import access
from app.web.database import db
from app.web.kept_files import KeptFile, send_kept, send_page
from app.web.printed import send_printed
from app.web.texts import chosen_language

bp = Blueprint("programme", __name__)

_pages: Cache[KeptFile] = Cache(64)
_filtered: Cache[KeptFile] = Cache(32)  # apart: whoever tries out all filters pushes out no page
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
    """By clock, too: it says what goes on and what is next, so each stretch of the day has a page of its own."""
    session, moment = db.session(), now()
    day = get_public_event(session, slug)
    if day.agenda_released_at is None:
        return _not_yet(day)
    lines = read_agenda(session, day, seats=False)
    offer = read_offer(lines, counts=_counts(day))
    wanted = read_wanted(request.args, offer)
    if wanted.free:
        lines = read_agenda(session, day)
    free = tuple(one.run.id for one in meetings(lines) if is_free(one.run)) if wanted.free else ()
    says = (phase(lines, moment), _counts(day), wanted, free)
    key = ("page", day.id, day.revision, says, language(), chosen_language())
    kept = _pages if wanted == Wanted() else _filtered
    stands = standing(lines, moment) if day.status is EventStatus.PUBLISHED else None
    return send_page(kept.get(key, lambda: _render(day, lines, offer, wanted, stands)))


def _not_yet(day: Event) -> Response:
    key = ("none", day.id, day.revision, language(), chosen_language())
    return send_page(_pages.get(key, lambda: _kept("programme/agenda.html", event=day, lines=[])))


def _counts(day: Event) -> bool:
    """Whether people can still do something with a free place."""
    return day.status is EventStatus.PUBLISHED and not day.awaits_places and not day.is_over(now())


@bp.get("/events/<slug>/workshops/<workshop_slug>")
@access.public
def workshop(slug: str, workshop_slug: str) -> Response:
    """A workshop of the released agenda, with the places that are free at this moment."""
    day = _released(slug)
    found = [one for one in meetings(read_agenda(db.session(), day)) if one.run.slug == workshop_slug]
    if not found:
        raise Missing
    free = tuple((one.run.seats, one.run.waiting) for one in found)
    counts = _counts(day)
    key = ("workshop", day.id, day.revision, workshop_slug, free, counts, language(), chosen_language())
    return send_page(_pages.get(key, lambda: _render_workshop(day, found, counts=counts)))


def _render_workshop(day: Event, found: list[Meeting], *, counts: bool) -> KeptFile:
    about, slug = found[0].run.about, found[0].run.slug
    return _kept(
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

    def write(lines: Sequence[AgendaLine], rooms: Sequence[RoomFacts]) -> bytes:
        partners, moderation = partners_of(db.session(), day), moderation_of(db.session(), day)
        return schedule_json(day, lines, rooms, _pages_of(day), partners, moderation)

    return send_kept(_schedule("json", day, write), "application/json", f"{slug}-agenda.json")


@bp.get("/events/<slug>/agenda.xml")
@access.public
def agenda_xml(slug: str) -> Response:
    day = _released(slug)
    file = _schedule("xml", day, lambda lines, rooms: schedule_xml(day, lines, rooms, _pages_of(day)))
    return send_kept(file, "application/xml", f"{slug}-agenda.xml")


def _schedule(
    kind: str, day: Event, write: Callable[[Sequence[AgendaLine], Sequence[RoomFacts]], bytes]
) -> KeptFile:
    def make() -> KeptFile:
        session = db.session()
        rooms = [one.facts for one in rooms_of(session, day)]
        with force_locale(day.language):
            content = write(read_agenda(session, day, seats=False), rooms)
        return KeptFile.of(content, day.changed_at)

    return _files.get((kind, day.id, day.revision), make)


@bp.get("/events/<slug>/agenda.atom")
@access.public
def agenda_atom_feed(slug: str) -> Response:
    """The change log for feed readers, in the day's language, whoever asks."""
    day = _released(slug)

    def make() -> KeptFile:
        own = absolute(url_for("programme.agenda_atom_feed", slug=day.slug))
        with force_locale(day.language):
            content = agenda_atom(day, agenda_changes(db.session(), day), own, _pages_of(day).agenda)
        return KeptFile.of(content, day.changed_at)

    return send_kept(_files.get(("atom", day.id, day.revision), make), ATOM, f"{slug}-agenda.atom")


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


def _render(
    day: Event, lines: Sequence[AgendaLine], offer: Offer, wanted: Wanted, stands: Standing | None
) -> KeptFile:
    session = db.session()
    people = moderation_of(session, day)
    shown = choose(lines, wanted)
    rooms = [one.facts.where for one in rooms_of(session, day)] if wanted.view is View.ROOMS else ()
    tracks = track_numbers(lines)
    order = rooms if wanted.view is View.ROOMS else tuple(tracks)
    g.own_query = wanted.query()
    return _kept(
        "programme/agenda.html",
        event=day,
        lines=lines,
        shown=shown,
        amounts=(amount(shown), amount(lines)),
        offer=offer,
        wanted=wanted,
        filter=FilterForm.of(offer, wanted),
        grid=tables(shown, wanted.view, order) if wanted.view is not View.LIST else [],
        standing=stands,
        changes=lines_of(agenda_changes(session, day), dated=day.over_several_dates),
        version=last_version(session, day) if lines else None,
        moderation=credit_lines(people),
        introduced=people,
        tracks=tracks,
        canonical=_pages_of(day).agenda,
    )


def _kept(template: str, **context: object) -> KeptFile:
    return KeptFile.of(render_template(template, **context).encode())
