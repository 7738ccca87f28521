# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' pages: who is admitted to a day that asks the team."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees import approval, queries
from app.attendees.forms import RejectForm
from app.clock import now
from app.people.rules import Permission
from app.refusal import N_, Missing
from app.registration.history import By
from app.registration.rules import Actor, Status
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with

bp = Blueprint("approval", __name__, url_prefix="/organise/events/<slug>/registrations/<reference>")

SEE_OTHER = 303


@bp.post("/approve")
@access.organiser(Permission.EDIT_PEOPLE)
def approve(slug: str, reference: str) -> ResponseReturnValue:
    registration_id = queries.get_by_reference(db.session(), g.event, reference).id
    address = url_for("participants.person", slug=slug, reference=reference)
    by = By(Actor.ORGANISER, g.organiser.id)
    done = pressed(lambda session: approval.approve(session, registration_id, by, now()).status)
    if done is None:
        return redirect(address, SEE_OTHER)
    if done.result is Status.WAITING:
        return redirect_with(
            address, N_("Approved. All seats are taken: this person stands on the waiting list.")
        )
    return redirect_with(address, N_("Approved. A mail with the invitation is on its way."))


@bp.route("/reject", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def reject(slug: str, reference: str) -> ResponseReturnValue:
    registration = queries.get_by_reference(db.session(), g.event, reference)
    address = url_for("participants.person", slug=slug, reference=reference)
    if registration.status is not Status.PENDING:
        raise Missing
    form = RejectForm()

    def reject_them(session: Session) -> None:
        by = By(Actor.ORGANISER, g.organiser.id, form.note.data or "")
        approval.reject(session, registration.id, by, now())

    if did(form, reject_them):
        flash(gettext("Turned down. A mail with the reason is on its way."), "success")
        return redirect(address, SEE_OTHER)
    return page("attendees/organise_reject.html", event=g.event, registration=registration, form=form)
