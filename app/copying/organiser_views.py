# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A new day from this one, and what it took over."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.copying.forms import CopyForm
from app.copying.queries import parts_of, succession
from app.copying.service import NextDay, copy_day
from app.events.queries import free_slug, hosts_to_choose, slug_of, with_hosts
from app.organisations.models import Organisation
from app.people.rules import Permission, may
from app.refusal import N_, found
from app.results.rules import LEVEL_LABELS, STATUS_LABELS
from app.texts import local_day
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.editing import given_day
from app.web.pages import page, redirect_with

bp = Blueprint("copying", __name__, url_prefix="/organise/events/<slug>")


@bp.route("/copy", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def copy(slug: str) -> ResponseReturnValue:
    session = db.session()
    day = with_hosts(session, g.event)
    parts = parts_of(session, day)
    form = CopyForm.of(day, parts, now()).offer(parts, hosts_to_choose(session, day))

    def make(session: Session) -> str:
        wanted = form.slug.data or free_slug(session, slug_of(form.title.data or "") or "fachtag")
        copy_day(session, g.event.id, _next_day(session, form, wanted), g.organiser, now())
        return wanted

    if done := did(form, make):
        address = url_for(".taken_over", slug=done.result)
        return redirect_with(address, N_("The draft is made. Only its team can see it so far."))
    return page("copying/organise_copy.html", event=g.event, form=form)


@bp.get("/taken-over")
@access.organiser(Permission.SEE)
def taken_over(slug: str) -> ResponseReturnValue:
    session = db.session()
    made = found(succession(session, g.event, g.organiser, local_day(now())))
    return page(
        "copying/organise_taken_over.html",
        event=g.event,
        made=made,
        may_edit=may(g.role, Permission.EDIT),
        status_labels=STATUS_LABELS,
        level_labels=LEVEL_LABELS,
    )


def _next_day(session: Session, form: CopyForm, slug: str) -> NextDay:
    host = session.get(Organisation, int(form.host_id.data)) if form.host_id.data else None
    return NextDay(
        slug, form.title.data or "", given_day(form.date.data), host, form.series.data or "", form.chosen
    )
