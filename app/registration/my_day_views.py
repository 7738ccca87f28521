# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""My day: what one person does from morning to evening, and nothing else. Behind the personal link."""

from dataclasses import replace

from flask import Blueprint, Response

from app.clock import now
from app.events.rules import EventStatus
from app.programme.agenda import AgendaLine
from app.programme.moments import standing
from app.refusal import Missing
from app.registration.links import open_personal
from app.registration.page_states import page_state
from app.registration.queries import MyDay, my_day
from app.registration.tables.queries import tables_of
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("my_day", __name__)


@bp.get("/my/<token>/agenda")
@access.personal
def show(token: str) -> Response:
    session = db.session()
    registration = open_personal(session, token)
    if not registration.active:
        raise Missing
    event, day = registration.event, my_day(session, registration)
    lines = [_own(line, day) for line in day.lines] if event.agenda_released_at is not None else []
    return page(
        "registration/my_day.html",
        registration=registration,
        event=event,
        state=page_state(registration),
        day=day,
        lines=lines,
        standing=standing(lines, now()) if event.status is EventStatus.PUBLISHED else None,
        tables=tables_of(session, registration),
        token=token,
    )


def _own(line: AgendaLine, day: MyDay) -> AgendaLine:
    """In a round the workshop in which the person is, where there is one."""
    mine = day.of(line.round.id) if line.round is not None else None
    if mine is None or mine.run is None:
        return line
    run = mine.run
    return replace(
        line,
        title=f"{run.label} {run.title}",
        room=run.room,
        station=run.station,
        contributors=run.contributors,
        inside=() if mine.goes_on else run.inside,
    )
