# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team's list of what is to be done."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from app.checklist import service
from app.checklist.forms import TaskForm
from app.checklist.models import Task
from app.checklist.queries import tasks_of
from app.clock import now
from app.events.queries import get_of_event
from app.people.rules import Permission, may
from app.refusal import N_
from app.texts import gettext, local_day, ngettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with

bp = Blueprint("checklist", __name__, url_prefix="/organise/events/<slug>/checklist")

SEE_OTHER = 303


@bp.get("")
@access.organiser(Permission.SEE)
def overview(slug: str) -> ResponseReturnValue:
    tasks, today = tasks_of(db.session(), g.event), local_day(now())
    return page(
        "checklist/organise_checklist.html",
        event=g.event,
        tasks=tasks,
        today=today,
        late=sum(one.is_late(today) for one in tasks),
        left=sum(one.done_at is None for one in tasks),
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new(slug: str) -> ResponseReturnValue:
    form = TaskForm()
    if did(form, lambda session: service.add_task(session, g.event.id, form.facts())):
        return redirect_with(_list(slug), N_("“%(title)s” is on the list."), title=form.text.data)
    return page("checklist/organise_task.html", event=g.event, form=form, task=None)


@bp.route("/<int:task_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, task_id: int) -> ResponseReturnValue:
    task = get_of_event(db.session(), Task, g.event.id, task_id)
    form = TaskForm.of(task)

    def stored() -> TaskForm:
        return TaskForm.of(get_of_event(db.session(), Task, g.event.id, task_id), stored=True)

    if did(
        form,
        lambda session: service.change_task(session, g.event.id, task_id, form.facts(), form.version_read),
        stored=stored,
    ):
        return redirect_with(_list(slug), N_("“%(title)s” is on the list."), title=form.text.data)
    return page("checklist/organise_task.html", event=g.event, form=form, task=task)


@bp.post("/<int:task_id>/<any(done, open):state>")
@access.organiser(Permission.EDIT)
def tick(slug: str, task_id: int, state: str) -> ResponseReturnValue:
    by, done = g.organiser.id, state == "done"
    if pressed(lambda session: service.tick(session, g.event.id, task_id, by, now(), done=done)):
        flash(gettext("Ticked off.") if done else gettext("It is open again."), "success")
    return redirect(_list(slug), SEE_OTHER)


@bp.post("/<int:task_id>/remove")
@access.organiser(Permission.EDIT)
def remove(slug: str, task_id: int) -> ResponseReturnValue:
    if done := pressed(lambda session: service.remove_task(session, g.event.id, task_id)):
        flash(gettext("“%(title)s” is removed.", title=done.result), "success")
    return redirect(_list(slug), SEE_OTHER)


@bp.post("/usual")
@access.organiser(Permission.EDIT)
def usual(slug: str) -> ResponseReturnValue:
    if done := pressed(lambda session: service.add_usual(session, g.event.id, gettext)):
        flash(ngettext("%(num)d task is added.", "%(num)d tasks are added.", done.result), "success")
    return redirect(_list(slug), SEE_OTHER)


def _list(slug: str) -> str:
    return url_for("checklist.overview", slug=slug)
