# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Feeds: no cookie, no redirect, no negotiation; a strong ETag over the bytes and a Last-Modified that only rises."""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, request, url_for

from app import links
from app.calendar.queries import (
    FeedState,
    days_since,
    ends_of,
    runs_of,
    runs_with,
    state_of_all,
    state_of_region,
)
from app.clock import now
from app.events.ical import event_entry
from app.events.models import Event
from app.events.queries import get_public_event, public_events
from app.events.rules import EventStatus
from app.ical import render
from app.ical.entry import CalendarEntry
from app.organisations.queries import regions
from app.programme.ical import run_entry
from app.programme.models import Run
from app.refusal import Missing
from app.registration.ical import registration_entry
from app.registration.links import open_feed
from app.registration.models import Registration
from app.registration.queries import ended_with_the_day, my_day
from app.registration.rules import CONFIRMED, Status
from app.store.cache import Cache
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("calendar", __name__)

PUBLIC_AGE = "public, max-age=900"
PRIVATE_AGE = "private, max-age=300"
HOURLY = timedelta(hours=1)
HALF_HOURLY = timedelta(minutes=30)
KEEP_CANCELLED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Feed:
    """The bytes of a feed, plain and compressed, each with a tag of its own (RFC 9110, 8.8.3.3)."""

    plain: bytes
    packed: bytes
    tag: str
    changed_at: datetime


_feeds: Cache[Feed] = Cache(512)
_files: Cache[bytes] = Cache(64)


@bp.get("/calendar")
@access.public
def how_to() -> Response:
    session = db.session()
    moment = now()
    return page(
        "calendar/how_to.html",
        all_days=links.absolute(url_for(".all_days")),
        regions=[(one.name, links.absolute(url_for(".region", slug=one.slug))) for one in regions(session)],
        days=[
            (day, links.absolute(url_for(".event", slug=day.slug)))
            for day in public_events(session)
            if day.ends_at > moment
        ],
    )


@bp.get("/calendar/all.ics")
@access.public
def all_days() -> Response:
    session = db.session()
    state = state_of_all(session)

    today = _today()

    def make() -> Feed:
        days = days_since(session, _window(today))
        return _feed(
            "Fachtage",
            "Alle Fachtage",
            [_day_entry(day) for day in days if not _is_gone(day, today)],
            "all",
            _changed_at(state, days, today),
            address=_public(".all_days"),
        )

    return _answer(_feeds.get(("all", state, today), make), PUBLIC_AGE, "fachtage.ics")


@bp.get("/calendar/regions/<slug>.ics")
@access.public
def region(slug: str) -> Response:
    session = db.session()
    found, state = state_of_region(session, slug)
    if found is None:
        raise Missing

    today = _today()

    def make() -> Feed:
        days = days_since(session, _window(today), found.id)
        name = f"Fachtage {found.name}"
        return _feed(
            name,
            name,
            [_day_entry(day) for day in days if not _is_gone(day, today)],
            f"region-{slug}",
            _changed_at(state, days, today),
            address=_public(".region", slug=slug),
        )

    return _answer(_feeds.get(("region", slug, state, today), make), PUBLIC_AGE, f"fachtage-{slug}.ics")


@bp.get("/calendar/events/<slug>.ics")
@access.public
def event(slug: str) -> Response:
    day = get_public_event(db.session(), slug)
    return _answer(
        _feeds.get(("event", day.id, day.revision), lambda: _event_feed(day)), PUBLIC_AGE, f"{slug}.ics"
    )


@bp.get("/events/<slug>/agenda.ics")
@access.public
def agenda_file(slug: str) -> Response:
    """The released agenda to open once: the day and each workshop."""
    day = get_public_event(db.session(), slug)
    if day.agenda_released_at is None:
        raise Missing
    body = _files.get((day.id, day.revision), lambda: _file(_entries_of(day)))
    return _download(body, f"{slug}-agenda.ics")


@bp.get("/calendar/events/<slug>/download.ics")
@access.public
def event_file(slug: str) -> Response:
    """The day alone, to open once."""
    day = get_public_event(db.session(), slug)
    return _download(_file([_day_entry(day)]), f"{slug}.ics")


@bp.get("/calendar/my/<token>.ics")
@access.feed
def my(token: str) -> Response:
    registration = open_feed(db.session(), token)
    key = (
        "my",
        registration.id,
        registration.version,
        registration.feed_changed_at,
        registration.event.revision,
    )
    return _answer(_feeds.get(key, lambda: _my_feed(registration)), PRIVATE_AGE, "mein-fachtag.ics")


