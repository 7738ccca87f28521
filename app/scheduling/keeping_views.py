# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Drafts that are deleted, and days that are put away."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.people.rules import Permission
from app.refusal import N_
from app.registration.history import by_organiser
from app.scheduling import service
from app.web import access
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("day_keeping", __name__, url_prefix="/organise/events/<slug>")


@bp.route("/delete", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def delete_draft(slug: str) -> ResponseReturnValue:
    form, by = ConfirmForm(), by_organiser(g.organiser.id)
    if done := did(
        form,
        lambda session: service.delete_draft(session, g.event.id, by, now()),
        first=lambda session: service.refuse_deleting(session, g.event),
    ):
        return redirect_with(
            url_for("organising.home"), N_("The draft “%(title)s” is deleted."), title=done.result
        )
    return page("scheduling/organise_day_delete.html", event=g.event, form=form)


@bp.route("/archive", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def archive(slug: str) -> ResponseReturnValue:
    """Puts the day away, or brings it back."""
    form, by, away = ConfirmForm(), by_organiser(g.organiser.id), g.event.archived_at is not None
    verb = service.bring_back if away else service.put_away
    if did(
        form,
        lambda session: verb(session, g.event.id, by, now()),
        first=None if away else lambda _session: service.refuse_putting_away(g.event, now()),
    ):
        said = (
            N_("The day stands among your days again.")
            if away
            else N_("The day is put away. You find it below your other days.")
        )
        return redirect_with(url_for("organising.home"), said)
    return page("scheduling/organise_day_archive.html", event=g.event, form=form)
