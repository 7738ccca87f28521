# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Pages and buttons that move what the programme has already."""

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import rooms_of
from app.people.rules import Permission
from app.programme.agenda import lines_of, read_surroundings
from app.programme.differences import title_of
from app.programme.plan import plan_seen
from app.programme.rules import Thing
from app.programme.timetable import placed, timetables, unplaced
from app.programme.working_copy import read_working_copy
from app.refusal import N_
from app.scheduling import moving
from app.scheduling.moving_forms import AgreeForm, PlaceForm, ShiftForm
from app.scheduling.unfit_rooms import all_against
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with

bp = Blueprint("moving", __name__, url_prefix="/organise/events/<slug>/programme")

SEE_OTHER = 303


@bp.post("/<any(item, run):kind>-<int(signed=True):number>/duplicate")
@access.organiser(Permission.EDIT)
def duplicate(slug: str, kind: str, number: int) -> ResponseReturnValue:
    done = pressed(lambda session: moving.duplicate(session, g.event.id, Thing(kind), number, now()))
    if done:
        flash(gettext("This is the copy. Change what is different."), "success")
    return redirect(
        url_for(f"editing.edit_{kind}", slug=slug, number=done.result if done else number), SEE_OTHER
    )


@bp.route("/shift", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def shift(slug: str) -> ResponseReturnValue:
    """The address says what shall be shifted, so that what was looked at is what is saved."""
    plan = read_working_copy(db.session(), g.event).plan
    asked = ShiftForm.of(g.event, request.args)
    ready = "minutes" in request.args and asked.validate()  # else only the moment is filled in
    changes = moving.shifts(plan, asked.moment, asked.by) if ready else []
    if request.method == "POST" and not ready:  # nothing was looked at
        return redirect(url_for(".shift", slug=slug), SEE_OTHER)
    form = AgreeForm(data={"version": moving.seen_shifts(changes)})

    def carry_out(session: Session) -> None:
        moving.shift(session, g.event.id, asked.moment, asked.by, form.version.data or "", now())

    if ready and did(form, carry_out, stored=lambda: AgreeForm.seen(moving.seen_shifts(changes))):
        return redirect_with(
            url_for("programme_organise.programme", slug=slug),
            N_("Shifted: %(number)s entries of the agenda."),
            number=len(changes),
        )
    return page(
        "scheduling/organise_shift.html",
        event=g.event,
        form=form if ready else asked,
        asked=asked,
        ready=ready,
        changes=[(title_of(plan, one.key), one.before.times, one.after.times) for one in changes],
    )


@bp.route("/timetable", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def place(slug: str) -> ResponseReturnValue:
    """Rooms and times, and one form that puts a thing elsewhere: `what` in the address names the one it is filled from."""
    session = db.session()
    plan, rooms = read_working_copy(session, g.event).plan, rooms_of(session, g.event)
    form = PlaceForm.on(g.event, plan, rooms, request.args.get("what", ""))

    def carry_out(session: Session) -> None:
        moving.place(session, g.event.id, form.key, form.target(), form.version.data or "", now())

    if did(form, carry_out, stored=lambda: AgreeForm.seen(plan_seen(plan))):
        title = {value: label for value, label, *_rest in form.what.iter_choices()}[form.what.data]
        return redirect_with(url_for(".place", slug=slug), N_("“%(title)s” is moved."), title=title)
    return page(
        "scheduling/organise_timetable.html",
        event=g.event,
        form=form,
        timetables=timetables(plan, [(room.id, room.name) for room in rooms]),
        placed=placed(plan),
        unplaced=unplaced(plan),
        rooms={room.id: room.name for room in rooms},
        contradictions=all_against(
            session, g.event, lines_of(plan, read_surroundings(session, g.event)), g.role
        ),
    )
