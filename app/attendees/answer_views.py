# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One person's answers, noted or read by the team; the sensitive ones behind a door of their own."""

from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from app.attendees import queries
from app.clock import now
from app.people.rules import Permission
from app.refusal import N_, Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.questions import answering
from app.registration.questions.answer_forms import OwnAnswersForm, answers_data, asking
from app.registration.questions.queries import given_before, questions_of
from app.registration.rules import Actor
from app.registration.workshops.forms import NEED_LABELS
from app.registration.workshops.wishes import wishes_of
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("answers", __name__, url_prefix="/organise/events/<slug>/registrations/<reference>")

SEE_OTHER = 303


@bp.route("/answers", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def answers(slug: str, reference: str) -> ResponseReturnValue:
    return _answers(slug, _active(reference), sensitive=False)


@bp.route("/sensitive", methods=["GET", "POST"])
@access.organiser(Permission.SEE_SENSITIVE)
def sensitive(slug: str, reference: str) -> ResponseReturnValue:
    """Asks first, because a look is written down (DP-12); for a quarter of an hour the answers stand here."""
    registration, form = _active(reference), ConfirmForm()
    if did(form, lambda session: answering.look_at_sensitive(session, registration.id, _by(), now())):
        return redirect(url_for(".sensitive", slug=slug, reference=reference), SEE_OTHER)
    if not form.errors and answering.may_look(db.session(), registration, g.organiser.id, now()):
        return _page(registration, _form(registration, sensitive=True), sensitive=True)
    return page("attendees/organise_sensitive.html", event=g.event, registration=registration, form=form)


@bp.post("/sensitive/answers")
@access.organiser(Permission.SEE_SENSITIVE)
def note_sensitive(slug: str, reference: str) -> ResponseReturnValue:
    return _answers(slug, _active(reference), sensitive=True)


def _answers(slug: str, registration: Registration, *, sensitive: bool) -> ResponseReturnValue:
    form = _form(registration, sensitive=sensitive)
    registration_id, reference = registration.id, registration.reference
    if did(
        form,
        lambda session: answering.answer_for(
            session,
            registration_id,
            form.given(),
            form.version_read,
            _by(),
            now(),
            sensitive=sensitive,
        ),
        stored=lambda: _form(_active(reference), sensitive=sensitive, stored=True),
    ):
        return redirect_with(
            url_for("participants.person", slug=slug, reference=reference), N_("The answers are saved.")
        )
    return _page(_active(reference), form, sensitive=sensitive)


def _page(registration: Registration, form: Any, *, sensitive: bool) -> ResponseReturnValue:
    return page(
        "attendees/organise_person_answers.html",
        event=g.event,
        registration=registration,
        form=form,
        sensitive=sensitive,
        needs=_needs(registration) if sensitive else [],
    )


def _needs(registration: Registration) -> list[str]:
    """What the person cannot do without; read only here, where a look is written down."""
    needs = wishes_of(db.session(), registration.id).needs or ()
    return [str(label) for one, label in NEED_LABELS.items() if one in needs]


def _form(registration: Registration, *, sensitive: bool, stored: bool = False) -> Any:
    """The person's answers of one kind; `stored` leaves aside what was sent."""
    session = db.session()
    questions = questions_of(session, registration.event_id)
    mine = [one for one in questions if one.sensitive is sensitive]
    chosen, texts, own = given_before(session, registration, questions)
    others = {key: ids for key, ids in chosen.items() if key not in {one.id for one in mine}}
    form_class = asking(
        OwnAnswersForm, questions, asked=mine, elsewhere=others, own=own, before=chosen, strict=False
    )
    data = {**answers_data(mine, chosen, texts), "version": str(registration.version)}
    return form_class(formdata=None, data=data) if stored else form_class(data=data)


def _active(reference: str) -> Registration:
    registration = queries.get_by_reference(db.session(), g.event, reference)
    if not registration.active:
        raise Missing
    return registration


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id)
