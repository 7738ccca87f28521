# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme as a table: a row is a thing, and several are entered at once."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import rooms_of
from app.people.rules import Permission
from app.programme.agenda import lines_of, read_surroundings
from app.programme.kinds import kinds_for
from app.programme.service import add_room
from app.programme.working_copy import read_working_copy
from app.refusal import N_
from app.scheduling import quick
from app.scheduling.moving import next_start
from app.scheduling.quick_forms import QuickForm
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.pages import page, redirect_with

bp = Blueprint("quick", __name__, url_prefix="/organise/events/<slug>/programme")


@bp.route("/quick", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def table(slug: str) -> ResponseReturnValue:
    session = db.session()
    plan = read_working_copy(session, g.event).plan
    rooms = rooms_of(session, g.event)
    form = QuickForm.on(g.event, rooms, kinds_for(session, g.event), next_start(g.event, plan))

    def enter(session: Session) -> None:
        moment = now()
        for room in form.new_rooms():
            add_room(session, g.event.id, room, moment)
        quick.enter(session, g.event.id, form.rows(), moment)

    if did(form, enter):
        return redirect_with(
            url_for(".table", slug=slug),
            N_("Saved: %(number)s rows. Below you see the day so far."),
            number=form.rows().number + len(form.new_rooms()),
        )
    return page(
        "scheduling/organise_quick.html",
        event=g.event,
        form=form,
        rooms=rooms,
        lines=lines_of(plan, read_surroundings(session, g.event)),
    )
