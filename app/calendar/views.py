# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Feeds and calendar files; how they are kept and answered says `app.web.kept_files`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, url_for

from app import links
from app.calendar.queries import (
    FeedState,
    days_since,
    parts_of_runs,
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
from app.formatting import plain
from app.ical import render
from app.ical.entry import CalendarEntry
from app.organisations.queries import regions
from app.programme.ical import run_entries
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
from app.web.kept_files import KeptFile, send_kept
from app.web.pages import page

bp = Blueprint("calendar", __name__)

CALENDAR = "text/calendar; charset=utf-8"
PUBLIC_AGE = "public, max-age=900"
PRIVATE_AGE = "private, max-age=300"
HOURLY = timedelta(hours=1)
HALF_HOURLY = timedelta(minutes=30)
KEEP_CANCELLED = timedelta(days=30)


_feeds: Cache[KeptFile] = Cache(512)
_files: Cache[KeptFile] = Cache(64)


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

    def make() -> KeptFile:
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

    def make() -> KeptFile:
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

    def make() -> KeptFile:
        return KeptFile.of(_file(_entries_of(day)), day.changed_at)

    return send_kept(_files.get((day.id, day.revision), make), CALENDAR, f"{slug}-agenda.ics", attached=True)


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


def _event_feed(day: Event) -> KeptFile:
    return _feed(
        day.title,
        plain(day.summary),
        _entries_of(day),
        f"feed-{day.uid}",
        day.changed_at,
        address=_public(".event", slug=day.slug),
    )


def _my_feed(registration: Registration) -> KeptFile:
    """Own bookings only: no other names, no link that opens anything (DP-19).

    Who cancels finds the day gone; a day that was called off stays and says so (D7).
    """
    day = registration.event
    entries: list[CalendarEntry] = []
    changed_at = max(day.changed_at, registration.feed_changed_at.replace(microsecond=0))
    session = db.session()
    booked = registration.status in CONFIRMED
    if (booked and day.status is not EventStatus.DRAFT) or ended_with_the_day(session, registration):
        mine = my_day(session, registration)
        entry = registration_entry(registration, mine, _page_of(day), day.revision + registration.version)
        entries.append(replace(entry, modified=changed_at))
        if registration.status is Status.REGISTERED and day.agenda_released_at is not None:
            entries += _runs_of_day(day, runs_with(session, registration), mine.link_of_run)
    name = f"Mein Fachtag: {day.title}"
    return _feed(name, name, entries, f"my-{registration.reference}", changed_at, refresh=HALF_HOURLY)


def _entries_of(day: Event) -> list[CalendarEntry]:
    entries = [_day_entry(day)]
    if day.agenda_released_at is not None:
        entries += _runs_of_day(day, runs_of(db.session(), day))
    return entries


def _runs_of_day(
    day: Event, runs: Sequence[Run], link: Callable[[int], str] = lambda _run_id: ""
) -> list[CalendarEntry]:
    """`link`: of a run by its id, for who takes part in it."""
    parts = parts_of_runs(db.session(), day, runs)
    agenda = _agenda_of(day)
    return [one for run in runs for one in run_entries(run, day, agenda, parts[run.id], link(run.id))]


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
) -> KeptFile:
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
    return KeptFile.of(plain, changed_at)


def _answer(feed: KeptFile, cache_control: str, name: str) -> Response:
    response = send_kept(feed, CALENDAR, name)
    response.headers["Cache-Control"] = cache_control
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _file(entries: list[CalendarEntry]) -> bytes:
    return render.download([render.vevent(entry) for entry in entries])


def _download(body: bytes, name: str) -> Response:
    response = Response(body, content_type=CALENDAR)
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
