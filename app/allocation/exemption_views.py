# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workshops that people say they cannot take: the team accepts it or sets it aside."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from app.attendees.queries import get_by_reference
from app.clock import now
from app.people.rules import Permission
from app.registration.history import By
from app.registration.rules import Actor
from app.registration.workshops.exemptions import exemptions_of_day, judge
from app.registration.workshops.rules import VERDICT_LABELS, Verdict
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import pressed
from app.web.pages import page

bp = Blueprint("exemptions", __name__, url_prefix="/organise/events/<slug>/allocation/exemptions")

SEE_OTHER = 303


@bp.get("")
@access.organiser(Permission.EDIT_PEOPLE)
def overview(slug: str) -> ResponseReturnValue:
    return page(
        "allocation/exemptions.html",
        event=g.event,
        asked=exemptions_of_day(db.session(), g.event),
        verdict_labels=VERDICT_LABELS,
    )


@bp.post("/<reference>/<int:workshop_id>/<any(accepted, set_aside):verdict>")
@access.organiser(Permission.EDIT_PEOPLE)
def decide(slug: str, reference: str, workshop_id: int, verdict: str) -> ResponseReturnValue:
    person = get_by_reference(db.session(), g.event, reference).id
    by = By(Actor.ORGANISER, g.organiser.id)
    if pressed(lambda session: judge(session, g.event.id, person, workshop_id, Verdict(verdict), by, now())):
        flash(gettext("Saved. The next allocation that is worked out keeps to it."), "success")
    return redirect(url_for(".overview", slug=slug), SEE_OTHER)
