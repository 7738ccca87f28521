# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How the places came about: for one person behind the personal link, and for everybody without names."""

from collections.abc import Callable

from flask import Blueprint, Response

from app.allocation import messages, presentation
from app.allocation.explaining import Explanation, Published, explain, find_published, read_published
from app.allocation.result import Infeasibility
from app.allocation.rules import GOAL_LABELS
from app.clock import now as clock_now
from app.events.models import Event
from app.events.queries import get_public_event
from app.programme.agenda import RunView, as_one, parallel_runs, read_rounds
from app.refusal import Missing
from app.registration.links import open_personal
from app.registration.queries import my_day
from app.registration.rules import CONFIRMED
from app.store.cache import Cache
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("explained", __name__)

# A day with 2,000 people has some megabytes. What is published never changes, but for reasons that come a little later.
_published: Cache[Published] = Cache(size=4)
_explained: Cache[Explanation | None] = Cache(size=256)


@bp.get("/my/<token>/places")
@access.personal
def mine(token: str) -> Response:
    session = db.session()
    registration = open_personal(session, token)
    event = registration.event
    kept_under, published = _open(event)
    if registration.status not in CONFIRMED or event.agenda_released_at is None:
        raise Missing
    day = my_day(session, registration)
    rounds = [one.round for one in day.rounds]
    offered = {run.id: run for one in rounds for run in one.runs}
    key = (kept_under, registration.id, event.revision)
    explanation = _explained.get(key, lambda: explain(published, registration.id, rounds, offered))
    return page(
        "allocation/my_places.html",
        event=event,
        token=token,
        explanation=explanation,
        published=published,
        now_in={one.round.id: one.run for one in day.rounds},
        kept=_kept_in(event, explanation),
    )


def _kept_in(event: Event, explanation: Explanation | None) -> Callable[[Infeasibility], str]:
    """What a condition says, in the words of the reader and without the names of others; asks for names only where there is one."""
    conditions = explanation.conditions if explanation else ()
    organisations = [it for one in conditions if isinstance(it := one.values.get("organisation"), int)]
    names = presentation.names_of(db.session(), event, (), organisations) if conditions else None
    return lambda one: messages.kept(one, names, nameless=True) if names else ""


@bp.get("/events/<slug>/places")
@access.public
def places(slug: str) -> Response:
    session = db.session()
    event = get_public_event(session, slug)
    _kept_under, published = _open(event)
    released = event.agenda_released_at is not None
    runs: list[RunView] = []
    for one in read_rounds(session, event, seats=False) if released else ():
        known = (run for run in one.runs if run.id in published.demands)
        runs += [as_one(several) for several in parallel_runs(known)]
    return page(
        "allocation/places.html", event=event, published=published, runs=runs, goal_labels=GOAL_LABELS
    )


def _open(event: Event) -> tuple[tuple[int, bool], Published]:
    """The allocation that holds, and what it is kept under; until there is one, there is no such page."""
    session = db.session()
    found = find_published(session, event.id, clock_now()) if event.placed_at is not None else None
    if found is None:
        raise Missing
    number, pending = found
    return found, _published.get(found, lambda: read_published(session, number, pending=pending))