def _event_feed(day: Event) -> Feed:
    return _feed(
        day.title,
        day.summary,
        _entries_of(day),
        f"feed-{day.uid}",
        day.changed_at,
        address=_public(".event", slug=day.slug),
    )


def _my_feed(registration: Registration) -> Feed:
    """Own bookings only: no other names, no link that opens anything (DP-19).

    Who cancels finds the day gone; a day that was called off stays and says so (D7).
    """
    day = registration.event
    entries: list[CalendarEntry] = []
    changed_at = max(day.changed_at, registration.feed_changed_at.replace(microsecond=0))
    session = db.session()
    booked = registration.status in CONFIRMED
    if (booked and day.status is not EventStatus.DRAFT) or ended_with_the_day(session, registration):
        entry = registration_entry(
            registration, my_day(session, registration), _page_of(day), day.revision + registration.version
        )
        entries.append(replace(entry, modified=changed_at))
        if registration.status is Status.REGISTERED and day.agenda_released_at is not None:
            entries += _runs_of_day(day, runs_with(session, registration))
    name = f"Mein Fachtag: {day.title}"
    return _feed(name, name, entries, f"my-{registration.reference}", changed_at, refresh=HALF_HOURLY)


def _entries_of(day: Event) -> list[CalendarEntry]:
    entries = [_day_entry(day)]
    if day.agenda_released_at is not None:
        entries += _runs_of_day(day, runs_of(db.session(), day))
    return entries


def _runs_of_day(day: Event, runs: Sequence[Run]) -> list[CalendarEntry]:
    ends = ends_of(db.session(), day, runs)
    return [run_entry(run, day, _agenda_of(day), ends[run.id]) for run in runs]


def _day_entry(day: Event) -> CalendarEntry:
    return event_entry(day, _page_of(day))


def _page_of(day: Event) -> str:
    return _public("events.event", slug=day.slug)


def _agenda_of(day: Event) -> str:
    return _public("programme.agenda", slug=day.slug)


def _public(endpoint: str, slug: str | None = None) -> str:
    """A public address without the language of the one who asks: the same bytes for everybody."""
    return links.absolute(url_for(endpoint, slug=slug, lang=None))


def _feed(
    name: str,
    description: str,
    entries: list[CalendarEntry],
    uid: str,
    changed_at: datetime,
    *,
    address: str | None = None,
    refresh: timedelta = HOURLY,
) -> Feed:
    """`address` is the feed's own; a secret address is never written into the file (T14)."""
    plain = render.feed(
        name,
        description,
        [render.vevent(entry) for entry in entries],
        uid=uid if "@" in uid else f"{uid}@fachtag.invalid",
        source_url=address,
        refresh=refresh,
        last_modified=changed_at,
    )
    return Feed(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest(), changed_at)


def _answer(feed: Feed, cache_control: str, name: str) -> Response:
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(feed.packed if packed else feed.plain, content_type="text/calendar; charset=utf-8")
    tag, other = feed.tag, f"{feed.tag}-gzip"
    if packed:
        tag, other = other, tag
    # Proxies that pack or unpack on the way hand back the tag of the other form; it is as fresh as this one.
    response.set_etag(other if request.if_none_match.contains_weak(other) else tag)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = cache_control
    response.headers["X-Robots-Tag"] = "noindex"
    response.last_modified = feed.changed_at
    response.make_conditional(request)
    return response


def _file(entries: list[CalendarEntry]) -> bytes:
    return render.download([render.vevent(entry) for entry in entries])


def _download(body: bytes, name: str) -> Response:
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _today() -> date:
    """Feeds change by themselves at midnight only (UTC), so that the date can stand in the cache's key."""
    return now().astimezone(UTC).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _window(today: date) -> datetime:
    """From 1 January of last year: a window that slides daily would change the bytes daily (D8)."""
    return _midnight(date(today.year - 1, 1, 1))


def _gone_on(day: Event) -> date:
    """Cancelled days stay for 30 days after their end, so that calendars have time to hear of it (D7)."""
    return (day.ends_at.astimezone(UTC) + KEEP_CANCELLED).date()


def _is_gone(day: Event, today: date) -> bool:
    return day.status is EventStatus.CANCELLED and _gone_on(day) <= today


def _changed_at(state: FeedState, days: Sequence[Event], today: date) -> datetime:
    """When the feed changed last: somebody changed a day, a cancelled one left, or the window moved with the year."""
    left = [_midnight(_gone_on(day)) for day in days if _is_gone(day, today)]
    return max([state.changed_at, _midnight(date(today.year, 1, 1)), *left])
