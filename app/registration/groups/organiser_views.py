# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The groups of a day for its team: who registered colleagues, for whom seats are kept."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from app.organisations.queries import organisation_names
from app.outbox.previewing import Intended
from app.people.rules import Permission, may
from app.refusal import N_
from app.registration.groups.forms import AllotForm
from app.registration.groups.queries import groups_of
from app.registration.groups.service import allot
from app.registration.history import by_organiser
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.database import db
from app.web.pages import page, redirect_with

bp = Blueprint("group_admin", __name__, url_prefix="/organise/events/<slug>/groups")


@bp.get("")
@access.organiser(Permission.SEE_PEOPLE)
def show(slug: str) -> ResponseReturnValue:
    return page(
        "registration/groups/organise_groups.html",
        event=g.event,
        groups=groups_of(db.session(), g.event),
        may_edit=may(g.role, Permission.EDIT_PEOPLE),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def new(slug: str) -> ResponseReturnValue:
    form = AllotForm()
    by = by_organiser(g.organiser.id)
    answer = asked(
        form,
        lambda session, moment: allot(session, g.event.id, form.allotment(), by, moment).id,
        Intended(g.event.id),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        sentence = N_("The seats are kept. The contact person gets a mail with the link.")
        return redirect_with(url_for(".show", slug=slug), sentence)
    return page(
        "registration/groups/organise_allot.html",
        event=g.event,
        form=form,
        names=organisation_names(db.session()),
    )
