# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One allocation, several side by side, publishing one, and its protocol for the file."""

import json

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.allocation import presentation, printing
from app.allocation.forms import PublishForm
from app.allocation.publishing import find_published, plan, publish, refuse_publication
from app.allocation.queries import compared, get_allocation, get_done, people_by_id, runs_of
from app.allocation.rules import MIXING_LABELS, MODE_LABELS, STATE_LABELS, UNFINISHED, AllocationState
from app.allocation.service import refuse_removing, remove, stop
from app.clock import now
from app.documents import typeset
from app.outbox.previewing import Intended
from app.outbox.queries import worker_alive
from app.people.rules import Permission, may
from app.refusal import N_, Refusal
from app.registration.history import By
from app.registration.rules import Actor
from app.texts import gettext, sentence_of
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.database import db, transaction
from app.web.pages import page, redirect_with, reloading
from app.web.removing import remove_once_asked

bp = Blueprint("placing", __name__, url_prefix="/organise/events/<slug>/allocation")

SEE_OTHER = 303
MOST_NAMED = 30


@bp.get("/compare")
@access.organiser(Permission.EDIT_PEOPLE)
def compare(slug: str) -> ResponseReturnValue:
    session = db.session()
    return page(
        "allocation/compare.html",
        event=g.event,
        columns=presentation.columns(session, g.event, compared(session, g.event)),
        runs=runs_of(session, g.event),
    )


@bp.get("/<int:allocation_id>")
@access.organiser(Permission.EDIT_PEOPLE)
def show(slug: str, allocation_id: int) -> ResponseReturnValue:
    session = db.session()
    allocation_run = get_allocation(session, g.event, allocation_id)
    done = allocation_run.state is AllocationState.DONE
    answer = page(
        "allocation/show.html",
        event=g.event,
        allocation_run=allocation_run,
        look=presentation.look_at(session, g.event, allocation_run) if done else None,
        reasons=presentation.reason_lines(session, g.event, allocation_run),
        waits=allocation_run.state in UNFINISHED,
        worker_alive=worker_alive(session, now()),
        mode_labels=MODE_LABELS,
        mixing_labels=MIXING_LABELS,
        state_labels=STATE_LABELS,
        may_publish=may(g.role, Permission.LEAD),
    )
    return reloading(answer) if allocation_run.state in UNFINISHED else answer


@bp.post("/<int:allocation_id>/stop")
@access.organiser(Permission.EDIT_PEOPLE)
def stop_(slug: str, allocation_id: int) -> ResponseReturnValue:
    with transaction() as session:
        stop(session, g.event.id, allocation_id, _by(), now())
    return redirect_with(_one(slug, allocation_id), N_("It stops as soon as the solver notices."))


@bp.route("/<int:allocation_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def drop(slug: str, allocation_id: int) -> ResponseReturnValue:
    return remove_once_asked(
        get_allocation(db.session(), g.event, allocation_id).name,
        _one(slug, allocation_id),
        lambda session: remove(session, g.event.id, allocation_id, _by(), now()),
        url_for("allocation.admin", slug=slug),
        lambda session: refuse_removing(get_allocation(session, g.event, allocation_id)),
    )


@bp.route("/<int:allocation_id>/publish", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def publish_(slug: str, allocation_id: int) -> ResponseReturnValue:
    session = db.session()
    get_done(session, g.event, allocation_id)
    before = find_published(session, g.event.id)
    form = PublishForm(data={"seen": str(before.id if before else 0)})
    answer = asked(
        form,
        lambda writing, moment: publish(writing, g.event.id, allocation_id, form.seen_id, _by(), moment).id,
        Intended(g.event.id),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_one(slug, allocation_id), N_("Published. The mails are on their way."))
    return _publish_page(allocation_id, form)


def _publish_page(allocation_id: int, form: PublishForm) -> ResponseReturnValue:
    """What would happen now; read anew, whatever was true before."""
    session = db.session()
    allocation_run = get_done(session, g.event, allocation_id)
    before = find_published(session, g.event.id)
    if before is allocation_run:
        flash(gettext("This allocation is published."), "info")
        return redirect(_one(g.event.slug, allocation_id), SEE_OTHER)
    what = plan(session, g.event, allocation_run)
    obstacles = [sentence_of(one) for one in what.obstacles]
    try:  # no verb: the page says beforehand what would be refused
        refuse_publication(g.event, allocation_run, now())
    except Refusal as refusal:
        obstacles.insert(0, sentence_of(refusal))
    if request.method == "POST":
        form.seen.data = str(before.id if before else 0)  # the page shows what is true by now
    named = people_by_id(session, g.event, [*what.newcomers[:MOST_NAMED], *what.without[:MOST_NAMED]])
    runs = {run.id: run for run in runs_of(session, g.event)}
    return page(
        "allocation/publish.html",
        event=g.event,
        form=form,
        allocation_run=allocation_run,
        what=what,
        obstacles=obstacles,
        newcomers=[named[one] for one in what.newcomers[:MOST_NAMED]],
        without=[named[one] for one in what.without[:MOST_NAMED]],
        closing=[runs[one] for one in what.closing],
        first=before is None,
    )


@bp.get("/<int:allocation_id>/protocol")
@access.organiser(Permission.EDIT_PEOPLE)
def protocol(slug: str, allocation_id: int) -> ResponseReturnValue:
    session = db.session()
    allocation_run = get_done(session, g.event, allocation_id)
    return page(
        "allocation/protocol.html",
        event=g.event,
        allocation_run=allocation_run,
        protocol=allocation_run.protocol,
        facts=printing.protocol_facts(allocation_run),
        rule=printing.RULE,
        checked=printing.CHECKED,
        stages=presentation.stage_looks(allocation_run),
        may_download=may(g.role, Permission.SEE_SENSITIVE),
    )


@bp.get("/<int:allocation_id>/protocol.json")
@access.organiser(Permission.SEE_SENSITIVE)
def protocol_file(slug: str, allocation_id: int) -> ResponseReturnValue:
    """Without names and without needs. Which runs are barred for whom is in it, and could tell of a need: so it is for
    those who may read needs."""
    allocation_run = get_done(db.session(), g.event, allocation_id)
    text = json.dumps(allocation_run.protocol, ensure_ascii=True, indent=1, sort_keys=True)
    return _download(text + "\n", "application/json", f"{slug}-allocation-{allocation_run.id}.json")


@bp.get("/<int:allocation_id>/protocol.pdf")
@access.organiser(Permission.EDIT_PEOPLE)
def protocol_pdf(slug: str, allocation_id: int) -> ResponseReturnValue:
    """What the page says, for the file."""
    allocation_run = get_done(db.session(), g.event, allocation_id)
    pdf = typeset(printing.protocol_document(g.event, allocation_run))
    return _download(pdf, "application/pdf", f"{slug}-allocation-{allocation_run.id}.pdf")


def _download(content: str | bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=kind, headers=headers)


def _one(slug: str, allocation_id: int) -> str:
    return url_for("placing.show", slug=slug, allocation_id=allocation_id)


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id)
