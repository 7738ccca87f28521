# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A new day from this one, and what it took over."""

from flask import Blueprint, Response, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.checklist.queries import tasks_of
from app.clock import now
from app.copying.forms import CopyForm
from app.copying.printing import HandOver, hand_over_document
from app.copying.queries import parts_of, succession
from app.copying.service import NextDay, copy_day
from app.documents import typeset
from app.events.queries import free_slug, hosts_to_choose, rooms_of, with_hosts
from app.events.team_service import team_of
from app.folding import slug_of
from app.links import absolute
from app.organisations.models import Organisation
from app.people.rules import Permission, may
from app.programme.agenda import read_agenda
from app.refusal import N_, found
from app.registration.questions.queries import questions_of
from app.results.queries import open_agreements
from app.results.rules import LEVEL_LABELS, STATUS_LABELS
from app.texts import language, local_day
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


@bp.get("/hand-over.pdf")
@access.organiser(Permission.EDIT)
def hand_over(slug: str) -> ResponseReturnValue:
    session = db.session()
    day = with_hosts(session, g.event)
    known = HandOver(
        team=team_of(session, day.id),
        rooms=rooms_of(session, day),
        lines=read_agenda(session, day, seats=False),
        questions=questions_of(session, day.id),
        tasks=tasks_of(session, day),
        agreements=open_agreements(session, day, local_day(now())),
    )
    here = absolute(url_for("events.event", slug=day.slug, lang=None))
    name = f"{day.slug}-{'uebergabe' if language() == 'de' else 'hand-over'}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(
        typeset(hand_over_document(day, known, here)), content_type="application/pdf", headers=headers
    )


def _next_day(session: Session, form: CopyForm, slug: str) -> NextDay:
    host = session.get(Organisation, int(form.host_id.data)) if form.host_id.data else None
    return NextDay(
        slug, form.title.data or "", given_day(form.date.data), host, form.series.data or "", form.chosen
    )
