# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' pages: who is admitted to a day that asks the team."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from app.attendees import approval, lists
from app.attendees.forms import RejectForm
from app.clock import now
from app.people.rules import Permission
from app.refusal import N_, Missing, Refusal
from app.registration.history import By
from app.registration.rules import Actor, Status
from app.texts import gettext, sentence_of
from app.web import access
from app.web.database import db, transaction
from app.web.pages import page, redirect_with

bp = Blueprint("approval", __name__, url_prefix="/organise/events/<slug>/registrations/<reference>")

SEE_OTHER = 303


@bp.post("/approve")
@access.organiser(Permission.EDIT_PEOPLE)
def approve(slug: str, reference: str) -> ResponseReturnValue:
    registration_id = lists.get_by_reference(db.session(), g.event, reference).id
    address = url_for("participants.person", slug=slug, reference=reference)
    try:
        with transaction() as session:
            admitted = approval.approve(session, registration_id, By(Actor.ORGANISER, g.organiser.id), now())
            waits = admitted.status is Status.WAITING
    except Refusal as refusal:
        flash(sentence_of(refusal), "warning")
        return redirect(address, SEE_OTHER)
    if waits:
        return redirect_with(
            address, N_("Approved. All seats are taken: this person stands on the waiting list.")
        )
    return redirect_with(address, N_("Approved. A mail with the invitation is on its way."))


@bp.route("/reject", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def reject(slug: str, reference: str) -> ResponseReturnValue:
    registration = lists.get_by_reference(db.session(), g.event, reference)
    address = url_for("participants.person", slug=slug, reference=reference)
    if registration.status is not Status.PENDING:
        raise Missing
    form = RejectForm()
    if form.validate_on_submit():
        by = By(Actor.ORGANISER, g.organiser.id, form.note.data or "")
        try:
            with transaction() as session:
                approval.reject(session, registration.id, by, now())
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            flash(gettext("Turned down. A mail with the reason is on its way."), "success")
            return redirect(address, SEE_OTHER)
    return page("attendees/organise_reject.html", event=g.event, registration=registration, form=form)
