# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' questions: the list, one question, copies, the preview, and the answers in numbers."""

import io
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import BERLIN, now
from app.events.team_service import events_with
from app.people.audit import record
from app.people.rules import Permission, may
from app.programme.agenda import read_rounds
from app.refusal import N_, Missing
from app.registration.consents.forms import agreeing, ask_form, asked_in
from app.registration.consents.models import CONSENT_TEXTS, PURPOSE_LABELS, asked_consents
from app.registration.consents.records import count_consents
from app.registration.consents.service import ask_for
from app.registration.forms import RegisterForm, run_label, taking_rounds
from app.registration.history import By
from app.registration.questions import service
from app.registration.questions.answer_forms import asking, condition_words, option_words
from app.registration.questions.exports import counts
from app.registration.questions.forms import CopyForm, question_form
from app.registration.questions.models import Question
from app.registration.questions.queries import (
    Count,
    answered_questions,
    count_answers,
    count_choices,
    days_with_questions,
    laws_to_choose,
    questions_of,
)
from app.registration.questions.rules import QUESTION_KIND_LABELS, RETENTION_LABELS
from app.registration.rules import Actor
from app.spreadsheets import CSV, write_csv
from app.texts import gettext, ngettext
from app.web import access
from app.web.database import db, transaction
from app.web.doing import did, pressed
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("questions", __name__, url_prefix="/organise/events/<slug>/questions")

SEE_OTHER = 303


