# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team names who of the registered people leads a run or takes its minutes."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from app.attendees.staff import service as staff
from app.attendees.staff.forms import StaffForm
from app.clock import now
from app.people.rules import Permission
from app.programme import conflicts
from app.refusal import N_
from app.registration.history import by_organiser
from app.registration.models import Registration
from app.registration.workshops.models import StaffRole
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out
from app.web.pages import page, redirect_with

bp = Blueprint("staff", __name__, url_prefix="/organise/events/<slug>/programme/runs/<int:run_id>/staff")


@bp.route("", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def show(slug: str, run_id: int) -> ResponseReturnValue:
    session = db.session()
    run = conflicts.get_run(session, g.event, run_id)
    form = StaffForm()
    found: list[Registration] = []
    if form.validate_on_submit():
        found = staff.find_people(session, g.event, form.who.data or "")
        if done := carried_out(form, lambda: _name(run_id, found, StaffRole(form.role.data))):
            return redirect_with(
                url_for(".show", slug=slug, run_id=run_id), N_("%(name)s is named."), name=done.result
            )
    return page(
        "attendees/staff/organise_staff.html",
        event=g.event,
        run=run,
        form=form,
        found=found if len(found) > 1 else [],
        most=staff.MOST_FOUND,
        staff=staff.staff_of(db.session(), run_id),
        role_labels=staff.ROLE_LABELS,
    )


@bp.post("/<int:staff_id>/remove")
@access.organiser(Permission.EDIT_PEOPLE)
def remove(slug: str, run_id: int, staff_id: int) -> ResponseReturnValue:
    with transaction() as session:
        staff.take_off(session, g.event.id, run_id, staff_id, by_organiser(g.organiser.id), now())
    return redirect_with(url_for(".show", slug=slug, run_id=run_id), N_("Saved."))


def _name(run_id: int, found: list[Registration], role: StaffRole) -> str:
    one = _the_one(found)
    name = one.full_name
    with transaction() as session:
        staff.name_staff(session, g.event.id, run_id, one.id, role, by_organiser(g.organiser.id), now())
    return name


def _the_one(found: list[Registration]) -> Registration:
    if not found:
        raise staff.NobodyFound
    if len(found) > 1:
        raise staff.SeveralFound
    return found[0]
