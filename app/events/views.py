# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The public pages of days: overview and one day."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.clock import now
from app.events.models import Event
from app.events.partners.queries import behind, partners_of
from app.events.queries import find_series, get_public_event, public_events, with_hosts
from app.events.rules import EventStatus, RegistrationState
from app.events.structured import structured
from app.links import absolute
from app.organisations.queries import find_region, regions
from app.refusal import Missing
from app.store.cache import Cache
from app.texts import language
from app.web import access
from app.web.database import db
from app.web.kept_files import KeptFile, send_page
from app.web.texts import chosen_language

bp = Blueprint("events", __name__)

_pages: Cache[KeptFile] = Cache()


@bp.get("/")
@access.public
def overview() -> Response:
    moment = now()
    wanted = request.args.get("region") or None
    if wanted is not None and find_region(db.session(), wanted) is None:
        raise Missing
    series = find_series(db.session(), request.args["series"]) if "series" in request.args else None
    days = public_events(db.session(), wanted, series)
    html = render_template(
        "events/overview.html",
        upcoming=[day for day in days if day.ends_at > moment],
        past=[day for day in reversed(days) if day.ends_at <= moment],
        states_of={day.id: day.registration_state(moment) for day in days},
        regions=regions(db.session()),
        region=wanted,
        series=series,
    )
    return make_response(html)


@bp.get("/events/<slug>")
@access.public
def event(slug: str) -> Response:
    session = db.session()
    day = get_public_event(session, slug)
    state = day.registration_state(now())
    key = (day.id, day.revision, state, language(), chosen_language())
    return send_page(_pages.get(key, lambda: _render(with_hosts(session, day), state)))


def _render(day: Event, state: RegistrationState) -> KeptFile:
    session, address = db.session(), absolute(url_for("events.event", slug=day.slug, lang=None))
    partners = partners_of(session, day)
    html = render_template(
        "events/event.html",
        event=day,
        state=state,
        cancelled=day.status is EventStatus.CANCELLED,
        partners=partners,
        behind=behind(day, partners),
        structured=structured(session, day, partners, address),
    )
    return KeptFile.of(html.encode())