@bp.get("")
@access.organiser(Permission.SEE)
def overview(slug: str) -> ResponseReturnValue:
    session = db.session()
    known = questions_of(session, g.event.id)
    return page(
        "registration/questions/organise_questions.html",
        event=g.event,
        questions=known,
        answered=answered_questions(session, g.event.id),
        conditions={one.id: condition_words(one, known) for one in known},
        option_words=option_words,
        kinds=QUESTION_KIND_LABELS,
        retentions=RETENTION_LABELS,
        consents=asked_consents(g.event),
        agreed=count_consents(session, g.event.id) if may(g.role, Permission.SEE_PEOPLE) else {},
        purposes=PURPOSE_LABELS,
        consent_texts=CONSENT_TEXTS,
        may_edit=may(g.role, Permission.EDIT),
        may_count=may(g.role, Permission.SEE_PEOPLE),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new(slug: str) -> ResponseReturnValue:
    form = question_form(None, questions_of(db.session(), g.event.id), laws_to_choose(db.session()))
    if did(form, lambda session: service.add_question(session, g.event.id, form.facts(), _by(), now())):
        return redirect_with(_overview(slug), N_("“%(title)s” is saved."), title=form.label.data)
    return page(
        "registration/questions/organise_question.html",
        event=g.event,
        form=form,
        question=None,
    )


@bp.route("/<int:question_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, question_id: int) -> ResponseReturnValue:
    form = _form(question_id)
    if did(
        form,
        lambda session: service.change_question(
            session, g.event.id, question_id, form.facts(), form.version_read, _by(), now()
        ),
        stored=lambda: _form(question_id, stored=True),
    ):
        return redirect_with(_overview(slug), N_("“%(title)s” is saved."), title=form.label.data)
    return page(
        "registration/questions/organise_question.html",
        event=g.event,
        form=form,
        question=_question(question_id),
    )


@bp.post("/<int:question_id>/move")
@access.organiser(Permission.EDIT)
def move(slug: str, question_id: int) -> ResponseReturnValue:
    direction = request.form.get("direction", "")
    if direction not in {"up", "down"}:
        raise Missing
    up = direction == "up"
    pressed(lambda session: service.move_question(session, g.event.id, question_id, _by(), now(), up=up))
    return redirect(_overview(slug), SEE_OTHER)


@bp.route("/<int:question_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, question_id: int) -> ResponseReturnValue:
    question = _question(question_id)
    title, form = question.label, ConfirmForm()
    if did(
        form,
        lambda session: service.remove_question(session, g.event.id, question_id, _by(), now()),
        first=lambda session: service.refuse_removing(
            questions_of(session, g.event.id), _question(question_id)
        ),
    ):
        return redirect_with(_overview(slug), N_("“%(title)s” is removed."), title=title)
    return page(
        "registration/questions/organise_question_remove.html",
        event=g.event,
        form=form,
        question=_question(question_id),
        answers=answered_questions(db.session(), g.event.id).get(question_id, 0),
    )


@bp.post("/standard")
@access.organiser(Permission.EDIT)
def standard(slug: str) -> ResponseReturnValue:
    """In the language in which the team reads this page: a day's own texts have one language only."""
    if done := pressed(
        lambda session: len(service.add_standard_set(session, g.event.id, gettext, _by(), now()))
    ):
        flash(_added(done.result), "success")
    return redirect(_overview(slug), SEE_OTHER)


@bp.route("/copy", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def copy(slug: str) -> ResponseReturnValue:
    """Only from days on which the same person may edit."""
    events = events_with(db.session(), g.organiser, Permission.EDIT)
    asking_days = days_with_questions(db.session())
    sources = [one for one in events if one.id in asking_days and one.id != g.event.id]
    form = CopyForm().offer(sources)

    def copy_them(session: Session) -> int:
        return len(service.copy_questions(session, g.event.id, int(form.source.data), _by(), now()))

    if done := did(form, copy_them):
        flash(_added(done.result), "success")
        return redirect(_overview(slug), SEE_OTHER)
    return page(
        "registration/questions/organise_question_copy.html", event=g.event, form=form, sources=sources
    )


@bp.route("/consents", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def consents(slug: str) -> ResponseReturnValue:
    form = ask_form(g.event)

    def choose(session: Session) -> None:
        ask_for(session, g.event.id, asked_in(form), form.version.data or "", _by(), now())

    if did(form, choose, stored=lambda: ask_form(g.event, stored=True)):
        return redirect_with(_overview(slug), N_("Saved."))
    return page("registration/questions/organise_consents.html", event=g.event, form=form)


@bp.get("/preview")
@access.organiser(Permission.SEE)
def preview(slug: str) -> ResponseReturnValue:
    session = db.session()
    asked = [one for one in questions_of(session, g.event.id) if not one.organiser_only]
    form_class = taking_rounds(RegisterForm, read_rounds(session, g.event), run_label)
    form: Any = agreeing(asking(form_class, asked), g.event)(formdata=None)
    return page("registration/questions/organise_question_preview.html", event=g.event, form=form)


@bp.get("/answers")
@access.organiser(Permission.SEE_PEOPLE)
def answers(slug: str) -> ResponseReturnValue:
    session = db.session()
    known = questions_of(session, g.event.id)
    return page(
        "registration/questions/organise_answers.html",
        event=g.event,
        questions=known,
        counts=count_answers(session, known),
        words=_answer_words,
        may_export=may(g.role, Permission.EXPORT),
    )


@bp.post("/answers/export")
@access.organiser(Permission.EXPORT)
def export(slug: str) -> ResponseReturnValue:
    """Numbers, the only form in which sensitive answers leave the house (DP-04)."""
    moment = now()
    with transaction() as session:
        record(session, moment, g.organiser.id, g.event.id, "question.export", f"event {g.event.id}")
    file = io.BytesIO()
    head, lines = counts(count_answers(db.session(), questions_of(db.session(), g.event.id)))
    write_csv(file, head, lines)
    response = Response(file.getvalue(), content_type=CSV)
    name = f"{slug}-antworten-{moment.astimezone(BERLIN):%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _answer_words(one: Count) -> str:
    return option_words(one.question, one.option) if one.option else gettext("answered")


def _added(number: int) -> str:
    if not number:
        return str(gettext("Nothing to add: these questions are there already."))
    return str(ngettext("%(num)d question was added.", "%(num)d questions were added.", number))


def _form(question_id: int, *, stored: bool = False) -> Any:
    known = questions_of(db.session(), g.event.id)
    question = next((one for one in known if one.id == question_id), None)
    if question is None:
        raise Missing
    choices = count_choices(db.session(), question)
    return question_form(question, known, laws_to_choose(db.session()), choices, stored=stored)


def _question(question_id: int) -> Question:
    return service.get_question(db.session(), g.event.id, question_id)


def _overview(slug: str) -> str:
    return url_for(".overview", slug=slug)


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id)
