# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who leads a run or takes its minutes reads who comes."""

from flask import Blueprint, Response

from app.attendees.staff.service import accompanying_in, get_led_run, online_in, people_in
from app.programme.rounds import filled_by, parts_of_rounds
from app.registration.links import open_personal
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("led_runs", __name__)


@bp.get("/my/<token>/runs/<int:run_id>")
@access.personal
def run_people(token: str, run_id: int) -> Response:
    """Who leads a run or takes its minutes reads who comes."""
    session = db.session()
    registration = open_personal(session, token)
    staff = get_led_run(session, registration, run_id)
    rounds = filled_by(session, registration.event, [staff.run])[run_id]
    return page(
        "attendees/staff/run_people.html",
        event=registration.event,
        token=token,
        run=staff.run,
        rounds=rounds,
        parts=parts_of_rounds(rounds),
        people=people_in(session, run_id),
        accompanying=accompanying_in(session, run_id),
        online=online_in(session, run_id),
    )
